/**
 * Where scripts meet the Lua machine that runs them. The engine has none of its own: who builds worlds (the worker, the commands of
 * npm run, tests) hands one in before the first script. Strings are one char a byte; numbers are doubles.
 */

export type Value = undefined | boolean | number | string | Table | Opaque

export interface Table {
  get(key: Value): Value
  /** without metamethods; refuses where the table is read-only. */
  set(key: Value, value: Value): void
  /** the entry after `key`, in Lua's own order; null after the last. */
  next(key: Value): readonly [Value, Value] | null
  /** the border that # gives. */
  readonly length: number
}

/** A function, a coroutine or cjson.null: handed through, never looked into. */
export interface Opaque {
  readonly opaque: 'function' | 'thread' | 'userdata'
}

/** cjson.null: a light userdata of no address. */
export const NULL: Opaque = { opaque: 'userdata' }

export const isTable = (v: Value): v is Table => typeof v === 'object' && 'next' in v

export const typeOf = (v: Value): string =>
  v === undefined ? 'nil' : typeof v !== 'object' ? typeof v : 'opaque' in v ? v.opaque : 'table'

/** The machine as a library function sees it. */
export interface Vm {
  table(): Table
  /** a table of functions and values. */
  module(functions: Readonly<Record<string, LuaFunction>>, values: Readonly<Record<string, Value>>): Table
  call(f: Value, args: readonly Value[]): readonly Value[]
  /** luaL_error: an error with the place of the caller. */
  fail(text: string): never
  /** an error that is any value. */
  raise(value: Value): never
  /** luaL_argerror: the i-th argument, from 1. */
  bad(i: number, text: string): never
  /** a < b, metamethods included. */
  less(a: Value, b: Value): boolean
  /** as tostring() does, __tostring included. */
  textOf(value: Value): string
}

export type LuaFunction = (args: readonly Value[], vm: Vm) => readonly Value[]

/** State of math.random (lrand48) as a server starts. */
export const FIRST_RANDOM = 0x1234abcd330e

/** What a script finds under the name `redis`. */
export interface RedisTable {
  /** the functions that reach the node: call, pcall, setresp … */
  readonly redis: Readonly<Record<string, LuaFunction>>
  /** values: LOG_DEBUG … */
  readonly constants: Readonly<Record<string, number | string>>
}

/** What one run needs from Redis. */
export interface Call extends RedisTable {
  readonly keys: readonly string[]
  readonly argv: readonly string[]
  /** state of math.random before it; what it is afterwards comes with the result. */
  readonly random: number
}
export interface ScriptCall extends Call {
  readonly source: string
}

/** What loading a library needs: its `redis` knows register_function. */
export interface LibraryCall extends RedisTable {
  readonly source: string
  readonly random: number
}

/** What came of it; an error with its place where the script has one. */
export interface ScriptResult {
  readonly value: Value
  readonly error: { readonly text: string; readonly place: string } | null
  readonly random: number
  /** instructions run. */
  readonly steps: number
  /** it ran for more instructions than the lab allows, and was stopped: by all that can be told it never ends. */
  readonly endless: boolean
}

export interface LuaMachine {
  /** what the compiler says against a script; null = nothing. */
  check(source: string): string | null
  run(call: ScriptCall): ScriptResult
  /** runs a library's code, which registers its functions; `refused` is what the compiler says against it. */
  load(library: LibraryCall): ScriptResult & { readonly refused: string | null }
  /** loads a library, then calls what `callback` finds among the functions that it registered. */
  call(call: Call, library: LibraryCall, callback: () => Value): ScriptResult
}

let machine: LuaMachine | null = null

/** Set once, as the program is loaded; results do not depend on when. */
export const handInLua = (lua: LuaMachine): void => {
  machine = lua
}

export const luaMachine = (): LuaMachine => {
  if (machine === null) throw new Error('A script came before the Lua machine was handed in.')
  return machine
}

/** Words of a command behind which a script stands, or may stand: who loads the machine late looks for these before acting. */
export const mayHoldScript = (text: string): boolean => /\b(?:eval|script|fcall|function)/i.test(text)
