import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildSimulation } from '../build.ts'
import { freezeAnswers } from '../core/flow.ts'
import { MS, SEC } from '../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../defaults.ts'
import { keySlot } from '../redis/slots.ts'
import type { Scenario, Topology } from '../scenario.ts'
import { FakeCluster, settings } from '../testing/fake-cluster.ts'
import { appInFlight, slotBelief, waitingFlows, type AppState } from './app.ts'
import { ownerOf } from './slot-map.ts'

beforeAll(() => freezeAnswers(true))
afterAll(() => freezeAnswers(false))

const scenarioOf = (topology: Topology): Scenario => ({
  id: 'test',
  title: '',
  about: '',
  topology,
  config: {},
  load: DEFAULT_LOAD,
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 1,
  startAt: 0,
  seed: 7,
})

const app = (c: FakeCluster, id = 'app1'): AppState => c.sim.process(id)!.state as AppState

test('a client learns the whole map from one random node and then asks owners only', () => {
  const c = new FakeCluster(settings({ load: { rate: 1000 }, origin: { workers: 100 } }), { apps: 2 })
  c.sim.runUntil(2 * SEC)
  expect(c.of('client.refreshed').map((f) => [f.process, f.data.changed, f.data.why])).toEqual([
    ['app1', 16384, 'start'],
    ['app2', 16384, 'start'],
  ])
  expect(slotBelief(app(c)).map((r) => r.owner)).toEqual(['n1', 'n2', 'n3'])
  expect(c.of('client.redirected')).toEqual([])
  const done = c.of('request.done')
  expect(done.length).toBeGreaterThan(1850)
  expect(done.length).toBeLessThan(2150)
  expect(done.filter((f) => f.data.outcome === 'error')).toEqual([])
  expect(new Set(done.map((f) => f.data.outcome))).toEqual(new Set(['hit', 'miss', 'written']))
})

test('several applications of a single node share the load, whoever starts first', () => {
  const scenario = { ...scenarioOf({ cluster: false, primaries: 1, replicasPerPrimary: 0, apps: 4 }), load: { ...DEFAULT_LOAD, rate: 400 } }
  const sim = buildSimulation(scenario, 7)
  let done = 0
  sim.observe({ onFact: (f) => void (f.type === 'request.done' && done++) })
  sim.runUntil(3 * SEC)
  expect(Math.abs(done - 1200)).toBeLessThan(120)
})

test('arrivals and keys stay as they were when the TTL changes', () => {
  const run = (ttl: number) => {
    const c = new FakeCluster(settings({ load: { rate: 300 }, policy: { ttl } }))
    c.sim.runUntil(3 * SEC)
    return app(c).arrivals
  }
  expect(run(60 * SEC)).toEqual(run(50 * MS))
})

describe('MOVED', () => {
  const moved = (refresh: 'moved' | 'timer' | 'ignore', refreshEvery = 60 * SEC) => {
    const c = new FakeCluster(settings({ load: { rate: 200, reads: 1, hot: 1 }, policy: { refresh, refreshEvery } }))
    c.put('item:hot', 'item:hot@1')
    c.sim.runUntil(SEC)
    const from = c.ownerOf('item:hot')
    const to = from === 'n1' ? 'n2' : 'n1'
    const slot = keySlot('item:hot')
    for (const id of ['n1', 'n2', 'n3']) c.node(id).owner.unshift({ from: slot, to: slot, node: to })
    c.node(to).data.set('item:hot', { value: 'item:hot@1', expireAt: Infinity })
    c.facts.length = 0
    c.sim.runUntil(2 * SEC)
    return { c, to, slot }
  }

  test('followed: one redirect, the slot at once, then the whole map once', () => {
    const { c, to, slot } = moved('moved')
    // a second request may be on its way when the first MOVED comes
    expect(c.of('client.redirected').length).toBeLessThanOrEqual(2)
    expect(c.of('client.refreshed').map((f) => f.data.why)).toEqual(['MOVED'])
    expect(ownerOf(app(c).client.map, slot)).toBe(to)
    expect(c.of('request.done').every((f) => f.data.outcome === 'hit')).toBe(true)
  })

  test('polled: every command is redirected until the next poll', () => {
    const { c, to, slot } = moved('timer', 1500 * MS)
    const redirects = c.of('client.redirected').length
    expect(redirects).toBeGreaterThan(60)
    expect(c.of('client.refreshed').map((f) => f.data.why)).toEqual(['timer'])
    expect(ownerOf(app(c).client.map, slot)).toBe(to)
  })

  test('ignored: errors persist', () => {
    const { c } = moved('ignore')
    const done = c.of('request.done')
    expect(done.length).toBeGreaterThan(150)
    expect(done.filter((f) => f.at > 1.01 * SEC).every((f) => f.data.outcome === 'error' && f.data.error.startsWith('MOVED'))).toBe(true)
    expect(c.of('client.refreshed')).toEqual([])
  })
})

test('ASK is followed once with ASKING and changes no map', () => {
  const c = new FakeCluster(settings({ load: { rate: 100, reads: 1, hot: 1 } }))
  c.sim.runUntil(100 * MS)
  const slot = keySlot('item:hot')
  const from = c.ownerOf('item:hot')
  const to = from === 'n1' ? 'n2' : 'n1'
  c.node(from).ask.set(slot, to)
  c.node(to).imports.add(slot)
  c.node(to).data.set('item:hot', { value: 'item:hot@1', expireAt: Infinity })
  c.facts.length = 0
  c.sim.runUntil(SEC)
  const done = c.of('request.done')
  expect(done.length).toBeGreaterThan(60)
  expect(done.slice(1).every((f) => f.data.outcome === 'hit' && f.data.attempts === 2 && f.data.node === to)).toBe(true)
  expect(ownerOf(app(c).client.map, slot)).toBe(from)
  expect(c.of('client.redirected').every((f) => f.data.kind === 'ASK')).toBe(true)
})

test('a silent node costs the timeout and the connection; CLUSTERDOWN is retried with back-off', () => {
  const c = new FakeCluster(settings({ load: { rate: 50, reads: 1, hot: 1 }, policy: { timeout: 200 * MS, retries: 2 } }))
  c.sim.runUntil(SEC)
  const owner = c.ownerOf('item:hot')
  c.sim.powerOff(c.sim.process(owner)!)
  c.facts.length = 0
  c.sim.runUntil(4 * SEC)
  expect(c.of('client.connectionLost')).toHaveLength(1)
  expect(c.of('client.connectionLost')[0].data).toEqual({ to: owner, why: 'timeout' })
  // the database steps in
  const done = c.of('request.done').filter((f) => f.at > 2.5 * SEC)
  expect(done.length).toBeGreaterThan(40)
  expect(done.every((f) => f.data.outcome === 'miss' && f.data.node === 'origin')).toBe(true)

  const d = new FakeCluster(settings({ load: { rate: 50, reads: 1 }, policy: { retries: 3, backoff: 10 * MS } }))
  d.sim.runUntil(SEC)
  for (const id of ['n1', 'n2', 'n3']) d.node(id).trouble = 'CLUSTERDOWN The cluster is down'
  d.facts.length = 0
  d.sim.runUntil(2 * SEC)
  expect(
    d
      .of('request.done')
      .filter((f) => f.at > 1.2 * SEC)
      .every((f) => f.data.attempts === 4 && f.data.outcome === 'miss'),
  ).toBe(true)
})

test('a refused node: another is asked, and the map is refreshed from it', () => {
  const c = new FakeCluster(settings({ load: { rate: 100, reads: 1, hot: 1 }, policy: { retries: 5 } }))
  c.put('item:hot', 'item:hot@1')
  c.sim.runUntil(SEC)
  const owner = c.ownerOf('item:hot')
  const heir = owner === 'n1' ? 'n2' : 'n1'
  c.sim.crash(c.sim.process(owner)!)
  for (const id of ['n1', 'n2', 'n3']) if (id !== owner) for (const r of c.node(id).owner) if (r.node === owner) r.node = heir
  c.node(heir).data.set('item:hot', { value: 'item:hot@1', expireAt: Infinity })
  c.facts.length = 0
  c.sim.runUntil(3 * SEC)
  expect(c.of('request.done').filter((f) => f.data.outcome === 'error')).toEqual([])
  expect(
    c
      .of('request.done')
      .filter((f) => f.at > 1.5 * SEC)
      .every((f) => f.data.attempts === 1 && f.data.node === heir),
  ).toBe(true)
})

test('a clone in mid-flow goes on identically, and the step it waits on shows', () => {
  for (const fill of ['none', 'single-flight', 'lock', 'xfetch'] as const) {
    const c = new FakeCluster(
      settings({
        load: { rate: 500, hot: 0.5 },
        policy: { fill, ttl: 300 * MS, l1Ttl: 50 * MS },
        origin: { service: 40 * MS, workers: 4 },
      }),
      { apps: 2 },
    )
    c.sim.runUntil(3 * SEC)
    expect(appInFlight(app(c))).toBeGreaterThan(3)
    expect(waitingFlows(app(c)).map((w) => w.step)).toContain('ask the database')
    const at = c.sim.snapshot()
    const before = c.facts.length
    c.sim.runUntil(4 * SEC)
    const first = c.facts.slice(before)
    const digest = c.sim.digest()
    c.sim.restore(at)
    const again = c.facts.length
    c.sim.runUntil(4 * SEC)
    expect(c.facts.slice(again)).toEqual(first)
    expect(c.sim.digest()).toBe(digest)
  }
})

test('an application survives a crash with the settings of its own', () => {
  const c = new FakeCluster(settings({ load: { rate: 100 } }))
  c.sim.runUntil(SEC)
  c.act('app1', { type: 'policy', process: 'app1', set: { ttl: SEC } })
  c.sim.crash(c.sim.process('app1')!)
  c.sim.runUntil(2 * SEC)
  c.sim.start(c.sim.process('app1')!, false)
  c.facts.length = 0
  c.sim.runUntil(3 * SEC)
  expect(app(c).policy.ttl).toBe(SEC)
  expect(c.of('request.done').length).toBeGreaterThan(60)
})
