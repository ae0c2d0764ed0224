import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { MS, type Micros } from '../core/time.ts'
import { processAt } from './address.ts'
import { NO_REPLY, type Handler } from './commands.ts'
import { lookup } from './expiry.ts'
import { deleteEntry, getEntry, setEntry } from './keyspace.ts'
import { propagate } from './replication.ts'
import { OK, err, isError, type Reply } from './reply.ts'
import { keySlot } from './slots.ts'
import type { Entry, NodeState, Session } from './state.ts'

/** A key on its way: its value as RESTORE's payload. */
const pack = (entry: Entry): string =>
  JSON.stringify([entry.type, typeof entry.value === 'string' ? entry.value : [...entry.value]])

const unpack = (payload: string): Pick<Entry, 'type' | 'value'> => {
  const [type, value] = JSON.parse(payload) as [Entry['type'], string | [string, string][]]
  return { type, value: typeof value === 'string' ? value : new Map(value) }
}

/** RESTORE-ASKING key ttl payload [REPLACE]: what MIGRATE sends, served on an importing slot. */
export const restore: Handler = (state, _s, argv, ctx) => {
  if (lookup(state, argv[1], ctx) !== undefined && argv[4]?.toUpperCase() !== 'REPLACE') return err('BUSYKEY Target key name already exists.')
  const ttl = Number(argv[2])
  setEntry(state.keys, argv[1], { ...unpack(argv[3]), expireAt: ttl > 0 ? ctx.now + ttl * MS : -1 })
  propagate(state, argv, ctx)
  return OK
}

/** A MIGRATE under way: plain data, by the connection to the target. */
export interface Migration {
  conn: ConnId
  client: ConnId
  to: ProcessId
  keys: string[]
  copy: boolean
  answers: number
  refusal: string
  words: string[][]
  up: boolean
  deadline: Micros
}

const migrations = (state: NodeState): Map<ConnId, Migration> => state.migrations

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [KEYS k…]: the source waits for the target's answers, then deletes. */
export const migrate: Handler = (state, session, argv, ctx) => {
  const at = argv.findIndex((a, i) => i > 5 && a.toUpperCase() === 'KEYS')
  const options = argv.slice(6, at < 0 ? undefined : at).map((a) => a.toUpperCase())
  const wanted = at < 0 ? [argv[3]] : argv.slice(at + 1)
  const keys = wanted.filter((key) => lookup(state, key, ctx) !== undefined)
  if (keys.length === 0) return { simple: 'NOKEY' }
  const to = processAt(argv[1])
  if (to === null || to === ctx.self) return err('IOERR error or timeout connecting to the client')
  const conn = ctx.connect(to, 'client')
  const words = keys.map((key) => {
    const entry = getEntry(state.keys, key)!
    const ttl = entry.expireAt < 0 ? 0 : Math.max(1, Math.floor((entry.expireAt - ctx.now) / MS))
    return ['RESTORE-ASKING', key, String(ttl), pack(entry), ...(options.includes('REPLACE') ? ['REPLACE'] : [])]
  })
  migrations(state).set(conn, { conn, client: session.conn, to, keys, copy: options.includes('COPY'), answers: 0, refusal: '', words, up: false, deadline: ctx.now + (Number(argv[5]) || 1000) * MS })
  session.blocked = { why: 'migrate', argv: [...argv], since: ctx.now, via: conn }
  ctx.setTimer('migrations', LOOK_EVERY)
  return NO_REPLY
}

export const migrateConnected = (state: NodeState, conn: ConnId, ctx: Context): boolean => {
  const m = migrations(state).get(conn)
  if (m === undefined) return false
  m.up = true
  for (const argv of m.words) ctx.send(conn, { type: 'command', argv, size: argv.reduce((n, w) => n + w.length + 8, 0) } as never)
  return true
}

/** One answer of the target; the last one ends it: what arrived is deleted here. */
export const migrateAnswered = (
  state: NodeState, conn: ConnId, reply: Reply, ctx: Context, done: (session: Session, reply: Reply) => void,
): boolean => {
  const m = migrations(state).get(conn)
  if (m === undefined) return false
  const key = m.keys[m.answers++]
  if (isError(reply)) m.refusal ||= reply.error
  else if (!m.copy && deleteEntry(state.keys, key)) propagate(state, ['DEL', key], ctx)
  if (m.answers === m.keys.length) {
    if (m.refusal === '') ctx.emit('keys.migrated', { slot: keySlot(key), count: m.keys.length, to: m.to })
    finish(state, m, m.refusal === '' ? OK : err(`ERR Target instance replied with error: ${m.refusal}`), ctx, done)
  }
  return true
}

/** The connection broke, or its time is over. */
export const migrateFailed = (state: NodeState, conn: ConnId, ctx: Context, done: (session: Session, reply: Reply) => void): boolean => {
  const m = migrations(state).get(conn)
  if (m === undefined) return false
  finish(state, m, err(m.up ? 'IOERR error or timeout writing to target instance' : 'IOERR error or timeout connecting to the client'), ctx, done)
  return true
}

/** How often deadlines are looked at. */
const LOOK_EVERY = 100 * MS

/** Gives up the migrations whose time is over. */
export const checkMigrations = (state: NodeState, ctx: Context, done: (session: Session, reply: Reply) => void): void => {
  for (const m of [...migrations(state).values()]) if (m.deadline <= ctx.now) migrateFailed(state, m.conn, ctx, done)
  if (migrations(state).size > 0) ctx.setTimer('migrations', LOOK_EVERY)
}

const finish = (state: NodeState, m: Migration, reply: Reply, ctx: Context, done: (session: Session, reply: Reply) => void): void => {
  migrations(state).delete(m.conn)
  ctx.close(m.conn)
  const session = state.sessions.get(m.client)
  if (session !== undefined) done(session, reply)
}
