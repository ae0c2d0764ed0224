import type { Context } from '../core/process.ts'
import { remember } from './backlog.ts'
import { sendPush } from './client-output.ts'
import { checkOutput } from './output-buffer.ts'
import type { NodeState, Session, StreamItem } from './state.ts'

/** The replication stream: every command that changed the data, numbered by its bytes. */

const PING = ['PING']
const MULTI = ['MULTI']
const EXEC = ['EXEC']
const GETACK = ['REPLCONF', 'GETACK', '*']

/** Bytes of a command on the wire: *n, then $length and the bytes of each part. */
export const respSize = (argv: readonly string[]): number => {
  let size = 3 + String(argv.length).length
  for (let i = 0; i < argv.length; i++) {
    const length = argv[i].length
    size += 5 + length + (length < 10 ? 1 : length < 100 ? 2 : String(length).length)
  }
  return size
}

/** Sends a command that changed the data to the replicas. Only a primary speaks for itself; a replica passes on what it hears. */
export const propagate = (state: NodeState, argv: readonly string[], ctx: Context): void => {
  state.stats.changes++
  const r = state.repl
  if (r.role !== 'primary' || (r.backlog === null && r.replicas.size === 0)) return
  if (r.unit === null) return feedIn(state, state.db, argv, ctx)
  if (r.unit.muted) return
  r.unit.writes.push({ db: state.db, argv })
  r.unit.size += respSize(argv)
}

const feedIn = (state: NodeState, db: number, argv: readonly string[], ctx: Context): void => {
  const r = state.repl
  if (r.db !== db) {
    r.db = db
    feed(state, ['SELECT', String(db)], ctx)
  }
  feed(state, argv, ctx)
}

/** What the command under way writes waits for its end: a transaction, a script, or a command that met an expired key. */
export const beginUnit = (state: NodeState): void => {
  state.repl.unit ??= { writes: [], size: 0, muted: false }
}

/** The command is over: several writes go out between MULTI and EXEC (propagatePendingCommands), unless it only met keys by chance. */
export const endUnit = (state: NodeState, meetsAnyKey: boolean, ctx: Context): void => {
  const { writes } = state.repl.unit!
  state.repl.unit = null
  // a script may end on what has become a replica meanwhile
  if (state.repl.role !== 'primary') return
  const isTransaction = writes.length > 1 && !meetsAnyKey
  if (isTransaction) feedIn(state, writes[0].db, MULTI, ctx)
  for (const { db, argv } of writes) feedIn(state, db, argv, ctx)
  if (isTransaction) feed(state, EXEC, ctx)
}

/** A script keeps its next writes to itself, or no longer (redis.set_repl). */
export const mute = (state: NodeState, muted: boolean): void => {
  if (state.repl.unit !== null) state.repl.unit.muted = muted
}

/** Where the stream will be, at least, when what was written so far is in it. */
export const offsetAhead = (state: NodeState): number => state.repl.offset + (state.repl.unit?.size ?? 0)

const feed = (state: NodeState, argv: readonly string[], ctx: Context): void => {
  const size = respSize(argv)
  append(state, Object.freeze({ type: 'replication' as const, size, argv, offset: state.repl.offset + size }), ctx)
}

/** The next piece of the stream, made here or passed on: kept, and sent to every replica that is on it. */
export const append = (state: NodeState, item: StreamItem, ctx: Context): void => {
  const r = state.repl
  r.offset = item.offset
  remember(state, item, ctx)
  if (r.replicas.size > 0)
    for (const link of r.replicas.values())
      if (link.state === 'online') {
        const waiting = ctx.send(link.conn, item)
        if (waiting > 0) checkOutput(state, link, waiting, ctx)
      } else if (link.state === 'syncing') checkOutput(state, link, item.offset - link.from, ctx)
  if (state.feeds !== null) for (const conn of state.feeds) sendPush(state, state.sessions.get(conn)!, [...item.argv], item.size, ctx)
}

/** A program that said SYNC has its file, and hears the stream from here on, beginning with the database. */
export const beginFeeding = (state: NodeState, session: Session, ctx: Context): void => {
  ctx.pace(session.conn)
  if (state.repl.role === 'primary') state.repl.db = -1
  state.feeds ??= new Set()
  state.feeds.add(session.conn)
}

export const endFeeding = (state: NodeState, session: Session): void => {
  if (state.feeds?.delete(session.conn) === true && state.feeds.size === 0) state.feeds = null
}

/** Shows the replicas that the link lives. */
export const ping = (state: NodeState, ctx: Context): void => feed(state, PING, ctx)

/** Asks the replicas how far they are (WAIT). */
export const requestAcks = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  if (r.role === 'primary' && r.backlog !== null) feed(state, GETACK, ctx)
}
