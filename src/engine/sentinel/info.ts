import type { Context } from '../core/process.ts'
import { SEC } from '../core/time.ts'
import { publishEvent } from './events.ts'
import { promotionSeen, sendReplicaOf } from './failover.ts'
import { addReplica, promotedOf } from './instances.ts'
import { primaryLooksSane } from './rules.ts'
import { PUBLISH_PERIOD, type Instance, type Primary, type Replica, type SentinelState } from './state.ts'

/** INFO is how a Sentinel learns of replicas, of roles, and of how far a failover has come. */

const field = (lines: ReadonlyMap<string, string>, name: string): string => lines.get(name) ?? ''

const parse = (text: string): Map<string, string> => {
  const lines = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) lines.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return lines
}

export const infoCame = (state: SentinelState, p: Primary, inst: Instance, text: string, ctx: Context): void => {
  const lines = parse(text)
  inst.info = text
  const runid = field(lines, 'run_id')
  if (runid !== '') {
    if (inst.runid !== '' && inst.runid !== runid) publishEvent(state, '+reboot', p, inst, ctx)
    inst.runid = runid
  }
  const role = field(lines, 'role') === 'slave' ? 'replica' : 'primary'
  if (inst === p) for (let i = 0; lines.has(`slave${i}`); i++) learnReplica(state, p, field(lines, `slave${i}`), ctx)
  const replica = inst.kind === 'replica' ? p.replicas.get(inst.name) : undefined
  if (replica !== undefined) readReplica(replica, role, lines, ctx)
  inst.infoAt = ctx.now
  if (role !== inst.roleReported) {
    inst.roleReported = role
    inst.roleReportedAt = ctx.now
    if (role === 'replica' && replica !== undefined) replica.confChangedAt = ctx.now
  }
  // in TILT it looks on only
  if (state.tilt || replica === undefined) return
  if (role === 'primary') return claimsPrimary(state, p, replica, ctx)
  correct(state, p, replica, ctx)
  followReconf(state, p, replica, ctx)
}

/** `slave0:ip=…,port=…,state=online,…` of a primary: a replica to watch. */
const learnReplica = (state: SentinelState, p: Primary, row: string, ctx: Context): void => {
  const m = /^ip=([^,]+),port=(\d+)/.exec(row)
  if (m === null || p.replicas.has(`${m[1]}:${m[2]}`)) return
  instanceMet(state, p, addReplica(p, m[1], Number(m[2]), ctx), ctx)
}

/** Tells of an instance that is watched from now on. */
export const instanceMet = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): void => {
  ctx.emit('sentinel.met', { about: inst.process, what: inst.kind })
  publishEvent(state, inst.kind === 'replica' ? '+slave' : '+sentinel', p, inst, ctx)
}

const readReplica = (r: Replica, role: 'primary' | 'replica', lines: ReadonlyMap<string, string>, ctx: Context): void => {
  r.primaryLinkDown = Math.max(0, Number(field(lines, 'master_link_down_since_seconds') || 0)) * SEC
  if (role !== 'replica') return
  const host = field(lines, 'master_host')
  const port = Number(field(lines, 'master_port'))
  if (host !== r.primaryHost || port !== r.primaryPort) {
    r.primaryHost = host
    r.primaryPort = port
    r.confChangedAt = ctx.now
  }
  r.primaryLinkUp = field(lines, 'master_link_status') === 'up'
  r.priority = Number(field(lines, 'slave_priority') || 100)
  r.offset = Number(field(lines, 'slave_repl_offset') || 0)
}

/** Nothing was down here for a while. */
const noDownFor = (inst: Instance, time: number, now: number): boolean => inst.sdownSince === 0 || now - inst.sdownSince > time

/**
 * A replica that says it is a primary: the one being promoted, or an old primary that is back. The latter is given time to hear of the new
 * configuration by itself; then it is made a replica, and what was written to it meanwhile is lost.
 */
const claimsPrimary = (state: SentinelState, p: Primary, r: Replica, ctx: Context): void => {
  if (p.failover.promoted === r.name && p.failover.inProgress) {
    if (p.failover.phase === 'waitPromotion') promotionSeen(state, p, r, ctx)
    return
  }
  const wait = PUBLISH_PERIOD * 4
  if (!primaryLooksSane(p, ctx.now) || !noDownFor(r, wait, ctx.now) || ctx.now - r.roleReportedAt <= wait) return
  if (!sendReplicaOf(r, p, ctx)) return
  ctx.emit('sentinel.converted', { about: r.process, to: p.process, after: ctx.now - r.roleReportedAt })
  publishEvent(state, '+convert-to-slave', p, r, ctx)
}

/** A replica of somebody else is pointed at the right primary after the failover timeout. */
const correct = (state: SentinelState, p: Primary, r: Replica, ctx: Context): void => {
  if (r.primaryHost === p.ip && r.primaryPort === p.port) return
  const wait = p.failoverTimeout
  if (!primaryLooksSane(p, ctx.now) || !noDownFor(r, wait, ctx.now) || ctx.now - r.confChangedAt <= wait) return
  if (!sendReplicaOf(r, p, ctx)) return
  ctx.emit('sentinel.corrected', { about: r.process, to: p.process })
  publishEvent(state, '+fix-slave-config', p, r, ctx)
}

const followReconf = (state: SentinelState, p: Primary, r: Replica, ctx: Context): void => {
  const promoted = promotedOf(p)
  if (r.reconf === 'sent' && promoted !== undefined && r.primaryHost === promoted.ip && r.primaryPort === promoted.port) {
    r.reconf = 'inProgress'
    publishEvent(state, '+slave-reconf-inprog', p, r, ctx)
  }
  if (r.reconf === 'inProgress' && r.primaryLinkUp) {
    r.reconf = 'done'
    ctx.emit('sentinel.follows', { about: r.process, to: promoted?.process ?? p.process })
    publishEvent(state, '+slave-reconf-done', p, r, ctx)
  }
}
