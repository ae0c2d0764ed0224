import { expect, it } from 'vitest'
import { sentinelSwarm } from './swarm-sentinel.ts'
import { newTally, RARE, type Tally } from './swarm-world.ts'
import { swarm } from './swarm.ts'

/** A short, fixed version of npm run swarm. */
it('random clusters keep every invariant and become whole again, random Sentinels agree again', () => {
  const tally = newTally()
  for (let seed = 1; seed <= 6; seed++) expect({ seed, broken: swarm(seed, 40, tally).broken }).toEqual({ seed, broken: [] })
  for (let seed = 1; seed <= 12; seed++) expect({ seed, broken: sentinelSwarm(seed, 40, tally).broken }).toEqual({ seed, broken: [] })
  for (const [what, times] of Object.entries(tally)) if (!RARE.has(what as keyof Tally)) expect(times, what).toBeGreaterThan(0)
}, 120_000)

/** Seeds that once failed stay. */
it.each([
  [8, 'a node forgotten while it was stopped'],
  [19, 'slots that moved while their old owner was cut off'],
  [41, 'slots whose stale owner has the greater epoch'],
  [272, 'a primary stopped in the middle of an import, and deposed'],
  [780, 'a slot left open, whose owner was deposed meanwhile'],
  [306, 'a slot that two nodes hold to be the other’s: the operator gives it out anew'],
  [379, 'the winner of an epoch, a replica until then, votes for another in it'],
  [4148, 'a slot that the importing node knows no owner of: fix gives up, the operator closes it there'],
  [6007, 'a voter that was stopped wakes between two elections: its late vote counts for the second'],
  [293, 'an epoch taken without consensus that an election had taken too'],
])(
  '(regression) seed %i: %s',
  (seed) => {
    expect(swarm(seed, 60, newTally()).broken).toEqual([])
  },
  120_000,
)

it('(regression) a replica of a replica learns the new history when the one above it is promoted', () => {
  expect(sentinelSwarm(5049, 60, newTally()).broken).toEqual([])
}, 60_000)

it('(regression) a deposed primary that Sentinel chooses again, and a node that hears of its promotion too late', () => {
  for (const seed of [56, 95]) expect(sentinelSwarm(seed, 60, newTally()).broken).toEqual([])
}, 60_000)

it('(regression) a Sentinel stopped amid its failover that hears of a newer one back to its old primary: an operator must ask for another', () => {
  const tally = newTally()
  expect(sentinelSwarm(45, 60, tally).broken).toEqual([])
  expect(tally.sentinelMended).toBe(1)
}, 60_000)
