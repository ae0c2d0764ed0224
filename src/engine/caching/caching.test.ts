import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FillPolicy } from '../action.ts'
import { ADMIN_FLOWS, ADMIN_FLOW_FILE } from '../admin/admin.ts'
import { freezeAnswers } from '../core/flow.ts'
import { MS, SEC } from '../core/time.ts'
import { xfetchMean } from '../laws/stampede.ts'
import { FakeCluster, settings } from '../testing/fake-cluster.ts'
import { waitingFlows, type AppState } from '../client/app.ts'
import { APP_FLOWS, FLOW_FILES } from './registry.ts'

beforeAll(() => freezeAnswers(true))
afterAll(() => freezeAnswers(false))

/** Fills started within a stampede: λ requests a second for one key that is gone, Δ = 1 s. Mean over `rounds`. */
const stampede = (fill: FillPolicy, rate: number, apps: number, rounds: number): number => {
  let fills = 0
  for (let seed = 1; seed <= rounds; seed++) {
    const c = new FakeCluster(
      settings({
        load: { rate, reads: 1, hot: 1 },
        policy: { fill, ttl: 600 * SEC },
        origin: { service: SEC, fixed: true, workers: 10_000, queue: 10_000, timeout: 10 * SEC },
      }),
      { apps, seed },
    )
    c.sim.runUntil(4 * SEC)
    fills += c.of('origin.query').length
  }
  return fills / rounds
}

test('stampede: λ = 50, Δ = 1 s → 1 + λΔ = 51 queries', () => {
  const rounds = 40
  expect(Math.abs(stampede('none', 50, 2, rounds) - 51)).toBeLessThan(3 * Math.sqrt(50 / rounds))
})

test('single-flight: one query a process; a waiting lock: one query', () => {
  expect(stampede('single-flight', 50, 3, 5)).toBe(3)
  expect(stampede('lock', 100, 3, 5)).toBe(1)
})

test('XFetch recomputes e^(1/β) times a cycle on average', () => {
  freezeAnswers(false)
  const c = new FakeCluster(
    settings({
      load: { rate: 400, reads: 1, hot: 1 },
      policy: { fill: 'xfetch', beta: 1, ttl: SEC },
      origin: { service: 50 * MS, fixed: true, workers: 1000, queue: 1000, timeout: 10 * SEC },
    }),
  )
  let queries = 0
  let cycles = 0
  let last = -Infinity
  c.sim.observe({
    onFact(f) {
      c.facts.length = 0
      if (f.type !== 'fill.started' || !f.data.early) return
      if (f.at - last > 300 * MS) cycles++
      last = f.at
      queries++
    },
  })
  c.sim.runUntil(1000 * SEC)
  freezeAnswers(true)
  expect(cycles).toBeGreaterThan(900)
  // standard deviation of one cycle's count √(m(m−1)) = 2.16: three standard errors
  expect(Math.abs(queries / cycles - xfetchMean(1))).toBeLessThan((3 * 2.16) / Math.sqrt(cycles))
})

test('writing deletes the cached copy after the row, then tells the L1s; stale until told', () => {
  const c = new FakeCluster(
    settings({
      load: { rate: 200, reads: 1, hot: 1 },
      policy: { l1Ttl: 60 * SEC, ttl: 600 * SEC },
      origin: { service: 10 * MS, fixed: true },
    }),
    { apps: 2, nodes: 1 },
  )
  c.sim.runUntil(3 * SEC)
  c.act('app2', { type: 'subscription', process: 'app2', on: false })
  c.facts.length = 0
  c.act('app1', { type: 'updateRow' })
  c.sim.runUntil(6 * SEC)
  expect(c.of('row.updated').map((f) => f.data)).toEqual([{ key: 'item:hot', version: 2 }])
  expect(c.of('invalidation.received').map((f) => f.process)).toEqual(['app1'])
  const last = (id: string) => c.of('request.done').findLast((f) => f.process === id && f.data.op === 'read')!.data
  expect(last('app1')).toMatchObject({ outcome: 'l1', version: 2 })
  // nobody told app2: it goes on serving the old version, and does so after it listens again
  expect(last('app2')).toMatchObject({ outcome: 'l1', version: 1 })
  c.act('app2', { type: 'subscription', process: 'app2', on: true })
  c.sim.runUntil(8 * SEC)
  expect((c.sim.process('app2')!.state as AppState).subscription.on).toBe(true)
  expect(last('app2')).toMatchObject({ outcome: 'l1', version: 1 })
})

test('expiring the hot key tells whether it was there', () => {
  const c = new FakeCluster(settings({ load: { rate: 0 } }))
  c.put('item:hot', 'item:hot@1')
  c.sim.runUntil(SEC)
  c.act('app1', { type: 'expireHot' })
  c.sim.runUntil(2 * SEC)
  c.act('app1', { type: 'expireHot' })
  c.sim.runUntil(3 * SEC)
  expect(c.of('hot.expired').map((f) => f.data.existed)).toEqual([true, false])
})

test('L1 is bounded', () => {
  const c = new FakeCluster(settings({ load: { rate: 2000, zipf: 0 }, policy: { l1Ttl: 60 * SEC, l1Size: 50 } }))
  c.sim.runUntil(3 * SEC)
  expect((c.sim.process('app1')!.state as AppState).near.entries.size).toBe(50)
})

test('every label of a step stands literally in its flow’s source, once a file', () => {
  const source = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
  const labels = (text: string) =>
    text
      .split('\n')
      .flatMap((line) => (line.includes('yield*') ? [...line.matchAll(/'([^']*)'/g)].map((m) => m[1]).filter((l) => l.includes(' ')) : []))
  for (const file of new Set([...Object.values(FLOW_FILES), ADMIN_FLOW_FILE])) {
    const found = labels(source(file))
    expect(found.length, file).toBeGreaterThan(0)
    expect(new Set(found).size, `${file}: ${found.join(', ')}`).toBe(found.length)
  }
  expect(Object.keys(FLOW_FILES)).toEqual(Object.keys(APP_FLOWS))
  expect(Object.keys(ADMIN_FLOWS)).toHaveLength(6)
  expect(readdirSync(join(import.meta.dirname))).toContain('xfetch.ts')
})

test('the labels seen in runs stand in the files named for their flows', () => {
  for (const fill of ['none', 'single-flight', 'lock', 'xfetch'] as const) {
    const c = new FakeCluster(
      settings({ load: { rate: 2000, hot: 0.2 }, policy: { fill, ttl: 200 * MS, l1Ttl: 20 * MS }, origin: { service: 20 * MS } }),
      { apps: 2 },
    )
    const seen = new Map<string, Set<string>>()
    for (let i = 0; i < 400; i++) {
      c.sim.runUntil(SEC + i * 3 * MS)
      for (const f of waitingFlows(c.sim.process('app1')!.state as AppState)) seen.set(f.flow, (seen.get(f.flow) ?? new Set()).add(f.step))
    }
    for (const [flow, steps] of seen) {
      const text = readFileSync(join(import.meta.dirname, '..', FLOW_FILES[flow]), 'utf8')
      for (const step of steps) expect(text, flow).toContain(`'${step}'`)
    }
    expect(seen.size).toBeGreaterThan(1)
  }
})
