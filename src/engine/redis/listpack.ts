import { little, littleBig } from './bytes.ts'
import { parseInt64 } from './numbers.ts'

/** Listpacks and intsets (listpack.c, intset.c): how small collections stand in memory, and in a file. One char is one byte. */

const HEADER = 6
const END = '\xff'

const char = String.fromCharCode

const HALF = { 16: 32_768, 24: 8_388_608, 32: 2_147_483_648 } as const
const fits = (n: number | bigint, bits: keyof typeof HALF): boolean => n >= -HALF[bits] && n < HALF[bits]

const number = (n: number | bigint): string => {
  if (n >= 0 && n <= 127) return char(Number(n))
  if (n >= -4096 && n <= 4095) {
    const v = Number(n) & 0x1fff
    return char(0xc0 | (v >> 8), v & 0xff)
  }
  if (fits(n, 16)) return '\xf1' + little(Number(n), 2)
  if (fits(n, 24)) return '\xf2' + little(Number(n), 3)
  return fits(n, 32) ? '\xf3' + little(Number(n), 4) : '\xf4' + littleBig(BigInt(n))
}

const string = (text: string): string => {
  const n = text.length
  if (n < 64) return char(0x80 | n) + text
  return (n < 4096 ? char(0xe0 | (n >> 8), n & 0xff) : '\xf0' + little(n, 4)) + text
}

/** Its own length behind each entry, to be read backwards. */
const backwards = (n: number): string => {
  const bytes = n <= 127 ? 1 : n < 16_383 ? 2 : n < 2_097_151 ? 3 : 4
  let out = ''
  for (let i = bytes - 1; i >= 0; i--) out += char(((n >>> (7 * i)) & 127) | (i === bytes - 1 ? 0 : 128))
  return out
}

/** One element as it stands in a listpack: as a number where it is written as one. */
const entry = (text: string): string => {
  const n = text.length <= 20 ? parseInt64(text) : null
  const body = n === null ? string(text) : number(n)
  return body + backwards(body.length)
}

export const listpack = (elements: readonly string[]): string => {
  const body = elements.map(entry).join('')
  return little(HEADER + body.length + 1, 4) + little(Math.min(elements.length, 65_535), 2) + body + END
}

/** list-max-listpack-size -2: a node of a list is no larger. */
const NODE = 8192
const OVERHEAD = 8

/** A list in nodes, each filled before the next begins, as elements pushed at its end fill them. */
export const nodesOf = (elements: readonly string[]): string[] => {
  const nodes: string[] = []
  let held: string[] = []
  let size = HEADER + 1
  for (const element of elements) {
    if (held.length > 0 && size + element.length + OVERHEAD > NODE) {
      nodes.push(listpack(held))
      held = []
      size = HEADER + 1
    }
    held.push(element)
    size += entry(element).length
  }
  if (held.length > 0) nodes.push(listpack(held))
  return nodes
}

/** The elements of a listpack; null = it is none. */
export const elementsOf = (pack: string): string[] | null => {
  const out: string[] = []
  const at = (i: number): number => pack.charCodeAt(i)
  const whole = (i: number, bytes: number): string => {
    let n = 0n
    for (let k = bytes - 1; k >= 0; k--) n = (n << 8n) | BigInt(at(i + k))
    return String(BigInt.asIntN(8 * bytes, n))
  }
  for (let i = HEADER; i < pack.length;) {
    const first = at(i)
    if (first === 255) return out
    let length = 1
    if (first < 0x80) out.push(String(first))
    else if (first < 0xc0) {
      length = 1 + (first & 0x3f)
      out.push(pack.slice(i + 1, i + length))
    } else if (first < 0xe0) {
      length = 2
      const v = ((first & 0x1f) << 8) | at(i + 1)
      out.push(String(v >= 4096 ? v - 8192 : v))
    } else if (first <= 0xf0) {
      const n = first < 0xf0 ? ((first & 0x0f) << 8) | at(i + 1) : at(i + 1) + at(i + 2) * 256 + at(i + 3) * 65_536 + at(i + 4) * 16_777_216
      const from = i + (first < 0xf0 ? 2 : 5)
      out.push(pack.slice(from, from + n))
      length = from - i + n
    } else {
      const bytes = [2, 3, 4, 8][first - 0xf1]
      if (bytes === undefined) return null
      out.push(whole(i + 1, bytes))
      length = 1 + bytes
    }
    i += length + backwards(length).length
  }
  return null
}

/** A set of whole numbers in order, all as wide as the widest. */
export const intset = (members: readonly string[]): string => {
  const sorted = members.map((m) => BigInt(m)).sort((a, b) => (a < b ? -1 : 1))
  const bits = sorted.every((n) => fits(n, 16)) ? 16 : sorted.every((n) => fits(n, 32)) ? 32 : 64
  const bytes = bits / 8
  return little(bytes, 4) + little(sorted.length, 4) + sorted.map((n) => littleBig(n).slice(0, bytes)).join('')
}

export const membersOf = (set: string): string[] => {
  const bytes = set.charCodeAt(0)
  const out: string[] = []
  for (let i = 8; i + bytes <= set.length; i += bytes) {
    let n = 0n
    for (let k = bytes - 1; k >= 0; k--) n = (n << 8n) | BigInt(set.charCodeAt(i + k))
    out.push(String(BigInt.asIntN(8 * bytes, n)))
  }
  return out
}
