import { parseInt64 } from './numbers.ts'
import type { Entry } from './state.ts'

/**
 * What a key takes, in bytes: an estimate after Redis 7.0's own structures on a 64-bit machine, each rounded up as its allocator does.
 * Of a value of many elements, the first few stand for all. It is near enough to fill a cache of so many megabytes with about as
 * many keys, and no more than that.
 */

/** jemalloc's size classes: 8, multiples of 16 up to 128, then four to each power of two. */
const allocated = (bytes: number): number => {
  if (bytes <= 8) return 8
  if (bytes <= 128) return (bytes + 15) & ~15
  const step = 1 << (29 - Math.clz32(bytes - 1))
  return Math.ceil(bytes / step) * step
}

/** A table's row of three pointers. */
const ROW = 32
/** Its share of the buckets: a growing table has one to two a row, of 8 bytes each. */
const BUCKET = 12
/** A value's header: type, encoding, access time, references, pointer. */
const HEADER = 16
/** Up to here a string stands in one piece with its header. */
const EMBEDDED = 44

/** A byte string with its own header: one byte for short ones, then lengths of 1, 2 or 4 bytes, twice. */
const text = (length: number): number => allocated(length + (length < 32 ? 2 : length < 256 ? 4 : length < 65536 ? 6 : 10))

const SAMPLED = 5

/** Mean length of the first elements, and of the values beside them. */
const meanLength = (value: Exclude<Entry['value'], string>): number => {
  let seen = 0
  let bytes = 0
  if (value instanceof Map)
    for (const [name, held] of value) {
      bytes += name.length + (typeof held === 'string' ? held.length : 3)
      if (++seen === SAMPLED) break
    }
  else
    for (const element of value) {
      bytes += element.length
      if (++seen === SAMPLED) break
    }
  return seen === 0 ? 0 : bytes / seen
}

const elementsOf = (entry: Entry, value: Exclude<Entry['value'], string>): number => {
  const count = Array.isArray(value) ? value.length : value.size
  const mean = meanLength(value)
  // a list is a chain of packed pieces; small hashes and sorted sets are one; a set of integers is an array
  if (entry.type === 'list') return 96 + Math.ceil(count * (mean + 2))
  if (entry.kept !== 'raw') return allocated(Math.ceil(8 + count * (mean + (entry.type === 'set' ? 1 : 4))))
  const each = ROW + BUCKET + text(Math.ceil(mean)) + (entry.type === 'zset' ? 48 : entry.type === 'hash' ? 8 : 0)
  return 96 + count * each
}

const valueOf = (entry: Entry): number => {
  const { value } = entry
  if (typeof value !== 'string') return HEADER + elementsOf(entry, value)
  return value.length <= EMBEDDED ? allocated(HEADER + 4 + value.length) : HEADER + text(value.length)
}

/** Bytes of a key with its value, its row in the table and, with a time to live, its row in the table of those. */
export const weigh = (key: string, entry: Entry): number =>
  (entry.expireAt >= 0 ? 2 : 1) * (ROW + BUCKET) + text(key.length) + valueOf(entry)

/** A whole number stands in its value's header. */
const isNumber = ({ value, kept }: Entry): boolean => typeof value === 'string' && kept !== 'text' && parseInt64(value) !== null

/** What MEMORY USAGE tells: a row as it is asked for, not as it is allocated. */
export const usageOf = (key: string, entry: Entry): number => 24 + text(key.length) + (isNumber(entry) ? HEADER : valueOf(entry))
