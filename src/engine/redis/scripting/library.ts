import { LuaError, NotSimulated, Table, asNumber, asText, fail, isTrue, textOfNumber, typeOf, type LuaFunction, type Value } from './run.ts'

/** What a script may call: Lua's basics, `string`, `table` and `math` as far as the lab goes. The rest says that it is not simulated. */

export const fn = (call: (args: Value[], line: number) => Value[]): LuaFunction => ({ call })

export const tableOf = (entries: Record<string, Value>): Table => {
  const table = new Table()
  for (const [name, value] of Object.entries(entries)) table.set(name, value)
  return table
}

const number = (args: readonly Value[], i: number, name: string, line: number): number =>
  asNumber(args[i]) ??
  fail(line, `bad argument #${i + 1} to '${name}' (number expected, got ${args.length > i ? typeOf(args[i]) : 'no value'})`)

const text = (args: readonly Value[], i: number, name: string, line: number): string =>
  asText(args[i]) ??
  fail(line, `bad argument #${i + 1} to '${name}' (string expected, got ${args.length > i ? typeOf(args[i]) : 'no value'})`)

const table = (args: readonly Value[], i: number, name: string, line: number): Table => {
  const t = args[i]
  return t instanceof Table
    ? t
    : fail(line, `bad argument #${i + 1} to '${name}' (table expected, got ${args.length > i ? typeOf(t) : 'no value'})`)
}

export const tostring = (v: Value): string => {
  if (v instanceof Table) {
    const error = v.get('err')
    return typeof error === 'string' ? error : 'table: 0x0'
  }
  return asText(v) ?? (typeof v === 'object' ? 'function: 0x0' : v === undefined ? 'nil' : String(v))
}

/** A place in a string, negative from its end; past either end it stops there. */
const from = (i: number, length: number): number => Math.max(1, i < 0 ? length + i + 1 : i)
const upTo = (i: number, length: number): number => Math.min(length, i < 0 ? length + i + 1 : i)

/** Lua's patterns are a language of their own; the lab knows plain text. */
const plain = (pattern: string): string => {
  if (/[\^$*+?.([%-]/.test(pattern)) throw new NotSimulated('string patterns')
  return pattern
}

const format = (args: readonly Value[], line: number): string => {
  let next = 1
  return text(args, 0, 'format', line).replace(
    /%([-+ #0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (_whole, flags: string, width: string, digits: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      const i = next++
      let out: string
      if (kind === 's') out = tostring(args[i]).slice(0, digits === undefined ? undefined : Number(digits))
      else if (kind === 'd' || kind === 'i') out = String(Math.trunc(number(args, i, 'format', line)))
      else if (kind === 'f') out = number(args, i, 'format', line).toFixed(digits === undefined ? 6 : Number(digits))
      else if (kind === 'x') out = number(args, i, 'format', line).toString(16)
      else if (kind === 'X') out = number(args, i, 'format', line).toString(16).toUpperCase()
      else if (kind === 'g') out = textOfNumber(number(args, i, 'format', line))
      else if (kind === 'c') out = String.fromCharCode(number(args, i, 'format', line))
      else if (kind === 'q') out = JSON.stringify(text(args, i, 'format', line))
      else throw new NotSimulated(`string.format with %${kind}`)
      const pad = flags.includes('0') && kind !== 's' ? '0' : ' '
      return flags.includes('-') ? out.padEnd(Number(width)) : out.padStart(Number(width), pad)
    },
  )
}

const strings = (): Table =>
  tableOf({
    len: fn((a, line) => [text(a, 0, 'len', line).length]),
    sub: fn((a, line) => {
      const s = text(a, 0, 'sub', line)
      return [s.slice(from(number(a, 1, 'sub', line), s.length) - 1, upTo(a[2] === undefined ? -1 : number(a, 2, 'sub', line), s.length))]
    }),
    upper: fn((a, line) => [text(a, 0, 'upper', line).replace(/[a-z]/g, (c) => c.toUpperCase())]),
    lower: fn((a, line) => [text(a, 0, 'lower', line).replace(/[A-Z]/g, (c) => c.toLowerCase())]),
    rep: fn((a, line) => [text(a, 0, 'rep', line).repeat(Math.max(0, number(a, 1, 'rep', line)))]),
    reverse: fn((a, line) => [[...text(a, 0, 'reverse', line)].reverse().join('')]),
    byte: fn((a, line) => {
      const s = text(a, 0, 'byte', line)
      const first = a[1] === undefined ? 1 : number(a, 1, 'byte', line)
      const last = a[2] === undefined ? first : number(a, 2, 'byte', line)
      return [...s.slice(from(first, s.length) - 1, upTo(last, s.length))].map((c) => c.charCodeAt(0))
    }),
    char: fn((a, line) => [a.map((_v, i) => String.fromCharCode(number(a, i, 'char', line))).join('')]),
    format: fn((a, line) => [format(a, line)]),
    find: fn((a, line) => {
      const s = text(a, 0, 'find', line)
      const wanted = isTrue(a[3]) ? text(a, 1, 'find', line) : plain(text(a, 1, 'find', line))
      const at = s.indexOf(wanted, from(a[2] === undefined ? 1 : number(a, 2, 'find', line), s.length) - 1)
      return at < 0 ? [undefined] : [at + 1, at + wanted.length]
    }),
    match: fn((a, line) => {
      const wanted = plain(text(a, 1, 'match', line))
      return [text(a, 0, 'match', line).includes(wanted) ? wanted : undefined]
    }),
    gsub: fn((a, line) => {
      const parts = text(a, 0, 'gsub', line).split(plain(text(a, 1, 'gsub', line)))
      if (asText(a[2]) === null) throw new NotSimulated('string.gsub with a function or table')
      return [parts.join(asText(a[2])!), parts.length - 1]
    }),
  })

const tables = (): Table =>
  tableOf({
    insert: fn((a, line) => {
      const t = table(a, 0, 'insert', line)
      const n = t.length
      if (a.length < 3) t.set(n + 1, a[1])
      else {
        const at = number(a, 1, 'insert', line)
        for (let i = n; i >= at; i--) t.set(i + 1, t.get(i))
        t.set(at, a[2])
      }
      return []
    }),
    remove: fn((a, line) => {
      const t = table(a, 0, 'remove', line)
      const n = t.length
      const at = a[1] === undefined ? n : number(a, 1, 'remove', line)
      if (n === 0) return [undefined]
      const gone = t.get(at)
      for (let i = at; i < n; i++) t.set(i, t.get(i + 1))
      t.set(n, undefined)
      return [gone]
    }),
    concat: fn((a, line) => {
      const t = table(a, 0, 'concat', line)
      const last = a[3] === undefined ? t.length : number(a, 3, 'concat', line)
      const out: string[] = []
      for (let i = a[2] === undefined ? 1 : number(a, 2, 'concat', line); i <= last; i++)
        out.push(asText(t.get(i)) ?? fail(line, `invalid value (${typeOf(t.get(i))}) at index ${i} in table for 'concat'`))
      return [out.join(a[1] === undefined ? '' : text(a, 1, 'concat', line))]
    }),
    getn: fn((a, line) => [table(a, 0, 'getn', line).length]),
    sort: fn((a, line) => {
      const t = table(a, 0, 'sort', line)
      const by = a[1]
      const values: Value[] = []
      for (let i = 1, n = t.length; i <= n; i++) values.push(t.get(i))
      const before = (x: Value, y: Value): boolean => {
        if (typeof by === 'object' && !(by instanceof Table)) return isTrue(by.call([x, y], line)[0])
        if (typeof x !== typeof y || (typeof x !== 'number' && typeof x !== 'string'))
          return fail(line, `attempt to compare ${typeOf(x)} with ${typeOf(y)}`)
        return (x as number) < (y as number)
      }
      values.sort((x, y) => (before(x, y) ? -1 : before(y, x) ? 1 : 0))
      values.forEach((v, i) => t.set(i + 1, v))
      return []
    }),
  })

const maths = (): Table => {
  const one = (name: string, f: (x: number) => number): LuaFunction => fn((a, line) => [f(number(a, 0, name, line))])
  const fold = (name: string, f: (x: number, y: number) => number): LuaFunction =>
    fn((a, line) => [a.map((_v, i) => number(a, i, name, line)).reduce((x, y) => f(x, y))])
  return tableOf({
    floor: one('floor', Math.floor),
    ceil: one('ceil', Math.ceil),
    abs: one('abs', Math.abs),
    sqrt: one('sqrt', Math.sqrt),
    max: fold('max', Math.max),
    min: fold('min', Math.min),
    huge: Infinity,
    pi: 3.141592653589793,
    fmod: fn((a, line) => [number(a, 0, 'fmod', line) % number(a, 1, 'fmod', line)]),
  })
}

const nextOf = (t: Table, key: Value): Value[] => {
  let found = key === undefined
  for (const [k, v] of t.hash) {
    if (found) return [k, v]
    if (k === key) found = true
  }
  return [undefined]
}

const basics = (): Record<string, Value> => {
  const next = fn((a, line) => nextOf(table(a, 0, 'next', line), a[1]))
  const step = fn((a) => {
    const i = (a[1] as number) + 1
    const v = (a[0] as Table).get(i)
    return v === undefined ? [undefined] : [i, v]
  })
  return {
    tonumber: fn((a, line) => {
      if (a[1] === undefined || a[1] === 10) return [asNumber(a[0]) ?? undefined]
      const base = number(a, 1, 'tonumber', line)
      const digits = text(a, 0, 'tonumber', line).trim().toLowerCase()
      const n = /^[0-9a-z]+$/.test(digits) ? parseInt(digits, base) : NaN
      return [Number.isNaN(n) ? undefined : n]
    }),
    tostring: fn((a) => [tostring(a[0])]),
    type: fn((a) => [typeOf(a[0])]),
    next,
    pairs: fn((a, line) => [next, table(a, 0, 'pairs', line), undefined]),
    ipairs: fn((a, line) => [step, table(a, 0, 'ipairs', line), 0]),
    select: fn((a, line) => (a[0] === '#' ? [a.length - 1] : a.slice(number(a, 0, 'select', line)))),
    unpack: fn((a, line) => {
      const t = table(a, 0, 'unpack', line)
      const out: Value[] = []
      const last = a[2] === undefined ? t.length : number(a, 2, 'unpack', line)
      for (let i = a[1] === undefined ? 1 : number(a, 1, 'unpack', line); i <= last; i++) out.push(t.get(i))
      return out
    }),
    rawget: fn((a, line) => [table(a, 0, 'rawget', line).get(a[1])]),
    rawequal: fn((a) => [a[0] === a[1]]),
    error: fn((a, line) => {
      const v = a[0]
      throw new LuaError(typeof v === 'string' && a[1] !== 0 ? `user_script:${line}: ${v}` : v, line)
    }),
    assert: fn((a, line) => (isTrue(a[0]) ? a : fail(line, a[1] === undefined ? 'assertion failed!' : tostring(a[1])))),
    pcall: fn((a, line) => {
      const f = a[0]
      try {
        if (typeof f !== 'object' || f instanceof Table) return fail(line, `attempt to call a ${typeOf(f)} value`)
        return [true, ...f.call(a.slice(1), line)]
      } catch (error) {
        if (error instanceof LuaError) return [false, error.value]
        throw error
      }
    }),
  }
}

/** Known to Redis's Lua, and not to the lab: asking for one ends the script. */
const ABSENT = [
  'cjson',
  'cmsgpack',
  'struct',
  'bit',
  'coroutine',
  'loadstring',
  'load',
  'setmetatable',
  'getmetatable',
  'rawset',
  '_G',
  'collectgarbage',
  'xpcall',
  'gcinfo',
]

export const luaGlobals = (): Map<string, Value> => {
  const globals = new Map<string, Value>(Object.entries(basics()))
  globals.set('string', strings().lock())
  globals.set('table', tables().lock())
  globals.set('math', maths().lock())
  globals.set('_VERSION', 'Lua 5.1')
  for (const name of ABSENT) globals.set(name, undefined)
  return globals
}
