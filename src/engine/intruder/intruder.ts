import { newAlarms, rearm, takeDue, type Alarms } from '../core/alarms.ts'
import type { ConnId } from '../core/network.ts'
import type { Behaviour, Context, Message, Overheard, ProcessId } from '../core/process.ts'
import { SEC, type Micros } from '../core/time.ts'
import { IGNORED, authWords, loseWire, newWires, sendOn, takeTag, wireConnected, wireOverdue, wireTo, type Wires } from '../client/wires.ts'
import type { PsyncMessage } from '../redis/psync.ts'
import type { Reply } from '../redis/reply.ts'
import type { CommandMessage, NodeId, ReplyMessage, StreamItem } from '../redis/state.ts'
import type { BusHeader, FailMessage, PingMessage, UpdateMessage } from '../redis/wire.ts'
import { isLocked, isSealed, type Listened } from './tls.ts'

/**
 * Somebody on the network who should not be there: listens where traffic passes, asks ports that are open, and speaks on the cluster
 * bus in another node's name. The bus knows a sender by the 40 characters of its id alone, which every message carries, so whoever has
 * heard one message can forge the next (Redis Cluster specification, "Cluster bus": the port must be reachable by nodes only).
 */
export interface IntruderState {
  wires: Wires
  alarms: Alarms
  /** commands said at open ports, by tag. */
  lines: Map<number, { node: ProcessId; argv: readonly string[] }>
  nextLine: number
  /** messages for connections to the bus that do not stand yet. */
  errands: Map<ConnId, Message>
  /** messages heard by kind of connection: read, or only counted because they were encrypted. */
  heard: Record<Listened, { read: number; sealed: number }>
  /** passwords by user; '' is the user of AUTH with one argument. */
  passwords: Map<string, string>
  /** what it has read of keys, newest last; null: seen by name only. */
  keys: Map<string, string | null>
  /** the last header heard of each node. */
  headers: Map<NodeId, PingMessage>
  /** kinds of news already told. */
  told: Set<string>
}

/** It waits so long for an answer. */
const PATIENCE: Micros = 2 * SEC
/** Keys it remembers. */
const MOST_KEYS = 200
/** What every sender leaves without a value in its command. */
const NO_KEY: ReadonlySet<string> = new Set([
  ...['AUTH', 'HELLO', 'PING', 'CLUSTER', 'INFO', 'CONFIG', 'CLIENT', 'COMMAND', 'ACL', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PUBLISH', 'SELECT'],
  ...['READONLY', 'ASKING', 'MULTI', 'EXEC', 'EVAL', 'EVALSHA', 'SCRIPT', 'WAIT', 'REPLCONF', 'ROLE', 'KEYS', 'SCAN', 'DBSIZE', 'SENTINEL'],
])

const news = (state: IntruderState, mark: string, heard: Overheard, what: string, text: string, ctx: Context): void => {
  if (state.told.has(mark)) return
  state.told.add(mark)
  ctx.emit('wire.heard', { what, kind: heard.kind, from: heard.from, to: heard.to, text })
}

const learnPassword = (state: IntruderState, heard: Overheard, user: string, password: string, ctx: Context): void => {
  state.passwords.set(user, password)
  news(state, `password ${user} ${password}`, heard, 'password', user === '' ? password : `${user} ${password}`, ctx)
}

/** Reads a command as it stands on the wire. */
const readCommand = (state: IntruderState, heard: Overheard, argv: readonly string[], ctx: Context): void => {
  const name = (argv[0] ?? '').toUpperCase()
  if (name === 'AUTH') return learnPassword(state, heard, argv.length > 2 ? argv[1] : '', argv[argv.length - 1], ctx)
  if (name === 'HELLO') {
    const at = argv.findIndex((a) => a.toUpperCase() === 'AUTH')
    if (at > 0 && argv[at + 2] !== undefined) learnPassword(state, heard, argv[at + 1], argv[at + 2], ctx)
    return
  }
  const key = argv[1]
  if (key === undefined || NO_KEY.has(name)) return
  const value = name === 'SET' ? argv[2] : name === 'SETEX' || name === 'PSETEX' || name === 'HSET' ? argv[3] : null
  const known = state.keys.get(key) ?? null
  state.keys.delete(key)
  state.keys.set(key, value ?? known)
  if (state.keys.size > MOST_KEYS) for (const oldest of state.keys.keys()) return void state.keys.delete(oldest)
  if (value !== null) news(state, `value ${heard.kind}`, heard, 'value', argv.slice(0, 3).join(' '), ctx)
}

const overheard = (state: IntruderState, heard: Overheard, ctx: Context): void => {
  if (heard.kind === 'origin') return
  const kind: Listened = heard.kind
  if (isSealed(kind, ctx.settings.config)) {
    state.heard[kind].sealed++
    return news(state, `sealed ${kind}`, heard, 'sealed', '', ctx)
  }
  state.heard[kind].read++
  const m = heard.message
  switch (m.type) {
    case 'command':
    case 'replication':
      return readCommand(state, heard, (m as CommandMessage | StreamItem).argv, ctx)
    case 'psync': {
      const { login } = m as PsyncMessage
      return login === null ? undefined : learnPassword(state, heard, login[0], login[1], ctx)
    }
    case 'sync':
      return news(state, `copy ${heard.from} ${heard.to}`, heard, 'copy', '', ctx)
    case 'ping':
    case 'pong':
      state.headers.set((m as PingMessage).sender, m as PingMessage)
      return news(state, 'gossip', heard, 'gossip', (m as PingMessage).sender, ctx)
  }
}

// ------------------------------------------------------------------ forging

const headerOf = (state: IntruderState, process: ProcessId): PingMessage | undefined => {
  for (const h of state.headers.values()) if (h.from.process === process) return h
  return undefined
}

/** A primary in whose name it can speak about another; nobody believes a message in his own name. */
const mask = (state: IntruderState, about: ProcessId, to?: ProcessId): PingMessage | undefined => {
  for (const h of state.headers.values()) if (h.from.process !== about && h.from.process !== to && h.primary && h.slots.count > 0) return h
  return undefined
}

/** Why it can forge nothing about a node; null when it can. */
export const whyNotForge = (state: IntruderState | null, about: ProcessId): string | null =>
  state === null || headerOf(state, about) === undefined || mask(state, about) === undefined
    ? `The intruder has not heard ${about} and another primary on the bus: let it listen at a node while the bus is in the clear, for some seconds.`
    : null

/** A header as heard, with another body. */
const forged = (
  state: IntruderState,
  what: 'fail' | 'slots',
  about: ProcessId,
  as: PingMessage,
  fact: number,
): FailMessage | UpdateMessage => {
  const victim = headerOf(state, about)!
  const { gossip: _gossip, others: _others, ...heard } = as
  const header: BusHeader = { ...heard, fact, paused: false, forceAck: false }
  if (what === 'fail') return { ...header, type: 'fail', about: victim.sender }
  let epoch = 0
  for (const h of state.headers.values()) epoch = Math.max(epoch, h.currentEpoch)
  return { ...header, type: 'update', about: header.sender, epoch: epoch + 1, claims: victim.slots }
}

/** Sends a forged message: FAIL to all but the one it speaks of, the new claims to all but the one that is to own the slots. */
const forge = (state: IntruderState, what: 'fail' | 'slots', about: ProcessId, ctx: Context): void => {
  if (isSealed('bus', ctx.settings.config)) {
    ctx.emit('wire.locked', { process: about, port: 'bus' })
    return
  }
  const heir = mask(state, about)!
  const to = ctx.peers('node').filter((id) => id !== (what === 'slots' ? heir.from.process : about))
  const fact = ctx.emit('wire.forged', { what, about, as: heir.from.process, to })
  for (const id of to) {
    const as = mask(state, about, id) ?? heir
    state.errands.set(ctx.connect(id, 'bus'), Object.freeze(forged(state, what, about, what === 'slots' ? heir : as, fact)))
  }
}

// ------------------------------------------------------------------ open ports

const answered = (state: IntruderState, tag: number, reply: Reply, ctx: Context): void => {
  const line = state.lines.get(tag)
  if (line === undefined) return
  state.lines.delete(tag)
  ctx.emit('wire.answered', { node: line.node, argv: line.argv.slice(), reply })
}

/** AUTH with the password heard last; null when none was. */
const stolenLogin = (state: IntruderState): readonly string[] | null => {
  const last = [...state.passwords].at(-1)
  return last === undefined ? null : authWords(last[0], last[1])
}

const lose = (state: IntruderState, conn: ConnId, error: string, ctx: Context): void => {
  const gone = loseWire(state.wires, conn)
  if (gone !== null) for (const tag of gone.tags) answered(state, tag, { error }, ctx)
}

export const intruderBehaviour: Behaviour<IntruderState> = {
  boot: () => ({
    wires: newWires(),
    alarms: newAlarms(),
    lines: new Map(),
    nextLine: 1,
    errands: new Map(),
    heard: { client: { read: 0, sealed: 0 }, bus: { read: 0, sealed: 0 }, replication: { read: 0, sealed: 0 } },
    passwords: new Map(),
    keys: new Map(),
    headers: new Map(),
    told: new Set(),
  }),
  persist: () => null,

  message: {
    overheard: (state, m: Overheard, _conn, ctx) => overheard(state, m, ctx),
    reply(state, m: ReplyMessage, conn, ctx) {
      answered(state, takeTag(state.wires.byConn.get(conn)), m.reply, ctx)
    },
    push() {},
    // what nodes answer to a forged message is of no interest
    pong() {},
    update() {},
  },

  timer: {
    alarm(state, ctx) {
      for (let due = takeDue(state.alarms, ctx.now); due !== null; due = takeDue(state.alarms, ctx.now))
        if (wireOverdue(state.wires, due.id, PATIENCE, state.alarms, ctx)) {
          ctx.close(due.id)
          lose(state, due.id, 'no answer within 2 s', ctx)
        }
      rearm(state.alarms, ctx)
    },
  },

  connected(state, conn, ctx) {
    const errand = state.errands.get(conn)
    if (errand === undefined) return wireConnected(state.wires, conn, ctx)
    state.errands.delete(conn)
    ctx.send(conn, errand)
    ctx.close(conn)
  },
  closed(state, conn, reason, ctx) {
    if (!state.errands.delete(conn))
      lose(state, conn, reason === 'refused' ? 'connection refused' : 'the server closed the connection', ctx)
  },

  act(state, action, ctx) {
    if (action.type === 'forge') return forge(state, action.what, action.process, ctx)
    if (action.type !== 'knock') return
    if (isLocked(ctx.settings.config)) {
      ctx.emit('wire.locked', { process: action.process, port: 'client' })
      return
    }
    const id = state.nextLine++
    state.lines.set(id, { node: action.process, argv: Object.freeze(action.argv.slice()) })
    const wire = wireTo(state.wires, action.process, false, ctx)
    const login = stolenLogin(state)
    if (login !== null) sendOn(wire, login, IGNORED, PATIENCE, state.alarms, ctx)
    sendOn(wire, action.argv, id, PATIENCE, state.alarms, ctx)
  },
}
