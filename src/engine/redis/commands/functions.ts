import type { Context } from '../../core/process.ts'
import { globMatches } from '../glob.ts'
import { parseInt64 } from '../numbers.ts'
import { propagate } from '../replication.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import { busyReply, killScript } from '../scripting/busy.ts'
import { LOAD_TIMED_OUT, LOAD_TIMEOUT, dumpOf, functionNamed, joined, loadLibrary, type Library } from '../scripting/libraries.ts'
import { SCRIPT_FLAGS, type ScriptFlags } from '../scripting/shebang.ts'
import type { NodeState, Session } from '../state.ts'
import { FUNCTION_HELP } from './helps.data.ts'
import { WHILE_LOADING, runJob, standsAgainst, type Find, type Job } from './scripts.ts'
import { container, counted, helpOf, mapReply, setReply, spec, type CommandSpec, type Handler } from './spec.ts'

/** FUNCTION and FCALL: libraries that are part of the data, travel to replicas and outlive a restart, unlike scripts. */

const call =
  (find: Find, readsOnly: boolean): Handler =>
  (state, session, argv, ctx) => {
    const found = functionNamed(state, argv[1])
    if (found === null) return err('ERR Function not found')
    const [library, { name, flags }] = found
    const keys = parseInt64(argv[2])
    if (keys === null) return err('ERR Bad number of keys provided')
    if (keys > argv.length - 3) return err("ERR Number of keys can't be greater than number of args")
    if (keys < 0) return err("ERR Number of keys can't be negative")
    const refused = standsAgainst(state, flags, readsOnly, ctx)
    if (refused !== null) return err(refused)
    const job: Job = {
      name,
      isFunction: true,
      readsOnly: readsOnly || flags.noWrites,
      crossesSlots: flags.allowCrossSlot,
      source: library.code,
    }
    return runJob(state, session, find, job, argv, ctx)
  }

// ------------------------------------------------------------------ FUNCTION

/** The libraries are others now: the replicas hear of it, and the event list does. */
const change = (
  state: NodeState,
  libraries: NodeState['libraries'],
  how: 'loaded' | 'deleted' | 'flushed' | 'restored',
  argv: readonly string[],
  ctx: Context,
): void => {
  state.libraries = libraries
  propagate(state, argv, ctx)
  const functions = [...libraries.values()].reduce((n, l) => n + l.functions.length, 0)
  ctx.emit('functions.changed', { how, libraries: libraries.size, functions })
}

const load: Handler = (state, _s, argv, ctx) => {
  let replaces = false
  for (const word of argv.slice(2, -1)) {
    if (word.toLowerCase() !== 'replace') return errAbout`ERR Unknown option given: ${word}`
    replaces = true
  }
  const library = loadLibrary(argv[argv.length - 1], state.libraries, replaces, WHILE_LOADING)
  if (typeof library === 'string') {
    if (library === LOAD_TIMED_OUT) ctx.spend(LOAD_TIMEOUT)
    return errAbout`ERR ${library}`
  }
  const all = new Map(state.libraries)
  all.delete(library.name)
  change(state, all.set(library.name, library), 'loaded', argv, ctx)
  return library.name
}

const remove: Handler = (state, _s, argv, ctx) => {
  if (!state.libraries.has(argv[2])) return err('ERR Library not found')
  const all = new Map(state.libraries)
  all.delete(argv[2])
  change(state, all, 'deleted', argv, ctx)
  return OK
}

const wrongWords = (name: string): Reply => errAbout`ERR unknown subcommand or wrong number of arguments for '${name}'. Try FUNCTION HELP.`

const flush: Handler = (state, _s, argv, ctx) => {
  if (argv.length > 3) return wrongWords(argv[1])
  if (argv.length === 3 && !/^a?sync$/i.test(argv[2])) return err('ERR FUNCTION FLUSH only supports SYNC|ASYNC option')
  change(state, new Map(), 'flushed', argv, ctx)
  return OK
}

const POLICIES = { append: 'append', replace: 'replace', flush: 'flush' } as const
const isPolicy = (word: string): word is keyof typeof POLICIES => Object.hasOwn(POLICIES, word)

const restore: Handler = (state, _s, argv, ctx) => {
  if (argv.length > 4) return wrongWords(argv[1])
  const policy = (argv[3] ?? 'append').toLowerCase()
  if (!isPolicy(policy)) return err('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.')
  const all = joined(argv[2], policy, state.libraries, WHILE_LOADING)
  if (typeof all === 'string') return errAbout`ERR ${all}`
  change(state, all, 'restored', argv, ctx)
  return OK
}

const flagsShown = (session: Session, flags: ScriptFlags): Reply =>
  setReply(
    session,
    [...SCRIPT_FLAGS].filter(([, flag]) => flags[flag]).map(([simple]) => ({ simple })),
  )

const shown = (session: Session, { name, code, functions }: Library, withCode: boolean): Reply =>
  mapReply(session, [
    ['library_name', name],
    ['engine', 'LUA'],
    [
      'functions',
      functions.map((f) =>
        mapReply(session, [
          ['name', f.name],
          ['description', f.description],
          ['flags', flagsShown(session, f.flags)],
        ]),
      ),
    ],
    ...(withCode ? [['library_code', code] as const] : []),
  ])

const list: Handler = (state, session, argv) => {
  let withCode = false
  let pattern: string | null = null
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toLowerCase()
    if (!withCode && word === 'withcode') withCode = true
    else if (pattern === null && word === 'libraryname') {
      if (i + 1 >= argv.length) return err('ERR library name argument was not given')
      pattern = argv[++i]
    } else return errAbout`ERR Unknown argument ${argv[i]}`
  }
  const wanted = [...state.libraries.values()].filter(
    ({ name }) => pattern === null || globMatches(pattern.toLowerCase(), name.toLowerCase()),
  )
  return wanted.map((library) => shown(session, library, withCode))
}

const stats: Handler = (state, session, _argv, ctx) => {
  const { script } = state
  if (script !== null && !script.isFunction) return busyReply(script)
  const all = [...state.libraries.values()]
  const running =
    script === null
      ? null
      : mapReply(session, [
          ['name', script.name],
          ['command', script.argv.slice()],
          ['duration_ms', Math.floor((ctx.now - script.since) / 1000)],
        ])
  const engine = mapReply(session, [
    ['libraries_count', all.length],
    ['functions_count', all.reduce((n, l) => n + l.functions.length, 0)],
  ])
  return mapReply(session, [
    ['running_script', running],
    ['engines', mapReply(session, [['LUA', engine]])],
  ])
}

export const functionCommands = (find: Find): readonly CommandSpec[] => {
  const sub = (name: string, arity: number, flags: string, summary: string, handler: Handler): CommandSpec =>
    spec(`function|${name}`, arity, flags, null, 'scripting', '7.0.0', summary, handler)
  const fcall = (name: string, flags: string, summary: string, readsOnly: boolean): CommandSpec =>
    spec(name, -3, flags, null, 'scripting', '7.0.0', summary, call(find, readsOnly), { movable: counted(2) })
  return [
    fcall('fcall', 'noscript stale mayReplicate', 'Runs a function.', false),
    fcall('fcall_ro', 'noscript stale readonly', 'Runs a function that cannot write.', true),
    container('function', 'scripting', '7.0.0', 'About libraries of functions.', [
      sub('load', -3, 'write denyoom noscript', 'Keeps a library.', load),
      sub('delete', 3, 'write noscript', 'Deletes a library.', remove),
      sub('flush', -2, 'write noscript', 'Deletes all libraries.', flush),
      sub('list', -2, 'noscript', 'The libraries kept.', list),
      sub('dump', 2, 'noscript', 'All libraries as one text.', (state) => dumpOf(state.libraries)),
      sub('restore', -3, 'write denyoom noscript', 'Takes what FUNCTION DUMP wrote.', restore),
      sub('stats', 2, 'noscript', 'What runs right now.', stats),
      sub('kill', 2, 'noscript', 'Ends a running function.', (state, _s, _a, ctx) => killScript(state, true, ctx)),
      sub('help', 2, 'loading stale', 'The subcommands of FUNCTION.', () => helpOf('FUNCTION', FUNCTION_HELP)),
    ]),
  ]
}
