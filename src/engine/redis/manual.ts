import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { HANDLE_FAILOVER, HANDLE_MANUAL, RESUME_WRITES, UPDATE_STATE, beforeSleep } from './cluster-state.ts'
import { bumpEpochWithoutConsensus } from './epochs.ts'
import { promote } from './failover.ts'
import { hearHeader, sendPing } from './gossip.ts'
import { MYSELF, NOBODY, because, lookSoon } from './peers.ts'
import { MANUAL_PAUSE, MANUAL_TIMEOUT } from './rules.ts'
import type { NodeState } from './state.ts'
import type { BareMessage } from './wire.ts'
import { bareMessage, sendTo } from './wire.ts'

export type FailoverMode = 'plain' | 'force' | 'takeover'

/** CLUSTER FAILOVER on a replica. Returns the error, or null when it has begun. */
export const startManualFailover = (state: NodeState, mode: FailoverMode, ctx: Context): string | null => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  if (me.primary) return 'ERR You should send CLUSTER FAILOVER to a replica'
  const index = c.replicaOf[MYSELF]
  if (index < 0) return "ERR I'm a replica but my master is unknown to me"
  const primary = c.peers[index]
  if (mode === 'plain' && (primary.fail || c.link[index] === 0)) return 'ERR Master is down or failed, please use CLUSTER FAILOVER FORCE'
  resetManual(state)
  const fact = tellPhase(ctx, 'asked', 0)
  c.manual = { until: ctx.now + MANUAL_TIMEOUT, pausedUntil: 0, replica: NOBODY, offset: -1, canStart: mode === 'force', fact }
  if (mode === 'takeover') {
    bumpEpochWithoutConsensus(state, ctx)
    promote(state, 'takeover', fact, ctx)
    c.todo |= UPDATE_STATE
  } else if (mode === 'plain') sendTo(state, index, bareMessage(state, 'manualFailover', fact), ctx)
  beforeSleep(state, ctx)
  return null
}

/** How far a handover is that somebody asked for. */
export const tellPhase = (ctx: Context, name: 'asked' | 'paused' | 'caughtUp' | 'aborted', cause: number): number =>
  ctx.emit('failover.manual', { phase: name }, because(cause))

/** On the primary: its replica asks it to hand over. Writes stop, and its headers say at which offset. */
export const onManualRequest = (state: NodeState, m: BareMessage, conn: ConnId, ctx: Context): void => {
  const c = state.cluster!
  const sender = hearHeader(state, m, conn, ctx)
  if (sender >= 0 && c.replicaOf[sender] === MYSELF && c.peers[MYSELF].primary) {
    resetManual(state)
    const fact = tellPhase(ctx, 'paused', m.fact)
    c.manual = {
      until: ctx.now + MANUAL_TIMEOUT,
      pausedUntil: ctx.now + MANUAL_PAUSE,
      replica: sender,
      offset: -1,
      canStart: false,
      fact,
    }
    sendPing(state, sender, ctx)
    lookSoon(c, sender)
  }
  beforeSleep(state, ctx)
}

/** On the replica: once all of the primary's stream is processed, the election may begin. */
export const manualStep = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const manual = c.manual
  if (manual === null || manual.canStart || manual.offset < 0 || manual.offset !== state.repl.offset) return
  manual.canStart = true
  manual.fact = tellPhase(ctx, 'caughtUp', manual.fact)
  c.todo |= HANDLE_FAILOVER
}

/** The stream moved on: perhaps far enough for a manual failover. */
export const manualProgress = (state: NodeState, ctx: Context): void => {
  const c = state.cluster
  if (c === null || c.manual === null || c.manual.offset < 0) return
  c.todo |= HANDLE_MANUAL
  beforeSleep(state, ctx)
}

export const checkManualTimeout = (state: NodeState, ctx: Context): void => {
  const manual = state.cluster!.manual
  if (manual === null || manual.until >= ctx.now) return
  tellPhase(ctx, 'aborted', manual.fact)
  resetManual(state)
}

/** Ends a manual failover, whatever became of it: a primary takes writes again. */
export const resetManual = (state: NodeState): void => {
  const c = state.cluster!
  const manual = c.manual
  if (manual === null) return
  c.manual = null
  if (manual.replica >= 0) c.todo |= RESUME_WRITES
}

/** Whether clients' writes wait because a replica is taking over. */
export const areWritesPaused = (state: NodeState, now: number): boolean => {
  const manual = state.cluster?.manual
  return manual != null && manual.replica >= 0 && now < manual.pausedUntil
}
