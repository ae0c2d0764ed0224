import { defs, lapi, ldebug, ldo, lfunc, lobject, lstate, lvm } from './fengari.ts'
import { bytesOf, newString, textOfBytes } from './strings.ts'
import type { CFunction, CallInfo, State, TValue } from 'fengari/src/types'
import { anyAt, asNumber, asText, functionAt, isTrue, tableAt, textAt, wholeAt, wholeOr } from '../../engine/redis/scripting/args.ts'
import { BIT } from '../../engine/redis/scripting/bit.ts'
import { cjsonModule } from '../../engine/redis/scripting/cjson.ts'
import { numberOfText, textOfNumber } from '../../engine/redis/scripting/format.ts'
import {
  isTable,
  typeOf,
  type LuaFunction,
  type LibraryCall,
  type LuaMachine,
  type RedisTable,
  type ScriptResult,
  type Table,
  type Value,
  type Vm,
} from '../../engine/redis/scripting/host.ts'
import { Lrand48, PI, mathsWith } from '../../engine/redis/scripting/maths.ts'
import { MSGPACK, MSGPACK_ABOUT } from '../../engine/redis/scripting/msgpack.ts'
import { STRINGS, matchesOf } from '../../engine/redis/scripting/strings.ts'
import { STRUCT } from '../../engine/redis/scripting/struct.ts'
import { TABLES } from '../../engine/redis/scripting/tables.ts'
import { complaint, prepare } from './source.ts'
import { FUNCTION, Handle, LuaTable, NUMBER, STRING, THREAD, installTable, setRunning, tvalueOf, valueOf } from './table.ts'

/** Redis's Lua 5.1 by fengari, a machine for 5.3: numbers are always floats, words and tables are those of 5.1. */

const LIGHT_FUNCTION = FUNCTION | 16
const ALL_RESULTS = -1
const COUNT_HOOK = 8
const YIELDED = 1
const IN_LUA = 2
const TAIL = 32
/** instructions between two looks at the budget. */
const STRIDE = 1000
/** A lab has no time for endless loops: about what a server does in a tenth of a second. */
export const MOST_STEPS = 5_000_000
const TOO_LONG = 'Script killed: it ran for more instructions than the lab allows.'
const LARGEST_UNPACK = 8000

// ------------------------------------------------------------------ 5.1 on a machine for 5.3

const TAG = 0x0f
const patch = (): void => {
  installTable()
  // every function() makes a function of its own
  Object.defineProperty(lfunc.Proto.prototype, 'cache', { get: () => null, set() {} })
  const { prototype } = lobject.TValue
  prototype['ttisinteger'] = () => false
  prototype['ttisfloat'] = function (this: TValue) {
    return (this.type & TAG) === NUMBER
  }
  lobject.luaO_str2num = (s, o) => {
    const n = numberOfText(textOfBytes(s))
    if (n === null) return 0
    o.setfltvalue(n)
    return s.length + 1
  }
  lobject.luaO_tostring = (L, o) => o.setsvalue(newString(L, textOfNumber(o.value as number)))
  lobject.luaO_pushvfstring = (L, fmt, args) => {
    const text = newString(L, message(textOfBytes(fmt), args))
    push(L, new lobject.TValue(STRING, text))
    return text.realstring
  }
  lobject.luaO_pushfstring = (L, fmt, ...args) => lobject.luaO_pushvfstring(L, fmt, args)
}

/** lua_pushfstring, in the words of 5.1. */
const message = (pattern: string, args: readonly unknown[]): string => {
  const words = args.map((arg) => (arg instanceof Uint8Array ? textOfBytes(arg) : String(arg)))
  if (pattern.includes('to yield')) return 'attempt to yield across metamethod/C-call boundary'
  if (pattern === 'JS stack overflow') return 'stack overflow'
  // the name of what failed stood before its type, and a constant had none
  if (pattern === 'attempt to %s a %s value%s') {
    const name = / \((\w+ '.*')\)$/s.exec(words[2])?.[1]
    if (name === undefined || name.startsWith('constant')) return `attempt to ${words[0]} a ${words[1]} value`
    return `attempt to ${words[0]} ${name} (a ${words[1]} value)`
  }
  let next = 0
  return pattern.replace(/%([a-zA-Z%])/g, (_whole, kind: string) => {
    if (kind === '%') return '%'
    const arg = args[next]
    const word = words[next++]
    if (kind === 'c') return String.fromCharCode(arg as number)
    // a %s ends at its first zero, as in C
    return kind === 's' ? word.replace(/\0.*$/s, '') : word
  })
}

// ------------------------------------------------------------------ stack and values

const push = (L: State, v: TValue): void => {
  ldo.luaD_checkstack(L, 1)
  L.stack[L.top++] = v
}
const pushValue = (L: State, v: Value): void => push(L, tvalueOf(L, v))
const pop = (L: State, top: number): void => {
  while (L.top > top) delete L.stack[--L.top]
}
const taken = (L: State, from: number): Value[] => {
  const out: Value[] = []
  for (let i = from; i < L.top; i++) out.push(valueOf(L.stack[i]))
  pop(L, from)
  return out
}

/** The frame so many levels up; a tail call leaves one without a place, as in 5.1. */
const frame = (L: State, level: number): CallInfo | null => {
  let left = level
  for (let ci: CallInfo | null = L.ci; ci !== null && ci !== L.base_ci; ci = ci.previous) {
    if (left === 0) return ci
    left--
    if (ci.callstatus & TAIL && ci.callstatus & IN_LUA && left-- === 0) return null
  }
  return null
}

const lineOf = (L: State, ci: CallInfo): number => {
  if (!(ci.callstatus & IN_LUA)) return -1
  const ar = new defs.lua_Debug()
  ldebug.lua_getinfo(L, bytesOf('Sl'), Object.assign(ar, { i_ci: ci }))
  return ar.currentline
}
const sourceOf = (L: State, ci: CallInfo): string => {
  const ar = new defs.lua_Debug()
  ldebug.lua_getinfo(L, bytesOf('S'), Object.assign(ar, { i_ci: ci }))
  return textOfBytes(ar.source)
}
const shortSource = (L: State, ci: CallInfo): string => {
  const ar = new defs.lua_Debug()
  ldebug.lua_getinfo(L, bytesOf('S'), Object.assign(ar, { i_ci: ci }))
  return textOfBytes(ar.short_src)
}

/** luaL_where */
const where = (L: State, level: number): string => {
  const ci = frame(L, level)
  const line = ci === null ? -1 : lineOf(L, ci)
  return line > 0 ? `${shortSource(L, ci!)}:${line}: ` : ''
}

const raise = (L: State, v: Value): never => {
  pushValue(L, v)
  return lapi.lua_error(L)
}

class Machine implements Vm {
  L: State
  readonly random = new Lrand48()
  steps = 0
  main: State
  constructor(L: State) {
    this.L = L
    this.main = L
  }

  table(): Table {
    return new LuaTable(this.L, 0, 0)
  }
  module(functions: Readonly<Record<string, LuaFunction>>, values: Readonly<Record<string, Value>>): Table {
    const t = new LuaTable(this.L, 0, 0)
    for (const [name, value] of Object.entries(values)) t.set(name, value)
    for (const [name, f] of Object.entries(functions)) t.set(name, this.wrap(f))
    t.isReadonly = true
    return t
  }
  call(f: Value, args: readonly Value[]): readonly Value[] {
    const { L } = this
    const from = L.top
    pushValue(L, f)
    for (const arg of args) pushValue(L, arg)
    lapi.lua_callk(L, args.length, ALL_RESULTS, 0, null)
    this.L = L
    return taken(L, from)
  }
  fail(text: string): never {
    return raise(this.L, where(this.L, 1) + text)
  }
  raise(value: Value): never {
    return raise(this.L, value)
  }
  bad(i: number, text: string): never {
    const { L } = this
    const ar = new defs.lua_Debug()
    ldebug.lua_getinfo(L, bytesOf('n'), Object.assign(ar, { i_ci: L.ci }))
    const name = ar.name === null ? '?' : textOfBytes(ar.name)
    if (textOfBytes(ar.namewhat) !== 'method') return this.fail(`bad argument #${i} to '${name}' (${text})`)
    return this.fail(i === 1 ? `calling '${name}' on bad self (${text})` : `bad argument #${i - 1} to '${name}' (${text})`)
  }
  less(a: Value, b: Value): boolean {
    const { L } = this
    return lvm.luaV_lessthan(L, tvalueOf(L, a), tvalueOf(L, b)) === 1
  }
  textOf(v: Value): string {
    const own = metatableOf(this.L, v)?.get('__tostring')
    if (own !== undefined) {
      const [text] = this.call(own, [v])
      return asText(text) ?? this.fail("'tostring' must return a string to 'print'")
    }
    if (v === undefined) return 'nil'
    if (typeof v !== 'object') return asText(v) ?? String(v)
    if (v instanceof LuaTable) return `table: ${address(v.id)}`
    if (v instanceof Handle)
      return `${v.type === LIGHT_FUNCTION ? 'function: builtin' : v.opaque}: ${address((v.value as { id?: number }).id ?? 1)}`
    return 'userdata: (nil)'
  }

  /** A library function as the machine calls it. */
  wrap(f: LuaFunction): Handle {
    const c: CFunction = (L) => {
      const from = L.ci.funcOff + 1
      const args: Value[] = []
      for (let i = from; i < L.top; i++) args.push(valueOf(L.stack[i]))
      const before = this.L
      this.enter(L)
      const results = f(args, this)
      this.enter(before)
      for (const v of results) pushValue(L, v)
      return results.length
    }
    return new Handle(LIGHT_FUNCTION, c)
  }
  /** One that works on the stack itself. */
  raw(c: CFunction): Handle {
    return new Handle(LIGHT_FUNCTION, c)
  }
  enter(L: State): void {
    this.L = L
    setRunning(L)
  }
}

const address = (id: number): string => `0x${(0x7f0000000000 + id * 64).toString(16)}`

const metatableOf = (L: State, v: Value): LuaTable | null => {
  if (v instanceof LuaTable) return v.metatable
  return typeof v === 'string' ? ((L.l_G.mt[STRING & TAG] as LuaTable | undefined) ?? null) : null
}

// ------------------------------------------------------------------ basics

/** What was thrown and is no error of Lua: a defect of the lab, not to be caught by a script. */
let defect: unknown = null
const rethrow = (L: State): void => {
  if (defect === null) return
  const error = defect
  if (L === L.l_G.mainthread || L.errorJmp === null) defect = null
  throw error
}

const protectedCall = (m: Machine, L: State, nargs: number, handler: number): number => {
  const status = lapi.lua_pcallk(L, nargs, ALL_RESULTS, handler, 0, null)
  rethrow(L)
  m.enter(L)
  return status
}

/** Redis puts its own in Lua's place: an error of redis.call is told by its text. */
const pcallOf =
  (m: Machine): CFunction =>
  (L) => {
    const base = L.ci.funcOff + 1
    // it puts its own result where the function should be
    if (L.top === base) {
      pushValue(L, false)
      pushValue(L, 'attempt to call a boolean value')
      return 2
    }
    if (protectedCall(m, L, L.top - base - 1, 0) === 0) {
      const results = taken(L, base)
      pushValue(L, true)
      for (const v of results) pushValue(L, v)
      return results.length + 1
    }
    const [error] = taken(L, base)
    pushValue(L, false)
    if (!isTable(error)) {
      pushValue(L, error)
      return 2
    }
    const text = asText(error.get('err'))
    if (text === null) pushValue(L, error)
    pushValue(L, text ?? undefined)
    return text === null ? 3 : 2
  }

const xpcallOf =
  (m: Machine): CFunction =>
  (L) => {
    const base = L.ci.funcOff + 1
    if (L.top < base + 2) {
      m.enter(L)
      m.bad(2, 'value expected')
    }
    pop(L, base + 2)
    const f = valueOf(L.stack[base])
    const handler = valueOf(L.stack[base + 1])
    pop(L, base)
    pushValue(L, handler)
    pushValue(L, f)
    const status = protectedCall(m, L, 0, 1)
    const results = taken(L, base + 1)
    pop(L, base)
    pushValue(L, status === 0)
    for (const v of results) pushValue(L, v)
    return results.length + 1
  }

const compile = (L: State, source: string, name: string): string | null => {
  const { text, refused } = prepare(source)
  let given = false
  const reader = (): Uint8Array | null => {
    if (given) return null
    given = true
    return bytesOf(text)
  }
  const chunk = /^[@=]/.test(name) ? name.slice(1) : `[string "${name.split('\n')[0]}"]`
  const failed = lapi.lua_load(L, reader, null, bytesOf(name), null) !== 0
  rethrow(L)
  if (failed) {
    const [error] = taken(L, L.top - 1)
    return refused?.first ? `${chunk}:${refused.line}: ${refused.text}` : complaint(String(error))
  }
  if (refused === null) return null
  pop(L, L.top - 1)
  return `${chunk}:${refused.line}: ${refused.text}`
}

const loadedFrom = (source: string, name: string, vm: Vm): Value[] => {
  const { L } = vm as Machine
  const error = compile(L, source, name)
  return error === null ? taken(L, L.top - 1) : [undefined, error]
}

const basics = (m: Machine): Readonly<Record<string, LuaFunction>> => {
  const step = m.wrap((a, vm) => {
    const i = wholeAt(a, 1, vm) + 1
    const v = tableAt(a, 0, vm).get(i)
    return v === undefined ? [undefined] : [i, v]
  })
  const nextOf: LuaFunction = (a, vm) => tableAt(a, 0, vm).next(a[1]) ?? [undefined]
  const next = m.wrap(nextOf)
  return {
    assert: (a, vm) => {
      anyAt(a, 0, vm)
      return isTrue(a[0]) ? a : vm.fail(a[1] === undefined ? 'assertion failed!' : textAt(a, 1, vm))
    },
    collectgarbage: (a, vm) => {
      const option = a[0] === undefined ? 'collect' : textAt(a, 0, vm)
      if (option === 'count') return [32]
      if (option === 'step') return [true]
      const known = ['stop', 'restart', 'collect', 'setpause', 'setstepmul'].includes(option)
      return known ? [0] : vm.bad(1, `invalid option '${option}'`)
    },
    error: (a, vm) => {
      const level = wholeOr(a, 1, 1, vm)
      return vm.raise(asText(a[0]) !== null && level > 0 ? where((vm as Machine).L, level) + asText(a[0])! : a[0])
    },
    gcinfo: () => [32],
    getmetatable: (a, vm) => {
      const meta = metatableOf((vm as Machine).L, anyAt(a, 0, vm))
      return [meta === null ? undefined : (meta.get('__metatable') ?? meta)]
    },
    ipairs: (a, vm) => [step, tableAt(a, 0, vm), 0],
    load: (a, vm) => {
      const f = functionAt(a, 0, vm)
      let source = ''
      for (;;) {
        const [piece] = vm.call(f, [])
        if (piece === undefined || piece === '') break
        source += asText(piece) ?? vm.fail('reader function must return a string')
      }
      return loadedFrom(source, asText(a[1]) ?? '=(load)', vm)
    },
    loadstring: (a, vm) => {
      const source = textAt(a, 0, vm)
      return loadedFrom(source, a[1] === undefined ? source : textAt(a, 1, vm), vm)
    },
    next: nextOf,
    pairs: (a, vm) => [next, tableAt(a, 0, vm), undefined],
    rawequal: (a, vm) => {
      const [x, y] = [anyAt(a, 0, vm), anyAt(a, 1, vm)]
      return [x instanceof Handle && y instanceof Handle ? x.value === y.value : x === y]
    },
    rawget: (a, vm) => [tableAt(a, 0, vm).get(anyAt(a, 1, vm))],
    rawset: (a, vm) => {
      const t = tableAt(a, 0, vm)
      anyAt(a, 2, vm)
      t.set(anyAt(a, 1, vm), a[2])
      return [t]
    },
    select: (a, vm) => {
      if (a[0] === '#') return [a.length - 1]
      let n = wholeAt(a, 0, vm)
      if (n < 0) n = a.length + n
      else if (n > a.length) n = a.length
      return n >= 1 ? a.slice(n) : vm.bad(1, 'index out of range')
    },
    setmetatable: (a, vm) => {
      const t = tableAt(a, 0, vm) as LuaTable
      if (a[1] !== undefined && !isTable(a[1])) vm.bad(2, 'nil or table expected')
      if (a.length < 2) vm.bad(2, 'nil or table expected')
      if (t.metatable?.get('__metatable') !== undefined) vm.fail('cannot change a protected metatable')
      if (t.isReadonly) ldebug.luaG_runerror((vm as Machine).L, bytesOf('Attempt to modify a readonly table'))
      t.metatable = (a[1] as LuaTable | undefined) ?? null
      return [t]
    },
    tonumber: (a, vm) => {
      const base = wholeOr(a, 1, 10, vm)
      if (base === 10) return [asNumber(anyAt(a, 0, vm)) ?? undefined]
      const text = textAt(a, 0, vm)
      if (base < 2 || base > 36) vm.bad(2, 'base out of range')
      const m = /^\s*([+-]?)(?:0[xX](?=[\da-fA-F]))?([\da-zA-Z]+)\s*$/.exec(base === 16 ? text : text.replace(/0[xX]/, '0!'))
      if (m === null) return [undefined]
      let n = 0
      for (const c of m[2].toLowerCase()) {
        const digit = parseInt(c, 36)
        if (digit >= base) return [undefined]
        n = n * base + digit
      }
      return [m[1] === '-' ? 18446744073709551616 - n : n]
    },
    tostring: (a, vm) => [vm.textOf(anyAt(a, 0, vm))],
    type: (a, vm) => [typeOf(anyAt(a, 0, vm))],
    unpack: (a, vm) => {
      const t = tableAt(a, 0, vm)
      const from = wholeOr(a, 1, 1, vm)
      const to = wholeOr(a, 2, t.length, vm)
      if (to - from >= LARGEST_UNPACK) vm.fail('too many results to unpack')
      const out: Value[] = []
      for (let i = from; i <= to; i++) out.push(t.get(i))
      return out
    },
  }
}

// ------------------------------------------------------------------ coroutines

const statusOf = (m: Machine, co: State): 'running' | 'suspended' | 'normal' | 'dead' => {
  if (co === m.L) return 'running'
  if (co.status === YIELDED) return 'suspended'
  if (co.status !== 0) return 'dead'
  if (co.ci !== co.base_ci) return 'normal'
  return co.top - co.base_ci.funcOff - 1 === 0 ? 'dead' : 'suspended'
}

const coroutines = (m: Machine): Readonly<Record<string, LuaFunction>> => {
  const threadAt = (a: readonly Value[], vm: Vm): State => {
    const [v] = a
    return v instanceof Handle && v.type === THREAD ? (v.value as State) : vm.bad(1, 'coroutine expected')
  }
  const create = (a: readonly Value[], vm: Vm): Handle => {
    const [f] = a
    if (!(f instanceof Handle) || f.type !== FUNCTION) return vm.bad(1, 'Lua function expected')
    const co = lstate.lua_newthread(m.L)
    pop(m.L, m.L.top - 1)
    pushValue(co, f)
    return new Handle(THREAD, co)
  }
  /** [true, …] or [false, error]. */
  const resume = (co: State, args: readonly Value[]): Value[] => {
    const status = statusOf(m, co)
    if (status !== 'suspended') return [false, `cannot resume ${status} coroutine`]
    const { L } = m
    for (const arg of args) pushValue(co, arg)
    const result = ldo.lua_resume(co, L, args.length)
    m.enter(L)
    if (result !== 0 && result !== YIELDED) return [false, ...taken(co, co.top - 1)]
    return [true, ...taken(co, co.ci.funcOff + 1)]
  }
  return {
    create: (a, vm) => [create(a, vm)],
    resume: (a, vm) => resume(threadAt(a, vm), a.slice(1)),
    running: () => [m.L === m.main ? undefined : new Handle(THREAD, m.L)],
    status: (a, vm) => [statusOf(m, threadAt(a, vm))],
    wrap: (a, vm) => {
      const co = create(a, vm).value as State
      return [
        m.wrap((args) => {
          const [ok, ...rest] = resume(co, args)
          if (ok === true) return rest
          const text = asText(rest[0])
          return raise(m.L, text === null ? rest[0] : where(m.L, 1) + text)
        }),
      ]
    },
  }
}

// ------------------------------------------------------------------ running

/** Everything a script finds, but KEYS, ARGV and what of `redis` reaches the node. */
const openLibraries = (m: Machine): Record<string, Value> => {
  const library = (functions: Readonly<Record<string, LuaFunction>>, values: Readonly<Record<string, Value>> = {}): LuaTable =>
    m.module(functions, values) as LuaTable
  const strings = library(
    {
      ...STRINGS,
      gmatch: (a, vm) => [m.wrap(matchesOf(textAt(a, 0, vm), textAt(a, 1, vm)))],
      gfind: (_a, vm) => vm.fail("'string.gfind' was renamed to 'string.gmatch'"),
      dump: (_a, vm) => vm.fail('unable to dump given function'),
    },
    {},
  )
  const meta = new LuaTable(m.L, 0, 0)
  meta.set('__index', strings)
  meta.isReadonly = true
  m.L.l_G.mt[STRING & TAG] = meta
  return {
    _VERSION: 'Lua 5.1',
    string: strings,
    table: library(TABLES),
    math: library(mathsWith(m.random), { pi: PI, huge: Infinity }),
    coroutine: library(coroutines(m), {
      yield: m.raw((L) => ldo.lua_yieldk(L, L.top - L.ci.funcOff - 1, 0, null)),
    }),
    bit: library(BIT),
    struct: library(STRUCT),
    cmsgpack: library(MSGPACK, MSGPACK_ABOUT),
    pcall: m.raw(pcallOf(m)),
    xpcall: m.raw(xpcallOf(m)),
  }
}

const SCRIPT_NAME = '@user_script'
const FUNCTION_NAME = '@user_function'
/** ids of tables and functions of a script count from here, whatever ran before. */
const FIRST_ID = 4096

/** Only a first line that names the engine is no Lua; its line feed stays, so that lines keep their numbers. */
const body = (source: string): string => (source.startsWith('#!') ? source.slice(Math.max(0, source.indexOf('\n'))) : source)

/** How Redis's error handler sees an error: its text, and the place of the Lua function behind it. */
const placed = (L: State, error: Value): { text: string; place: string } => {
  const at = [frame(L, 1), frame(L, 2)].find((ci) => ci !== null && ci.callstatus & IN_LUA)
  const place = at == null ? '' : `${sourceOf(L, at)}:${lineOf(L, at)}`
  if (!isTable(error)) return { text: `ERR ${asText(error) ?? (error === undefined ? 'nil' : String(error))}`, place }
  return { text: asText(error.get('err')) ?? 'ERR unknown error', place }
}

/** One interpreter: a Lua state with its libraries, its table `redis`, and a budget for whatever runs in it. */
interface World {
  readonly m: Machine
  readonly root: State
  /** everything a script finds by name, but `redis`. */
  readonly libraries: Map<string, Value>
  readonly strict: LuaTable
  /** compiles, or finds what it compiled before. */
  load(source: string, name: string): { f: Value } | { error: string }
  /** the table `redis`, with functions of these names: they are those of the latest call. */
  bridge(shape: RedisTable, latest: () => RedisTable): LuaTable
  /** calls a function that `put` pushes with its arguments, whose number it returns. */
  perform(random: number, put: (L: State) => number): ScriptResult
}

const openWorld = (): World => {
  const root = lstate.lua_newstate()
  root.l_G.atnativeerror = (L) => {
    defect ??= L.stack[L.top - 1].value
    return 1
  }
  const m = new Machine(root)
  m.enter(root)
  const libraries = new Map<string, Value>(Object.entries(openLibraries(m)))
  for (const [name, f] of Object.entries(basics(m))) libraries.set(name, m.wrap(f))
  const strict = new LuaTable(root, 0, 0)
  strict.set(
    '__index',
    m.wrap((a, vm) => vm.fail(`Script attempted to access nonexistent global variable '${textAt(a, 1, vm)}'`)),
  )
  strict.isReadonly = true
  const cjson = cjsonModule(m)
  libraries.set('cjson', cjson.module)
  const kept = new Map<string, Value>()

  const load = (source: string, name: string): { f: Value } | { error: string } => {
    const found = kept.get(source)
    if (found !== undefined) return { f: found }
    m.enter(root)
    const error = compile(root, body(source), name)
    if (error !== null) return { error }
    const [f] = taken(root, root.top - 1)
    if (kept.size >= 256) kept.clear()
    kept.set(source, f)
    return { f }
  }

  const bridge = ({ redis, constants }: RedisTable, latest: () => RedisTable): LuaTable => {
    const names = Object.keys(redis)
    const functions = names.map((name): [string, LuaFunction] => [name, (args, vm) => latest().redis[name](args, vm)])
    return m.module(Object.fromEntries(functions), constants) as LuaTable
  }

  const perform = (random: number, put: (L: State) => number): ScriptResult => {
    m.random.state = random
    m.steps = 0
    const L = lstate.lua_newthread(root)
    pop(root, root.top - 1)
    m.main = L
    m.enter(L)
    cjson.reset()
    const hook = (at: State): void => {
      m.steps += STRIDE
      if (m.steps < MOST_STEPS) return
      // from here on every instruction fails: no pcall outlives it
      ldebug.lua_sethook(at, hook, COUNT_HOOK, 1)
      ldebug.luaG_runerror(at, bytesOf(TOO_LONG))
    }
    ldebug.lua_sethook(L, hook, COUNT_HOOK, STRIDE)
    let error: ScriptResult['error'] = null
    const handler: CFunction = (at) => {
      error = placed(at, valueOf(at.stack[at.top - 1]))
      return 1
    }
    push(L, new lobject.TValue(LIGHT_FUNCTION, handler))
    const args = put(L)
    const status = protectedCall(m, L, args, 1)
    const after = { random: m.random.state, steps: m.steps + STRIDE - L.hookcount, endless: m.steps >= MOST_STEPS }
    if (status === 0) return { value: valueOf(L.stack[2] ?? tvalueOf(L, undefined)), error: null, ...after }
    return { value: undefined, error: error ?? { text: 'ERR error in error handling', place: '' }, ...after }
  }
  return { m, root, libraries, strict, load, bridge, perform }
}

const globalsOf = (root: State): LuaTable => (root.l_G.l_registry.value as LuaTable).get(2) as LuaTable

/** Where EVAL runs: one table of globals, with KEYS and ARGV of the running script. */
const openScripts = (): Pick<LuaMachine, 'check' | 'run'> => {
  const world = openWorld()
  const globals = globalsOf(world.root)
  for (const [name, value] of world.libraries) globals.set(name, value)
  globals.set('_G', globals)
  globals.metatable = world.strict
  globals.isReadonly = true
  let latest: RedisTable | null = null
  return {
    check: (source) => {
      const loaded = world.load(source, SCRIPT_NAME)
      return 'error' in loaded ? loaded.error : null
    },
    run: (call) => {
      const loaded = world.load(call.source, SCRIPT_NAME)
      if ('error' in loaded) return failed(loaded.error, call.random)
      globals.isReadonly = false
      if (latest === null)
        globals.set(
          'redis',
          world.bridge(call, () => latest!),
        )
      latest = call
      world.root.l_G.id_counter = FIRST_ID
      globals.set('KEYS', list(world.root, call.keys))
      globals.set('ARGV', list(world.root, call.argv))
      globals.isReadonly = true
      return world.perform(call.random, (L) => {
        pushValue(L, loaded.f)
        return 0
      })
    },
  }
}

/**
 * Where functions run. While a library loads, it finds the library `redis` of loading and nothing else; its functions find what
 * scripts find, but KEYS and ARGV. A library is loaded anew for each call, so that nothing of a run stays in it.
 */
const openFunctions = (): Pick<LuaMachine, 'load' | 'call'> => {
  const world = openWorld()
  const { root, strict } = world
  const globals = globalsOf(root)
  const meta = new LuaTable(root, 0, 0)
  globals.metatable = meta
  globals.isReadonly = true
  const running = new LuaTable(root, 0, 0)
  for (const [name, value] of world.libraries) running.set(name, value)
  running.set('_G', running)
  running.metatable = strict
  const loading = new LuaTable(root, 0, 0)
  loading.metatable = strict
  let [loads, calls]: [RedisTable | null, RedisTable | null] = [null, null]

  const load = (library: LibraryCall): ScriptResult => {
    const loaded = world.load(library.source, FUNCTION_NAME)
    if ('error' in loaded) return failed(loaded.error, library.random)
    if (loads === null) {
      const redis = world.bridge(library, () => loads!)
      redis.isReadonly = false
      redis.metatable = strict
      redis.isReadonly = true
      loading.set('redis', redis)
      loading.isReadonly = true
    }
    loads = library
    root.l_G.id_counter = FIRST_ID
    meta.set('__index', loading)
    return world.perform(library.random, (L) => {
      pushValue(L, loaded.f)
      return 0
    })
  }
  return {
    load: (library) => {
      const loaded = world.load(library.source, FUNCTION_NAME)
      return 'error' in loaded ? { ...failed('', library.random), refused: loaded.error } : { ...load(library), refused: null }
    },
    call: (call, library, callback) => {
      const loaded = load(library)
      if (loaded.error !== null) return loaded
      if (calls === null) {
        running.set(
          'redis',
          world.bridge(call, () => calls!),
        )
        running.isReadonly = true
      }
      calls = call
      meta.set('__index', running)
      return world.perform(call.random, (L) => {
        pushValue(L, callback())
        pushValue(L, list(L, call.keys))
        pushValue(L, list(L, call.argv))
        return 2
      })
    },
  }
}

const failed = (text: string, random: number): ScriptResult => ({
  value: undefined,
  error: { text, place: '' },
  random,
  steps: 0,
  endless: false,
})

/** A machine; patching fengari is done by the first. Functions have an interpreter of their own, made when the first one comes. */
export const createLua = (): LuaMachine => {
  if (!isPatched) patch()
  isPatched = true
  let functions: ReturnType<typeof openFunctions> | null = null
  const own = (): ReturnType<typeof openFunctions> => (functions ??= openFunctions())
  return {
    ...openScripts(),
    load: (library) => own().load(library),
    call: (call, library, callback) => own().call(call, library, callback),
  }
}

let isPatched = false

const list = (L: State, words: readonly string[]): LuaTable => {
  const t = new LuaTable(L, 0, 0)
  words.forEach((word, i) => t.set(i + 1, word))
  return t
}
