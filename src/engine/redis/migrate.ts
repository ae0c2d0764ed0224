import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { MS, type Micros } from '../core/time.ts'
import { processNear } from './address.ts'
import { NO_REPLY, NOT_INTEGER, SYNTAX, type Handler } from './commands/spec.ts'
import { lookup } from './expiry.ts'
import { deleteEntry, getEntry } from './keyspace.ts'
import { parseSmall } from './numbers.ts'
import { dumpEntry } from './rdb.ts'
import { propagate } from './replication.ts'
import { OK, err, isError, type Reply } from './reply.ts'
import { keySlot } from './slots.ts'
import { dumpTime, freeTime, tellStall } from './stall.ts'
import type { NodeState, Session } from './state.ts'
import { keyChanged } from './watch.ts'

/**
 * MIGRATE is one system call after another: until the target has answered, or the timeout is over, the source's thread does nothing else.
 * No client is served, no ping of the bus is answered; on the target, RESTORE takes as long as the value is large.
 */

/** The MIGRATE under way. */
export interface Migration {
  conn: ConnId
  client: ConnId
  to: ProcessId
  keys: string[]
  copy: boolean
  /** AUTH, said before anything else; null when it was answered, or not wanted. */
  login: readonly string[] | null
  answers: number
  refusal: string
  words: string[][]
  up: boolean
  since: Micros
  bytes: number
  /** keys that arrived and are deleted here: the replicas hear of all in one DEL. */
  moved: string[]
}

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [KEYS k…]: the source waits for the target's answers, then deletes. */
export const migrate: Handler = (state, session, argv, ctx) => {
  if (session.running) return err("ERR 'migrate' is not simulated inside a transaction")
  let copy = false
  let replace = false
  let login: readonly string[] | null = null
  let wanted: readonly string[] = [argv[3]]
  for (let i = 6; i < argv.length; i++) {
    const option = argv[i].toUpperCase()
    const left = argv.length - 1 - i
    if (option === 'COPY') copy = true
    else if (option === 'REPLACE') replace = true
    else if (option === 'AUTH' && left >= 1) login = ['AUTH', argv[++i]]
    else if (option === 'AUTH2' && left >= 2) login = ['AUTH', argv[++i], argv[++i]]
    else if (option === 'KEYS') {
      if (argv[3] !== '') return err('ERR When using MIGRATE KEYS option, the key argument must be set to the empty string')
      wanted = argv.slice(i + 1)
      break
    } else return SYNTAX
  }
  const timeout = parseSmall(argv[5])
  const db = parseSmall(argv[4])
  if (timeout === null || db === null) return NOT_INTEGER
  const keys = wanted.filter((key) => lookup(state, key, ctx) !== undefined)
  if (keys.length === 0) return { simple: 'NOKEY' }
  const to = destination(state, argv[1], Number(argv[2]), ctx)
  // nobody listens there: refused at once
  if (to === null || to === ctx.self) return err('IOERR error or timeout writing to target instance')
  let bytes = 0
  const words = keys.map((key) => {
    const entry = getEntry(state.keys, key)!
    const payload = dumpEntry(entry)
    bytes += payload.length
    ctx.spend(dumpTime(entry, payload))
    const ttl = entry.expireAt < 0 ? 0 : Math.max(1, Math.floor((entry.expireAt - ctx.now) / MS))
    const name = state.cluster === null ? 'RESTORE' : 'RESTORE-ASKING'
    return [name, key, String(ttl), payload, ...(replace ? ['REPLACE'] : [])]
  })
  const conn = ctx.connect(to, 'client')
  const common = { conn, client: session.conn, to, keys, copy, login, words, bytes, since: ctx.now }
  state.migration = { ...common, answers: 0, refusal: '', up: false, moved: [] }
  session.blocked = { why: 'migrate', argv: [...argv], since: ctx.now, via: conn }
  ctx.setTimer('migrateTimeout', (timeout > 0 ? timeout : 1000) * MS)
  ctx.hold(conn, 'migrateTimeout')
  return NO_REPLY
}

/** Who listens at an address: the cluster's table knows its members' own ones. */
const destination = (state: NodeState, ip: string, port: number, ctx: Context): ProcessId | null => {
  const peer = state.cluster?.peers.find((p) => !p.gone && p.ip === ip && p.port === port)
  return peer?.process ?? processNear(ip, port, ctx.settings.addresses)
}

export const migrateConnected = (state: NodeState, conn: ConnId, ctx: Context): boolean => {
  const m = state.migration
  if (m === null || m.conn !== conn) return false
  m.up = true
  for (const argv of m.login === null ? m.words : [m.login, ...m.words])
    ctx.send(conn, { type: 'command', argv, size: argv.reduce((n, w) => n + w.length + 8, 0) } as never)
  return true
}

/** One answer of the target; the last one ends it: what arrived is deleted here. */
export const migrateAnswered = (
  state: NodeState,
  conn: ConnId,
  reply: Reply,
  ctx: Context,
  done: (session: Session, reply: Reply) => void,
): boolean => {
  const m = state.migration
  if (m === null || m.conn !== conn) return false
  if (m.login !== null) {
    m.login = null
    if (isError(reply)) m.refusal = reply.error
    return true
  }
  const key = m.keys[m.answers++]
  if (isError(reply)) m.refusal ||= reply.error
  else if (!m.copy) {
    const entry = getEntry(state.keys, key)
    if (entry !== undefined) {
      ctx.spend(freeTime(entry))
      deleteEntry(state.keys, key)
      keyChanged(state, key)
      m.moved.push(key)
    }
  }
  if (m.answers === m.keys.length) {
    if (m.refusal === '') ctx.emit('keys.migrated', { slot: keySlot(key), count: m.keys.length, to: m.to })
    finish(state, m, m.refusal === '' ? OK : err(`ERR Target instance replied with error: ${m.refusal}`), ctx, done)
  }
  return true
}

/** The connection broke, or its time is over. */
export const migrateFailed = (
  state: NodeState,
  conn: ConnId,
  refused: boolean,
  ctx: Context,
  done: (session: Session, reply: Reply) => void,
): boolean => {
  const m = state.migration
  if (m === null || m.conn !== conn) return false
  // a refused connection is noticed when the first bytes are written
  const where = m.up ? 'reading to target instance' : refused ? 'writing to target instance' : 'connecting to the client'
  finish(state, m, err(`IOERR error or timeout ${where}`), ctx, done)
  return true
}

/** Its time is over. */
export const migrateTimedOut = (state: NodeState, ctx: Context, done: (session: Session, reply: Reply) => void): void => {
  if (state.migration !== null) migrateFailed(state, state.migration.conn, false, ctx, done)
}

const finish = (state: NodeState, m: Migration, reply: Reply, ctx: Context, done: (session: Session, reply: Reply) => void): void => {
  state.migration = null
  ctx.close(m.conn)
  ctx.clearTimer('migrateTimeout')
  if (m.moved.length > 0) propagate(state, ['DEL', ...m.moved], ctx)
  ctx.release()
  tellStall(state, 'MIGRATE', m.keys[0], m.bytes, ctx.now - m.since, ctx)
  const session = state.sessions.get(m.client)
  if (session !== undefined) done(session, reply)
}
