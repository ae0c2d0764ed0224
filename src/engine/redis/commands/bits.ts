import { setEntry } from '../keyspace.ts'
import { parseSmall } from '../numbers.ts'
import { err } from '../reply.ts'
import { NOT_INTEGER, ONE, SYNTAX, WRONG_TYPE, spec, type CommandSpec, type Handler } from './spec.ts'
import { find, inPlace, meet, put, remove, upper } from './values.ts'

/** Strings as rows of bits, the highest bit of a byte first. */

const MOST_BITS = 4_294_967_296
const BAD_OFFSET = err('ERR bit offset is not an integer or out of range')

const parseOffset = (text: string): number | null => {
  const n = parseSmall(text)
  return n === null || n < 0 || n >= MOST_BITS ? null : n
}

const setbit: Handler = (state, _s, argv, ctx) => {
  const offset = parseOffset(argv[2])
  if (offset === null) return BAD_OFFSET
  if (argv[3] !== '0' && argv[3] !== '1') return err('ERR bit is not an integer or out of range')
  const entry = find(state, argv[1], ctx)
  if (entry !== undefined && entry.type !== 'string') return WRONG_TYPE
  const old = entry === undefined ? '' : (entry.value as string)
  const at = offset >>> 3
  const mask = 0x80 >> (offset & 7)
  const byte = at < old.length ? old.charCodeAt(at) : 0
  const next = argv[3] === '1' ? byte | mask : byte & ~mask
  if (next === byte && at < old.length) {
    // nothing changed but the encoding
    if (entry !== undefined) setEntry(state.keys, argv[1], { ...entry, kept: 'raw' })
    return byte & mask ? 1 : 0
  }
  const value = old.slice(0, at).padEnd(at, '\0') + String.fromCharCode(next) + old.slice(at + 1)
  put(state, argv[1], { type: 'string', value, expireAt: entry === undefined ? -1 : entry.expireAt, kept: 'raw' })
  return byte & mask ? 1 : 0
}

const getbit: Handler = (state, _s, argv, ctx) => {
  const offset = parseOffset(argv[2])
  if (offset === null) return BAD_OFFSET
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return 0
  if (entry.type !== 'string') return WRONG_TYPE
  const at = Math.floor(offset / 8)
  const value = entry.value as string
  return at < value.length && value.charCodeAt(at) & (0x80 >> (offset & 7)) ? 1 : 0
}

const isSet = (bytes: string, bit: number): boolean => (bytes.charCodeAt(bit >> 3) & (0x80 >> (bit & 7))) !== 0

/** start and end of BITCOUNT and BITPOS as bits [from, to]; an error as a reply. */
const bitRange = (argv: readonly string[], at: number, length: number, isCount: boolean): [number, number] | { error: string } => {
  let from = parseSmall(argv[at])
  if (from === null) return NOT_INTEGER as { error: string }
  let to = argv.length > at + 1 ? parseSmall(argv[at + 1]) : -1
  // BITCOUNT reads both ends before the unit, BITPOS the unit before the end
  if (isCount && to === null) return NOT_INTEGER as { error: string }
  let unit = 8
  if (argv.length > at + 2) {
    const word = upper(argv[at + 2])
    if (word === 'BIT') unit = 1
    else if (word !== 'BYTE') return SYNTAX as { error: string }
  }
  if (to === null) return NOT_INTEGER as { error: string }
  const total = (length * 8) / unit
  if (isCount && from < 0 && to < 0 && from > to) return [0, -1]
  if (from < 0) from = Math.max(0, total + from)
  if (to < 0) to = Math.max(0, total + to)
  if (to >= total) to = total - 1
  return from > to ? [0, -1] : [from * unit, to * unit + unit - 1]
}

const bitcount: Handler = (state, _s, argv, ctx) => {
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return 0
  if (entry.type !== 'string') return WRONG_TYPE
  if (argv.length === 3 || argv.length > 5) return SYNTAX
  const value = entry.value as string
  const range: [number, number] | { error: string } = argv.length > 2 ? bitRange(argv, 2, value.length, true) : [0, value.length * 8 - 1]
  if (!Array.isArray(range)) return range
  let n = 0
  for (let bit = range[0]; bit <= range[1]; bit++) if (isSet(value, bit)) n++
  return n
}

const bitpos: Handler = (state, _s, argv, ctx) => {
  if (argv[2] !== '0' && argv[2] !== '1') {
    return parseSmall(argv[2]) === null ? NOT_INTEGER : err('ERR The bit argument must be 1 or 0.')
  }
  const wanted = argv[2] === '1'
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return wanted ? -1 : 0
  if (entry.type !== 'string') return WRONG_TYPE
  if (argv.length > 6) return SYNTAX
  const value = entry.value as string
  const range: [number, number] | { error: string } = argv.length > 3 ? bitRange(argv, 3, value.length, false) : [0, value.length * 8 - 1]
  if (!Array.isArray(range)) return range
  for (let bit = range[0]; bit <= range[1]; bit++) if (isSet(value, bit) === wanted) return bit
  // with no end given the string counts as followed by zeros
  return !wanted && argv.length < 5 && range[1] >= range[0] ? value.length * 8 : -1
}

const bitop: Handler = (state, _s, argv, ctx) => {
  const op = upper(argv[1])
  if (!['AND', 'OR', 'XOR', 'NOT'].includes(op)) return SYNTAX
  if (op === 'NOT' && argv.length !== 4) return err('ERR BITOP NOT must be called with a single source key.')
  const sources: string[] = []
  for (let i = 3; i < argv.length; i++) {
    const entry = find(state, argv[i], ctx)
    if (entry !== undefined && entry.type !== 'string') return WRONG_TYPE
    sources.push(entry === undefined ? '' : (entry.value as string))
  }
  const length = Math.max(...sources.map((x) => x.length))
  let value = ''
  for (let i = 0; i < length; i++) {
    let byte = i < sources[0].length ? sources[0].charCodeAt(i) : 0
    if (op === 'NOT') byte = ~byte & 0xff
    for (let k = 1; k < sources.length; k++) {
      const other = i < sources[k].length ? sources[k].charCodeAt(i) : 0
      byte = op === 'AND' ? byte & other : op === 'OR' ? byte | other : byte ^ other
    }
    value += String.fromCharCode(byte)
  }
  meet(state, argv[2], ctx)
  if (length === 0) remove(state, argv[2])
  else put(state, argv[2], { type: 'string', value, expireAt: -1, kept: 'raw' })
  return length
}

const RF = 'readonly fast'
const R = 'readonly'
const W = 'write denyoom'

export const BITS: readonly CommandSpec[] = [
  spec('setbit', 4, W, ONE, 'bitmap', '2.2.0', 'Sets one bit.', inPlace(setbit)),
  spec('getbit', 3, RF, ONE, 'bitmap', '2.2.0', 'One bit.', inPlace(getbit)),
  spec('bitcount', -2, R, ONE, 'bitmap', '2.6.0', 'How many bits are set.', inPlace(bitcount)),
  spec('bitpos', -3, R, ONE, 'bitmap', '2.8.7', 'The first bit that is set or clear.', inPlace(bitpos)),
  spec('bitop', -4, W, [2, -1, 1], 'bitmap', '2.6.0', 'Combines strings bit by bit.', inPlace(bitop)),
]
