import { little } from './bytes.ts'
import { encodingOf } from './encoding.ts'
import { elementsOf, intset, listpack, membersOf, nodesOf } from './listpack.ts'
import { compress, decompress } from './lzf.ts'
import { formatDouble, parseDouble, parseInt64 } from './numbers.ts'
import type { Entry } from './state.ts'

/**
 * A value in the form of DUMP: Redis's file format, its version (10) and a CRC-64. DUMP writes byte for byte what Redis writes, but for the
 * order of large sets and hashes; MIGRATE's payloads use the format's plain types, uncompressed, which every server reads.
 */

const VERSION = 10
const TYPES = { string: 0, list: 1, set: 2, hash: 4, zset: 5 } as const
const SMALL = { intset: 11, hash: 16, zset: 17, list: 18 } as const
/** A node of a list that is a listpack. */
const PACKED = '\x02'

/** CRC-64/Jones, reflected (polynomial 0x95ac9329ac4bc9b5), in halves of 32 bits. */
const LOW = /* @__PURE__ */ new Int32Array(256)
const HIGH = /* @__PURE__ */ new Int32Array(256)
for (let i = 0; i < 256; i++) {
  let low = i
  let high = 0
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (odd !== 0) {
      low ^= 0xac4bc9b5
      high ^= 0x95ac9329
    }
  }
  LOW[i] = low
  HIGH[i] = high
}

/** The checksum's eight bytes, lowest first. */
export const checksum = (bytes: string): string => {
  let low = 0
  let high = 0
  for (let i = 0; i < bytes.length; i++) {
    const at = (low ^ bytes.charCodeAt(i)) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ LOW[at]
    high = (high >>> 8) ^ HIGH[at]
  }
  return little(low, 4) + little(high, 4)
}

export const lengthOf = (n: number): string => {
  if (n < 64) return String.fromCharCode(n)
  if (n < 16384) return String.fromCharCode(0x40 | (n >> 8), n & 0xff)
  return String.fromCharCode(0x80, (n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff)
}

export const word = (text: string): string => {
  if (text.length <= 11) {
    const n = parseInt64(text)
    if (typeof n === 'number') {
      if (n >= -128 && n <= 127) return '\xc0' + little(n, 1)
      if (n >= -32768 && n <= 32767) return '\xc1' + little(n, 2)
      if (n >= -2147483648 && n <= 2147483647) return '\xc2' + little(n, 4)
    }
  }
  return lengthOf(text.length) + text
}

const doubleBytes = (x: number): string => String.fromCharCode(...new Uint8Array(new Float64Array([x]).buffer))

export const dumpEntry = (entry: Entry): string => sealed(plainBody(entry, word))

const plainBody = (entry: Entry, write: (text: string) => string): string => {
  let body = String.fromCharCode(TYPES[entry.type])
  const { value } = entry
  if (typeof value === 'string') return body + write(value)
  if (Array.isArray(value) || value instanceof Set) {
    body += lengthOf(Array.isArray(value) ? value.length : value.size)
    for (const element of value) body += write(element)
    return body
  }
  body += lengthOf(value.size)
  // a sorted set from its largest score down
  const fields = entry.type === 'zset' ? inOrder(value as Map<string, number>).reverse() : value
  for (const [name, held] of fields) body += write(name) + (typeof held === 'number' ? doubleBytes(held) : write(held))
  return body
}

const inOrder = (members: ReadonlyMap<string, number>): [string, number][] =>
  [...members].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x - y))

/** A value with its type as a server's file has it. */
export const fileBody = (entry: Entry): string => {
  const { value } = entry
  const encoding = encodingOf(entry)
  if (encoding === 'intset') return String.fromCharCode(SMALL.intset) + packedWord(intset([...(value as Set<string>)]))
  if (encoding === 'quicklist') {
    const nodes = nodesOf(value as string[])
    return String.fromCharCode(SMALL.list) + lengthOf(nodes.length) + nodes.map((node) => PACKED + packedWord(node)).join('')
  }
  if (encoding !== 'listpack') return plainBody(entry, packedWord)
  if (entry.type === 'hash') return String.fromCharCode(SMALL.hash) + packedWord(listpack([...(value as Map<string, string>)].flat()))
  const scored = inOrder(value as Map<string, number>).flatMap(([member, score]) => [member, formatDouble(score)])
  return String.fromCharCode(SMALL.zset) + packedWord(listpack(scored))
}

/** DUMP. */
export const dumpExactly = (entry: Entry): string => sealed(fileBody(entry))

/** A body with its version and checksum. */
const sealed = (body: string): string => {
  const whole = body + little(VERSION, 2)
  return whole + checksum(whole)
}

/** Whether a payload's version and checksum are right. */
const isSound = (payload: string): boolean => {
  const end = payload.length - 8
  if (end < 2 || checksum(payload.slice(0, end)) !== payload.slice(end)) return false
  return payload.charCodeAt(end - 2) + payload.charCodeAt(end - 1) * 256 <= VERSION
}

/** The opcode before each library. */
const FUNCTION = 245
/** …of the format before 7.0. */
const OLD_FUNCTION = 246

/** Libraries as FUNCTION DUMP writes them, byte for byte: their codes, compressed where that is shorter. */
export const dumpLibraries = (codes: readonly string[]): string => sealed(libraryBody(codes))

export const libraryBody = (codes: readonly string[]): string =>
  codes.map((code) => String.fromCharCode(FUNCTION) + packedWord(code)).join('')

/** A string, compressed where that is shorter (rdbSaveRawString). */
export const packedWord = (text: string): string => {
  const packed = text.length > 20 ? compress(text) : null
  return packed === null ? word(text) : `\xc3${lengthOf(packed.length)}${lengthOf(text.length)}${packed}`
}

/** The codes in a payload of FUNCTION DUMP; null when its version or checksum is wrong, a text for anything else. */
export const restoreLibraries = (payload: string): string[] | string | null => {
  if (!isSound(payload)) return null
  const r = new Reader(payload)
  const codes: string[] = []
  while (r.at < payload.length - 10) {
    const opcode = r.byte()
    if (opcode === OLD_FUNCTION) return 'Pre-GA function format not supported'
    if (opcode !== FUNCTION) return 'given type is not a function'
    codes.push(r.text() ?? '')
  }
  return codes
}

/** Reads the pieces of a payload. */
class Reader {
  at = 0
  constructor(readonly payload: string) {}
  byte(): number {
    return this.payload.charCodeAt(this.at++)
  }
  length(): number {
    const first = this.byte()
    if (first < 0x40) return first
    if (first < 0x80) return ((first & 0x3f) << 8) | this.byte()
    return this.byte() * 16777216 + (this.byte() << 16) + (this.byte() << 8) + this.byte()
  }
  /** a string in any of its forms; null where it was compressed and cannot be read. */
  text(): string | null {
    const first = this.payload.charCodeAt(this.at)
    if (first < 0xc0) return this.take(this.length())
    this.at++
    if (first === 0xc3) {
      const packed = this.length()
      const whole = this.length()
      return decompress(this.take(packed), whole)
    }
    if (first === 0xc0) return String((this.byte() << 24) >> 24)
    if (first === 0xc1) return String(((this.byte() | (this.byte() << 8)) << 16) >> 16)
    return String(this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24))
  }
  take(n: number): string {
    this.at += n
    return this.payload.slice(this.at - n, this.at)
  }
  score(): number {
    const bytes = new Uint8Array(8)
    for (let i = 0; i < 8; i++) bytes[i] = this.byte()
    return new Float64Array(bytes.buffer)[0]
  }
}

/** The value of a dump, without a time to live; null when its version or checksum is wrong. */
export const restoreEntry = (payload: string): Entry | null => {
  if (payload.length < 11 || !isSound(payload)) return null
  const r = new Reader(payload)
  const type = r.byte()
  const text = (): string => r.text() ?? ''
  const score = (): number => r.score()
  const base = { expireAt: -1 }
  if (type === TYPES.string) return { type: 'string', value: text(), ...base }
  const small = smallEntry(type, r)
  if (small !== undefined) return small
  const n = r.length()
  if (type === TYPES.list || type === TYPES.set) {
    const list = Array.from({ length: n }, text)
    return type === TYPES.list ? { type: 'list', value: list, ...base } : { type: 'set', value: new Set(list), ...base }
  }
  if (type === TYPES.hash) return { type: 'hash', value: new Map(Array.from({ length: n }, () => [text(), text()])), ...base }
  if (type === TYPES.zset) return { type: 'zset', value: new Map(Array.from({ length: n }, () => [text(), score()])), ...base }
  return null
}

/** A value in one of the small forms; undefined = the type is none of them, null = it cannot be read. */
const smallEntry = (type: number, r: Reader): Entry | null | undefined => {
  const expireAt = -1
  if (type === SMALL.intset) return { type: 'set', value: new Set(membersOf(r.text() ?? '')), expireAt }
  if (type === SMALL.list) {
    const value: string[] = []
    for (let nodes = r.length(); nodes > 0; nodes--) {
      const isPacked = String.fromCharCode(r.byte()) === PACKED
      const text = r.text() ?? ''
      const elements = isPacked ? elementsOf(text) : [text]
      if (elements === null) return null
      for (const element of elements) value.push(element)
    }
    return value.length === 0 ? null : { type: 'list', value, expireAt }
  }
  if (type !== SMALL.hash && type !== SMALL.zset) return undefined
  const elements = elementsOf(r.text() ?? '')
  if (elements === null || elements.length === 0 || elements.length % 2 === 1) return null
  if (type === SMALL.hash) {
    const value = new Map<string, string>()
    for (let i = 0; i < elements.length; i += 2) value.set(elements[i], elements[i + 1])
    return { type: 'hash', value, expireAt }
  }
  const value = new Map<string, number>()
  for (let i = 0; i < elements.length; i += 2) {
    const score = parseDouble(elements[i + 1])
    if (score === null) return null
    value.set(elements[i], score)
  }
  return { type: 'zset', value, expireAt }
}
