import { expect, test } from '@playwright/test'
import { scenarioById } from '../../src/content/scenarios/index.ts'
import { keySlot } from '../../src/engine/redis/slots.ts'
import '../../src/lab/lua/hand-in.ts'
import { Session } from '../../src/lab/session.ts'
import { digest, dispatch, openLab, runOf, seek, standAt } from '../lab.ts'

/** What it writes is part of the node's state, and so of the digest. */
const SCRIPT = `redis.call('set', KEYS[1], cjson.encode({1, {a = 2}}) .. ("k=v"):match("(%w)=") .. string.format("%.3f", 2 / 3) .. "\\1\\255")
return redis.call('get', KEYS[1])`

test('a script runs in the worker, whose machine comes with the first one, and the run is the same in Node', async ({ page }) => {
  const loaded: string[] = []
  page.on('request', (request) => loaded.push(request.url()))
  await openLab(page)
  await standAt(page, 10)
  expect(loaded.filter((url) => url.includes('hand-in'))).toEqual([])
  const key = ['a', 'b', 'c', 'd', 'e', 'f'].find((k) => keySlot(k) < 5461)!
  await dispatch(page, { type: 'command', process: 'n1', argv: ['EVAL', SCRIPT, '1', key], cluster: false })
  await standAt(page, 11)
  expect(loaded.filter((url) => url.includes('hand-in'))).toHaveLength(1)
  const run = await runOf(page)
  const wanted = await digest(page)

  await seek(page, 9)
  await seek(page, run.at / 1e6)
  expect(await digest(page)).toBe(wanted)
  const session = new Session(scenarioById(run.scenario)!, run.seed, run.actions)
  session.arrive(run)
  const replies = session.facts.flatMap((f) => (f.type === 'console.replied' && f.data.argv[0] === 'EVAL' ? [f.data.reply] : []))
  expect(replies).toEqual(['[1,{"a":2}]k0.667\x01\xff'])
  expect(session.sim.digest()).toBe(wanted)
})
