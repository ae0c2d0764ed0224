import type { Context } from '../core/process.ts'
import { publishEvent, publishText } from './events.ts'
import { countVotes, desync, elected, raiseEpoch, type Count } from './election.ts'
import { instanceAt } from './address.ts'
import { addReplica, promotedOf } from './instances.ts'
import { ask, closeLink } from './links.ts'
import { hurryHellos } from './monitor.ts'
import { nextAttemptAt, selectReplica, votesNeeded, whyNotPromote } from './rules.ts'
import {
  ASK_PERIOD,
  ELECTION_TIMEOUT,
  LONG_AGO,
  RECONF_TIMEOUT,
  type FailoverPhase,
  type Primary,
  type Replica,
  type SentinelState,
} from './state.ts'

/** A failover, one phase a tick at most: wait for votes, choose a replica, promote it, point the others at it, use it as the primary. */

const enter = (p: Primary, phase: FailoverPhase, ctx: Context): void => {
  p.failover.phase = phase
  p.failover.changedAt = ctx.now
}

// ------------------------------------------------------------------ beginning

/** ODOWN, nothing under way, and the last attempt long enough ago: true when one begins. */
export const startIfNeeded = (state: SentinelState, p: Primary, ctx: Context): boolean => {
  const f = p.failover
  if (!p.odown) {
    if (p.sdown && ctx.now - p.sdownSince > ASK_PERIOD * 2) cannot(p, 'quorum', ctx)
    return false
  }
  if (f.inProgress) return false
  if (ctx.now < nextAttemptAt(p)) {
    if (f.delayTold !== f.startedAt) {
      f.delayTold = f.startedAt
      ctx.emit('sentinel.delayed', { until: nextAttemptAt(p), wait: nextAttemptAt(p) - ctx.now }, [f.fact])
    }
    return false
  }
  start(state, p, false, ctx)
  return true
}

/** A reason for not acting, told when it changes. */
const cannot = (p: Primary, reason: 'quorum', ctx: Context): void => {
  if (p.failover.cannot === reason) return
  p.failover.cannot = reason
  const agree = 1 + [...p.sentinels.values()].filter((s) => s.primaryDown).length
  ctx.emit('sentinel.cannot', { about: p.process, agree, quorum: p.quorum }, [p.sdownFact])
}

/** Begins an attempt in a new epoch. `forced`: an operator asked, nobody need agree. */
export const start = (state: SentinelState, p: Primary, forced: boolean, ctx: Context): void => {
  const f = p.failover
  enter(p, 'waitStart', ctx)
  f.inProgress = true
  f.forced = forced
  raiseEpoch(state, state.currentEpoch + 1, ctx)
  f.epoch = state.currentEpoch
  f.cannot = ''
  f.fact = ctx.emit('sentinel.tried', { about: p.process, epoch: f.epoch, needed: forced ? 0 : votesNeeded(p) }, [p.odownFact])
  publishEvent(state, '+try-failover', p, p, ctx)
  f.startedAt = ctx.now + desync(ctx)
}

const abort = (p: Primary): void => {
  const f = p.failover
  f.inProgress = false
  f.forced = false
  f.phase = 'none'
  f.promoted = ''
}

type Abort = 'not elected' | 'no good replica' | 'the replica did not answer'
const ABORTS: Record<Abort, string> = {
  'not elected': '-failover-abort-not-elected',
  'no good replica': '-failover-abort-no-good-slave',
  'the replica did not answer': '-failover-abort-slave-timeout',
}

const giveUp = (state: SentinelState, p: Primary, reason: Abort, detail: string, ctx: Context): void => {
  p.failover.fact = ctx.emit('sentinel.aborted', { reason, detail, epoch: p.failover.epoch }, [p.failover.fact])
  publishEvent(state, ABORTS[reason], p, p, ctx)
  abort(p)
}

// ------------------------------------------------------------------ the phases

/** One tick of the failover under way. */
export const advance = (state: SentinelState, p: Primary, ctx: Context): void => {
  if (!p.failover.inProgress) return
  switch (p.failover.phase) {
    case 'waitStart':
      return waitStart(state, p, ctx)
    case 'selectReplica':
      return chooseReplica(state, p, ctx)
    case 'sendNoOne':
      return promote(state, p, ctx)
    case 'waitPromotion':
      if (ctx.now - p.failover.changedAt > p.failoverTimeout) giveUp(state, p, 'the replica did not answer', p.failover.promoted, ctx)
      return
    case 'reconfReplicas':
      return reconfigure(state, p, ctx)
    default:
      return
  }
}

const waitStart = (state: SentinelState, p: Primary, ctx: Context): void => {
  const f = p.failover
  const count: Count = countVotes(state, p, f.epoch, ctx)
  if (count.winner !== state.id && !f.forced) {
    if (ctx.now - f.startedAt > Math.min(ELECTION_TIMEOUT, p.failoverTimeout))
      giveUp(state, p, 'not elected', `${count.votes} of ${count.needed} votes`, ctx)
    return
  }
  elected(state, p, count, ctx)
  enter(p, 'selectReplica', ctx)
  publishEvent(state, '+failover-state-select-slave', p, p, ctx)
}

const chooseReplica = (state: SentinelState, p: Primary, ctx: Context): void => {
  const chosen = selectReplica(p, ctx.now)
  if (chosen === undefined) {
    const why = [...p.replicas.values()].map((r) => `${r.process}: ${whyNotPromote(p, r, ctx.now)}`)
    return giveUp(state, p, 'no good replica', why.length === 0 ? 'it knows no replica' : why.join('; '), ctx)
  }
  const f = p.failover
  f.promoted = chosen.name
  f.fact = ctx.emit(
    'sentinel.selected',
    { replica: chosen.process, priority: chosen.priority, offset: chosen.offset, among: p.replicas.size },
    [f.fact],
  )
  publishEvent(state, '+selected-slave', p, chosen, ctx)
  enter(p, 'sendNoOne', ctx)
  publishEvent(state, '+failover-state-send-slaveof-noone', p, chosen, ctx)
}

const promote = (state: SentinelState, p: Primary, ctx: Context): void => {
  const chosen = promotedOf(p)!
  if (!sendReplicaOf(chosen, null, ctx)) {
    if (ctx.now - p.failover.changedAt > p.failoverTimeout) giveUp(state, p, 'the replica did not answer', chosen.process, ctx)
    return
  }
  publishEvent(state, '+failover-state-wait-promotion', p, chosen, ctx)
  enter(p, 'waitPromotion', ctx)
}

/**
 * REPLICAOF in a transaction, kept in redis.conf; then the instance's clients are disconnected, so that they look anew for the primary.
 * False without a connection.
 */
export const sendReplicaOf = (inst: Replica, to: { ip: string; port: number } | null, ctx: Context): boolean => {
  if (inst.link.disconnected || inst.link.command === 0) return false
  const [host, port] = to === null ? ['NO', 'ONE'] : [to.ip, String(to.port)]
  for (const argv of [
    ['MULTI'],
    ['SLAVEOF', host, port],
    ['CONFIG', 'REWRITE'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
    ['EXEC'],
  ])
    ask(inst, argv, 'other', ctx)
  return true
}

/** INFO of the chosen replica says that it is a primary: from now on clients are sent there, and everybody is told. */
export const promotionSeen = (state: SentinelState, p: Primary, r: Replica, ctx: Context): void => {
  const f = p.failover
  p.configEpoch = f.epoch
  enter(p, 'reconfReplicas', ctx)
  f.fact = ctx.emit('sentinel.promoted', { replica: r.process, epoch: f.epoch, took: ctx.now - p.sdownSince }, [f.fact])
  publishEvent(state, '+promoted-slave', p, r, ctx)
  publishEvent(state, '+failover-state-reconf-slaves', p, p, ctx)
  hurryHellos(p)
}

/** Points the other replicas at the promoted one, `parallel-syncs` at a time. */
const reconfigure = (state: SentinelState, p: Primary, ctx: Context): void => {
  const promoted = promotedOf(p)
  if (promoted === undefined) return
  const others = [...p.replicas.values()].filter((r) => r !== promoted)
  let busy = others.filter((r) => r.reconf === 'sent' || r.reconf === 'inProgress').length
  for (const r of others) {
    if (busy >= p.parallelSyncs) break
    if (r.reconf === 'sent' && ctx.now - r.reconfSentAt > RECONF_TIMEOUT) {
      r.reconf = 'none'
      publishEvent(state, '-slave-reconf-sent-timeout', p, r, ctx)
    }
    if (r.reconf !== 'none' || !sendReplicaOf(r, promoted, ctx)) continue
    r.reconf = 'sent'
    r.reconfSentAt = ctx.now
    ctx.emit('sentinel.pointed', { replica: r.process, to: promoted.process }, [p.failover.fact])
    publishEvent(state, '+slave-reconf-sent', p, r, ctx)
    busy++
  }
  detectEnd(state, p, promoted, others, ctx)
}

/** It is over when every replica that lives follows the new primary, or when the failover timeout has passed. */
const detectEnd = (state: SentinelState, p: Primary, promoted: Replica, others: readonly Replica[], ctx: Context): void => {
  if (promoted.sdown) return
  const left = others.filter((r) => r.reconf !== 'done' && !r.sdown)
  const late = ctx.now - p.failover.changedAt > p.failoverTimeout
  if (left.length > 0 && !late) return
  if (late) {
    publishEvent(state, '+failover-end-for-timeout', p, p, ctx)
    for (const r of left) if (r.reconf === 'none' && sendReplicaOf(r, promoted, ctx)) r.reconf = 'sent'
  }
  publishEvent(state, '+failover-end', p, p, ctx)
  enter(p, 'updateConfig', ctx)
}

/** The last phase, after every instance had its tick. */
export const finish = (state: SentinelState, p: Primary, ctx: Context): void => {
  const to = promotedOf(p) ?? p
  switchTo(state, p, to.ip, to.port, '', ctx)
}

// ------------------------------------------------------------------ another primary

/** Uses another address as the primary; the old one becomes a replica to watch. `heardFrom`: the Sentinel whose hello said so, '' = own failover. */
export const switchTo = (state: SentinelState, p: Primary, ip: string, port: number, heardFrom: string, ctx: Context): void => {
  const from = { process: p.process, ip: p.ip, port: p.port }
  const replicas = [...p.replicas.values()].filter((r) => r.ip !== ip || r.port !== port).map((r) => [r.ip, r.port] as const)
  const because = p.failover.fact
  publishText(state, '+switch-master', `${p.name} ${from.ip} ${from.port} ${ip} ${port}`, ctx)
  resetPrimary(state, p, ctx)
  if (p.odown) publishEvent(state, '-odown', p, p, ctx)
  p.sdown = p.odown = false
  p.sdownSince = p.odownSince = 0
  p.ip = ip
  p.port = port
  p.process = instanceAt(ip, port, ctx.settings.addresses)
  if (from.ip !== ip || from.port !== port) replicas.push([from.ip, from.port])
  for (const [host, at] of replicas) publishEvent(state, '+slave', p, addReplica(p, host, at, ctx), ctx)
  ctx.emit('sentinel.switched', { name: p.name, from: from.process, to: p.process, epoch: p.configEpoch, heardFrom }, [because])
}

/** Forgets replicas, votes and a failover under way, as SENTINEL RESET does; the other Sentinels stay unless asked otherwise. */
export const resetPrimary = (state: SentinelState, p: Primary, ctx: Context, sentinelsToo = false): void => {
  for (const r of p.replicas.values()) closeLink(state, r, ctx)
  p.replicas.clear()
  if (sentinelsToo) {
    for (const s of p.sentinels.values()) closeLink(state, s, ctx)
    p.sentinels.clear()
  }
  closeLink(state, p, ctx)
  const { link, failover: f } = p
  link.pingPending = link.lastAvailable = link.lastPong = ctx.now
  link.lastPing = LONG_AGO
  p.runid = ''
  p.leader = ''
  p.roleReported = 'primary'
  p.roleReportedAt = ctx.now
  abort(p)
  f.changedAt = 0
  f.startedAt = LONG_AGO
  f.cannot = ''
}
