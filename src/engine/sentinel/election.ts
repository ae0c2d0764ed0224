import type { Context } from '../core/process.ts'
import { below } from '../core/random.ts'
import { MS } from '../core/time.ts'
import { publishEvent, publishText } from './events.ts'
import { sentinelNamed } from './instances.ts'
import { votesNeeded } from './rules.ts'
import { MAX_DESYNC_MS, type Primary, type SentinelState } from './state.ts'

/** Election of the Sentinel that leads a failover: one vote an epoch, first come first served. */

/** Up to a second of chance, so that Sentinels do not always begin together. */
export const desync = (ctx: Context): number => below(ctx.random('desync'), MAX_DESYNC_MS) * MS

/** Takes over a greater epoch. */
export const raiseEpoch = (state: SentinelState, epoch: number, ctx: Context): void => {
  if (epoch <= state.currentEpoch) return
  state.currentEpoch = epoch
  publishText(state, '+new-epoch', String(epoch), ctx)
}

/**
 * Votes for whoever asks first in an epoch; later askers hear whom. Voting for another puts off an attempt of its own.
 * Returns the vote and its epoch.
 */
export const voteLeader = (
  state: SentinelState,
  p: Primary,
  epoch: number,
  candidate: string,
  ctx: Context,
): { leader: string; epoch: number } => {
  raiseEpoch(state, epoch, ctx)
  if (p.leaderEpoch < epoch && state.currentEpoch <= epoch) {
    p.leader = candidate
    p.leaderEpoch = state.currentEpoch
    const own = candidate === state.id
    const fact = ctx.emit('sentinel.voted', { to: sentinelNamed(state, p, candidate), epoch: p.leaderEpoch, own }, [p.failover.fact])
    publishText(state, '+vote-for-leader', `${candidate} ${p.leaderEpoch}`, ctx)
    if (!own) {
      p.failover.startedAt = ctx.now + desync(ctx)
      p.failover.fact = fact
    }
  }
  return { leader: p.leader, epoch: p.leaderEpoch }
}

export interface Count {
  /** '' = nobody has enough. */
  winner: string
  votes: number
  needed: number
}

/** Counts the votes of an epoch as far as they are known here. A Sentinel that has not voted joins the front runner, or votes for itself. */
export const countVotes = (state: SentinelState, p: Primary, epoch: number, ctx: Context): Count => {
  const votes = new Map<string, number>()
  const count = (leader: string) => votes.set(leader, (votes.get(leader) ?? 0) + 1)
  for (const s of p.sentinels.values()) if (s.leader !== '' && s.leaderEpoch === state.currentEpoch) count(s.leader)
  let winner = ''
  for (const [leader, n] of votes) if (winner === '' || n > votes.get(winner)!) winner = leader
  const mine = voteLeader(state, p, epoch, winner === '' ? state.id : winner, ctx)
  if (mine.leader !== '' && mine.epoch === epoch) {
    count(mine.leader)
    if (winner === '' || votes.get(mine.leader)! > votes.get(winner)!) winner = mine.leader
  }
  const needed = votesNeeded(p)
  const most = votes.get(winner) ?? 0
  return { winner: most >= needed ? winner : '', votes: most, needed }
}

/** Votes for this Sentinel in an epoch, as far as it knows; for views. */
export const votesFor = (state: SentinelState, p: Primary, epoch: number): number => {
  let n = p.leader === state.id && p.leaderEpoch === epoch ? 1 : 0
  for (const s of p.sentinels.values()) if (s.leader === state.id && s.leaderEpoch === epoch) n++
  return n
}

/** It wins: the failover is its own to carry out. */
export const elected = (state: SentinelState, p: Primary, count: Count, ctx: Context): void => {
  p.failover.fact = ctx.emit('sentinel.elected', { epoch: p.failover.epoch, votes: count.votes, needed: count.needed }, [p.failover.fact])
  publishEvent(state, '+elected-leader', p, p, ctx)
}
