import { expect, it } from 'vitest'
import { scenarioById } from '../content/scenarios/index.ts'
import { SEC } from '../engine/core/time.ts'
import './lua/hand-in.ts'
import { inspect } from './inspect.ts'
import { Session } from './session.ts'

it('a node whose thread runs a script says so before all else, and whether SCRIPT KILL helps', () => {
  const s = new Session(scenarioById('endless-script')!, 7)
  const why = () => inspect(s.sim.world, 'n1').why!
  expect(why().headline).toContain('serves')
  s.dispatch({ type: 'command', process: 'n1', argv: ['EVAL', 'while true do end', '0'] })
  s.advance(s.now + 2 * SEC)
  expect(why().headline).toBe('Its thread runs a script')
  expect(why().evidence[0].text).toContain('SCRIPT KILL ends it')
  s.dispatch({ type: 'command', process: 'n1', argv: ['SCRIPT', 'KILL'] })
  s.advance(s.now + SEC)
  expect(why().headline).toContain('serves')
})
