import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { beginsAs } from './acl.ts'
import { stopWaiting } from './commands/blocking.ts'
import { NULL_ARRAY } from './commands/spec.ts'
import type { RestOfExec } from './commands/transactions.ts'
import { goOnScript } from './commands/scripts.ts'
import { execute, goOnExec, specOf } from './commands.ts'
import { countCall, countError, countUnmeasured } from './command-stats.ts'
import type { Migration } from './migrate.ts'
import { reached } from './commands/wait.ts'
import { inDatabase } from './databases.ts'
import { endMonitoring } from './monitor.ts'
import { forgetListener } from './pubsub.ts'
import { elsewhere } from './redirection.ts'
import { endFeeding, endUnit, hearPostponed } from './replication.ts'
import { isError, type Reply } from './reply.ts'
import { endScript } from './scripting/busy.ts'
import { noteSlow } from './slowlog.ts'
import type { Blocked, CommandMessage, NodeState, ReplyMessage, Session } from './state.ts'
import { disableTracking, tellInvalidations } from './tracking.ts'
import { unwatchAll } from './watch.ts'

/** A client's connection as its node serves it: commands in order, one reply each. */
export const newSession = (state: NodeState, conn: ConnId, peer: ProcessId, source = `${peer}:0`): Session => ({
  conn,
  ...beginsAs(state),
  clientId: state.nextClientId++,
  peer,
  source,
  name: '',
  resp: 2,
  multi: null,
  dirty: false,
  asking: false,
  readonly: false,
  watched: new Map(),
  touched: false,
  running: false,
  db: 0,
  cmd: 'NULL',
  noEvict: false,
  syncs: 'all',
  fileOnly: false,
  replies: 'on',
  tracking: null,
  subscriptions: 0,
  wrote: 0,
  blocked: null,
  waiting: [],
  closing: false,
  within: null,
  output: 0,
  softSince: -1,
})

const sizeOf = (reply: Reply): number => {
  if (typeof reply === 'string') return reply.length + 16
  return typeof reply === 'object' && reply !== null && 'file' in reply ? reply.file.length : 64
}

const answer = (session: Session, reply: Reply, ctx: Context): void => {
  if (typeof reply === 'object' && reply !== null && 'none' in reply) return
  if (session.replies !== 'on') {
    if (session.replies === 'skip') session.replies = 'on'
    return
  }
  ctx.send(session.conn, { type: 'reply', reply, size: sizeOf(reply) } as ReplyMessage)
}

export const onCommand = (state: NodeState, message: CommandMessage, conn: ConnId, ctx: Context): void => {
  const session = state.sessions.get(conn)
  if (session === undefined) return
  if (session.blocked !== null) {
    session.waiting.push(message.argv as string[])
    return
  }
  serve(state, session, message.argv, ctx, message.slot)
}

const serve = (state: NodeState, session: Session, argv: readonly string[], ctx: Context, slot = -1): void => {
  state.stats.commands++
  attend(state, session, argv, ctx, slot)
}

const attend = (state: NodeState, session: Session, argv: readonly string[], ctx: Context, slot = -1): void => {
  answer(session, execute(state, session, argv, ctx, slot), ctx)
  if (state.script === null) tellInvalidations(state, session.conn, ctx)
  if (session.closing === true) closeSession(state, session, ctx)
  if (state.ready.length > 0 && state.script === null) serveReady(state, ctx)
}

/** A script that others waited for is over: its client gets its reply, the replicas and whoever waited for its keys hear of it. */
export const onScriptEnd = (state: NodeState, ctx: Context): void => {
  const script = endScript(state, ctx)
  if (script === null) return
  if (state.repl.unit !== null) endUnit(state, false, ctx)
  const session = state.sessions.get(script.client)
  if (session !== undefined) {
    session.wrote = state.repl.offset
    const argv = session.blocked?.argv ?? []
    const took = ctx.now - script.since
    if (argv.length > 0 && took >= state.slow.least) noteSlow(state, session, specOf(argv)!, argv, took, ctx)
    unblock(state, ctx)(session, script.isKilled ? script.killed : script.reply)
  }
  tellInvalidations(state, script.client, ctx)
  if (state.ready.length > 0) serveReady(state, ctx)
  hearPostponed(state, script.stream, ctx)
}

/** Who waits for several keys is served from the one that came to be, though an earlier one of them has come to be since. */
const askingOnly = (argv: readonly string[], key: string): readonly string[] => {
  switch (argv[0].toLowerCase()) {
    case 'blpop':
    case 'brpop':
    case 'bzpopmin':
    case 'bzpopmax':
      return [argv[0], key, argv[argv.length - 1]]
    case 'blmpop':
    case 'bzmpop':
      return [argv[0], argv[1], '1', key, ...argv.slice(3 + Number(argv[2]))]
    default:
      return argv
  }
}

/** Keys that came to be: who has waited longest for one is served first. */
const serveReady = (state: NodeState, ctx: Context): void => {
  while (state.ready.length > 0) {
    const name = state.ready.shift()!
    for (const conn of state.awaited.get(name)?.slice() ?? []) {
      const session = state.sessions.get(conn)
      if (session?.blocked?.why !== 'pop') continue
      const reply = execute(state, session, askingOnly(session.blocked.argv, name.slice(name.indexOf(' ') + 1)), ctx)
      // still nothing for it, or a value of another type under the key
      if (typeof reply === 'object' && reply !== null && ('none' in reply || ('error' in reply && reply.error.startsWith('WRONGTYPE'))))
        continue
      stopWaiting(state, session)
      unblock(state, ctx)(session, reply)
    }
  }
}

/** Commands that wait for elements: time is over, or the slot of their key went elsewhere. */
export const checkPops = (state: NodeState, ctx: Context): void => {
  for (const session of [...state.sessions.values()]) {
    const b = session.blocked
    if (b === null || b.why !== 'pop') continue
    const isOver = b.until! > 0 && b.until! <= ctx.now
    const sent = b.keys!.map((key) => elsewhere(state, key)).find((error) => error !== null)
    if (!isOver && sent === undefined) continue
    stopWaiting(state, session)
    unblock(state, ctx)(session, sent ?? NULL_ARRAY, isOver)
  }
}

/** The server's side hangs up (QUIT). */
export const closeSession = (state: NodeState, session: Session, ctx: Context): void => {
  ctx.close(session.conn)
  endSession(state, session)
}

/** A connection is gone, from whichever side: nothing of it stays. */
export const endSession = (state: NodeState, session: Session): void => {
  stopWaiting(state, session)
  state.output -= session.output
  session.output = 0
  state.sessions.delete(session.conn)
  endMonitoring(state, session)
  endFeeding(state, session)
  unwatchAll(state, session)
  disableTracking(state, session)
  forgetListener(state, session.conn)
}

/** A command that had to wait counts when it is over, with all of its time unless that ran out. */
const countWaited = (state: NodeState, { argv, since }: Blocked, reply: Reply, isLate: boolean, ctx: Context): void => {
  const command = specOf(argv)!
  if (isLate) countUnmeasured(state, command)
  else countCall(state, command, ctx.now - since, ctx)
  if (isError(reply)) countError(state, command, 'failed', reply.error)
}

/** A blocked command got its reply: then what came after it is served, in order. */
export const unblock =
  (state: NodeState, ctx: Context) =>
  (session: Session, reply: Reply, isLate = false): void => {
    const b = session.blocked
    if (b !== null && b.argv.length > 0) countWaited(state, b, reply, isLate, ctx)
    session.blocked = null
    answer(session, reply, ctx)
    serveWaiting(state, session, ctx)
  }

/** What a client said while it had to wait. */
const serveWaiting = (state: NodeState, session: Session, ctx: Context): void => {
  while (session.blocked === null && session.waiting.length > 0 && !session.closing) serve(state, session, session.waiting.shift()!, ctx)
}

/** Its waiting ends before its time. What it said meanwhile is served in its own database, not in that of who ended it. */
export const endWaiting = (state: NodeState, session: Session, error: Reply | null, ctx: Context): boolean => {
  const b = session.blocked
  if (b === null || (b.why !== 'pop' && b.why !== 'wait')) return false
  const late = b.why === 'wait' ? reached(state, b.offset!) : NULL_ARRAY
  stopWaiting(state, session)
  inDatabase(state, 0, () => unblock(state, ctx)(session, error ?? late))
  return true
}

/** A script has come to another MIGRATE, or goes on while others hear BUSY: the rest comes at that one's end. */
const waitsAgain = (state: NodeState, exec: RestOfExec | null): boolean => {
  if (state.migration !== null) state.migration.exec = exec
  return state.migration !== null || state.script !== null
}

/** MIGRATE is over, and its thread goes on: with the rest of the transaction it stood in, if it did. */
export const afterMigrate =
  (state: NodeState, ctx: Context) =>
  (session: Session, reply: Reply, { exec, script }: Migration): void => {
    if (session.blocked !== null) countWaited(state, session.blocked, reply, false, ctx)
    session.blocked = null
    const own = script === null ? reply : goOnScript(state, session, specOf, script, reply, ctx)
    if (script !== null && waitsAgain(state, exec)) return
    const whole = exec === null ? own : goOnExec(state, session, exec, own, ctx)
    // another one in the same transaction
    if (state.migration !== null) return
    if (state.repl.unit !== null) endUnit(state, false, ctx)
    session.wrote = state.repl.offset
    if (exec !== null) {
      session.asking = false
      if (session.tracking !== null) session.tracking.caching = false
    }
    unblock(state, ctx)(session, whole)
    if (state.ready.length > 0) serveReady(state, ctx)
  }

/** What a pause held goes on, first come, first served; after a manual failover most writes are sent elsewhere now. */
export const retryPaused = (state: NodeState, ctx: Context): void => {
  const held = [...state.sessions.values()].filter((s) => s.blocked?.why === 'pause')
  for (const session of held.sort((a, b) => a.blocked!.since - b.blocked!.since)) {
    // one of them may have ended another
    if (!state.sessions.has(session.conn)) continue
    const { argv } = session.blocked!
    session.blocked = null
    attend(state, session, argv, ctx)
    serveWaiting(state, session, ctx)
  }
}
