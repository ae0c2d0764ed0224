import { expect, test } from 'vitest'
import { SMALLER_ID_BUMPS, SMALLEST_MIGRATES, epochCollision, manualFailover, replicaMigration } from './cluster-decisions.ts'

test('an orphaned primary gets the spare replica with the smallest id, after FAIL and five seconds: recorded 8.07 s, seen at 8.8 and 9.0 s', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const { outcome, ms, seen } = replicaMigration(seed)
    expect(outcome).toBe(SMALLEST_MIGRATES)
    expect(ms).toBeGreaterThan(7_500)
    expect(ms).toBeLessThan(8_700)
    expect(seen).toBeLessThan(9_800)
  }
})

test('two primaries with one configEpoch: the one with the smaller id bumps, within a second or so: recorded 0.1 to 0.9 s', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { outcome, ms } = epochCollision(seed)
    expect(outcome).toBe(SMALLER_ID_BUMPS)
    expect(ms).toBeLessThan(1_500)
  }
})

test('a manual failover loses nothing and takes a few ms; FORCE on a living primary loses acknowledged writes; TAKEOVER asks nobody', () => {
  const plain = manualFailover('plain', 1)
  expect(plain).toMatchObject({ outcome: 'promoted, no write lost', lost: 0, waited: false })
  expect(plain.promoted).toBeLessThan(20)
  const force = manualFailover('FORCE', 1)
  expect(force.outcome).toBe('promoted, acknowledged writes lost')
  expect(force.promoted).toBeLessThan(150)
  const takeover = manualFailover('TAKEOVER', 1)
  expect(takeover.promoted).toBeLessThan(5)
})

test('a replica that was elected before sits out its retry window: recorded 1.4 to 2.4 s', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const { promoted, lost } = manualFailover('plain', seed, true)
    // retry window 8 s; two hand-overs stood between, each settled
    expect(promoted).toBeGreaterThan(500)
    expect(promoted).toBeLessThan(5_000)
    expect(lost).toBe(0)
  }
})
