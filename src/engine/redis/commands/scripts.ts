import type { Context } from '../../core/process.ts'
import { deniedWithin } from '../auth.ts'
import { isOn } from '../peers.ts'
import { firstSlot, redirect } from '../redirection.ts'
import { replicasLacking } from '../replication.ts'
import { OK, OUT_OF_MEMORY, err, isError, type Reply } from '../reply.ts'
import { LuaSyntax, parseLua } from '../scripting/parse.ts'
import { fn, luaGlobals, tableOf, tostring } from '../scripting/library.ts'
import { LuaError, NotSimulated, Script, Table, asText, type Value } from '../scripting/run.ts'
import { sha1 } from '../scripting/sha1.ts'
import type { NodeState, Session } from '../state.ts'
import { NOT_INTEGER, SYNTAX, container, counted, helpOf, spec, unsimulated, type CommandSpec, type Handler } from './spec.ts'
import { parseInt64 } from '../numbers.ts'

/** Lua scripts: they run as one command, see only the keys they were promised, and their effects are what the replicas hear. */

/** Finds a command's row in the table, which holds these commands in its turn. */
type Find = (argv: readonly string[]) => CommandSpec | undefined

/** The command that runs the script. */
interface Caller {
  command: string
  readsOnly: boolean
}

// ------------------------------------------------------------------ values there and back

/** A reply as a script sees it, in the protocol's second version. */
const toLua = (reply: Reply): Value => {
  if (reply === null) return false
  if (typeof reply === 'string' || typeof reply === 'number') return reply
  if (typeof reply === 'bigint') return Number(reply)
  if (Array.isArray(reply)) {
    const table = new Table()
    reply.forEach((item, i) => table.set(i + 1, toLua(item)))
    return table
  }
  if ('simple' in reply) return tableOf({ ok: reply.simple })
  if ('error' in reply) return tableOf({ err: reply.error })
  return false
}

/** What a script returns, as a reply: numbers lose their fraction, a table ends at its first nil. */
const toReply = (v: Value): Reply => {
  if (v === undefined || v === false) return null
  if (v === true) return 1
  if (typeof v === 'string') return v
  if (typeof v === 'number') return wholeOf(v)
  if (!(v instanceof Table)) return null
  const error = v.get('err')
  if (typeof error === 'string') return err(error)
  const ok = v.get('ok')
  if (typeof ok === 'string') return { simple: ok }
  const double = v.get('double')
  if (typeof double === 'number') return asText(double)
  const out: Reply[] = []
  for (let i = 1, n = v.length; i <= n; i++) out.push(toReply(v.get(i)))
  return out
}

const wholeOf = (n: number): Reply => {
  if (Number.isSafeInteger(Math.trunc(n))) return Math.trunc(n)
  return Number.isNaN(n) || Math.abs(n) >= 9223372036854775808 ? -9223372036854775808n : BigInt(Math.trunc(n))
}

// ------------------------------------------------------------------ redis.call

const NOT_ALLOWED = 'ERR This Redis command is not allowed from script'

/** What stands against a command within a script; null = nothing. */
const obstacle = (state: NodeState, s: Session, command: CommandSpec, argv: readonly string[], by: Caller, ctx: Context): string | null => {
  if (command.flags.includes('noscript')) return NOT_ALLOWED
  const denied = state.acl === null ? null : deniedWithin('lua', state, s, command, argv, ctx, by.command)
  if (denied !== null) return denied.error
  if (command.isDenyOom && state.memory !== null && state.memory.full) return OUT_OF_MEMORY.error
  if (command.isWrite) {
    if (by.readsOnly) return 'ERR Write commands are not allowed from read-only scripts.'
    if (state.repl.role === 'replica' && isOn(state, 'replica-read-only', true))
      return "READONLY You can't write against a read only replica."
    if (replicasLacking(state, ctx) > 0) return 'NOREPLICAS Not enough good replicas to write.'
  }
  const slot = firstSlot(command, argv)
  if (state.cluster === null || slot < 0) return null
  const elsewhere = redirect(state, s, command, argv, slot, null, ctx)
  if (elsewhere === null || !isError(elsewhere)) return null
  if (elsewhere.error.includes('only accepts read'))
    return 'ERR Script attempted to execute a write command while the cluster is down and readonly'
  if (elsewhere.error.startsWith('CLUSTERDOWN The cluster')) return 'ERR Script attempted to execute a command while the cluster is down'
  return 'ERR Script attempted to access a non local key in a cluster node'
}

const callFrom = (state: NodeState, s: Session, find: Find, args: readonly Value[], by: Caller, ctx: Context): Reply => {
  if (args.length === 0) return err('ERR Please specify at least one argument for this redis lib call')
  const argv: string[] = []
  for (const arg of args) {
    const word = typeof arg === 'number' ? wordOf(arg) : typeof arg === 'string' ? arg : null
    if (word === null) return err('ERR Lua redis lib command arguments must be strings or integers')
    argv.push(word)
  }
  const command = find(argv)
  if (command === undefined) return err('ERR Unknown Redis command called from script')
  if (command.arity > 0 ? argv.length !== command.arity : argv.length < -command.arity)
    return err('ERR Wrong number of args calling Redis command from script')
  const refused = obstacle(state, s, command, argv, by, ctx)
  if (refused !== null) return err(refused)
  // memory is looked at when a script begins; one that has written may go on
  if (command.isWrite && state.memory !== null) state.memory.full = false
  const before = state.repl.offset
  const reply = command.handler(state, s, argv, ctx, firstSlot(command, argv))
  if (isError(reply) && reply.error.endsWith('is not simulated')) throw new NotSimulated(command.name)
  if (state.repl.offset !== before) s.wrote = state.repl.offset
  return reply
}

/** %.17g, as numbers become words of commands. */
const wordOf = (n: number): string => (Number.isSafeInteger(n) ? String(n) : (asText(n) ?? ''))

// ------------------------------------------------------------------ running

const redisLibrary = (state: NodeState, s: Session, find: Find, by: Caller, ctx: Context): Table => {
  const library = tableOf({
    call: fn((args, line) => {
      const reply = callFrom(state, s, find, args, by, ctx)
      if (isError(reply)) throw new LuaError(tableOf({ err: reply.error }), line)
      return [toLua(reply)]
    }),
    pcall: fn((args) => [toLua(callFrom(state, s, find, args, by, ctx))]),
    error_reply: fn((args) => {
      const text = asText(args[0]) ?? ''
      return [tableOf({ err: /^-?[A-Z]+ /.test(text) ? text.replace(/^-/, '') : `ERR ${text.replace(/^-/, '')}` })]
    }),
    status_reply: fn((args) => [tableOf({ ok: asText(args[0]) ?? '' })]),
    sha1hex: fn((args) => [sha1(asText(args[0]) ?? '')]),
    log: fn(() => []),
    setresp: fn((args) => {
      if (args[0] === 3) throw new NotSimulated('redis.setresp(3)')
      return []
    }),
    replicate_commands: fn(() => [true]),
    LOG_DEBUG: 0,
    LOG_VERBOSE: 1,
    LOG_NOTICE: 2,
    LOG_WARNING: 3,
  })
  return library.lock()
}

const listOf = (words: readonly string[]): Table => {
  const table = new Table()
  words.forEach((word, i) => table.set(i + 1, word))
  return table
}

const run = (
  state: NodeState,
  session: Session,
  find: Find,
  source: string,
  argv: readonly string[],
  keys: number,
  readsOnly: boolean,
  ctx: Context,
): Reply => {
  let program
  try {
    program = parseLua(source)
  } catch (error) {
    if (error instanceof LuaSyntax) return err(`ERR Error compiling script (new function): ${error.message}`)
    throw error
  }
  const name = sha1(source)
  state.scripts.set(name, source)
  // commands of a script never wait, and answer in the protocol's second version
  const inner: Session = { ...session, running: true, resp: 2, multi: null }
  const globals = luaGlobals()
  globals.set('KEYS', listOf(argv.slice(3, 3 + keys)))
  globals.set('ARGV', listOf(argv.slice(3 + keys)))
  const library = redisLibrary(state, inner, find, { command: argv[0].toLowerCase(), readsOnly }, ctx)
  globals.set('redis', library)
  globals.set('server', library)
  try {
    return toReply(new Script(globals).run(program)[0])
  } catch (error) {
    if (error instanceof NotSimulated) return err(`ERR '${error.message}' in a script is not simulated`)
    if (!(error instanceof LuaError)) throw error
    const { value, line } = error
    const told = value instanceof Table && typeof value.get('err') === 'string' ? (value.get('err') as string) : `ERR ${tostring(value)}`
    return err(`${told} script: ${name}, on @user_script:${line}.`)
  } finally {
    if (inner.wrote > session.wrote) session.wrote = inner.wrote
  }
}

const evaluate =
  (find: Find, bySha: boolean, readsOnly: boolean): Handler =>
  (state, session, argv, ctx) => {
    const keys = parseInt64(argv[2])
    if (keys === null) return NOT_INTEGER
    if (keys > argv.length - 3) return err("ERR Number of keys can't be greater than number of args")
    if (keys < 0) return err("ERR Number of keys can't be negative")
    const source = bySha ? state.scripts.get(argv[1].toLowerCase()) : argv[1]
    if (source === undefined) return err('NOSCRIPT No matching script. Please use EVAL.')
    return run(state, session, find, source, argv, Number(keys), readsOnly, ctx)
  }

const load: Handler = (state, _s, argv) => {
  try {
    parseLua(argv[2])
  } catch (error) {
    if (error instanceof LuaSyntax) return err(`ERR Error compiling script (new function): ${error.message}`)
    throw error
  }
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
  'EXISTS <sha1> [<sha1> ...]',
  '    Return information about the existence of the scripts in the script cache.',
  'FLUSH [ASYNC|SYNC]',
  '    Flush the Lua scripts cache. Very dangerous on replicas.',
  'LOAD <script>',
  '    Load a script into the scripts cache without executing it.',
]

const SCRIPT = 'noscript stale mayReplicate'

export const scriptCommands = (find: Find): readonly CommandSpec[] => {
  const row = (name: string, since: string, summary: string, bySha: boolean, readsOnly: boolean): CommandSpec =>
    spec(name, -3, readsOnly ? `${SCRIPT} readonly` : SCRIPT, null, 'scripting', since, summary, evaluate(find, bySha, readsOnly), {
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
      unsimulated('script|debug', 3, 'noscript', null, 'scripting', '3.2.0', 'Steps through a script.'),
      spec('script|kill', 2, 'noscript', null, 'scripting', '2.6.0', 'Ends a running script.', () =>
        err('NOTBUSY No scripts in execution right now.'),
      ),
      spec('script|help', 2, 'loading stale', null, 'scripting', '5.0.0', 'The subcommands of SCRIPT.', () => helpOf('SCRIPT', HELP)),
    ]),
  ]
}
