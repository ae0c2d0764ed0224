import { describe, expect, it } from 'vitest'
import type { MetricWindow } from '../../lab/frame.ts'
import { hitRatio, requestRate, thin, TRACES, valueNow, WINDOW_US } from './series.ts'
import { WINDOW } from '../../engine/observe/metrics.ts'

const window = (patch: Partial<MetricWindow> = {}): MetricWindow => ({
  at: 0,
  requests: 100,
  errors: 0,
  hits: 60,
  misses: 20,
  l1Hits: 10,
  p50: 700,
  p99: 4000,
  originQueries: 20,
  originQueue: 0,
  moved: 0,
  ask: 0,
  stale: 0,
  lag: 0,
  ops: { n1: 10 },
  apps: {},
  lost: 0,
  evicted: 0,
  oom: 0,
  memory: 2_000_000,
  maxmemory: 0,
  ...patch,
})

describe('series', () => {
  it('cuts time as the engine does', () => expect(WINDOW_US).toBe(WINDOW))
  it('counts an L1 hit as a hit', () => expect(hitRatio(window())).toBeCloseTo(7 / 9))
  it('has no ratio without reads', () => expect(hitRatio(window({ hits: 0, misses: 0, l1Hits: 0 }))).toBeNull())
  it('shows rates a second', () => {
    const origin = TRACES.find((t) => t.id === 'origin')!
    expect(
      valueNow(
        origin,
        Array.from({ length: 8 }, () => window()),
      ),
    ).toBe(80)
  })
  it('rounds the request rate', () => {
    expect(requestRate([window()])).toBeNull()
    expect(requestRate(Array.from({ length: 16 }, (_, i) => window({ requests: 100 + (i % 3) })))).toBe(400)
  })
  it('thins without losing counts', () => {
    const rows = thin(
      Array.from({ length: 1000 }, () => window()),
      120,
    )
    expect(rows.length).toBeLessThanOrEqual(120)
    expect(rows.reduce((sum, r) => sum + r.window.requests, 0)).toBe(100_000)
  })
})
