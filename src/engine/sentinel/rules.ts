import type { Micros } from '../core/time.ts'
import { INFO_PERIOD, PING_PERIOD, type Peer, type Primary, type Replica } from './state.ts'

/** Sentinel's decisions, each a small function of what one Sentinel knows. Sentences: redis.io, High availability with Redis Sentinel. */

/** SDOWN: no valid answer for down-after-milliseconds, or a primary that says it is a replica for down-after and two INFO periods. */
export const isSilentTooLong = (silent: Micros, downAfter: Micros, demotedFor: Micros): boolean =>
  silent > downAfter || demotedFor > downAfter + INFO_PERIOD * 2

/** The others that hold the primary to be down. */
export const odownVotes = (p: Primary): Peer[] => [...p.sentinels.values()].filter((s) => s.primaryDown)

/** Sentinels ever met, this one included: the dead ones count too. */
export const knownSentinels = (p: Primary): number => p.sentinels.size + 1

/** "Failover authorised only by the majority of all the Sentinel processes", and by the quorum where that is greater. */
export const votesNeeded = (p: Primary): number => Math.max(Math.floor(knownSentinels(p) / 2) + 1, p.quorum)

/** After an attempt, or a vote for another's, a Sentinel waits twice the failover timeout before its own. */
export const nextAttemptAt = (p: Primary): Micros => p.failover.startedAt + p.failoverTimeout * 2

/** Why a replica may not be promoted; null when it may. */
export const whyNotPromote = (p: Primary, r: Replica, now: Micros): string | null => {
  if (r.sdown) return 'it is down too (SDOWN)'
  if (r.link.disconnected) return 'there is no connection to it'
  if (now - r.link.lastAvailable > PING_PERIOD * 5) return 'its last answer to a PING is older than 5 s'
  if (r.priority === 0) return 'replica-priority 0: never promoted'
  const fresh = p.sdown ? PING_PERIOD * 5 : INFO_PERIOD * 3
  if (r.infoAt === 0 || now - r.infoAt > fresh) return `its last INFO is older than ${fresh / 1_000_000} s`
  const most = p.downAfter * 10 + (p.sdown ? now - p.sdownSince : 0)
  return r.primaryLinkDown > most ? 'it had lost its primary for too long: its data is old' : null
}

/** Best first: the lower priority number, then the greater offset, then the smaller run id. */
export const betterReplica = (x: Replica, y: Replica): number => {
  if (x.priority !== y.priority) return x.priority - y.priority
  if (x.offset !== y.offset) return y.offset - x.offset
  if (x.runid === y.runid) return 0
  if (x.runid === '' || y.runid === '') return x.runid === '' ? 1 : -1
  return x.runid < y.runid ? -1 : 1
}

/** The replica to promote, if one is fit. */
export const selectReplica = (p: Primary, now: Micros): Replica | undefined =>
  [...p.replicas.values()].filter((r) => whyNotPromote(p, r, now) === null).sort(betterReplica)[0]

/** It answers as a primary, is not down, and said so within two INFO periods. */
export const primaryLooksSane = (p: Primary, now: Micros): boolean =>
  p.roleReported === 'primary' && !p.sdown && !p.odown && now - p.infoAt < INFO_PERIOD * 2
