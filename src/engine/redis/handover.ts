import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import { addressOf } from './address.ts'
import { commandSide } from './data.ts'
import { tellPhase } from './manual.ts'
import { refuseSync, whyRefused, type PsyncMessage } from './psync.ts'
import { startReplicating, stopReplicating } from './replication.ts'
import { tellOwnRole } from './role.ts'
import type { NodeState } from './state.ts'

/**
 * FAILOVER, outside cluster mode: a primary hands over to a replica of its own. It holds writes until the replica has all of them,
 * becomes its replica, and asks it (PSYNC … FAILOVER) to take its place; writes that waited are then refused, and go to the new primary.
 */
export interface Handover {
  /** waiting: for a replica to have everything; going: it is a replica already, and the other has not answered yet. */
  phase: 'waiting' | 'going'
  /** null = whoever has everything first. */
  to: ProcessId | null
  /** 0 = it waits as long as it takes. */
  until: Micros
  /** then it goes all the same. */
  force: boolean
  fact: number
}

export const beginHandover = (state: NodeState, to: ProcessId | null, until: Micros, force: boolean, ctx: Context): void => {
  state.repl.failover = { phase: 'waiting', to, until, force, fact: tellPhase(ctx, 'paused', 0) }
  // what stands behind it in its transaction comes first
  ctx.setTimer('handover', 0)
}

/** A replica acknowledged, or the time is over. */
export const handoverStep = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  const f = r.failover
  if (f == null || f.phase !== 'waiting') return
  if (f.until > 0 && ctx.now >= f.until) return f.force ? follow(state, f, f.to!, ctx) : abortHandover(state, ctx)
  for (const link of r.replicas.values())
    if (link.state === 'online' && link.ack === r.offset && (f.to === null || link.process === f.to)) {
      f.fact = tellPhase(ctx, 'caughtUp', f.fact)
      return follow(state, f, link.process, ctx)
    }
  if (f.until > 0) ctx.setTimer('handover', f.until - ctx.now)
}

const follow = (state: NodeState, f: Handover, to: ProcessId, ctx: Context): void => {
  f.phase = 'going'
  f.to = to
  state.config.set('replicaof', addressOf(to, ctx.settings.addresses).join(' '))
  startReplicating(state, to, ctx)
  tellOwnRole('replica', to, 'FAILOVER', ctx)
}

/** The other has taken over. */
export const endHandover = (state: NodeState, ctx: Context): void => {
  if (state.repl.failover === null) return
  state.repl.failover = null
  commandSide().retryPaused(state, ctx)
}

/** It is given up: this node is the primary, as before. */
export const abortHandover = (state: NodeState, ctx: Context): void => {
  const f = state.repl.failover!
  tellPhase(ctx, 'aborted', f.fact)
  if (f.phase === 'going') becomePrimary(state, ctx)
  endHandover(state, ctx)
}

const becomePrimary = (state: NodeState, ctx: Context): void => {
  state.config.delete('replicaof')
  stopReplicating(state, ctx)
  tellOwnRole('primary', null, 'FAILOVER', ctx)
}

/** On the replica: its primary asks it to take its place; false when it may not. */
export const takePlace = (state: NodeState, m: PsyncMessage, conn: ConnId, ctx: Context): boolean => {
  const r = state.repl
  const link = r.replicas.get(conn)
  if (r.role !== 'replica' || link === undefined || whyRefused(state, m, link.process, ctx) !== null) return true
  if (m.replid !== r.replid) {
    refuseSync(state, conn, 'ERR PSYNC FAILOVER replid must match my replid.', ctx)
    return false
  }
  // its own replicas are let go, but not who asks
  r.replicas.delete(conn)
  becomePrimary(state, ctx)
  r.replicas.set(conn, link)
  return true
}
