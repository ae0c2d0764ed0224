import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { below } from '../core/random.ts'
import { MS, SEC } from '../core/time.ts'
import { HANDLE_FAILOVER, beforeSleep, updateClusterState } from './cluster-state.ts'
import { broadcastPong, hearHeader } from './gossip.ts'
import { resetManual } from './manual.ts'
import { MYSELF, because, change, isOn, number, timeoutOf } from './peers.ts'
import { takeOver } from './role.ts'
import {
  DRAWN_DELAY_MS,
  FIXED_DELAY,
  RANK_DELAY,
  countsAsVote,
  dataAge,
  electionDelay,
  isDataTooOld,
  isElected,
  quorumOf,
  rankOf,
  retryAfter,
  voteWindow,
  whyNoVote,
} from './rules.ts'
import { newerOwner } from './slots-config.ts'
import type { Election, NodeState } from './state.ts'
import type { BareMessage } from './wire.ts'
import { bareMessage, broadcast, sendTo } from './wire.ts'

export const newElection = (): Election => ({ at: 0, sent: false, votes: 0, voters: [], rank: 0, epoch: 0, cannot: '', fact: 0 })

// ------------------------------------------------------------------ the candidate

/**
 * Looks whether this replica should take over, and does the next step: schedule, wait, ask, count, promote.
 * Called every cron, and when a vote or the primary's offset comes.
 */
export const electionStep = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const e = c.election
  const now = ctx.now
  const timeout = timeoutOf(state)
  c.todo &= ~HANDLE_FAILOVER
  const manual = c.manual !== null && c.manual.canStart
  const hindrance = whyNoElection(state, manual)
  if (hindrance !== null) {
    e.cannot = ''
    return
  }
  const primary = c.peers[c.replicaOf[MYSELF]]
  const cause = manual ? c.manual!.fact : primary.failFact
  const { linkState, linkDownSince } = state.repl
  // a link that was never up is down since ever
  const lastIo = linkState === 'connected' ? state.repl.lastIo : linkDownSince < 0 ? -Infinity : linkDownSince
  const pingPeriod = number(state, 'repl-ping-replica-period', 10) * SEC
  const age = dataAge(now, lastIo, timeout)
  if (!manual && isDataTooOld(age, pingPeriod, timeout, number(state, 'cluster-replica-validity-factor', 10)))
    return cannot(state, 'its data is too old', cause, ctx)

  const sinceLast = e.at === 0 ? Infinity : now - e.at
  if (sinceLast > retryAfter(timeout)) return schedule(state, cause, ctx)

  if (!e.sent && c.manual === null) {
    const rank = rankOf(state.repl.offset, siblingOffsets(state))
    if (rank > e.rank) {
      const by = (rank - e.rank) * RANK_DELAY
      e.at += by
      e.rank = rank
      ctx.emit('election.delayed', { rank, by }, because(e.fact))
    }
  }
  if (now < e.at) return cannot(state, 'waiting-delay', e.fact, ctx)
  if (sinceLast > voteWindow(timeout)) {
    if (e.cannot !== 'expired') expire(state, cause, ctx)
    return cannot(state, 'expired', e.fact, ctx)
  }
  if (!e.sent) return ask(state, ctx)
  if (isElected(e.votes, c.size)) return win(state, ctx)
  cannot(state, 'waiting-votes', e.fact, ctx)
}

/** Why there is nothing to elect here; null when there is. */
export const whyNoElection = (state: NodeState, manual: boolean): string | null => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  if (me.primary) return 'it is a primary'
  if (c.replicaOf[MYSELF] < 0) return 'it has no primary'
  const primary = c.peers[c.replicaOf[MYSELF]]
  if (!primary.fail && !manual) return 'its primary is not in FAIL state'
  if (isOn(state, 'cluster-replica-no-failover', false) && !manual) return 'cluster-replica-no-failover is set'
  if (primary.numSlots === 0) return 'its primary owns no slots'
  return null
}

/** The reason not to act, told when it changes. */
const cannot = (state: NodeState, reason: string, cause: number, ctx: Context): void => {
  const e = state.cluster!.election
  if (e.cannot === reason) return
  e.cannot = reason
  ctx.emit('election.cannot', { reason }, because(cause))
}

const siblingOffsets = (state: NodeState): number[] => {
  const c = state.cluster!
  const mine = c.replicaOf[MYSELF]
  const out: number[] = []
  for (let i = 1; i < c.peers.length; i++) {
    if (!c.peers[i].gone && c.replicaOf[i] === mine) out.push(c.replOffset[i])
  }
  return out
}

const schedule = (state: NodeState, cause: number, ctx: Context): void => {
  const c = state.cluster!
  const e = c.election
  const offset = state.repl.offset
  const forced = c.manual !== null
  const rank = forced ? 0 : rankOf(offset, siblingOffsets(state))
  const drawn = forced ? 0 : below(ctx.random('election'), DRAWN_DELAY_MS) * MS
  const delay = forced ? 0 : electionDelay(drawn, rank)
  e.at = ctx.now + delay
  e.sent = false
  e.votes = 0
  e.voters = []
  e.rank = rank
  e.cannot = ''
  e.fact = ctx.emit('election.scheduled', { delay, fixed: forced ? 0 : FIXED_DELAY, drawn, rank, offset, at: e.at }, because(cause))
  if (forced) c.todo |= HANDLE_FAILOVER
  broadcastPong(state, 'siblings', e.fact, ctx)
}

const ask = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const e = c.election
  c.currentEpoch++
  e.epoch = c.currentEpoch
  e.sent = true
  e.fact = ctx.emit('election.started', { epoch: e.epoch, needed: quorumOf(c.size) }, because(e.fact))
  broadcast(state, bareMessage(state, 'voteRequest', e.fact), ctx)
}

const expire = (state: NodeState, cause: number, ctx: Context): void => {
  const c = state.cluster!
  const e = c.election
  // an attempt that never asked (it sits out the retry window of an earlier one) did not expire
  if (e.sent && e.epoch > 0 && c.peers[MYSELF].configEpoch !== e.epoch)
    e.fact = ctx.emit('election.expired', { epoch: e.epoch, votes: e.votes, needed: quorumOf(c.size) }, because(e.fact, cause))
}

const win = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const e = c.election
  const needed = quorumOf(c.size)
  const fact = ctx.emit('election.won', { epoch: e.epoch, votes: e.votes, needed, voters: [...e.voters] }, because(e.fact))
  if (c.peers[MYSELF].configEpoch < e.epoch) change(c, MYSELF, { configEpoch: e.epoch })
  // votes are spent: a candidate again within the retry window, it must not win with them a second time
  e.votes = 0
  promote(state, c.manual !== null ? 'manual failover' : 'won the election', fact, ctx)
}

/** The old primary's slots are mine: everybody hears of it at once. */
export const promote = (state: NodeState, why: string, cause: number, ctx: Context): void => {
  const fact = takeOver(state, why, cause, ctx)
  updateClusterState(state, ctx)
  broadcastPong(state, 'all', fact, ctx)
  resetManual(state)
}

// ------------------------------------------------------------------ the voter

export const onVoteRequest = (state: NodeState, m: BareMessage, conn: ConnId, ctx: Context): void => {
  const c = state.cluster!
  const index = hearHeader(state, m, conn, ctx)
  if (index >= 0) {
    const me = c.peers[MYSELF]
    const requester = c.peers[index]
    const shard = c.replicaOf[index]
    const primary = shard >= 0 ? c.peers[shard] : null
    const timeout = timeoutOf(state)
    const reason = whyNoVote({
      voterIsPrimary: me.primary,
      voterSlots: me.numSlots,
      requestEpoch: m.currentEpoch,
      currentEpoch: c.currentEpoch,
      lastVoteEpoch: c.lastVoteEpoch,
      requesterIsPrimary: requester.primary,
      primaryKnown: primary !== null,
      primaryFailed: primary !== null && primary.fail,
      forced: m.forceAck,
      sinceVoteForThatPrimary: primary === null || primary.votedAt === 0 ? Infinity : ctx.now - primary.votedAt,
      timeout,
      newerSlot: newerOwner(c, m.slots, m.configEpoch, shard, true),
    })
    if (reason !== null) {
      // nobody asked a replica or a primary without slots: its silence is no news
      if (me.primary && me.numSlots > 0)
        ctx.emit('election.denied', { to: requester.process, epoch: m.currentEpoch, reason }, because(m.fact))
    } else {
      change(c, shard, { votedAt: ctx.now })
      c.lastVoteEpoch = c.currentEpoch
      const fact = ctx.emit('election.granted', { to: requester.process, epoch: c.currentEpoch }, because(m.fact))
      sendTo(state, index, bareMessage(state, 'vote', fact), ctx)
    }
  }
  beforeSleep(state, ctx)
}

export const onVote = (state: NodeState, m: BareMessage, conn: ConnId, ctx: Context): void => {
  const c = state.cluster!
  const index = hearHeader(state, m, conn, ctx)
  if (index >= 0) {
    const e = c.election
    const voter = c.peers[index]
    if (countsAsVote(voter.primary, voter.numSlots, m.currentEpoch, e.epoch)) {
      e.votes++
      e.voters.push(voter.process)
      if (!c.peers[MYSELF].primary)
        e.fact = ctx.emit(
          'election.counted',
          { from: voter.process, epoch: e.epoch, votes: e.votes, needed: quorumOf(c.size) },
          because(m.fact, e.fact),
        )
      c.todo |= HANDLE_FAILOVER
    }
  }
  beforeSleep(state, ctx)
}
