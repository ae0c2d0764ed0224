import { MS } from '../../core/time.ts'
import { dumpLibraries, restoreLibraries } from '../rdb.ts'
import { cString } from '../reply.ts'
import type { NodeState } from '../state.ts'
import { splitWords } from '../words.ts'
import { asText } from './args.ts'
import { FIRST_RANDOM, isTable, luaMachine, type LibraryCall, type LuaFunction, type RedisTable, type Value, type Vm } from './host.ts'
import { NO_FLAGS, SCRIPT_FLAGS, type ScriptFlags } from './shebang.ts'

/** Libraries of functions: what FUNCTION LOAD keeps, and FCALL runs. The node keeps their code; what it registers is heard by running it. */

export interface Library {
  readonly name: string
  /** with its first line. */
  readonly code: string
  readonly functions: readonly LibraryFunction[]
}

export interface LibraryFunction {
  readonly name: string
  readonly description: string | null
  readonly flags: ScriptFlags
}

/** By name, in the order in which they came. */
export type Libraries = ReadonlyMap<string, Library>

/** A function and its library; its name is found in any case. */
export const functionNamed = (state: NodeState, name: string): readonly [Library, LibraryFunction] | null => {
  const wanted = name.toLowerCase()
  for (const library of state.libraries.values())
    for (const f of library.functions) if (f.name.toLowerCase() === wanted) return [library, f]
  return null
}

// ------------------------------------------------------------------ loading

const BAD_NAME = 'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long'
const isName = (name: string): boolean => /^\w+$/.test(name)

/** The name in a library's first line, `#!lua name=…`; `wrong` says what is wrong with it. */
const nameOf = (code: string): { name: string; wrong: null } | { wrong: string } => {
  if (!code.startsWith('#!')) return { wrong: 'Missing library metadata' }
  const end = code.indexOf('\n')
  const words = end < 0 ? null : splitWords(code.slice(0, end))
  if (words === null || words.length === 0) return { wrong: 'Invalid library metadata' }
  let name: string | null = null
  for (const word of words.slice(1)) {
    if (word.slice(0, 5).toLowerCase() !== 'name=') return { wrong: `Invalid metadata value given: ${cString(word)}` }
    if (name !== null) return { wrong: 'Invalid metadata value, name argument was given multiple times' }
    name = word.slice(5)
  }
  if (name === null) return { wrong: 'Library name was not given' }
  if (!isName(name)) return { wrong: BAD_NAME }
  const engine = words[0].slice(2)
  return engine.toLowerCase() === 'lua' ? { name, wrong: null } : { wrong: `Engine '${engine}' not found` }
}

interface Registered extends LibraryFunction {
  readonly callback: Value
}

const isFunction = (v: Value): boolean => typeof v === 'object' && 'opaque' in v && v.opaque === 'function'

/** luaError: an error that names no place of its own. */
const refuse = (vm: Vm, text: string): never => {
  const t = vm.table()
  t.set('err', `ERR ${text}`)
  return vm.raise(t)
}

/** The flags of a list, which ends at its first nil; null = one of them is unknown. */
const flagsIn = (list: Value): ScriptFlags | null => {
  const flags: { -readonly [K in keyof ScriptFlags]: boolean } = { ...NO_FLAGS }
  if (!isTable(list)) return null
  for (let i = 1, word = list.get(1); word !== undefined; word = list.get(++i)) {
    const flag = typeof word === 'string' ? SCRIPT_FLAGS.get(word) : undefined
    if (flag === undefined) return null
    flags[flag] = true
  }
  return flags
}

/** redis.register_function{function_name=…, callback=…}: anything but what it knows is an error. */
const named = (t: Value, vm: Vm): Registered => {
  if (!isTable(t))
    return refuse(
      vm,
      'calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).',
    )
  let name: string | null = null
  let description: string | null = null
  let callback: Value
  let flags: ScriptFlags | null = NO_FLAGS
  for (let e = t.next(undefined); e !== null; e = t.next(e[0])) {
    const [key, value] = e
    const word = asText(key)?.toLowerCase() ?? refuse(vm, 'named argument key given to redis.register_function is not a string')
    if (word === 'function_name')
      name = asText(value) ?? refuse(vm, 'function_name argument given to redis.register_function must be a string')
    else if (word === 'description')
      description = asText(value) ?? refuse(vm, 'description argument given to redis.register_function must be a string')
    else if (word === 'callback') {
      if (!isFunction(value)) refuse(vm, 'callback argument given to redis.register_function must be a function')
      callback = value
    } else if (word === 'flags') {
      if (!isTable(value)) refuse(vm, 'flags argument to redis.register_function must be a table representing function flags')
      flags = flagsIn(value) ?? refuse(vm, 'unknown flag given')
    } else refuse(vm, 'unknown argument given to redis.register_function')
  }
  if (name === null) return refuse(vm, 'redis.register_function must get a function name argument')
  if (callback === undefined) return refuse(vm, 'redis.register_function must get a callback argument')
  return { name, description, callback, flags }
}

const placed = (args: readonly Value[], vm: Vm): Registered => {
  const name = asText(args[0]) ?? refuse(vm, 'first argument to redis.register_function must be a string')
  if (!isFunction(args[1])) refuse(vm, 'second argument to redis.register_function must be a function')
  return { name, description: null, callback: args[1], flags: NO_FLAGS }
}

/** redis.register_function, while its library loads; afterwards `into` is null and it is refused. */
const registering =
  (loading: { into: Map<string, Registered> | null }): LuaFunction =>
  (args, vm) => {
    if (loading.into === null) return refuse(vm, 'redis.register_function can only be called on FUNCTION LOAD command')
    if (args.length < 1 || args.length > 2) return refuse(vm, 'wrong number of arguments to redis.register_function')
    const made = args.length === 1 ? named(args[0], vm) : placed(args, vm)
    if (!isName(made.name)) return refuse(vm, BAD_NAME)
    if (loading.into.has(made.name)) return refuse(vm, 'Function already exists in the library')
    loading.into.set(made.name, made)
    return []
  }

/** What loading code needs, and the function of a name that it registered. */
export const loaderOf = (code: string, plain: RedisTable): { call: LibraryCall; callback: (name: string) => () => Value } => {
  const loading: { into: Map<string, Registered> | null } = { into: new Map() }
  const redis = { log: plain.redis['log'], register_function: registering(loading) }
  return {
    call: { source: code, random: FIRST_RANDOM, redis, constants: plain.constants },
    callback: (name) => () => {
      const found = loading.into!.get(name)!.callback
      loading.into = null
      return found
    },
  }
}

/** Loading is given up after half a second (LOAD_TIMEOUT_MS). */
export const LOAD_TIMEOUT = 500 * MS
export const LOAD_TIMED_OUT = 'Error registering functions: ERR FUNCTION LOAD timeout'

/** A library from its code, to stand beside others; a text says why not. `replaced`: one of its name may go. */
export const loadLibrary = (code: string, beside: Libraries, replaces: boolean, plain: RedisTable): Library | string => {
  const about = nameOf(code)
  if (about.wrong !== null) return about.wrong
  const { name } = about
  if (beside.has(name) && !replaces) return `Library '${name}' already exists`
  const made = new Map<string, Registered>()
  const redis = { log: plain.redis['log'], register_function: registering({ into: made }) }
  const { refused, error, endless } = luaMachine().load({ source: code, random: FIRST_RANDOM, redis, constants: plain.constants })
  if (refused !== null) return `Error compiling function: ${refused}`
  if (endless) return LOAD_TIMED_OUT
  if (error !== null) return `Error registering functions: ${error.text}`
  if (made.size === 0) return 'No functions registered'
  const taken = takenBy(beside, name)
  for (const f of made.values()) if (taken.has(f.name.toLowerCase())) return `Function ${f.name} already exists`
  const functions = [...made.values()].map(({ name, description, flags }) => Object.freeze({ name, description, flags }))
  return Object.freeze({ name, code, functions: Object.freeze(functions) })
}

/** Names of functions of all libraries but one. */
const takenBy = (libraries: Libraries, but: string): Set<string> => {
  const names = new Set<string>()
  for (const library of libraries.values()) if (library.name !== but) for (const f of library.functions) names.add(f.name.toLowerCase())
  return names
}

// ------------------------------------------------------------------ as one text

export const dumpOf = (libraries: Libraries): string => dumpLibraries([...libraries.values()].map(({ code }) => code))

/** Libraries of a dump, joined to those there are; a text says why not. */
export const joined = (
  payload: string,
  policy: 'append' | 'replace' | 'flush',
  there: Libraries,
  plain: RedisTable,
): Map<string, Library> | string => {
  const codes = restoreLibraries(payload)
  if (codes === null) return 'DUMP payload version or checksum are wrong'
  if (typeof codes === 'string') return codes
  const read = new Map<string, Library>()
  for (const code of codes) {
    const library = loadLibrary(code, read, false, plain)
    if (typeof library === 'string') return library
    read.set(library.name, library)
  }
  if (policy === 'flush') return read
  const all = new Map(there)
  for (const name of read.keys()) {
    if (!all.has(name)) continue
    if (policy === 'append') return `Library ${name} already exists`
    all.delete(name)
  }
  const taken = takenBy(all, '')
  for (const library of read.values())
    for (const f of library.functions) if (taken.has(f.name.toLowerCase())) return `Function ${f.name} already exists`
  for (const library of read.values()) all.set(library.name, library)
  return all
}
