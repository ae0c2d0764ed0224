import type { Micros } from '../core/time.ts'
import { MS, SEC } from '../core/time.ts'

/**
 * The decisions of Redis Cluster's protocol, one small pure function each, with the sentence it stands for.
 * The plumbing elsewhere asks here; a misconception is one of these replaced.
 */

export const SLOTS = 16384
export const CRON: Micros = 100 * MS
/** A restarted primary that found its cluster down takes no writes at once. */
export const WRITABLE_DELAY: Micros = 2 * SEC
export const MANUAL_TIMEOUT: Micros = 5 * SEC
export const MANUAL_PAUSE: Micros = 10 * SEC
export const MIGRATION_DELAY: Micros = 5 * SEC
export const FORGET_BAN: Micros = 60 * SEC

/** More than half of the primaries that own slots, the dead ones included. */
export const quorumOf = (primaries: number): number => Math.floor(primaries / 2) + 1

/** A node is suspected (PFAIL) when a ping waits, and nothing at all was heard from it, for longer than the node timeout. */
export const isSilent = (now: Micros, pingSent: Micros, dataReceived: Micros, timeout: Micros): boolean =>
  pingSent !== 0 && Math.min(now - pingSent, now - dataReceived) > timeout

/** A node is pinged when its last pong is older than half the node timeout and no ping waits. */
export const isPingDue = (now: Micros, pingSent: Micros, pongReceived: Micros, timeout: Micros): boolean =>
  pingSent === 0 && now - pongReceived > timeout / 2

/** A link older than the node timeout, on which a ping has waited half of it without any data, is opened anew. */
export const isLinkStuck = (now: Micros, linkCreated: Micros, pingSent: Micros, dataReceived: Micros, timeout: Micros): boolean =>
  pingSent !== 0 && now - linkCreated > timeout && now - pingSent > timeout / 2 && now - dataReceived > timeout / 2

/** A message of gossip tells of a tenth of the nodes, at least three, and never of its sender or receiver. */
export const gossipWanted = (known: number): number => Math.max(0, Math.min(Math.max(3, Math.floor(known / 10)), known - 2))

/** A report of failure counts for twice the node timeout. */
export const isReportValid = (now: Micros, reportedAt: Micros, timeout: Micros): boolean => now - reportedAt <= 2 * timeout

/** PFAIL becomes FAIL when a majority of the slot-owning primaries say so, the observer among them if it is one. */
export const mayMarkFail = (suspected: boolean, failed: boolean, reports: number, isPrimary: boolean, primaries: number): boolean =>
  suspected && !failed && reports + (isPrimary ? 1 : 0) >= quorumOf(primaries)

/** A reachable replica, or primary without slots, is cleared of FAIL at once; a primary with slots after twice the node timeout. */
export const mayClearFail = (now: Micros, isPrimary: boolean, slots: number, failAt: Micros, timeout: Micros): boolean =>
  !isPrimary || slots === 0 || now - failAt > 2 * timeout

/** A node being met is forgotten when it does not answer within the node timeout, at least a second. */
export const handshakeTimeout = (timeout: Micros): Micros => Math.max(timeout, SEC)

/** A primary that was cut off waits the node timeout, at least 0.5 s and at most 5 s, before it takes queries again. */
export const rejoinDelay = (timeout: Micros): Micros => Math.min(Math.max(timeout, 500 * MS), 5 * SEC)

/** Of two claims to a slot the greater configEpoch wins; one that nobody claims any more goes to whoever does. */
export const claimWins = (ownerEpoch: number | null, claimEpoch: number): boolean => ownerEpoch === null || ownerEpoch < claimEpoch

/** Of two primaries with one configEpoch, the one with the lexicographically smaller id takes a new one. */
export const mustYieldEpoch = (mine: string, theirs: string): boolean => mine < theirs

/** Without a vote a node takes a new epoch only when its own is 0 or not the greatest known. */
export const mustBump = (mine: number, greatest: number): boolean => mine === 0 || mine !== greatest

/** Votes are awaited for twice the node timeout, at least two seconds. */
export const voteWindow = (timeout: Micros): Micros => Math.max(2 * timeout, 2 * SEC)

/** A replica schedules its next attempt no earlier than twice that window after the last one's time. */
export const retryAfter = (timeout: Micros): Micros => 2 * voteWindow(timeout)

export const FIXED_DELAY: Micros = 500 * MS
/** The drawn part is a whole number of milliseconds below this. */
export const DRAWN_DELAY_MS = 500
export const RANK_DELAY: Micros = SEC

/** A replica waits 500 ms for FAIL to spread, up to 499 ms drawn, and a second for each sibling with newer data. */
export const electionDelay = (drawn: Micros, rank: number): Micros => FIXED_DELAY + drawn + rank * RANK_DELAY

/** Rank: how many siblings are known to have processed more of the primary's stream. */
export const rankOf = (mine: number, siblings: readonly number[]): number => {
  let rank = 0
  for (const offset of siblings) if (offset > mine) rank++
  return rank
}

/** Age of a replica's data in whole seconds, less the node timeout that the failure took to be seen. */
export const dataAge = (now: Micros, lastIo: Micros, timeout: Micros): Micros => {
  const age = (Math.floor(now / SEC) - Math.floor(lastIo / SEC)) * SEC
  return age > timeout ? age - timeout : age
}

/** Data older than the ping period plus validity-factor node timeouts disqualifies a replica; factor 0 never does. */
export const isDataTooOld = (age: Micros, pingPeriod: Micros, timeout: Micros, factor: number): boolean =>
  factor > 0 && age > pingPeriod + timeout * factor

export interface VoteCase {
  voterIsPrimary: boolean
  voterSlots: number
  requestEpoch: number
  currentEpoch: number
  lastVoteEpoch: number
  requesterIsPrimary: boolean
  primaryKnown: boolean
  primaryFailed: boolean
  forced: boolean
  sinceVoteForThatPrimary: Micros
  timeout: Micros
  /** first claimed slot whose owner has a greater configEpoch than the request; -1 none. */
  newerSlot: number
}

/** Why a vote is refused, or null when it is granted. The order is Redis's: the first reason counts. */
export const whyNoVote = (c: VoteCase): string | null => {
  if (!c.voterIsPrimary) return 'a replica does not vote'
  if (c.voterSlots === 0) return 'a primary without slots does not vote'
  if (c.requestEpoch < c.currentEpoch) return `its epoch ${c.requestEpoch} is older than mine, ${c.currentEpoch}`
  if (c.lastVoteEpoch === c.currentEpoch) return `already voted in epoch ${c.currentEpoch}`
  if (c.requesterIsPrimary) return 'it is a primary'
  if (!c.primaryKnown) return 'its primary is unknown to me'
  if (!c.primaryFailed && !c.forced) return 'its primary is up'
  if (c.sinceVoteForThatPrimary < 2 * c.timeout) return 'voted for a replica of that primary less than twice the node timeout ago'
  if (c.newerSlot >= 0) return `slot ${c.newerSlot} has an owner with a newer configEpoch`
  return null
}

/** An election is won by a majority of the slot-owning primaries. */
export const isElected = (votes: number, primaries: number): boolean => votes >= quorumOf(primaries)

/** A vote counts when it comes from a slot-owning primary that has reached the election's epoch. */
export const countsAsVote = (isPrimary: boolean, slots: number, itsEpoch: number, electionEpoch: number): boolean =>
  isPrimary && slots > 0 && itsEpoch >= electionEpoch

/** Why the cluster is down for this node, or null when it is up. */
export const whyDown = (
  fullCoverage: boolean,
  unowned: number,
  failedOwner: string | null,
  reachable: number,
  primaries: number,
): string | null => {
  if (reachable < quorumOf(primaries)) return `reaches ${reachable} of ${primaries} primaries, needs ${quorumOf(primaries)}`
  if (fullCoverage && unowned > 0) return `${unowned} slots have no owner`
  if (fullCoverage && failedOwner !== null) return `${failedOwner}, which owns slots, has failed`
  return null
}

/** A primary may spare a replica when more good ones are left than the migration barrier. */
export const maySpareReplica = (goodReplicas: number, barrier: number): boolean => goodReplicas > barrier

/** A replica is good while it is online and answered within min-replicas-max-lag whole seconds. */
export const isGoodReplica = (online: boolean, now: Micros, ackAt: Micros, maxLag: number): boolean =>
  online && Math.floor(now / SEC) - Math.floor(ackAt / SEC) <= maxLag

/** Writes depend on good replicas only when both directives are above 0. */
export const isFencing = (minReplicas: number, maxLag: number): boolean => minReplicas > 0 && maxLag > 0

export interface History {
  replid: string
  replid2: string
  secondOffset: number
  /** what the backlog holds: [from, end + 1]. */
  from: number
  end: number
}

/** A replica goes on where it stopped when it asks for a history we share, from a byte that the backlog still holds. */
export const whyFullSync = (h: History, replid: string, next: number): string | null => {
  const current = replid === h.replid
  if (!current && !(replid === h.replid2 && next <= h.secondOffset))
    return replid === h.replid2 ? 'it went past the point where the histories part' : 'its history is another'
  if (next < h.from || next > h.end + 1) return 'the backlog does not reach back that far'
  return null
}
