import { parseInt64, parseSmall } from '../numbers.ts'
import { setEntry } from '../keyspace.ts'
import { err, type Reply } from '../reply.ts'
import type { Entry } from '../state.ts'
import { NOT_INTEGER, ONE, SYNTAX, WRONG_TYPE, spec, type CommandSpec, type Handler } from './spec.ts'
import { find, inPlace, put, upper } from './values.ts'

/** BITFIELD: numbers of any width, signed or not, within a string. Source: redis.io/commands/bitfield. */

type Overflow = 'WRAP' | 'SAT' | 'FAIL'
interface Op {
  kind: 'GET' | 'SET' | 'INCRBY'
  signed: boolean
  bits: number
  offset: number
  operand: bigint
  overflow: Overflow
}

const BAD_TYPE = err('ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.')
const BAD_OFFSET = err('ERR bit offset is not an integer or out of range')
const MOST_BITS = 4_294_967_296

const parseOps = (argv: readonly string[], readsOnly: boolean): Op[] | { refused: Reply } => {
  const ops: Op[] = []
  let overflow: Overflow = 'WRAP'
  for (let i = 2; i < argv.length;) {
    const left = argv.length - i - 1
    const kind = upper(argv[i])
    if (kind === 'OVERFLOW' && left >= 1) {
      const way = upper(argv[i + 1])
      if (way !== 'WRAP' && way !== 'SAT' && way !== 'FAIL') return { refused: err('ERR Invalid OVERFLOW type specified') }
      overflow = way
      i += 2
      continue
    }
    if (!((kind === 'GET' && left >= 2) || ((kind === 'SET' || kind === 'INCRBY') && left >= 3))) return { refused: SYNTAX }
    const type = /^([iu])(\d{1,2})$/i.exec(argv[i + 1])
    const bits = Number(type?.[2])
    // the letter counts in lower case alone
    const signed = type?.[1] === 'i'
    if (type === null || (type[1] !== 'i' && type[1] !== 'u') || bits < 1 || bits > (signed ? 64 : 63)) return { refused: BAD_TYPE }
    const isCounted = argv[i + 2].startsWith('#')
    const at = parseSmall(isCounted ? argv[i + 2].slice(1) : argv[i + 2])
    const offset = at === null ? -1 : isCounted ? at * bits : at
    if (offset < 0 || offset >= MOST_BITS) return { refused: BAD_OFFSET }
    let operand = 0n
    if (kind !== 'GET') {
      const value = parseInt64(argv[i + 3])
      if (value === null) return { refused: NOT_INTEGER }
      operand = BigInt(value)
    }
    ops.push({ kind: kind as Op['kind'], signed, bits, offset, operand, overflow })
    i += kind === 'GET' ? 3 : 4
  }
  if (readsOnly && ops.some((op) => op.kind !== 'GET')) return { refused: err('ERR BITFIELD_RO only supports the GET subcommand') }
  return ops
}

/** The number that stands at `offset`, of a string that is followed by zeros. */
const read = (bytes: string, { offset, bits, signed }: Op): bigint => {
  let n = 0n
  const last = (offset + bits - 1) >>> 3
  for (let at = Math.floor(offset / 8); at <= last; at++) n = (n << 8n) | BigInt(at < bytes.length ? bytes.charCodeAt(at) : 0)
  const right = BigInt(7 - ((offset + bits - 1) % 8))
  return signed ? BigInt.asIntN(bits, n >> right) : BigInt.asUintN(bits, n >> right)
}

const write = (bytes: string, { offset, bits }: Op, value: bigint): string => {
  const first = Math.floor(offset / 8)
  const last = Math.floor((offset + bits - 1) / 8)
  const right = BigInt(7 - ((offset + bits - 1) % 8))
  const mask = BigInt.asUintN(bits, -1n) << right
  let n = 0n
  for (let at = first; at <= last; at++) n = (n << 8n) | BigInt(at < bytes.length ? bytes.charCodeAt(at) : 0)
  n = (n & ~mask) | ((BigInt.asUintN(bits, value) << right) & mask)
  let middle = ''
  for (let at = last; at >= first; at--, n >>= 8n) middle = String.fromCharCode(Number(n & 0xffn)) + middle
  return bytes.slice(0, first).padEnd(first, '\0') + middle + bytes.slice(last + 1)
}

/** What becomes of a number that may not fit; null = it fits. */
const overflowed = (value: bigint, { bits, signed, overflow }: Op): bigint | null => {
  const most = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n
  const least = signed ? -most - 1n : 0n
  if (value >= least && value <= most) return null
  if (overflow === 'SAT') return value > most ? most : least
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

const toReply = (n: bigint): Reply => (n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n)

const bitfield =
  (readsOnly: boolean): Handler =>
  (state, _s, argv, ctx) => {
    const ops = parseOps(argv, readsOnly)
    if ('refused' in ops) return ops.refused
    const entry = find(state, argv[1], ctx)
    if (entry !== undefined && entry.type !== 'string') return WRONG_TYPE
    let bytes = entry === undefined ? '' : (entry.value as string)
    let reach = 0
    for (const op of ops) if (op.kind !== 'GET') reach = Math.max(reach, op.offset + op.bits)
    const grows = reach > 0 && (entry === undefined || bytes.length * 8 < reach)
    if (grows) bytes = bytes.padEnd(Math.ceil(reach / 8), '\0')
    let changes = 0
    const replies: Reply[] = []
    for (const op of ops) {
      const old = read(bytes, op)
      if (op.kind === 'GET') {
        replies.push(toReply(old))
        continue
      }
      // an unsigned field takes the bits of a negative operand of SET as a large number
      const wanted = op.kind === 'INCRBY' ? old + op.operand : op.signed ? op.operand : BigInt.asUintN(64, op.operand)
      const instead = overflowed(wanted, op)
      if (instead !== null && op.overflow === 'FAIL') {
        replies.push(null)
        continue
      }
      const value = instead ?? wanted
      replies.push(toReply(op.kind === 'SET' ? old : value))
      bytes = write(bytes, op, value)
      if (grows || value !== old) changes++
    }
    if (reach > 0) {
      const next: Entry = { type: 'string', value: bytes, expireAt: entry === undefined ? -1 : entry.expireAt, kept: 'raw' }
      if (changes > 0) put(state, argv[1], next)
      // nobody is told: of what failed, not even that the string has grown
      else setEntry(state.keys, argv[1], next)
    }
    return replies
  }

export const BITFIELDS: readonly CommandSpec[] = [
  spec('bitfield', -2, 'write denyoom', ONE, 'bitmap', '3.2.0', 'Numbers of any width within a string.', inPlace(bitfield(false))),
  spec('bitfield_ro', -2, 'readonly fast', ONE, 'bitmap', '6.0.0', 'BITFIELD that cannot write.', inPlace(bitfield(true))),
]
