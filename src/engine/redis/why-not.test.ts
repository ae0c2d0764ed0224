import { expect, it } from 'vitest'
import { MS } from '../core/time.ts'
import { layout, rig } from './testing/bare-node.ts'
import { whyNot } from './why-not.ts'

it('a replica whose turn has come is not told to sit this one out before it has asked', () => {
  const r = rig(layout(3, 1), 3, { 'cluster-node-timeout': '1000' })
  r.run(2_000)
  r.sim.beginAction()
  r.sim.crash(r.sim.process('n1')!)
  const headlines = new Set<string>()
  for (let ms = 0; ms < 6_000 && !r.facts.some((f) => f.type === 'election.won'); ms += 5) {
    r.run(5)
    const { headline } = whyNot(r.node('n4'), r.sim.world.now)!
    headlines.add(headline.replace(/\d+ ms/, 'N ms'))
  }
  expect(headlines).toContain('It waits N ms before it asks for votes')
  expect(headlines).toContain('Its turn has come: it asks for votes with its next cron')
  expect([...headlines].filter((h) => h.startsWith('It sits this one out'))).toEqual([])
  expect(r.sim.world.now).toBeGreaterThan(2_000 * MS)
})

it('a replica of a crashed primary does not say that it answers', () => {
  const r = rig(layout(3, 1), 3, { 'cluster-node-timeout': '5000' })
  r.run(2_000)
  r.sim.beginAction()
  r.sim.crash(r.sim.process('n1')!)
  const headlines: string[] = []
  while (!r.facts.some((f) => f.type === 'node.fail')) {
    r.run(100)
    const { headline } = whyNot(r.node('n4'), r.sim.world.now)!
    if (headline !== headlines.at(-1)) headlines.push(headline)
  }
  expect(headlines.slice(0, 2)).toEqual([
    'It has no reason to take over: n1 answers',
    'It does not take over: n1 is silent, but not suspected yet',
  ])
  expect(headlines.filter((h) => h.endsWith('answers'))).toHaveLength(1)
})
