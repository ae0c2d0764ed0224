import { expect, test } from 'vitest'
import { scenarioById } from '../../content/scenarios/index.ts'
import { applyAction } from '../apply.ts'
import { buildSimulation } from '../build.ts'
import type { Fact, FactOf, FactType } from '../core/fact.ts'
import { SEC, type Micros } from '../core/time.ts'

const world = (id: string, seed = 7) => {
  const sim = buildSimulation(scenarioById(id)!, seed)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  sim.runUntil(8 * SEC)
  return { sim, facts }
}
const of = <T extends FactType>(facts: readonly Fact[], type: T): FactOf<T>[] => facts.filter((f) => f.type === type) as FactOf<T>[]

/** Requests of an application in a span of time, and how many failed. */
const load = (facts: readonly Fact[], app: string, from: Micros, to: Micros): { done: number; errors: number } => {
  const mine = of(facts, 'request.done').filter((f) => f.process === app && f.at >= from && f.at < to)
  return { done: mine.length, errors: mine.filter((f) => f.data.outcome === 'error').length }
}

test('clients that ask Sentinels go over to the new primary; the one with a fixed address fails, and then writes to the old one', () => {
  const { sim, facts } = world('sentinel-3')
  expect(load(facts, 'app1', 2 * SEC, 8 * SEC).errors).toBe(0)
  applyAction(sim, { type: 'crash', process: 'n1' })
  sim.runUntil(20 * SEC)
  const to = of(facts, 'sentinel.promoted')[0].data.replica
  expect(
    of(facts, 'client.switched')
      .map((f) => [f.process, f.data.to])
      .sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  ).toEqual([
    ['app1', to],
    ['app2', to],
  ])
  for (const app of ['app1', 'app2']) expect(load(facts, app, 14 * SEC, 20 * SEC)).toMatchObject({ errors: 0 })
  const fixed = load(facts, 'app3', 14 * SEC, 20 * SEC)
  // reads still come from the database, writes do not arrive
  expect(fixed.errors).toBeGreaterThan(fixed.done / 10)

  applyAction(sim, { type: 'restart', process: 'n1' })
  sim.runUntil(28 * SEC)
  const onOld = of(facts, 'write.acked').filter((f) => f.process === 'n1' && f.at > 20 * SEC)
  expect(onOld.length).toBeGreaterThan(10)
  sim.runUntil(40 * SEC)
  expect(of(facts, 'sentinel.converted').map((f) => f.data.about)).toEqual(['n1'])
  expect(of(facts, 'replication.synced').filter((f) => f.process === 'n1')[0].data.dropped).toBeGreaterThan(0)
})

test('a client that polls Sentinels finds the new primary at its next poll', () => {
  const { sim, facts } = world('sentinel-3')
  applyAction(sim, { type: 'policy', process: 'app3', set: { refresh: 'timer', refreshEvery: 2 * SEC } })
  applyAction(sim, { type: 'powerOff', process: 'n1' })
  sim.runUntil(20 * SEC)
  const [found] = of(facts, 'client.switched').filter((f) => f.process === 'app3')
  expect(found.data.why).toBe('timer')
  expect(load(facts, 'app3', 16 * SEC, 20 * SEC).errors).toBe(0)
})

test('a client whose policy becomes to follow asks at once', () => {
  const { sim, facts } = world('sentinel-3')
  applyAction(sim, { type: 'crash', process: 'n1' })
  sim.runUntil(16 * SEC)
  applyAction(sim, { type: 'policy', process: 'app3', set: { refresh: 'moved' } })
  sim.runUntil(17 * SEC)
  expect(of(facts, 'client.switched').filter((f) => f.process === 'app3').length).toBe(1)
})
