import { describe, expect, test } from 'vitest'
import { scenarioById } from '../content/scenarios/index.ts'
import { buildSimulation } from '../engine/build.ts'
import { applyAction } from '../engine/apply.ts'
import { MS, SEC } from '../engine/core/time.ts'
import { Session } from './session.ts'
import { explain } from './why.ts'

const first = scenarioById('first-minute')!
const start = first.startAt

const eventful = (): Session => {
  const s = new Session(first, 7)
  s.advance(start + 1 * SEC)
  s.dispatch({ type: 'crash', process: 'n1' })
  s.advance(start + 3 * SEC)
  s.dispatch({ type: 'partition', inside: ['n2', 'app1'] })
  s.advance(start + 4 * SEC)
  s.dispatch({ type: 'heal' })
  s.advance(start + 6 * SEC, 100)
  s.dispatch({ type: 'load', set: { rate: 600 } })
  s.advance(start + 14 * SEC)
  return s
}

describe('a run is a value', () => {
  const s = eventful()
  const digest = s.sim.digest()
  const run = s.run()

  test('the same actions give the same digest, whatever steps it was run in', () => {
    const again = new Session(first, 7, run.actions)
    for (let t = start; t < run.at; t += 37 * MS) again.advance(t, 5000)
    again.arrive(run)
    expect(again.sim.digest()).toBe(digest)
    expect(again.facts).toEqual(s.facts)
  })

  test('another seed gives another digest', () => {
    const other = new Session(first, 8, run.actions)
    other.advance(run.at)
    expect(other.sim.digest()).not.toBe(digest)
  })

  test('observers change nothing: a bare simulation reaches the same digest', () => {
    const sim = buildSimulation(first, 7)
    for (const a of run.actions) {
      sim.runUntil(a.at, a.events - sim.world.events)
      sim.world.now = a.at
      applyAction(sim, a.action)
    }
    sim.runUntil(run.at)
    expect(sim.digest()).toBe(digest)
  })

  test('rewind anywhere and come back: same digest, same facts, same metrics', () => {
    const r = eventful()
    const facts = [...r.facts]
    const windows = [...r.metrics.windows]
    for (const at of [start + 5.3 * SEC, start, start + 13.999 * SEC, start + 1.5 * SEC]) {
      r.seek(at)
      expect(r.now).toBe(at)
      expect(r.facts.every((f) => f.at <= at)).toBe(true)
    }
    r.seek(run.at)
    expect(r.sim.digest()).toBe(digest)
    expect(r.facts).toEqual(facts)
    expect(r.metrics.windows).toEqual(windows)
    expect(r.actions).toEqual(run.actions)
  })

  test('undo goes to the exact place before the last action; redo comes back', () => {
    const r = eventful()
    const actions = [...r.actions]
    expect(r.undo()).toBe(true)
    expect(r.actions).toEqual(actions.slice(0, 3))
    expect([r.now, r.events]).toEqual([actions[3].at, actions[3].events])
    expect(r.redo()).toBe(true)
    r.seek(run.at)
    r.advance(run.at)
    expect(r.sim.digest()).toBe(digest)
    for (let i = 0; i < 4; i++) expect(r.undo()).toBe(true)
    expect(r.undo()).toBe(false)
    expect(r.now).toBe(actions[0].at)
  })

  test('acting in the past drops the old future', () => {
    const r = eventful()
    r.seek(start + 2 * SEC)
    expect(r.end).toBe(run.at)
    r.dispatch({ type: 'restart', process: 'n1' })
    expect(r.actions.map((a) => a.action.type)).toEqual(['crash', 'restart'])
    r.advance(start + 14 * SEC)
    expect(r.facts.some((f) => f.type === 'failover.promoted')).toBe(false)
  })

  test('a refused action changes nothing and is no part of the run', () => {
    const r = new Session(first, 7)
    const before = r.sim.digest()
    expect(r.dispatch({ type: 'crash', process: 'n99' })).toEqual({ accepted: false, reason: 'There is no process n99 here.' })
    expect(r.sim.digest()).toBe(before)
    expect(r.actions).toEqual([])
  })
})

describe('why', () => {
  const s = new Session(first, 7)
  s.advance(start + 1 * SEC)
  s.dispatch({ type: 'crash', process: 'n1' })
  s.advance(start + 15 * SEC)

  test('a promotion follows from votes, election, FAIL, PFAIL, the crash, and the learner', () => {
    const promoted = s.facts.find((f) => f.type === 'failover.promoted')!
    const chain = explain(s, promoted.id).flatMap((c) => (c.fact ? [c.fact.type] : []))
    expect(chain[0]).toBe('failover.promoted')
    expect(chain.at(-1)).toBe('action.applied')
    for (const type of ['election.won', 'election.started', 'election.scheduled', 'node.pfail', 'process.crashed'] as const)
      expect(chain).toContain(type)
    const at = explain(s, promoted.id).map((c) => c.at)
    expect(at).toEqual([...at].sort((a, b) => b - a))
  })

  test('every notable fact has a chain that ends', () => {
    for (const f of s.facts.filter((_, i) => i % 5 === 0)) {
      const chain = explain(s, f.id)
      expect(chain.length).toBeGreaterThan(0)
      expect(chain.length).toBeLessThan(40)
    }
  })
})
