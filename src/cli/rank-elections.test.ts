import { describe, expect, it } from 'vitest'
import { rankElection } from './rank-elections.ts'

describe('a replica 26 MB behind', () => {
  it('waits a second for its rank, and loses to the one with newer data', () => {
    const t = rankElection(3, false)
    expect(t.winner).toBe('fresh')
    expect(t.fresh).toMatchObject({ rank: 0 })
    expect(t.stale).toMatchObject({ rank: 1 })
    expect(t.fresh!.offset - t.stale!.offset).toBeGreaterThan(26_000_000)
  })

  it('wins when the other sits out the retry window of an election a moment ago', () => {
    const t = rankElection(2, true)
    expect(t).toMatchObject({ winner: 'stale', fresh: null, stale: { rank: 1 } })
    expect(t.promoted).toBeGreaterThan(3500)
    expect(t.promoted).toBeLessThan(6500)
  })
})
