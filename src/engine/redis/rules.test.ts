import { describe, expect, it } from 'vitest'
import { MS, SEC } from '../core/time.ts'
import {
  claimWins,
  countsAsVote,
  dataAge,
  electionDelay,
  gossipWanted,
  handshakeTimeout,
  isDataTooOld,
  isElected,
  isLinkStuck,
  isPingDue,
  isReportValid,
  isSilent,
  mayClearFail,
  mayMarkFail,
  maySpareReplica,
  mustBump,
  mustYieldEpoch,
  quorumOf,
  rankOf,
  rejoinDelay,
  retryAfter,
  voteWindow,
  whyDown,
  whyFullSync,
  whyNoVote,
  type VoteCase,
} from './rules.ts'

const T = 5 * SEC

describe('suspicion and verdict', () => {
  it('a majority of the slot-owning primaries, the dead one included', () => {
    expect([1, 2, 3, 4, 5, 6].map(quorumOf)).toEqual([1, 2, 2, 3, 3, 4])
  })
  it('a node is suspected after the node timeout without a pong and without any data', () => {
    expect(isSilent(10 * SEC, 4 * SEC, 4 * SEC, T)).toBe(true)
    expect(isSilent(10 * SEC, 5 * SEC, 4 * SEC, T)).toBe(false)
    expect(isSilent(10 * SEC, 4 * SEC, 9 * SEC, T)).toBe(false)
  })
  it('without a ping that waits nobody is suspected', () => {
    expect(isSilent(100 * SEC, 0, 0, T)).toBe(false)
  })
  it('a node is pinged when its last pong is older than half the node timeout', () => {
    expect(isPingDue(10 * SEC, 0, 7.5 * SEC - 1, T)).toBe(true)
    expect(isPingDue(10 * SEC, 0, 7.5 * SEC, T)).toBe(false)
    expect(isPingDue(10 * SEC, 9 * SEC, 0, T)).toBe(false)
  })
  it('a link on which a ping waits half the node timeout is opened anew', () => {
    expect(isLinkStuck(10 * SEC, 1 * SEC, 7 * SEC, 7 * SEC, T)).toBe(true)
    expect(isLinkStuck(10 * SEC, 6 * SEC, 7 * SEC, 7 * SEC, T)).toBe(false)
    expect(isLinkStuck(10 * SEC, 1 * SEC, 7 * SEC, 9 * SEC, T)).toBe(false)
  })
  it('gossip tells of a tenth of the nodes, at least three', () => {
    expect([1, 2, 3, 6, 30, 50, 100].map(gossipWanted)).toEqual([0, 0, 1, 3, 3, 5, 10])
  })
  it('a report counts for twice the node timeout', () => {
    expect(isReportValid(10 * SEC, 0, T)).toBe(true)
    expect(isReportValid(10 * SEC + 1, 0, T)).toBe(false)
  })
  it('FAIL needs a majority of primaries, and the observer must suspect the node itself', () => {
    expect(mayMarkFail(true, false, 1, true, 3)).toBe(true)
    expect(mayMarkFail(true, false, 1, false, 3)).toBe(false)
    expect(mayMarkFail(true, false, 2, false, 3)).toBe(true)
    expect(mayMarkFail(false, false, 3, true, 3)).toBe(false)
  })
  it('FAIL of a replica or an empty primary is cleared at once, of a primary with slots after twice the node timeout', () => {
    expect(mayClearFail(0, false, 0, 0, T)).toBe(true)
    expect(mayClearFail(0, true, 0, 0, T)).toBe(true)
    expect(mayClearFail(10 * SEC, true, 1, 0, T)).toBe(false)
    expect(mayClearFail(10 * SEC + 1, true, 1, 0, T)).toBe(true)
  })
  it('a handshake lasts the node timeout, at least a second', () => {
    expect([handshakeTimeout(500 * MS), handshakeTimeout(T)]).toEqual([SEC, T])
  })
})

describe('state', () => {
  it('a primary back from a minority waits the node timeout, from 0.5 s to 5 s', () => {
    expect([100 * MS, 2 * SEC, 15 * SEC].map(rejoinDelay)).toEqual([500 * MS, 2 * SEC, 5 * SEC])
  })
  it('down: a slot without an owner, or its owner in FAIL, where full coverage is required', () => {
    expect(whyDown(true, 1, null, 3, 3)).not.toBeNull()
    expect(whyDown(true, 0, 'n1', 2, 3)).not.toBeNull()
    expect(whyDown(false, 1, 'n1', 2, 3)).toBeNull()
  })
  it('down: fewer than a majority of the primaries reached, whatever the coverage', () => {
    expect(whyDown(false, 0, null, 1, 3)).not.toBeNull()
    expect(whyDown(true, 0, null, 2, 3)).toBeNull()
  })
})

describe('claims and epochs', () => {
  it('the greater configEpoch wins; an equal one does not', () => {
    expect([claimWins(null, 0), claimWins(3, 4), claimWins(4, 4), claimWins(5, 4)]).toEqual([true, true, false, false])
  })
  it('at a collision the smaller id takes a new epoch', () => {
    expect([mustYieldEpoch('a', 'b'), mustYieldEpoch('b', 'a')]).toEqual([true, false])
  })
  it('without consensus only an epoch that is 0, or not the greatest, is raised', () => {
    expect([mustBump(0, 0), mustBump(4, 7), mustBump(7, 7)]).toEqual([true, true, false])
  })
})

describe('election', () => {
  it('500 ms, up to 499 drawn, a second for each sibling with newer data', () => {
    expect([electionDelay(0, 0), electionDelay(499 * MS, 0), electionDelay(0, 2)]).toEqual([500 * MS, 999 * MS, 2500 * MS])
    expect([rankOf(10, [9, 10]), rankOf(10, [11, 12, 3])]).toEqual([0, 2])
  })
  it('votes are awaited max(2T, 2 s), the next attempt comes after twice that', () => {
    expect([voteWindow(500 * MS), voteWindow(T), retryAfter(T)]).toEqual([2 * SEC, 10 * SEC, 20 * SEC])
  })
  it('data age counts whole seconds, less the node timeout', () => {
    expect(dataAge(9.9 * SEC, 1.9 * SEC, T)).toBe(3 * SEC)
    expect(dataAge(4.1 * SEC, 1.9 * SEC, T)).toBe(3 * SEC)
  })
  it('older than ping period + T × factor disqualifies; factor 0 never does', () => {
    expect(isDataTooOld(61 * SEC, 10 * SEC, T, 10)).toBe(true)
    expect(isDataTooOld(60 * SEC, 10 * SEC, T, 10)).toBe(false)
    expect(isDataTooOld(1e9 * SEC, 10 * SEC, T, 0)).toBe(false)
  })
  it('won by a majority of the primaries that own slots', () => {
    expect([isElected(1, 3), isElected(2, 3), isElected(2, 4)]).toEqual([false, true, false])
  })
  it('a vote counts from a primary with slots that has reached the epoch', () => {
    expect([countsAsVote(true, 1, 7, 7), countsAsVote(false, 1, 7, 7), countsAsVote(true, 0, 7, 7), countsAsVote(true, 1, 6, 7)]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  const granted: VoteCase = {
    voterIsPrimary: true,
    voterSlots: 5461,
    requestEpoch: 7,
    currentEpoch: 7,
    lastVoteEpoch: 6,
    requesterIsPrimary: false,
    primaryKnown: true,
    primaryFailed: true,
    forced: false,
    sinceVoteForThatPrimary: Infinity,
    timeout: T,
    newerSlot: -1,
  }
  it('grants when every condition holds', () => expect(whyNoVote(granted)).toBeNull())
  it.each<[string, Partial<VoteCase>]>([
    ['the voter is a replica', { voterIsPrimary: false }],
    ['the voter owns no slots', { voterSlots: 0 }],
    ['the request is of an older epoch', { requestEpoch: 6 }],
    ['the voter voted in this epoch', { lastVoteEpoch: 7 }],
    ['the requester is a primary', { requesterIsPrimary: true }],
    ['its primary is unknown', { primaryKnown: false }],
    ['its primary is not in FAIL', { primaryFailed: false }],
    ['a vote for that primary was given within twice the node timeout', { sinceVoteForThatPrimary: 2 * T - 1 }],
    ['a claimed slot has an owner with a newer configEpoch', { newerSlot: 12 }],
  ])('denies when %s', (_, change) => expect(whyNoVote({ ...granted, ...change })).not.toBeNull())
  it('a manual failover needs no FAIL', () => expect(whyNoVote({ ...granted, primaryFailed: false, forced: true })).toBeNull())
})

describe('replicas', () => {
  it('a primary spares a replica when more than the barrier are left', () => {
    expect([maySpareReplica(1, 1), maySpareReplica(2, 1)]).toEqual([false, true])
  })
  it('a partial resynchronisation needs a shared history and the missing bytes in the backlog', () => {
    const h = { replid: 'a', replid2: 'b', secondOffset: 101, from: 50, end: 200 }
    expect(whyFullSync(h, 'a', 201)).toBeNull()
    expect(whyFullSync(h, 'a', 49)).not.toBeNull()
    expect(whyFullSync(h, 'a', 202)).not.toBeNull()
    expect(whyFullSync(h, 'b', 101)).toBeNull()
    expect(whyFullSync(h, 'b', 102)).not.toBeNull()
    expect(whyFullSync(h, 'c', 60)).not.toBeNull()
  })
})
