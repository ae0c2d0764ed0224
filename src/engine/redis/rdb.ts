import { parseInt64 } from './numbers.ts'
import type { Entry } from './state.ts'

/**
 * A value in the form of DUMP: Redis's file format, its version (10) and a CRC-64. Strings are byte for byte what Redis writes up
 * to 20 bytes (longer ones it would compress); the others use the format's plain types.
 */

const VERSION = 10
const TYPES = { string: 0, list: 1, set: 2, hash: 4, zset: 5 } as const

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
const checksum = (bytes: string): string => {
  let low = 0
  let high = 0
  for (let i = 0; i < bytes.length; i++) {
    const at = (low ^ bytes.charCodeAt(i)) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ LOW[at]
    high = (high >>> 8) ^ HIGH[at]
  }
  return little(low, 4) + little(high, 4)
}

const little = (n: number, bytes: number): string => {
  let out = ''
  for (let i = 0; i < bytes; i++) out += String.fromCharCode((n >>> (8 * i)) & 0xff)
  return out
}

const lengthOf = (n: number): string => {
  if (n < 64) return String.fromCharCode(n)
  if (n < 16384) return String.fromCharCode(0x40 | (n >> 8), n & 0xff)
  return String.fromCharCode(0x80, (n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff)
}

const word = (text: string): string => {
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

export const dumpEntry = (entry: Entry): string => {
  let body = String.fromCharCode(TYPES[entry.type])
  const { value } = entry
  if (typeof value === 'string') body += word(value)
  else if (Array.isArray(value) || value instanceof Set) {
    body += lengthOf(Array.isArray(value) ? value.length : value.size)
    for (const element of value) body += word(element)
  } else {
    body += lengthOf(value.size)
    for (const [name, held] of value) body += word(name) + (typeof held === 'number' ? doubleBytes(held) : word(held))
  }
  body += little(VERSION, 2)
  return body + checksum(body)
}

/** The value of a dump, without a time to live; null when its version or checksum is wrong. */
export const restoreEntry = (payload: string): Entry | null => {
  const end = payload.length - 8
  if (end < 3 || checksum(payload.slice(0, end)) !== payload.slice(end)) return null
  if (payload.charCodeAt(end - 2) + payload.charCodeAt(end - 1) * 256 > VERSION) return null
  let at = 1
  const byte = (): number => payload.charCodeAt(at++)
  const length = (): number => {
    const first = byte()
    if (first < 0x40) return first
    if (first < 0x80) return ((first & 0x3f) << 8) | byte()
    return byte() * 16777216 + (byte() << 16) + (byte() << 8) + byte()
  }
  const text = (): string => {
    const first = payload.charCodeAt(at)
    if (first < 0xc0) {
      const n = length()
      at += n
      return payload.slice(at - n, at)
    }
    at++
    if (first === 0xc0) return String((byte() << 24) >> 24)
    if (first === 0xc1) return String(((byte() | (byte() << 8)) << 16) >> 16)
    return String(byte() | (byte() << 8) | (byte() << 16) | (byte() << 24))
  }
  const score = (): number => {
    const bytes = new Uint8Array(8)
    for (let i = 0; i < 8; i++) bytes[i] = byte()
    return new Float64Array(bytes.buffer)[0]
  }
  const type = payload.charCodeAt(0)
  const base = { expireAt: -1 }
  if (type === TYPES.string) return { type: 'string', value: text(), ...base }
  const n = length()
  if (type === TYPES.list || type === TYPES.set) {
    const list = Array.from({ length: n }, text)
    return type === TYPES.list ? { type: 'list', value: list, ...base } : { type: 'set', value: new Set(list), ...base }
  }
  if (type === TYPES.hash) return { type: 'hash', value: new Map(Array.from({ length: n }, () => [text(), text()])), ...base }
  if (type === TYPES.zset) return { type: 'zset', value: new Map(Array.from({ length: n }, () => [text(), score()])), ...base }
  return null
}
