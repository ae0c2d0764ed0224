import { describe, expect, it } from 'vitest'
import { scenarioById } from '../content/scenarios/index.ts'
import { SEC } from '../engine/core/time.ts'
import { fifoHitRatio, lruHitRatio } from '../engine/laws/cache.ts'
import type { NodeState } from '../engine/redis/state.ts'
import type { MetricWindow } from './frame.ts'
import { inspect } from './inspect.ts'
import { Session } from './session.ts'

describe('a cache too small', () => {
  const scenario = scenarioById('too-small')!
  const s = new Session(scenario, 7)
  const sum = (metric: 'hits' | 'misses' | 'evicted' | 'oom' | 'errors', windows: readonly MetricWindow[]) =>
    windows.reduce((n, w) => n + w[metric], 0)
  const run = (seconds: number): readonly MetricWindow[] => {
    const from = s.now
    s.advance(from + seconds * SEC)
    return s.metrics.windows.filter((w) => w.at >= from)
  }
  const ratio = (windows: readonly MetricWindow[]) => sum('hits', windows) / (sum('hits', windows) + sum('misses', windows))
  const set = (directive: string, value: string) => s.dispatch({ type: 'config', process: '*', directive, value })
  const held = () => (s.sim.process('n1')!.state as NodeState).keys.size

  it('hits as often as Che’s approximation says, within two hundredths', () => {
    s.advance(10 * SEC)
    const windows = run(10)
    expect(Math.abs(ratio(windows) - lruHitRatio(scenario.load.keys, scenario.load.zipf, held()))).toBeLessThan(0.02)
    expect(sum('evicted', windows)).toBeGreaterThan(1000)
    expect(windows.at(-1)!.memory).toBeLessThan(1_510_000)
    expect(inspect(s.sim.world, 'n1').why?.headline).toContain('evicts keys')
  })

  it('with random eviction as Gelenbe’s formula says', () => {
    set('maxmemory-policy', 'allkeys-random')
    s.advance(s.now + 15 * SEC)
    expect(Math.abs(ratio(run(10)) - fifoHitRatio(scenario.load.keys, scenario.load.zipf, held()))).toBeLessThan(0.02)
  })

  it('with noeviction every fill fails, and the node says why', () => {
    set('maxmemory-policy', 'noeviction')
    const windows = run(5)
    expect(sum('evicted', windows)).toBe(0)
    expect(sum('oom', windows)).toBeGreaterThan(100)
    const { why, rows } = inspect(s.sim.world, 'n1')
    expect(why?.headline).toContain('OOM')
    expect(why?.evidence[1].text).toBe('nothing is evicted: the policy is noeviction')
    expect(rows.find((r) => r.label === 'maxmemory-policy')?.value).toBe('noeviction')
  })

  it('with room for all nothing goes any more', () => {
    set('maxmemory', '0')
    run(1)
    const windows = run(3)
    expect(sum('evicted', windows) + sum('oom', windows)).toBe(0)
    expect(windows.at(-1)!.maxmemory).toBe(0)
  })
})
