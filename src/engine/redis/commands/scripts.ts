import type { Context } from '../../core/process.ts'
import { countCall, countError } from '../command-stats.ts'
import { userNamed } from '../acl.ts'
import { denialOf } from '../acl-check.ts'
import { deniedWithin } from '../auth.ts'
import { inDatabase } from '../databases.ts'
import { isShown, tellMonitors } from '../monitor.ts'
import { isOn } from '../peers.ts'
import { firstSlot, redirect } from '../redirection.ts'
import { beginUnit, mute, replicasLacking } from '../replication.ts'
import { OK, OUT_OF_MEMORY, err, isError, type Reply } from '../reply.ts'
import { asText } from '../scripting/args.ts'
import {
  isTable,
  luaMachine,
  type Call,
  type LuaFunction,
  type LuaMachine,
  type RedisTable,
  type ScriptResult,
  type Table,
  type Value,
  type Vm,
} from '../scripting/host.ts'
import { loaderOf } from '../scripting/libraries.ts'
import { goOn, killScript, outlasts, type Outcome } from '../scripting/busy.ts'
import { flagsOf, type ScriptFlags } from '../scripting/shebang.ts'
import { sha1 } from '../scripting/sha1.ts'
import type { NodeState, Session } from '../state.ts'
import { NO_REPLY, NOT_INTEGER, SYNTAX, container, counted, helpOf, spec, type CommandSpec, type Handler } from './spec.ts'
import { formatDouble, parseInt64 } from '../numbers.ts'

/** Lua scripts: they run as one command, see only the keys they were promised, and their effects are what the replicas hear. */

/** Finds a command's row in the table, which holds these commands in its turn. */
export type Find = (argv: readonly string[]) => CommandSpec | undefined

/** The command that runs the script. */
export interface Caller {
  command: string
  readsOnly: boolean
  /** it ran a command that writes. */
  wrote: boolean
  /** the one slot of its keys, −1 = not known yet; null = it may use several. */
  slot: number | null
}

// ------------------------------------------------------------------ values there and back

/** A table of one field, as Redis tells states and errors. */
const field = (vm: Vm, name: string, value: Value): Table => {
  const t = vm.table()
  t.set(name, value)
  return t
}

const listOf = (vm: Vm, items: readonly Value[]): Table => {
  const t = vm.table()
  items.forEach((item, i) => t.set(i + 1, item))
  return t
}

/** A reply as a script sees it; what only the third version of the protocol knows comes only to a script that asked for it. */
const toLua = (reply: Reply, resp: 2 | 3, vm: Vm): Value => {
  const inner = (r: Reply): Value => toLua(r, resp, vm)
  if (reply === null) return resp === 3 ? undefined : false
  if (typeof reply === 'string' || typeof reply === 'number') return reply
  if (typeof reply === 'bigint') return Number(reply)
  if (Array.isArray(reply)) return listOf(vm, reply.map(inner))
  if ('simple' in reply) return field(vm, 'ok', reply.simple)
  if ('error' in reply) return errorTable(vm, reply.error)
  if ('map' in reply) {
    const map = vm.table()
    for (const [k, v] of reply.map) map.set(inner(k), inner(v))
    return field(vm, 'map', map)
  }
  if ('set' in reply) {
    const set = vm.table()
    for (const member of reply.set) set.set(inner(member), true)
    return field(vm, 'set', set)
  }
  if ('push' in reply) return listOf(vm, reply.push.map(inner))
  if ('double' in reply) return field(vm, 'double', reply.double)
  if ('bool' in reply) return reply.bool
  if ('verbatim' in reply) {
    const text = vm.table()
    text.set('string', reply.verbatim)
    text.set('format', 'txt')
    return field(vm, 'verbatim_string', text)
  }
  return resp === 3 ? undefined : false
}

/**
 * What a script returns, as a reply: numbers lose their fraction, a table ends at its first nil. Truth goes by the protocol that the
 * script has chosen, all else by its client's.
 */
const toReply = (v: Value, resp: 2 | 3, own: 2 | 3): Reply => {
  if (v === undefined) return null
  if (typeof v === 'boolean') return own === 3 ? { bool: v } : v ? 1 : null
  if (typeof v === 'string') return v
  if (typeof v === 'number') return wholeOf(v)
  if (!isTable(v)) return null
  const error = asText(v.get('err'))
  if (error !== null) return err(oneLine(error))
  const ok = asText(v.get('ok'))
  if (ok !== null) return { simple: oneLine(ok) }
  const double = v.get('double')
  if (typeof double === 'number') return resp === 3 ? { double } : formatDouble(double)
  const [map, set] = [v.get('map'), v.get('set')]
  if (isTable(map)) {
    const pairs = entriesOf(map).map(([k, item]): [Reply, Reply] => [toReply(k, resp, own), toReply(item, resp, own)])
    return resp === 3 ? { map: pairs } : pairs.flat()
  }
  if (isTable(set)) {
    const members = entriesOf(set).map(([k]) => toReply(k, resp, own))
    return resp === 3 ? { set: members } : members
  }
  const big = asText(v.get('big_number'))
  if (big !== null) return resp === 3 ? { bignum: oneLine(big) } : oneLine(big)
  const verbatim = v.get('verbatim_string')
  if (isTable(verbatim)) {
    const [text, format] = [asText(verbatim.get('string')), asText(verbatim.get('format'))]
    if (text !== null && format !== null) return resp === 3 ? { verbatim: text } : text
  }
  const out: Reply[] = []
  for (let i = 1, item = v.get(1); item !== undefined; item = v.get(++i)) out.push(toReply(item, resp, own))
  return out
}

const oneLine = (text: string): string => text.replace(/[\r\n]/g, ' ')

const entriesOf = (t: Table): (readonly [Value, Value])[] => {
  const out: (readonly [Value, Value])[] = []
  for (let e = t.next(undefined); e !== null; e = t.next(e[0])) out.push(e)
  return out
}

const wholeOf = (n: number): Reply => {
  if (Number.isSafeInteger(Math.trunc(n))) return Math.trunc(n) + 0
  return Number.isNaN(n) || Math.abs(n) >= 9223372036854775808 ? -9223372036854775808n : BigInt(Math.trunc(n))
}

// ------------------------------------------------------------------ redis.call

const NOT_ALLOWED = 'ERR This Redis command is not allowed from script'

/** What stands against a command within a script; null = nothing. */
const obstacle = (state: NodeState, s: Session, command: CommandSpec, argv: readonly string[], by: Caller, ctx: Context): string | null => {
  if (command.flags.includes('noscript')) return NOT_ALLOWED
  const denied = state.acl === null ? null : deniedWithin('lua', state, s, command, argv, ctx, by.command)
  if (denied !== null) return denied.error
  // what may reach the replicas counts as a write here
  if (by.readsOnly && (command.isWrite || command.flags.includes('mayReplicate')))
    return 'ERR Write commands are not allowed from read-only scripts.'
  if (command.isWrite) {
    if (state.repl.role === 'replica' && isOn(state, 'replica-read-only', true))
      return "READONLY You can't write against a read only replica."
    if (replicasLacking(state, ctx) > 0) return 'NOREPLICAS Not enough good replicas to write.'
  }
  if (command.isDenyOom && state.memory !== null && state.memory.full) return OUT_OF_MEMORY.error
  const slot = firstSlot(command, argv)
  if (state.cluster === null || slot < 0) return null
  const elsewhere = redirect(state, s, command, argv, slot, null, command.isWrite, ctx)
  if (elsewhere === null || !isError(elsewhere)) {
    if (by.slot === -1) by.slot = slot
    return by.slot === null || by.slot === slot ? null : 'ERR Script attempted to access keys that do not hash to the same slot'
  }
  if (elsewhere.error.includes('only accepts read'))
    return 'ERR Script attempted to execute a write command while the cluster is down and readonly'
  if (elsewhere.error.startsWith('CLUSTERDOWN The cluster')) return 'ERR Script attempted to execute a command while the cluster is down'
  return 'ERR Script attempted to access a non local key in a cluster node'
}

/** The words of a command as a script gives them, or what is wrong with them. */
const wordsOf = (args: readonly Value[]): string[] | string => {
  if (args.length === 0) return 'Please specify at least one argument for this redis lib call'
  const argv: string[] = []
  for (const arg of args) {
    const word = typeof arg === 'number' ? formatDouble(arg) : typeof arg === 'string' ? arg : null
    if (word === null) return 'Lua redis lib command arguments must be strings or integers'
    argv.push(word)
  }
  return argv
}

const callFrom = (state: NodeState, s: Session, find: Find, args: readonly Value[], by: Caller, ctx: Context): Reply => {
  const argv = wordsOf(args)
  if (typeof argv === 'string') return err(`ERR ${argv}`)
  const command = find(argv)
  const refuseCall = (text: string): Reply => {
    countError(state, command, 'rejected', text)
    return err(text)
  }
  if (command === undefined) return refuseCall('ERR Unknown Redis command called from script')
  if (command.arity > 0 ? argv.length !== command.arity : argv.length < -command.arity)
    return refuseCall('ERR Wrong number of args calling Redis command from script')
  const refused = obstacle(state, s, command, argv, by, ctx)
  if (refused !== null) return refuseCall(refused)
  by.wrote ||= command.isWrite
  // memory is looked at when a script begins; one that has written may go on
  if (command.isWrite && state.memory !== null) state.memory.full = false
  const reply = inDatabase(state, s.db, () => command.handler(state, s, argv, ctx, firstSlot(command, argv)))
  countCall(state, command, 0, ctx)
  if (isError(reply)) countError(state, command, 'failed', reply.error)
  if (state.monitors !== null && isShown(command)) tellMonitors(state, s, argv, true, ctx)
  return reply
}

// ------------------------------------------------------------------ the library `redis`

const errorTable = (vm: Vm, text: string): Table => {
  const t = field(vm, 'err', text)
  t.set('ignore_error_stats_update', true)
  return t
}

/** luaError: an error that names no place of its own. */
const refuse = (vm: Vm, text: string): never => vm.raise(field(vm, 'err', `ERR ${text}`))

const REPL_REPLICA = 2
const REPL_ALL = 3
const VERSION_NUMBER = 0x7000f
const CONSTANTS = Object.freeze({
  LOG_DEBUG: 0,
  LOG_VERBOSE: 1,
  LOG_NOTICE: 2,
  LOG_WARNING: 3,
  REPL_NONE: 0,
  REPL_AOF: 1,
  REPL_SLAVE: REPL_REPLICA,
  REPL_REPLICA,
  REPL_ALL,
  REDIS_VERSION: '7.0.15',
  REDIS_VERSION_NUM: VERSION_NUMBER,
})

/** redis.error_reply and redis.status_reply. */
const single =
  (make: (text: string, vm: Vm) => Table): LuaFunction =>
  (args, vm) => {
    const [text] = args
    return [args.length === 1 && typeof text === 'string' ? make(text, vm) : errorTable(vm, 'ERR wrong number or type of arguments')]
  }

/** An error's first word is its code; one word alone has none. */
const coded = (text: string): string => {
  const words = text.replace(/^-/, '').replace(/[\r\n]+$/, '')
  return words.includes(' ') ? words : `ERR ${words}`
}

const PLAIN: Readonly<Record<string, LuaFunction>> = {
  error_reply: single((text, vm) => errorTable(vm, coded(text))),
  status_reply: single((text, vm) => field(vm, 'ok', text)),
  sha1hex: (args, vm) => (args.length === 1 ? [sha1(asText(args[0]) ?? '')] : refuse(vm, 'wrong number of arguments')),
  log: (args, vm) => {
    if (args.length < 2) return refuse(vm, 'redis.log() requires two arguments or more.')
    if (typeof args[0] !== 'number') return refuse(vm, 'First argument must be a number (log level).')
    return args[0] >= 0 && args[0] <= 3 ? [] : refuse(vm, 'Invalid debug level.')
  },
}

/** What functions do not find. */
const EVAL_ONLY: Readonly<Record<string, LuaFunction>> = {
  replicate_commands: () => [true],
  breakpoint: () => [false],
  debug: () => [],
}

/** What a library finds of `redis` while it loads, register_function aside. */
const LOADING_CONSTANTS = Object.freeze(Object.fromEntries(Object.entries(CONSTANTS).filter(([name]) => !name.startsWith('REPL_'))))
export const WHILE_LOADING: RedisTable = Object.freeze({ redis: PLAIN, constants: LOADING_CONSTANTS })

/** Service time of a command that a script runs: no socket, no parsing of a request. */
const CALL_TIME = 1
/** Instructions of Lua that a server does in a microsecond. */
const STEPS_PER_MICRO = 50

/** A script or a function about to run. */
export interface Job {
  /** its digest, or the function's name. */
  readonly name: string
  readonly isFunction: boolean
  readonly readsOnly: boolean
  /** keys of several slots of this node may be used. */
  readonly crossesSlots: boolean
  /** of a script, or of the function's library. */
  readonly source: string
}

/** A reply that a script has had, and the database it had chosen by then. */
interface Had {
  readonly reply: Reply
  readonly db: number
}

/**
 * A script within which MIGRATE waits for its target. A machine cannot stand still in the middle: when the answer is there the script runs
 * again from its beginning, and gets the replies that it has had.
 */
export interface ScriptInMigrate {
  readonly job: Job
  readonly argv: readonly string[]
  readonly by: Caller
  readonly had: readonly Had[]
}

/** Thrown through the machine; no pcall catches it. */
const WAITS = Symbol('a script waits for MIGRATE')

const perform = (job: Job, lua: LuaMachine, call: Call): ScriptResult => {
  if (!job.isFunction) return lua.run({ ...call, source: job.source })
  const loader = loaderOf(job.source, WHILE_LOADING)
  return lua.call(call, loader.call, loader.callback(job.name))
}

/** The slot that its command, or the first of its transaction with keys, has declared; −1 = none. */
const slotOf = (state: NodeState, session: Session, find: Find, job: Job, argv: readonly string[]): number | null => {
  if (state.cluster === null || job.crossesSlots) return null
  for (const words of session.multi ?? [argv]) {
    const slot = firstSlot(find(words)!, words)
    if (slot >= 0) return slot
  }
  return -1
}

/** Runs it as one command: `argv` is name, what to run, number of keys, keys and arguments. */
export const runJob = (state: NodeState, session: Session, find: Find, job: Job, argv: readonly string[], ctx: Context): Reply => {
  const slot = slotOf(state, session, find, job, argv)
  const by: Caller = { command: argv[0].toLowerCase(), readsOnly: job.readsOnly, wrote: false, slot }
  return runAll(state, session, find, { job, argv, by, had: [] }, ctx)
}

/** MIGRATE is over, and its script goes on. It may come to another one. */
export const goOnScript = (state: NodeState, session: Session, find: Find, script: ScriptInMigrate, reply: Reply, ctx: Context): Reply => {
  const db = script.had.at(-1)?.db ?? session.db
  return runAll(state, session, find, { ...script, had: [...script.had, { reply, db }] }, ctx)
}

const runAll = (state: NodeState, session: Session, find: Find, script: ScriptInMigrate, ctx: Context): Reply => {
  const { job, argv } = script
  const { name, isFunction } = job
  const by = { ...script.by }
  const had = script.had.slice()
  let waits = false
  const keys = Number(parseInt64(argv[2]))
  beginUnit(state)
  // commands of a script never wait, and answer in the protocol's second version unless it asks for the third
  const inner: Session = { ...session, running: true, resp: 2, multi: null }
  let calls = 0
  const call = (args: readonly Value[]): Reply => {
    if (waits) throw WAITS
    const before = had[calls++]
    if (before !== undefined) {
      inner.db = before.db
      return before.reply
    }
    const reply = callFrom(state, inner, find, args, by, ctx)
    waits = state.migration !== null
    if (waits) throw WAITS
    had.push({ reply, db: inner.db })
    return reply
  }
  const redis: Record<string, LuaFunction> = {
    ...(isFunction ? PLAIN : { ...PLAIN, ...EVAL_ONLY }),
    call: (args, vm) => {
      const reply = call(args)
      return isError(reply) ? vm.raise(errorTable(vm, reply.error)) : [toLua(reply, inner.resp, vm)]
    },
    pcall: (args, vm) => [toLua(call(args), inner.resp, vm)],
    set_repl: (args, vm) => {
      if (args.length !== 1) return refuse(vm, 'redis.set_repl() requires two arguments.')
      const flags = Number(asText(args[0]) ?? 0)
      if ((flags & ~REPL_ALL) !== 0) return refuse(vm, 'Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.')
      mute(state, (flags & REPL_REPLICA) === 0)
      return []
    },
    setresp: (args, vm) => {
      if (args.length !== 1) return refuse(vm, 'redis.setresp() requires one argument.')
      if (args[0] !== 2 && args[0] !== 3) return refuse(vm, 'RESP version must be 2 or 3.')
      inner.resp = args[0]
      return []
    },
    acl_check_cmd: (args, vm) => {
      const words = wordsOf(args)
      if (typeof words === 'string') return refuse(vm, words)
      const command = find(words)
      if (command === undefined) return refuse(vm, 'Invalid command passed to redis.acl_check_cmd()')
      const user = userNamed(state, session.user)
      return [user === undefined || denialOf(user, command, words) === null]
    },
  }
  let result: ScriptResult
  try {
    const given = { keys: argv.slice(3, 3 + keys), argv: argv.slice(3 + keys) }
    result = perform(job, luaMachine(), { random: state.scriptRandom, ...given, constants: CONSTANTS, redis })
  } catch (thrown) {
    if (thrown !== WAITS) throw thrown
    state.migration!.script = { job, argv: argv.slice(), by, had }
    session.blocked = inner.blocked
    return NO_REPLY
  }
  const { value, error, random, steps, endless } = result
  mute(state, false)
  state.scriptRandom = random
  const took = calls * CALL_TIME + Math.floor(steps / STEPS_PER_MICRO)
  const failed = error === null ? null : oneLine(error.place === '' ? error.text : `${error.text} script: ${name}, on ${error.place}.`)
  const reply = failed === null ? toReply(value, session.resp, inner.resp) : err(failed)
  const place = error?.place || (isFunction ? '@user_function:1' : '@user_script:1')
  const outcome: Outcome = { name, isFunction, took, endless, wrote: by.wrote, reply, place }
  if (outlasts(state, session, outcome)) {
    goOn(state, session, argv, outcome, ctx)
    return NO_REPLY
  }
  ctx.spend(took)
  return reply
}

/** A script that declares itself (#!lua flags=…) is checked before it begins (scriptPrepareForRun); null = nothing against it. */
export const standsAgainst = (state: NodeState, flags: ScriptFlags, readsOnly: boolean, ctx: Context): string | null => {
  if (flags.noCluster && state.cluster !== null) return "ERR Can not run script on cluster, 'no-cluster' flag is set."
  const isReplica = state.repl.role === 'replica'
  if (isReplica && state.repl.linkState !== 'connected' && !flags.allowStale && !isOn(state, 'replica-serve-stale-data', true))
    return "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
  if (flags.noWrites) return null
  if (readsOnly) return 'ERR Can not execute a script with write flag using *_ro command.'
  if (isReplica && isOn(state, 'replica-read-only', true)) return 'READONLY You can not run script with write flag on readonly replica.'
  if (!isReplica && replicasLacking(state, ctx) > 0) return 'NOREPLICAS Not enough good replicas to write.'
  return !flags.allowOom && state.memory !== null && state.memory.full ? OUT_OF_MEMORY.error : null
}

const NO_SCRIPT = err('NOSCRIPT No matching script. Please use EVAL.')

const evaluate =
  (find: Find, bySha: boolean, readsOnly: boolean): Handler =>
  (state, session, argv, ctx) => {
    // what cannot be a digest is not looked for
    if (bySha && argv[1].length !== 40) return NO_SCRIPT
    const keys = parseInt64(argv[2])
    if (keys === null) return NOT_INTEGER
    if (keys > argv.length - 3) return err("ERR Number of keys can't be greater than number of args")
    if (keys < 0) return err("ERR Number of keys can't be negative")
    const source = bySha ? state.scripts.get(argv[1].toLowerCase()) : argv[1]
    if (source === undefined) return NO_SCRIPT
    const flags = flagsOf(source)
    if (typeof flags === 'string') return err(`ERR ${flags}`)
    const refused = flags === null ? null : standsAgainst(state, flags, readsOnly, ctx)
    if (refused !== null) return err(refused)
    const wrong = luaMachine().check(source)
    if (wrong !== null) return err(`ERR Error compiling script (new function): ${wrong}`)
    const name = sha1(source)
    state.scripts.set(name, source)
    const job: Job = {
      name,
      isFunction: false,
      readsOnly: readsOnly || (flags !== null && flags.noWrites),
      crossesSlots: flags === null || flags.allowCrossSlot,
      source,
    }
    return runJob(state, session, find, job, argv, ctx)
  }

const load: Handler = (state, _s, argv) => {
  const flags = flagsOf(argv[2])
  const wrong = typeof flags === 'string' ? flags : luaMachine().check(argv[2])
  if (wrong !== null) return err(typeof flags === 'string' ? `ERR ${wrong}` : `ERR Error compiling script (new function): ${wrong}`)
  const name = sha1(argv[2])
  state.scripts.set(name, argv[2])
  return name
}

const flush: Handler = (state, _s, argv) => {
  if (argv.length > 3 || (argv.length === 3 && !/^a?sync$/i.test(argv[2])))
    return argv.length > 3 ? SYNTAX : err('ERR SCRIPT FLUSH only support SYNC|ASYNC option')
  state.scripts.clear()
  return OK
}

const HELP = [
  'DEBUG (YES|SYNC|NO)',
  '    Set the debug mode for subsequent scripts executed.',
  'EXISTS <sha1> [<sha1> ...]',
  '    Return information about the existence of the scripts in the script cache.',
  'FLUSH [ASYNC|SYNC]',
  '    Flush the Lua scripts cache. Very dangerous on replicas.',
  '    When called without the optional mode argument, the behavior is determined by the',
  '    lazyfree-lazy-user-flush configuration directive. Valid modes are:',
  '    * ASYNC: Asynchronously flush the scripts cache.',
  '    * SYNC: Synchronously flush the scripts cache.',
  'KILL',
  '    Kill the currently executing Lua script.',
  'LOAD <script>',
  '    Load a script into the scripts cache without executing it.',
]

const SCRIPT = 'noscript stale mayReplicate'

export const scriptCommands = (find: Find): readonly CommandSpec[] => {
  const row = (name: string, since: string, summary: string, bySha: boolean, readsOnly: boolean): CommandSpec =>
    spec(name, -3, readsOnly ? 'noscript stale readonly' : SCRIPT, null, 'scripting', since, summary, evaluate(find, bySha, readsOnly), {
      movable: counted(2),
    })
  return [
    row('eval', '2.6.0', 'Runs a script.', false, false),
    row('evalsha', '2.6.0', 'Runs a script by its digest.', true, false),
    row('eval_ro', '7.0.0', 'Runs a script that cannot write.', false, true),
    row('evalsha_ro', '7.0.0', 'EVAL_RO by digest.', true, true),
    container('script', 'scripting', '2.6.0', 'About loaded scripts.', [
      spec('script|load', 3, 'noscript stale', null, 'scripting', '2.6.0', 'Keeps a script.', load),
      spec('script|exists', -3, 'noscript', null, 'scripting', '2.6.0', 'Which scripts are kept.', (st, _s, a) =>
        a.slice(2).map((name) => Number(st.scripts.has(name.toLowerCase()))),
      ),
      spec('script|flush', -2, 'noscript', null, 'scripting', '2.6.0', 'Forgets all scripts.', flush),
      spec('script|debug', 3, 'noscript', null, 'scripting', '3.2.0', 'Steps through a script; only NO is simulated.', (_st, _s, a) => {
        if (/^no$/i.test(a[2])) return OK
        return /^(yes|sync)$/i.test(a[2]) ? err("ERR 'script' is not simulated") : err('ERR Use SCRIPT DEBUG YES/SYNC/NO')
      }),
      spec('script|kill', 2, 'noscript', null, 'scripting', '2.6.0', 'Ends a script that runs for too long.', (st, _s, _a, ctx) =>
        killScript(st, false, ctx),
      ),
      spec('script|help', 2, 'loading stale', null, 'scripting', '5.0.0', 'The subcommands of SCRIPT.', () => helpOf('SCRIPT', HELP)),
    ]),
  ]
}
