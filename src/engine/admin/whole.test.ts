import { expect, test } from 'vitest'
import type { Action } from '../action.ts'
import { applyAction } from '../apply.ts'
import { buildSimulation } from '../build.ts'
import type { Fact, FactOf, FactType } from '../core/fact.ts'
import { MS, SEC } from '../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../defaults.ts'
import type { Scenario } from '../scenario.ts'

const scenario: Scenario = {
  id: 'test',
  title: '',
  about: '',
  topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 2 },
  config: { 'cluster-node-timeout': '5000' },
  load: DEFAULT_LOAD,
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 1,
  startAt: 0,
  seed: 7,
}

const start = () => {
  const sim = buildSimulation(scenario, 7)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => void facts.push(f) })
  sim.runUntil(3 * SEC)
  const of = <T extends FactType>(type: T) => facts.filter((f) => f.type === type) as unknown as FactOf<T>[]
  const act = (action: Action) => expect(applyAction(sim, action).accepted).toBe(true)
  const failed = () => of('request.done').filter((f) => f.data.outcome === 'error').length
  return { sim, of, act, failed }
}

test('a primary with its replica joins a serving cluster, and another leaves: no request fails', () => {
  const { sim, of, act, failed } = start()
  act({ type: 'addNode', replica: true })
  sim.runUntil(25 * SEC)
  const [added] = of('reshard.finished')
  expect(added.data).toMatchObject({ kind: 'add', node: 'n7', moved: 4096, cancelled: false })
  expect(of('keys.migrated').length).toBeGreaterThan(300)
  expect(of('client.redirected').some((f) => f.data.kind === 'MOVED')).toBe(true)
  expect(failed()).toBe(0)
  act({ type: 'removeNode', process: 'n2' })
  sim.runUntil(50 * SEC)
  expect(of('reshard.finished')[1].data).toMatchObject({ kind: 'remove', node: 'n2', moved: 4096, cancelled: false })
  expect(sim.process('n2')!.retired).toBe(true)
  expect(failed()).toBe(0)
  // 2 to 3 ms a slot: five round trips of 0.5 ms
  expect((added.at - of('reshard.started')[0].at) / 4096).toBeLessThan(3 * MS)
})

test('the source fails in the middle: the operator waits for its replica and goes on with it', () => {
  const { sim, of, act } = start()
  act({ type: 'addNode' })
  sim.runUntil(7 * SEC)
  act({ type: 'crash', process: 'n2' })
  sim.runUntil(45 * SEC)
  expect(of('failover.promoted').map((f) => f.process)).toEqual(['n5'])
  expect(of('reshard.finished')[0].data).toMatchObject({ moved: 4096, cancelled: false })
})
