import { textAt, wholeAt } from './args.ts'
import { numberOfText, printDouble } from './format.ts'
import { NULL, isTable, typeOf, type LuaFunction, type Table, type Value, type Vm } from './host.ts'

/** lua-cjson 2.1.0 as Redis ships it. A script starts with its default settings. */

interface Settings {
  sparseConvert: boolean
  sparseRatio: number
  sparseSafe: number
  encodeDepth: number
  decodeDepth: number
  precision: number
  keepBuffer: boolean
  /** 0 = refused, 1 = as they are, 2 = null. */
  encodeInvalid: number
  decodeInvalid: boolean
}

// ------------------------------------------------------------------ encoding

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}
const escaped = (text: string): string => {
  let out = '"'
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    const code = text.charCodeAt(i)
    out += ESCAPES[c] ?? (code < 32 || code === 127 ? `\\u${code.toString(16).padStart(4, '0')}` : c)
  }
  return `${out}"`
}

class Encoder {
  constructor(
    private readonly set: Settings,
    private readonly vm: Vm,
  ) {}

  private refuse(v: Value, why: string): never {
    return this.vm.fail(`Cannot serialise ${typeOf(v)}: ${why}`)
  }

  private number(x: number): string {
    if (!Number.isFinite(x)) {
      if (this.set.encodeInvalid === 0) this.refuse(x, 'must not be NaN or Inf')
      if (this.set.encodeInvalid === 2) return 'null'
    }
    return printDouble(x, 'g', this.set.precision)
  }

  /** The length as an array; −1 = an object. */
  private lengthOf(t: Table): number {
    let [most, n] = [0, 0]
    for (let e = t.next(undefined); e !== null; e = t.next(e[0])) {
      const [k] = e
      if (typeof k !== 'number' || Math.floor(k) !== k || k < 1) return -1
      if (k > most) most = k
      n++
    }
    const { sparseRatio, sparseSafe, sparseConvert } = this.set
    if (sparseRatio > 0 && most > n * sparseRatio && most > sparseSafe)
      return sparseConvert ? -1 : this.refuse(t, 'excessively sparse array')
    return most
  }

  value(v: Value, depth: number): string {
    if (v === undefined || v === NULL) return 'null'
    if (typeof v === 'string') return escaped(v)
    if (typeof v === 'number') return this.number(v)
    if (typeof v === 'boolean') return String(v)
    if (!isTable(v)) return this.refuse(v, 'type not supported')
    if (depth + 1 > this.set.encodeDepth) this.vm.fail(`Cannot serialise, excessive nesting (${depth + 1})`)
    const length = this.lengthOf(v)
    const parts: string[] = []
    if (length > 0) {
      for (let i = 1; i <= length; i++) parts.push(this.value(v.get(i), depth + 1))
      return `[${parts.join(',')}]`
    }
    for (let e = v.next(undefined); e !== null; e = v.next(e[0])) {
      const [k, item] = e
      if (typeof k === 'number') parts.push(`"${this.number(k)}":${this.value(item, depth + 1)}`)
      else if (typeof k === 'string') parts.push(`${escaped(k)}:${this.value(item, depth + 1)}`)
      else this.refuse(k, 'table key must be a number or string')
    }
    return `{${parts.join(',')}}`
  }
}

// ------------------------------------------------------------------ decoding

interface Token {
  kind: string
  value: Value
  at: number
}
const MARKS: Readonly<Record<string, string>> = {
  '{': 'T_OBJ_BEGIN',
  '}': 'T_OBJ_END',
  '[': 'T_ARR_BEGIN',
  ']': 'T_ARR_END',
  ':': 'T_COLON',
  ',': 'T_COMMA',
}
const UNESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
}
const NUMBER = /[+-]?(?:0x(?:[\da-f]+\.?[\da-f]*|\.[\da-f]+)(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)/iy
const INVALID = /\+|-?(?:0[x\d]|inf|nan)/iy

const utf8 = (c: number): string => {
  const tail = (shift: number): string => String.fromCharCode(0x80 | ((c >> shift) & 63))
  if (c < 0x80) return String.fromCharCode(c)
  if (c < 0x800) return String.fromCharCode(0xc0 | (c >> 6)) + tail(0)
  if (c < 0x10000) return String.fromCharCode(0xe0 | (c >> 12)) + tail(6) + tail(0)
  return String.fromCharCode(0xf0 | (c >> 18)) + tail(12) + tail(6) + tail(0)
}

class Decoder {
  private at = 0
  private depth = 0

  constructor(
    private readonly text: string,
    private readonly set: Settings,
    private readonly vm: Vm,
  ) {}

  expected(what: string, token: Token): never {
    const found = token.kind === 'T_ERROR' ? String(token.value) : token.kind
    return this.vm.fail(`Expected ${what} but found ${found} at character ${token.at + 1}`)
  }

  private bad(value: string): Token {
    return { kind: 'T_ERROR', value, at: this.at }
  }

  private isAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    return pattern.test(this.text)
  }

  next(): Token {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++
    const { at } = this
    const c = this.text[at]
    if (c === undefined || c === '\0') return { kind: 'T_END', value: undefined, at }
    if (MARKS[c] !== undefined) {
      this.at++
      return { kind: MARKS[c], value: undefined, at }
    }
    if (c === '"') return this.string()
    if (c === '-' || (c >= '0' && c <= '9'))
      return !this.set.decodeInvalid && this.isAt(INVALID) ? this.bad('invalid number') : this.number()
    for (const [word, kind, value] of [
      ['true', 'T_BOOLEAN', true],
      ['false', 'T_BOOLEAN', false],
      ['null', 'T_NULL', undefined],
    ] as const)
      if (this.text.startsWith(word, at)) {
        this.at += word.length
        return { kind, value, at }
      }
    return this.set.decodeInvalid && this.isAt(INVALID) ? this.number() : this.bad('invalid token')
  }

  private number(): Token {
    const { at } = this
    NUMBER.lastIndex = at
    const m = NUMBER.exec(this.text)
    if (m === null) return this.bad('invalid number')
    this.at += m[0].length
    return { kind: 'T_NUMBER', value: numberOfText(m[0])!, at }
  }

  private string(): Token {
    const start = this.at++
    let out = ''
    for (;;) {
      const c = this.text[this.at]
      if (c === undefined || c === '\0') return this.bad('unexpected end of string')
      if (c === '"') break
      if (c !== '\\') {
        out += c
        this.at++
        continue
      }
      const code = this.text[this.at + 1] ?? ''
      if (code === 'u') {
        const text = this.unicode()
        if (text === null) return this.bad('invalid unicode escape code')
        out += text
        continue
      }
      if (UNESCAPES[code] === undefined) return this.bad('invalid escape code')
      out += UNESCAPES[code]
      this.at += 2
    }
    this.at++
    return { kind: 'T_STRING', value: out, at: start }
  }

  /** \uXXXX, two of them for what lies beyond 16 bits. */
  private unicode(): string | null {
    const hex = (at: number): number => {
      const m = /^\\u([\da-fA-F]{4})/.exec(this.text.slice(at, at + 6))
      return m === null ? -1 : parseInt(m[1], 16)
    }
    const high = hex(this.at)
    if (high < 0) return null
    if ((high & 0xf800) !== 0xd800) {
      this.at += 6
      return utf8(high)
    }
    const low = high & 0x400 ? -1 : hex(this.at + 6)
    if (low < 0 || (low & 0xfc00) !== 0xdc00) return null
    this.at += 12
    return utf8((((high & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000)
  }

  value(token: Token): Value {
    switch (token.kind) {
      case 'T_STRING':
      case 'T_NUMBER':
      case 'T_BOOLEAN':
        return token.value
      case 'T_NULL':
        return NULL
      case 'T_OBJ_BEGIN':
        return this.object()
      case 'T_ARR_BEGIN':
        return this.array()
      default:
        return this.expected('value', token)
    }
  }

  private descend(): Table {
    if (++this.depth > this.set.decodeDepth) this.vm.fail(`Found too many nested data structures (${this.depth}) at character ${this.at}`)
    return this.vm.table()
  }

  private object(): Table {
    const t = this.descend()
    let token = this.next()
    while (token.kind !== 'T_OBJ_END') {
      if (token.kind !== 'T_STRING') this.expected('object key string', token)
      const key = token.value
      token = this.next()
      if (token.kind !== 'T_COLON') this.expected('colon', token)
      t.set(key, this.value(this.next()))
      token = this.next()
      if (token.kind === 'T_OBJ_END') break
      if (token.kind !== 'T_COMMA') this.expected('comma or object end', token)
      token = this.next()
      if (token.kind === 'T_OBJ_END') this.expected('object key string', token)
    }
    this.depth--
    return t
  }

  private array(): Table {
    const t = this.descend()
    let token = this.next()
    for (let i = 1; token.kind !== 'T_ARR_END'; i++) {
      t.set(i, this.value(token))
      token = this.next()
      if (token.kind === 'T_ARR_END') break
      if (token.kind !== 'T_COMMA') this.expected('comma or array end', token)
      token = this.next()
      if (token.kind === 'T_ARR_END') this.expected('value', token)
    }
    this.depth--
    return t
  }
}

// ------------------------------------------------------------------ the module

const MOST = 2147483647

const atMost = (args: readonly Value[], n: number, vm: Vm): void => {
  if (args.length > n) vm.bad(n + 1, 'found too many arguments')
}
const wholeOption = (args: readonly Value[], i: number, now: number, least: number, most: number, vm: Vm): number => {
  if (args[i] === undefined) return now
  const n = wholeAt(args, i, vm)
  return n >= least && n <= most ? n : vm.bad(1, `expected integer between ${least} and ${most}`)
}
const wordOption = (args: readonly Value[], i: number, now: number, words: readonly string[], vm: Vm): number => {
  const v = args[i]
  if (v === undefined) return now
  if (typeof v === 'boolean') return Number(v)
  const n = words.indexOf(textAt(args, i, vm))
  return n >= 0 ? n : vm.bad(i + 1, `invalid option '${textAt(args, i, vm)}'`)
}

const DEFAULTS: Readonly<Settings> = {
  sparseConvert: false,
  sparseRatio: 2,
  sparseSafe: 10,
  encodeDepth: 1000,
  decodeDepth: 1000,
  precision: 14,
  keepBuffer: true,
  encodeInvalid: 0,
  decodeInvalid: true,
}

/** The module, and what gives it its default settings back. */
export const cjsonModule = (vm: Vm): { module: Table; reset: () => void } => {
  const set: Settings = { ...DEFAULTS }
  const onOff = ['off', 'on']
  const functions: Record<string, LuaFunction> = {
    encode: (a, vm) => {
      if (a.length !== 1) vm.bad(1, 'expected 1 argument')
      return [new Encoder(set, vm).value(a[0], 0)]
    },
    decode: (a, vm) => {
      if (a.length !== 1) vm.bad(1, 'expected 1 argument')
      const text = textAt(a, 0, vm)
      if (text.length >= 2 && (text[0] === '\0' || text[1] === '\0')) vm.fail('JSON parser does not support UTF-16 or UTF-32')
      const decoder = new Decoder(text, set, vm)
      const value = decoder.value(decoder.next())
      const token = decoder.next()
      if (token.kind !== 'T_END') decoder.expected('the end', token)
      return [value]
    },
    encode_sparse_array: (a, vm) => {
      atMost(a, 3, vm)
      set.sparseConvert = wordOption(a, 0, Number(set.sparseConvert), onOff, vm) === 1
      set.sparseRatio = wholeOption(a, 1, set.sparseRatio, 0, MOST, vm)
      set.sparseSafe = wholeOption(a, 2, set.sparseSafe, 0, MOST, vm)
      return [set.sparseConvert, set.sparseRatio, set.sparseSafe]
    },
    encode_max_depth: (a, vm) => {
      atMost(a, 1, vm)
      return [(set.encodeDepth = wholeOption(a, 0, set.encodeDepth, 1, MOST, vm))]
    },
    decode_max_depth: (a, vm) => {
      atMost(a, 1, vm)
      return [(set.decodeDepth = wholeOption(a, 0, set.decodeDepth, 1, MOST, vm))]
    },
    encode_number_precision: (a, vm) => {
      atMost(a, 1, vm)
      return [(set.precision = wholeOption(a, 0, set.precision, 1, 14, vm))]
    },
    encode_keep_buffer: (a, vm) => {
      atMost(a, 1, vm)
      set.keepBuffer = wordOption(a, 0, Number(set.keepBuffer), onOff, vm) === 1
      return [set.keepBuffer]
    },
    encode_invalid_numbers: (a, vm) => {
      atMost(a, 1, vm)
      set.encodeInvalid = wordOption(a, 0, set.encodeInvalid, ['off', 'on', 'null'], vm)
      return [set.encodeInvalid === 2 ? 'null' : set.encodeInvalid === 1]
    },
    decode_invalid_numbers: (a, vm) => {
      atMost(a, 1, vm)
      set.decodeInvalid = wordOption(a, 0, Number(set.decodeInvalid), onOff, vm) === 1
      return [set.decodeInvalid]
    },
    new: (_a, vm) => [cjsonModule(vm).module],
  }
  return {
    module: vm.module(functions, { _NAME: 'cjson', _VERSION: '2.1.0', null: NULL }),
    reset: () => void Object.assign(set, DEFAULTS),
  }
}
