import { describe, expect, it } from 'vitest'
import { EVICTION_BOUND, evictionRun, exactLru, outOfRank, recordedEvictions } from './eviction-runs.ts'

/** A part of npm run evictions: one trace, one row a way of choosing. */
describe('a cache too small, beside a recorded Redis 7.0.15', () => {
  const chosen = ['fast-allkeys-lru-1', 'fast-volatile-ttl-1', 'fast-allkeys-lfu-1']
  const rows = recordedEvictions()
    .filter((row) => chosen.includes(row.run))
    .map((row) => ({ row, ours: evictionRun(row) }))

  it.each(rows.map((r) => [r.row.run, r] as const))('%s: as many hits, within a hundredth', (_run, { row, ours }) => {
    expect(rows.length).toBe(3)
    expect(Math.abs(ours.hitRatio - row.hit_ratio)).toBeLessThanOrEqual(EVICTION_BOUND)
    expect(Math.abs(ours.resident - row.resident_keys_end)).toBeLessThanOrEqual(2)
  })

  it('an exact LRU hits as the recordings’ own replay says', () => {
    for (const row of recordedEvictions()) expect(exactLru(row)).toBeCloseTo(row.reference_exact_LRU_same_capacity, 3)
  })

  it('the policies rank as recorded', () => expect(outOfRank(rows)).toEqual([]))
})
