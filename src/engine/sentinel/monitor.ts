import type { Context } from '../core/process.ts'
import { SEC } from '../core/time.ts'
import { instanceAddress } from './address.ts'
import { publishEvent } from './events.ts'
import { currentAddress, sentinelNamed } from './instances.ts'
import { ask, closeConn, sendPing } from './links.ts'
import { isSilentTooLong, odownVotes } from './rules.ts'
import {
  ASK_PERIOD,
  HELLO_CHANNEL,
  INFO_PERIOD,
  MAX_PENDING,
  PING_PERIOD,
  PUBLISH_PERIOD,
  RECONNECT_PERIOD,
  type Instance,
  type Peer,
  type Primary,
  type SentinelState,
} from './state.ts'
import { isError, type Reply } from '../redis/reply.ts'

/** Watching: PING, INFO and hellos in their periods; SDOWN is one Sentinel's opinion, ODOWN that of a quorum. */

const INFO: readonly string[] = Object.freeze(['INFO'])

/** How often an instance of this primary is pinged. */
const pingPeriod = (p: Primary): number => Math.min(PING_PERIOD, p.downAfter)

export const sendPeriodicCommands = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): void => {
  const { link } = inst
  if (link.disconnected || link.awaited.length >= MAX_PENDING) return
  const { now } = ctx
  if (inst.kind !== 'sentinel' && (inst.infoAt === 0 || now - inst.infoAt > infoPeriod(p, inst))) ask(inst, INFO, 'info', ctx)
  const period = pingPeriod(p)
  if (now - link.lastPong > period && now - link.lastPing > period / 2) sendPing(inst, ctx)
  if (now - inst.publishedAt > PUBLISH_PERIOD) sendHello(state, p, inst, ctx)
}

/** A replica is asked every second while its primary is being replaced, or while it has lost it. */
const infoPeriod = (p: Primary, inst: Instance): number => {
  if (inst.kind !== 'replica') return INFO_PERIOD
  const hurried = p.odown || p.failover.inProgress || (p.replicas.get(inst.name)?.primaryLinkDown ?? 0) !== 0
  return hurried ? SEC : INFO_PERIOD
}

/** Tells everybody who listens on this instance who this Sentinel is and who it holds to be the primary. */
const sendHello = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): void => {
  const { ip, port } = currentAddress(p)
  const hello = `${state.ip},${state.port},${state.id},${state.currentEpoch},${p.name},${ip},${port},${p.configEpoch}`
  ask(inst, ['PUBLISH', HELLO_CHANNEL, hello], 'hello', ctx)
}

/** The next tick tells everybody. */
export const hurryHellos = (p: Primary): void => {
  for (const inst of [p, ...p.replicas.values(), ...p.sentinels.values()]) inst.publishedAt -= PUBLISH_PERIOD + 1
}

/** Any reply proves life; only PONG, LOADING and MASTERDOWN prove health. */
export const pongCame = (inst: Instance, reply: Reply, ctx: Context): void => {
  const text = isError(reply) ? reply.error : typeof reply === 'object' && reply !== null && 'simple' in reply ? reply.simple : ''
  if (/^(PONG|LOADING|MASTERDOWN)/.test(text)) {
    inst.link.lastAvailable = ctx.now
    inst.link.pingPending = 0
  }
  inst.link.lastPong = ctx.now
  // down because of a script that does not end: told once to kill it
  if (text.startsWith('BUSY') && inst.sdown && !inst.scriptKillSent) {
    inst.scriptKillSent = true
    ask(inst, ['SCRIPT', 'KILL'], 'other', ctx)
  }
}

// ------------------------------------------------------------------ SDOWN

export const checkSubjectivelyDown = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): void => {
  const { link } = inst
  const { now } = ctx
  // a connection that stands but carries nothing is opened anew, not more often than every 15 s
  if (
    link.command !== 0 &&
    now - link.commandAt > RECONNECT_PERIOD &&
    link.pingPending !== 0 &&
    now - link.pingPending > p.downAfter / 2 &&
    now - link.lastPong > p.downAfter / 2
  )
    closeConn(state, inst, link.command, ctx)
  if (link.hello !== 0 && now - link.helloAt > RECONNECT_PERIOD && now - link.helloActivity > PUBLISH_PERIOD * 3)
    closeConn(state, inst, link.hello, ctx)

  const silent = link.pingPending !== 0 ? now - link.pingPending : link.disconnected ? now - link.lastAvailable : 0
  const demoted = inst.kind === 'primary' && inst.roleReported === 'replica'
  if (isSilentTooLong(silent, p.downAfter, demoted ? now - inst.roleReportedAt : 0)) {
    if (inst.sdown) return
    inst.sdown = true
    inst.sdownSince = now
    inst.sdownFact = ctx.emit('sentinel.sdown', { about: inst.process, what: inst.kind, silent })
    publishEvent(state, '+sdown', p, inst, ctx)
  } else if (inst.sdown) {
    inst.sdown = inst.scriptKillSent = false
    ctx.emit('sentinel.sdownCleared', { about: inst.process, what: inst.kind })
    publishEvent(state, '-sdown', p, inst, ctx)
  }
}

// ------------------------------------------------------------------ ODOWN

export const checkObjectivelyDown = (state: SentinelState, p: Primary, ctx: Context): void => {
  const agree = p.sdown ? odownVotes(p) : []
  if (p.sdown && agree.length + 1 >= p.quorum) {
    if (p.odown) return
    p.odown = true
    p.odownSince = ctx.now
    const by = [state.self, ...agree.map((s) => s.process)]
    p.odownFact = ctx.emit('sentinel.odown', { about: p.process, agree: by.length, quorum: p.quorum, by }, [p.sdownFact])
    publishEvent(state, '+odown', p, p, ctx, `#quorum ${by.length}/${p.quorum}`)
  } else if (p.odown) {
    p.odown = false
    p.failover.cannot = ''
    ctx.emit('sentinel.odownCleared', { about: p.process })
    publishEvent(state, '-odown', p, p, ctx)
  }
}

/** Asks the others whether they hold the primary to be down, and while failing over for their vote: at most once a second, unless forced. */
export const askOthers = (state: SentinelState, p: Primary, forced: boolean, ctx: Context): void => {
  for (const other of p.sentinels.values()) {
    const since = ctx.now - other.answeredAt
    if (since > ASK_PERIOD * 5) {
      other.primaryDown = false
      other.leader = ''
    }
    if (!p.sdown || other.link.disconnected || (!forced && since < ASK_PERIOD)) continue
    const candidate = p.failover.phase === 'none' ? '*' : state.id
    ask(other, ['SENTINEL', 'is-master-down-by-addr', p.ip, String(p.port), String(state.currentEpoch), candidate], 'ask', ctx)
  }
}

/** What another Sentinel answered: whether it is down to it, and whom it voted for. */
export const answerCame = (state: SentinelState, p: Primary, other: Peer, reply: Reply, ctx: Context): void => {
  if (!Array.isArray(reply) || reply.length !== 3) return
  const [down, leader, epoch] = reply as [number, string, number]
  other.answeredAt = ctx.now
  other.primaryDown = down === 1
  if (leader === '*') return
  if (other.leaderEpoch !== epoch || other.leader !== leader)
    ctx.emit('sentinel.voteHeard', { from: other.process, to: sentinelNamed(state, p, leader), epoch, own: leader === state.id }, [
      p.failover.fact,
    ])
  other.leader = leader
  other.leaderEpoch = epoch
}

/** Its own address as others are told it. */
export const ownAddress = (self: string, ctx: Context): [string, number] => instanceAddress(self, ctx.settings.addresses)
