import { describe, expect, it } from 'vitest'
import type { Action } from '../engine/action.ts'
import { applyAction } from '../engine/apply.ts'
import { buildSimulation } from '../engine/build.ts'
import type { Fact, FactOf, FactType } from '../engine/core/fact.ts'
import { SEC } from '../engine/core/time.ts'
import type { NodeState } from '../engine/redis/state.ts'
import { inspect } from './inspect.ts'
import { scenarioById } from '../content/scenarios/index.ts'

/** What the presets about users and passwords say happens, happens. */
const lab = (scenario: string) => {
  const sim = buildSimulation(scenarioById(scenario)!, 7)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  return {
    sim,
    run: (seconds: number): void => void sim.runUntil(sim.world.now + seconds * SEC),
    act: (action: Action): void => expect(applyAction(sim, action).accepted).toBe(true),
    node: (id: string): NodeState => sim.process(id)!.state as NodeState,
    of: <T extends FactType>(type: T): FactOf<T>[] => facts.filter((f) => f.type === type) as never,
    since: () => void facts.splice(0),
  }
}
type Lab = ReturnType<typeof lab>

const inConsole = (l: Lab, line: string): unknown => {
  l.act({ type: 'command', process: 'n1', argv: line.split(' ') })
  l.run(0.1)
  return l.of('console.replied').at(-1)!.data.reply
}
const errorsOf = (l: Lab, app: string): Set<string> =>
  new Set(l.of('request.done').flatMap((f) => (f.process === app && f.data.outcome === 'error' ? [f.data.error.split(' ')[0]] : [])))

describe('An open port', () => {
  it('shows anyone what it holds, and lets anyone empty it', () => {
    const l = lab('open-port')
    l.run(2)
    expect((inConsole(l, 'KEYS *') as string[]).length).toBeGreaterThan(400)
    expect(inspect(l.sim.world, 'n1').users?.isOpen).toBe(true)
    expect(inConsole(l, 'FLUSHALL')).toEqual({ simple: 'OK' })
    l.run(0.05)
    expect(l.node('n1').keys.size).toBeLessThan(100)
  })

  it('with protected mode only its own host is served, once connections begin anew', () => {
    const l = lab('open-port')
    l.run(1)
    l.act({ type: 'config', process: '*', directive: 'protected-mode', value: 'yes' })
    l.run(1)
    expect(errorsOf(l, 'app1').size).toBe(0)
    l.act({ type: 'crash', process: 'n1' })
    l.act({ type: 'restart', process: 'n1' })
    l.run(2)
    l.since()
    l.run(2)
    expect(new Set(l.of('request.done').map((f) => f.data.outcome))).toEqual(new Set(['error']))
    expect(inConsole(l, 'PING')).toEqual({ simple: 'PONG' })
    expect(l.node('n2').repl.refusal).toContain('DENIED')
  })
})

describe('A right for every user', () => {
  it('shop works, report only reads, app3 is not let in; the replica follows', () => {
    const l = lab('three-users')
    l.run(5)
    expect([errorsOf(l, 'app1'), errorsOf(l, 'app2'), errorsOf(l, 'app3')]).toEqual([new Set(), new Set(['NOPERM']), new Set(['NOAUTH'])])
    expect(l.node('n2').repl.linkState).toBe('connected')
    expect(inConsole(l, 'ACL LOG')).toMatchObject({ error: expect.stringContaining('NOAUTH') as string })
    expect(inConsole(l, 'AUTH sesame')).toEqual({ simple: 'OK' })
    expect(inConsole(l, 'ACL DRYRUN report SET item:1 x')).toBe("This user has no permissions to run the 'set' command")
    const { users, refusals } = inspect(l.sim.world, 'n1')
    expect(users!.list.map((u) => [u.name, u.connections > 0])).toEqual([
      ['default', true],
      ['replica', true],
      ['report', true],
      ['shop', true],
    ])
    expect(refusals!.some((r) => r.text.startsWith('report may not say'))).toBe(true)
    inConsole(l, 'ACL SETUSER report +set +del +publish %W~item:* &invalidate')
    l.since()
    l.run(3)
    expect(errorsOf(l, 'app2').size).toBe(0)
  })
})
