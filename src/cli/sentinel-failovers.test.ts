import { describe, expect, test } from 'vitest'
import { runSentinelFailover, type SentinelRun, type SentinelSetting } from './sentinel-failovers.ts'

/** Ranges of the recordings of Redis 7.0.15 at down-after 2 s, with room for the 10 to 19 Hz timer: a tick lasts 52 to 100 ms. */
const TICK = 100

const runs = (setting: SentinelSetting, seeds: number, from = 1): SentinelRun[] =>
  Array.from({ length: seeds }, (_, i) => runSentinelFailover(from + i, setting))

const least = (times: Record<string, number>): number => Math.min(...Object.values(times))

describe('three Sentinels, quorum 2', () => {
  const all = runs({ sentinels: 3, quorum: 2, rejoinAfterMs: 3000 }, 12)

  test('a killed primary is replaced down-after + 1.13 to 1.25 s later, a tick more or less', () => {
    for (const r of all) {
      expect(r.outcome).toBe('failed over')
      expect(least(r.sdown)).toBeGreaterThanOrEqual(2000)
      expect(least(r.sdown)).toBeLessThan(2148 + TICK)
      expect(least(r.odown)).toBeLessThan(2181 + TICK)
      expect(r.elected! - r.tried!).toBeLessThanOrEqual(TICK)
      expect(r.writable!).toBeGreaterThan(3127 - TICK)
      expect(r.writable!).toBeLessThan(3248 + TICK)
      expect(r.ended! - r.promotedAt!).toBeGreaterThan(1000)
      expect(r.ended! - r.promotedAt!).toBeLessThan(1178 + TICK)
    }
  })

  test('the others switch at the next hello, the leader when the replicas follow', () => {
    for (const r of all) {
      const times = Object.values(r.switched).sort((a, b) => a - b)
      expect(times.length).toBe(3)
      expect(times[1] - r.promotedAt!).toBeLessThan(TICK + 10)
      expect(times[2]).toBe(r.ended)
    }
  })

  test('the old primary, back, takes writes for ten seconds and a bit before it is made a replica', () => {
    for (const r of all) {
      expect(r.writableOldMs!).toBeGreaterThan(10_000 - 1)
      expect(r.writableOldMs!).toBeLessThan(10_653 + 3 * TICK)
    }
  })

  test('between equal replicas the run id decides, which is chance', () => {
    expect(new Set(all.map((r) => r.promoted))).toEqual(new Set(['n2', 'n3']))
  })
})

describe('who may decide', () => {
  test('the quorum only makes ODOWN: with two of three dead and quorum 2 there is none', () => {
    for (const r of runs({ sentinels: 3, quorum: 2, dead: ['s2', 's3'] }, 3)) {
      expect(Object.keys(r.sdown)).toEqual(['s1'])
      expect(r.odown).toEqual({})
      expect(r.attempts).toBe(0)
    }
  })

  test('a leader needs the majority of known Sentinels: with quorum 1 and two of three dead it tries and is never elected', () => {
    for (const r of runs({ sentinels: 3, quorum: 1, dead: ['s2', 's3'], failoverTimeoutMs: 6000, watchMs: 36_000 }, 3)) {
      expect(r.attempts).toBe(3)
      expect(r.notElected).toBe(3)
      expect(r.outcome).toBe('no failover')
    }
  })

  test('one Sentinel with quorum 1 fails over; with quorum 2 never', () => {
    for (const r of runs({ sentinels: 1, quorum: 1 }, 3)) expect(r.outcome).toBe('failed over')
    for (const r of runs({ sentinels: 1, quorum: 2 }, 3)) expect(r.outcome).toBe('no failover')
  })

  test('two Sentinels, one dead: neither quorum helps', () => {
    for (const quorum of [1, 2]) for (const r of runs({ sentinels: 2, quorum, dead: ['s2'] }, 2)) expect(r.outcome).toBe('no failover')
  })

  test('the smaller replica-priority wins; 0 is never promoted', () => {
    for (const r of runs({ sentinels: 3, quorum: 2, priorities: [100, 10] }, 3)) expect(r.promoted).toBe('n3')
    for (const r of runs({ sentinels: 3, quorum: 2, priorities: [100, 0] }, 3)) expect(r.promoted).toBe('n2')
  })

  test('a vote can be split (regression) with this seed', () => {
    const r = runSentinelFailover(180, { sentinels: 3, quorum: 2 })
    expect(r.splitVotes).toBeGreaterThan(0)
    expect(r.outcome).toBe('failed over')
  })
})
