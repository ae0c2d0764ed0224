import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { MS, SEC, type Micros } from '../core/time.ts'
import { processNear } from './address.ts'
import { NO_REPLY, NOT_INTEGER, SYNTAX, type Handler } from './commands/spec.ts'
import type { RestOfExec } from './commands/transactions.ts'
import { inDatabase } from './databases.ts'
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
 * No client is served, no ping of the bus is answered; on the target, RESTORE takes as long as the value is large. The connection is
 * kept for the next MIGRATE there.
 */

/** The MIGRATE under way. */
export interface Migration {
  /** 0 = to itself, which nobody answers. */
  conn: ConnId
  client: ConnId
  /** host:port as the command has it, which is the socket's name too; who listens there, and which database is meant. */
  address: string
  to: ProcessId
  db: number
  /** the database the keys are in. */
  from: number
  timeout: Micros
  keys: string[]
  copy: boolean
  /** AUTH, said before anything else; null when not wanted. */
  login: readonly string[] | null
  words: string[][]
  /** answers to AUTH and SELECT still to come; whether one of them was an error, after which no key counts as arrived. */
  heads: number
  spoilt: boolean
  answers: number
  refusal: string
  up: boolean
  /** a broken connection is tried once more. */
  again: boolean
  since: Micros
  bytes: number
  /** keys that arrived and are deleted here: the replicas hear of all in one DEL. */
  moved: string[]
  /** within a transaction: what comes after it. */
  exec: RestOfExec | null
  /** within a script: how it goes on. */
  script: import('./commands/scripts.ts').ScriptInMigrate | null
}

/** A connection kept for ten seconds after its last use. */
export interface MigrationSocket {
  conn: ConnId
  /** the database it has selected; −1 = unknown. */
  db: number
  usedAt: Micros
}
const KEPT_SECONDS = 10

/** What happens when it is over. */
type Done = (session: Session, reply: Reply, m: Migration) => void

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [KEYS k…]: the source waits for the target's answers, then deletes. */
export const migrate: Handler = (state, session, argv, ctx) => {
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
  // a name that nobody has, or an address where nobody listens: refused at once
  if (to === null)
    return err(`IOERR error or timeout ${/^[\d.]+$|:/.test(argv[1]) ? 'writing to target instance' : 'connecting to the client'}`)
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
  state.migration = {
    conn: 0,
    client: session.conn,
    address: `${argv[1]}:${argv[2]}`,
    to,
    db,
    from: state.db,
    timeout: (timeout > 0 ? timeout : 1000) * MS,
    keys,
    copy,
    login,
    words,
    heads: 0,
    spoilt: false,
    answers: 0,
    refusal: '',
    up: false,
    again: false,
    since: ctx.now,
    bytes,
    moved: [],
    exec: null,
    script: null,
  }
  begin(state, state.migration, ctx)
  session.blocked = { why: 'migrate', argv: [...argv], since: ctx.now, via: state.migration.conn }
  return NO_REPLY
}

/** By the socket that is kept, or by a new one (migrateGetSocket). */
const begin = (state: NodeState, m: Migration, ctx: Context): void => {
  const kept = state.migrationSockets.get(m.address)
  m.up = kept !== undefined || m.to === ctx.self
  m.conn = kept?.conn ?? (m.to === ctx.self ? 0 : ctx.connect(m.to, 'client'))
  ctx.setTimer('migrateTimeout', m.timeout)
  ctx.hold(m.conn, 'migrateTimeout')
  if (kept !== undefined) say(m, kept, ctx)
}

/** All at once, without waiting for answers. */
const say = (m: Migration, socket: MigrationSocket, ctx: Context): void => {
  const heads = [...(m.login === null ? [] : [m.login]), ...(socket.db === m.db ? [] : [['SELECT', String(m.db)]])]
  m.heads = heads.length
  socket.usedAt = ctx.now
  for (const argv of [...heads, ...m.words])
    ctx.send(m.conn, { type: 'command', argv, size: argv.reduce((n, w) => n + w.length + 8, 0) } as never)
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
  if (state.migrationSockets.size === 0) ctx.setTimer('migrationSockets', SEC)
  const socket: MigrationSocket = { conn, db: -1, usedAt: ctx.now }
  state.migrationSockets.set(m.address, socket)
  say(m, socket, ctx)
  return true
}

/** Each second: who was not used for long is closed (migrateCloseTimedoutSockets). */
export const closeIdleSockets = (state: NodeState, ctx: Context): void => {
  const second = Math.floor(ctx.now / SEC)
  for (const [address, { conn, usedAt }] of state.migrationSockets)
    if (second - Math.floor(usedAt / SEC) > KEPT_SECONDS) {
      state.migrationSockets.delete(address)
      ctx.close(conn)
    }
  if (state.migrationSockets.size > 0) ctx.setTimer('migrationSockets', SEC)
}

/** One answer of the target; the last one ends it: what arrived is deleted here. */
export const migrateAnswered = (state: NodeState, conn: ConnId, reply: Reply, ctx: Context, done: Done): boolean => {
  const m = state.migration
  if (m === null || m.conn !== conn) return false
  if (isError(reply)) m.refusal ||= reply.error
  if (m.heads > 0) {
    m.heads--
    m.spoilt ||= isError(reply)
    return true
  }
  const key = m.keys[m.answers++]
  if (!isError(reply) && !m.spoilt && !m.copy) inDatabase(state, m.from, () => leaves(state, m, key, ctx))
  if (m.answers === m.keys.length) {
    const isDone = m.refusal === ''
    if (isDone) ctx.emit('keys.migrated', { slot: keySlot(key), count: m.keys.length, to: m.to })
    // after an error nobody knows what it has selected
    state.migrationSockets.get(m.address)!.db = isDone ? m.db : -1
    finish(state, m, isDone ? OK : err(`ERR Target instance replied with error: ${m.refusal}`), ctx, done)
  }
  return true
}

const leaves = (state: NodeState, m: Migration, key: string, ctx: Context): void => {
  const entry = getEntry(state.keys, key)
  if (entry === undefined) return
  ctx.spend(freeTime(entry))
  deleteEntry(state.keys, key)
  keyChanged(state, key)
  m.moved.push(key)
}

/** The connection broke. One that was only kept is forgotten; the one in use is opened anew, once, when nothing was answered on it. */
export const migrateFailed = (state: NodeState, conn: ConnId, refused: boolean, ctx: Context, done: Done): boolean => {
  for (const [address, socket] of state.migrationSockets) if (socket.conn === conn) state.migrationSockets.delete(address)
  const m = state.migration
  if (m === null || m.conn !== conn) return false
  if (!m.again && m.answers === 0) {
    m.again = true
    begin(state, m, ctx)
    return true
  }
  // a refused connection is noticed when the first bytes are written
  const where = m.up ? 'reading to target instance' : refused ? 'writing to target instance' : 'connecting to the client'
  finish(state, m, err(`IOERR error or timeout ${where}`), ctx, done)
  return true
}

/** Its time is over. */
export const migrateTimedOut = (state: NodeState, ctx: Context, done: Done): void => {
  const m = state.migration
  if (m === null) return
  state.migrationSockets.delete(m.address)
  if (m.conn !== 0) ctx.close(m.conn)
  finish(state, m, err(`IOERR error or timeout ${m.up ? 'reading to target instance' : 'connecting to the client'}`), ctx, done)
}

const finish = (state: NodeState, m: Migration, reply: Reply, ctx: Context, done: Done): void => {
  state.migration = null
  ctx.clearTimer('migrateTimeout')
  if (m.moved.length > 0) inDatabase(state, m.from, () => propagate(state, ['DEL', ...m.moved], ctx))
  ctx.release()
  tellStall(state, 'MIGRATE', m.keys[0], m.bytes, ctx.now - m.since, ctx)
  const session = state.sessions.get(m.client)
  if (session !== undefined) done(session, reply, m)
}
