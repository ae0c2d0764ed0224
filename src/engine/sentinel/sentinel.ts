import type { CloseReason, ConnId } from '../core/network.ts'
import type { Behaviour, Context } from '../core/process.ts'
import { below } from '../core/random.ts'
import type { CommandMessage, PushMessage, ReplyMessage } from '../redis/state.ts'
import { ownAddress } from './monitor.ts'
import { sentinelIdOf } from './address.ts'
import { publishText } from './events.ts'
import { advance, finish, startIfNeeded } from './failover.ts'
import { helloCame } from './hello.ts'
import { infoCame } from './info.ts'
import { newPrimary, primaryConf } from './instances.ts'
import { linkClosed, linkConnected, nextAsked, ownerOf, reconnect } from './links.ts'
import { answerCame, askOthers, checkObjectivelyDown, checkSubjectivelyDown, pongCame, sendPeriodicCommands } from './monitor.ts'
import { newSession, serve } from './server.ts'
import { TILT_PERIOD, TILT_TRIGGER, tickOf, type Instance, type Primary, type SentinelDisk, type SentinelState } from './state.ts'

const boot = (disk: SentinelDisk | null, ctx: Context): SentinelState => {
  const [ip, port] = ownAddress(ctx.self, ctx)
  const state: SentinelState = {
    self: ctx.self,
    id: sentinelIdOf(ctx.self),
    ip,
    port,
    bootedAt: ctx.now,
    currentEpoch: disk?.currentEpoch ?? 0,
    primaries: new Map((disk?.primaries ?? []).map((conf) => [conf.name, newPrimary(conf, ctx)])),
    conns: new Map(),
    sessions: new Map(),
    nextClientId: 1,
    commands: 0,
    lastTick: ctx.now,
    tilt: false,
    tiltSince: 0,
  }
  schedule(ctx)
  return state
}

/** 10 to 19 times a second, drawn anew each time: Sentinels that began together drift apart. */
const schedule = (ctx: Context): void => ctx.setTimer('tick', tickOf(10 + below(ctx.random('timer'), 10)))

const tick = (state: SentinelState, ctx: Context): void => {
  checkTilt(state, ctx)
  for (const p of [...state.primaries.values()]) {
    handleInstance(state, p, p, ctx)
    for (const r of [...p.replicas.values()]) handleInstance(state, p, r, ctx)
    for (const s of [...p.sentinels.values()]) handleInstance(state, p, s, ctx)
    if (p.failover.phase === 'updateConfig') finish(state, p, ctx)
  }
  schedule(ctx)
}

const handleInstance = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): void => {
  reconnect(state, p, inst, ctx)
  sendPeriodicCommands(state, p, inst, ctx)
  if (state.tilt) return
  checkSubjectivelyDown(state, p, inst, ctx)
  if (inst !== p) return
  checkObjectivelyDown(state, p, ctx)
  if (startIfNeeded(state, p, ctx)) askOthers(state, p, true, ctx)
  advance(state, p, ctx)
  askOthers(state, p, false, ctx)
}

/** A timer that comes two seconds late means a stopped process or a changed clock: for 30 s it watches, and decides nothing. */
const checkTilt = (state: SentinelState, ctx: Context): void => {
  const late = ctx.now - state.lastTick > TILT_TRIGGER
  state.lastTick = ctx.now
  if (late) {
    if (!state.tilt) ctx.emit('sentinel.tilt', { on: true })
    state.tilt = true
    state.tiltSince = ctx.now
    publishText(state, '+tilt', '#tilt mode entered', ctx)
  } else if (state.tilt && ctx.now - state.tiltSince >= TILT_PERIOD) {
    state.tilt = false
    ctx.emit('sentinel.tilt', { on: false })
    publishText(state, '-tilt', '#tilt mode exited', ctx)
  }
}

const onReply = (state: SentinelState, m: ReplyMessage, conn: ConnId, ctx: Context): void => {
  const owner = ownerOf(state, conn)
  if (owner === null) return
  const { p, inst } = owner
  if (conn === inst.link.hello) return
  switch (nextAsked(inst)) {
    case 'ping':
      return pongCame(inst, m.reply, ctx)
    case 'info':
      if (typeof m.reply === 'string') infoCame(state, p, inst, m.reply, ctx)
      return
    case 'hello':
      if (typeof m.reply === 'number') inst.publishedAt = ctx.now
      return
    case 'ask': {
      const other = p.sentinels.get(inst.name)
      if (other !== undefined) answerCame(state, p, other, m.reply, ctx)
      return
    }
    default:
      return
  }
}

const onPush = (state: SentinelState, m: PushMessage, conn: ConnId, ctx: Context): void => {
  const owner = ownerOf(state, conn)
  if (owner === null || conn !== owner.inst.link.hello) return
  owner.inst.link.helloActivity = ctx.now
  const words = m.reply
  if (Array.isArray(words) && words[0] === 'message') helloCame(state, String(words[2]), ctx)
}

export const sentinelBehaviour: Behaviour<SentinelState> = {
  boot: (disk, ctx) => boot(disk as SentinelDisk | null, ctx),
  /** sentinel.conf: rewritten at every change, so that nothing decided is forgotten. */
  persist: (state): SentinelDisk => ({ currentEpoch: state.currentEpoch, primaries: [...state.primaries.values()].map(primaryConf) }),
  message: {
    command(state, m: CommandMessage, conn, ctx) {
      const session = state.sessions.get(conn)
      if (session !== undefined) serve(state, session, m.argv, ctx)
    },
    reply: onReply,
    push: onPush,
  },
  timer: { tick },
  accepted(state, conn, from) {
    state.sessions.set(conn, newSession(state, conn, from))
  },
  connected: linkConnected,
  closed(state, conn, _reason: CloseReason) {
    if (!state.sessions.delete(conn)) linkClosed(state, conn)
  },
  cost: (_state, type, _message, ctx) => (type === 'command' ? ctx.settings.service.command : 0),
}
