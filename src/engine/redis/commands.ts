import type { Context } from '../core/process.ts'
import { NO_AUTH, denied, deniedWithin, isAuthRequired } from './auth.ts'
import { countCall, countError } from './command-stats.ts'
import { aclCommand } from './commands/acl.ts'
import { BITFIELDS } from './commands/bitfield.ts'
import { BITS } from './commands/bits.ts'
import { CLUSTER } from './commands/cluster.ts'
import { CONNECTIONS } from './commands/connection.ts'
import { DEBUG } from './commands/debug.ts'
import { HASHES } from './commands/hashes.ts'
import { introspection } from './commands/introspect.ts'
import { KEYS } from './commands/keys.ts'
import { LISTS } from './commands/lists.ts'
import { MEMORY } from './commands/memory.ts'
import { PUBSUB } from './commands/pubsub.ts'
import { functionCommands } from './commands/functions.ts'
import { scriptCommands } from './commands/scripts.ts'
import { PERSISTENCE } from './commands/persistence.ts'
import { REPLICATION } from './commands/replication.ts'
import { SERVER } from './commands/server.ts'
import { SETS } from './commands/sets.ts'
import { SLOW } from './commands/slow.ts'
import { SORTS } from './commands/sort.ts'
import { NO_REPLY, wrongArity, type CommandSpec, type Handler } from './commands/spec.ts'
import { STRINGS } from './commands/strings.ts'
import { dropTransaction, goOnWith, transactionCommands } from './commands/transactions.ts'
import { UNSIMULATED } from './commands/unsimulated.ts'
import { SYNC } from './commands/sync.ts'
import { SORTED_SETS } from './commands/zsets.ts'
import { enter, leave } from './databases.ts'
import { isOutOfMemory, tellRefusal } from './eviction.ts'
import { isScript, isShown, tellMonitors } from './monitor.ts'
import { isFed } from './client-info.ts'
import { isHeld } from './pause.ts'
import { isOn } from './peers.ts'
import { firstSlot, redirect } from './redirection.ts'
import { endUnit, replicasLacking } from './replication.ts'
import { OUT_OF_MEMORY, QUEUED, cString, err, errAbout, fixed, isError, type Reply } from './reply.ts'
import { busyReply, tellSlow } from './scripting/busy.ts'
import { abilitiesOf } from './scripting/promise.ts'
import { noteSlow } from './slowlog.ts'
import type { NodeState, Session } from './state.ts'
import { rememberRead } from './tracking.ts'

export { NO_REPLY, type CommandSpec, type Handler } from './commands/spec.ts'

/** Runs one queued command, which was looked up and allowed before. */
const call: Handler = (state, session, argv, ctx) => {
  const command = specOf(argv)!
  const refused = state.acl === null ? null : deniedWithin('multi', state, session, command, argv, ctx, 'exec')
  if (refused !== null) return refused
  const began = ctx.doneAt
  const reply = run(state, session, command, argv, ctx, firstSlot(command, argv))
  if (state.monitors !== null && isShown(command)) tellMonitors(state, session, argv, false, ctx)
  const took = ctx.doneAt - began
  countCall(state, command, took, ctx)
  if (isError(reply)) countError(state, command, 'failed', reply.error)
  if (took >= state.slow.least) noteSlow(state, session, command, argv, took, ctx)
  if (session.tracking !== null) rememberRead(state, session, command, argv)
  return reply
}

export const goOnExec = goOnWith(call)

/** Runs a command in the database its connection chose; a transaction's commands choose for themselves. */
const run = (state: NodeState, session: Session, command: CommandSpec, argv: readonly string[], ctx: Context, slot: number): Reply => {
  if (state.monitors !== null && isScript(command)) tellMonitors(state, session, argv, false, ctx)
  const { db } = session
  if (db === 0 || command.name === 'exec') return command.handler(state, session, argv, ctx, slot)
  enter(state, db)
  const reply = command.handler(state, session, argv, ctx, slot)
  leave(state, db)
  return reply
}

export const COMMANDS: readonly CommandSpec[] = [
  ...STRINGS,
  ...BITS,
  ...BITFIELDS,
  ...KEYS,
  ...SORTS,
  ...HASHES,
  ...LISTS,
  ...SETS,
  ...SORTED_SETS,
  ...transactionCommands(call),
  ...PUBSUB,
  ...CLUSTER,
  ...CONNECTIONS,
  ...SERVER,
  ...REPLICATION,
  ...PERSISTENCE,
  MEMORY,
  ...SLOW,
  DEBUG,
  ...SYNC,
  introspection(
    () => COMMANDS,
    (argv) => specOf(argv),
  ),
  ...scriptCommands((argv) => specOf(argv)),
  ...functionCommands((argv) => specOf(argv)),
  aclCommand((argv) => specOf(argv)),
  ...UNSIMULATED,
]

const BY_NAME = new Map<string, CommandSpec>()
for (const c of COMMANDS) {
  BY_NAME.set(c.name, c)
  BY_NAME.set(c.name.toUpperCase(), c)
}

// a pure function's memory: most commands are the same as the one before
let lastName = ''
let lastNamed: CommandSpec | undefined

export const commandNamed = (name: string): CommandSpec | undefined => {
  if (name === lastName) return lastNamed
  lastName = name
  return (lastNamed = BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase()))
}

/** The command these words mean: a container's subcommand where there is one. */
export const specOf = (argv: readonly string[]): CommandSpec | undefined => {
  const command = commandNamed(argv[0])
  if (command === undefined || command.subcommands === null || argv.length < 2) return command
  return command.subcommands.get(argv[1].toLowerCase())
}

const NEVER_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset'])
const FOR_SUBSCRIBERS = new Set([
  'ping',
  'subscribe',
  'ssubscribe',
  'unsubscribe',
  'sunsubscribe',
  'psubscribe',
  'punsubscribe',
  'quit',
  'reset',
])

/** In a transaction, for want of memory, all but these are refused. */
const ALWAYS_ADMITTED = new Set(['exec', 'discard', 'quit', 'reset'])

const NO_REPLICAS = fixed('NOREPLICAS Not enough good replicas to write.')
const READ_ONLY = fixed("READONLY You can't write against a read only replica.")
const NO_KEYSPACE = fixed("ERR Replica can't interact with the keyspace")
const MASTER_DOWN = fixed("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")

const unknown = (argv: readonly string[]): Reply => {
  const container = commandNamed(argv[0])
  if (container !== undefined) return errAbout`ERR unknown subcommand '${argv[1].slice(0, 128)}'. Try ${container.name.toUpperCase()} HELP.`
  let args = ''
  for (let i = 1; i < argv.length && args.length < 128; i++) args += `'${cString(argv[i]).slice(0, 128 - args.length)}' `
  return errAbout`ERR unknown command '${argv[0].slice(0, 128)}', with args beginning with: ${args}`
}

/** A refused command spoils the transaction it was meant for; a refused EXEC ends it. */
const refuse = (state: NodeState, session: Session, command: CommandSpec | undefined, reply: Reply): Reply => {
  const text = isError(reply) ? reply.error : ''
  if (command !== undefined && command.name === 'exec') {
    dropTransaction(state, session)
    const aborted = `EXECABORT Transaction discarded because of: ${text.replace(/^ERR /, '')}`
    countError(state, command, 'rejected', aborted)
    return err(aborted)
  }
  countError(state, command, 'rejected', text)
  if (session.multi === null) return reply
  session.dirty = true
  return reply
}

/** What stands against running a command here and now, cluster and arguments aside; null = nothing. */
const obstacle = (
  state: NodeState,
  session: Session,
  command: CommandSpec,
  writes: boolean,
  stale: boolean,
  ctx: Context,
): Reply | null => {
  if (writes) {
    if (state.repl.role === 'replica') {
      if (isOn(state, 'replica-read-only', true)) return READ_ONLY
    } else if (state.config.size > 0 && replicasLacking(state, ctx) > 0) return NO_REPLICAS
  }
  if (session.subscriptions > 0 && session.resp === 2 && !FOR_SUBSCRIBERS.has(command.name))
    return err(
      `ERR Can't execute '${command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
    )
  if (state.repl.role === 'replica' && state.repl.linkState !== 'connected' && !stale && !isOn(state, 'replica-serve-stale-data', true))
    return MASTER_DOWN
  if (state.script !== null && !command.shownFlags.includes('allow_busy')) {
    tellSlow(state, ctx)
    return busyReply(state.script)
  }
  if ((state.monitors !== null || state.feeds !== null) && isFed(state, session) && (command.waitsOnPause || command.isReadonly))
    return NO_KEYSPACE
  return null
}

/** touches-arbitrary-keys: the expired keys they come across have nothing to do with each other. */
const MEETS_ANY_KEY = new Set(['scan', 'randomkey'])

/** What processCommand does, in its order (server.c). */
const process = (state: NodeState, session: Session, argv: readonly string[], ctx: Context, told: number): Reply => {
  const command = specOf(argv)
  session.cmd = command === undefined ? 'NULL' : command.name
  if (command === undefined) return refuse(state, session, command, unknown(argv))
  if (command.arity > 0 ? argv.length !== command.arity : argv.length < -command.arity)
    return refuse(state, session, command, wrongArity(command.name))
  if (session.authenticated === false && isAuthRequired(state, command)) return refuse(state, session, command, NO_AUTH)
  const inTransaction = session.multi !== null
  if (inTransaction && command.flags.includes('noMulti'))
    return refuse(state, session, command, err('ERR Command not allowed inside a transaction'))
  // who waits for an element was allowed to when it began
  if (state.acl !== null && session.blocked === null) {
    const unfit = denied(state, session, command, argv, ctx)
    if (unfit !== null) return refuse(state, session, command, unfit)
  }
  const queued = inTransaction && command.name === 'exec' ? session.multi!.map((words) => [specOf(words)!, words] as const) : null
  const slot = told >= 0 && command.keys !== null && command.keys[0] === 1 ? told : firstSlot(command, argv)
  const can = abilitiesOf(state, command, argv)
  const parts = queued === null ? null : queued.map(([c, words]) => abilitiesOf(state, c, words))
  const writes = can.isWrite === true || (parts !== null && parts.some((part) => part.isWrite))
  if (state.cluster !== null && (slot >= 0 || queued !== null)) {
    const elsewhere = redirect(state, session, command, argv, slot, queued, writes, ctx)
    if (elsewhere !== null) {
      if (queued !== null) dropTransaction(state, session)
      else if (inTransaction) session.dirty = true
      if (isError(elsewhere)) countError(state, command, 'rejected', elsewhere.error)
      return elsewhere
    }
  }
  if (state.memory !== null && isOutOfMemory(state, state.memory, ctx)) {
    const needsMore = can.isDenyOom || (parts !== null && parts.some((part) => part.isDenyOom))
    // what waits for EXEC takes memory too
    if (needsMore || (inTransaction && !ALWAYS_ADMITTED.has(command.name))) {
      tellRefusal(state, state.memory, command.name, ctx)
      return refuse(state, session, command, OUT_OF_MEMORY)
    }
  }
  const stale = can.isStale === true && (parts === null || parts.every((part) => part.isStale))
  const refused = obstacle(state, session, command, writes, stale, ctx)
  if (refused !== null) return refuse(state, session, command, refused)
  const mayWrite = parts === null ? can.waitsOnPause === true : parts.some((part) => part.waitsOnPause)
  if ((mayWrite || state.pause !== null) && isHeld(state, mayWrite, ctx.now)) {
    session.blocked = { why: 'pause', argv: argv.slice(), since: ctx.now, via: 0 }
    return NO_REPLY
  }
  if (inTransaction && !NEVER_QUEUED.has(command.name)) {
    // what will not run is not kept
    if (!session.dirty && !session.touched) session.multi!.push(argv.slice())
    return QUEUED
  }
  const errors = state.calls.refusals
  const reply = run(state, session, command, argv, ctx, slot)
  if (state.monitors !== null && isShown(command)) tellMonitors(state, session, argv, false, ctx)
  const took = ctx.doneAt - ctx.now
  if (session.blocked === null) countCall(state, command, took, ctx)
  // a script's error that is one of its commands' counts once among errors
  if (isError(reply)) countError(state, command, 'failed', command.runsScript && state.calls.refusals > errors ? null : reply.error)
  if (took >= state.slow.least && session.blocked === null) noteSlow(state, session, command, argv, took, ctx)
  if (state.repl.unit !== null && state.script === null && state.migration === null) endUnit(state, MEETS_ANY_KEY.has(command.name), ctx)
  if (session.tracking !== null) rememberRead(state, session, command, argv)
  if (session.blocked === null) session.wrote = state.repl.offset
  return reply
}

/** One command of a client, from its words to its reply. `slot`: its second word's where that is known, −1 otherwise. */
export const execute = (state: NodeState, session: Session, argv: readonly string[], ctx: Context, slot = -1): Reply => {
  const reply = process(state, session, argv, ctx, slot)
  // ASKING lasts one command, or one whole transaction; so does CLIENT CACHING
  if (session.multi === null) {
    if (session.asking === true && !isNamed(argv[0], 'asking')) session.asking = false
    if (session.tracking !== null && session.tracking.caching && !isNamed(argv[0], 'client')) session.tracking.caching = false
  }
  return reply
}

const isNamed = (name: string, wanted: string): boolean => name.length === wanted.length && name.toLowerCase() === wanted
