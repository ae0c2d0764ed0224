import type { Micros } from './time.ts'

/**
 * The event queue: a hierarchical timing wheel of integer microseconds, four levels of 256 slots, each slot a FIFO list.
 * Order is exactly (at, order of insertion). An entry stands at the level of the highest byte in which its time differs
 * from the wheel's; so it has always come down to a lower level before a later entry of the same time can be put there.
 * All that is due sooner stands at a lower level or in an earlier slot: the first occupied slot holds the next entry.
 * (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.)
 *
 * An entry is a record of eight words; a slot's records fill chunks of eight, so that both taking them and moving them down
 * go through memory in one direction, and no object is made for an entry.
 */
export interface Schedule {
  /** the wheel's hand: never after the next entry. */
  hand: Micros
  /** where the hand's block of 2^32 µs begins. */
  base: Micros
  size: number
  /** where the first record of each of 4 × 256 slots stands, and where its last one ends; without meaning where the slot's bit is clear. */
  first: Int32Array
  end: Int32Array
  /** one bit a slot, 32 words; then one bit a word that is not zero. */
  bits: Int32Array
  /** the records. The low 32 bits of the time come first: within a block they say all. */
  words: Int32Array
  /** of each chunk: the next one of its slot, or the next free one. */
  chain: Int32Array
  /** chunks used so far, and the first one given back, −1 = none. */
  chunks: number
  free: number
  /** what goes with some entries; a free place holds the number of the next free one, `freeItem` the first, −1 = none. */
  items: unknown[]
  freeItem: number
  /** entries beyond the hand's block (71 minutes), in order of insertion. */
  far: Far[]
}

interface Far {
  at: Micros
  /** words 1 to 7. */
  rest: readonly number[]
}

/** Words of a record, from its position: the caller's own six, and the place of its item. */
export const A = 1
export const B = 2
export const C = 3
export const D = 4
export const E = 5
export const F = 6
const ITEM = 7
const RECORD = 8
/** Words of a chunk, and their number's bits. */
const CHUNK = 64
const CHUNK_BITS = 6
const BLOCK = 4294967296
const WORDS = 32

export const newSchedule = (): Schedule => ({
  hand: 0,
  base: 0,
  size: 0,
  first: new Int32Array(1024),
  end: new Int32Array(1024),
  bits: new Int32Array(WORDS + 1),
  words: new Int32Array(16 * CHUNK),
  chain: new Int32Array(16),
  chunks: 0,
  free: -1,
  items: [],
  freeItem: -1,
  far: [],
})

/** Items are shared, not copied: they are never changed. */
export const cloneSchedule = (s: Schedule): Schedule => ({
  ...s,
  first: s.first.slice(),
  end: s.end.slice(),
  bits: s.bits.slice(),
  words: s.words.slice(0, Math.max(1, s.chunks) * CHUNK),
  chain: s.chain.slice(0, Math.max(1, s.chunks)),
  items: s.items.slice(),
  far: s.far.slice(),
})

/** Where a free chunk begins. */
const newChunk = (s: Schedule): number => {
  const free = s.free
  if (free >= 0) {
    s.free = s.chain[free]
    return free << CHUNK_BITS
  }
  if (s.chunks === s.chain.length) {
    const words = new Int32Array(s.words.length * 2)
    words.set(s.words)
    const chain = new Int32Array(s.chain.length * 2)
    chain.set(s.chain)
    s.words = words
    s.chain = chain
  }
  return s.chunks++ << CHUNK_BITS
}

/** Room for a record of this time: its position. */
const place = (s: Schedule, low: number): number => {
  const level = (31 - Math.clz32((low ^ s.hand) | 1)) >> 3
  const slot = (level << 8) | ((low >>> (level << 3)) & 255)
  const { bits, end } = s
  const word = slot >> 5
  const before = bits[word]
  const bit = 1 << (slot & 31)
  let p
  if ((before & bit) === 0) {
    bits[word] = before | bit
    bits[WORDS] |= 1 << word
    p = s.first[slot] = newChunk(s)
  } else {
    p = end[slot]
    if ((p & (CHUNK - 1)) === 0) {
      const next = newChunk(s)
      s.chain[(p - 1) >> CHUNK_BITS] = next >> CHUNK_BITS
      p = next
    }
  }
  end[slot] = p + RECORD
  return p
}

const keepItem = (s: Schedule, item: unknown): number => {
  const free = s.freeItem
  if (free < 0) return s.items.push(item) - 1
  s.freeItem = s.items[free] as number
  s.items[free] = item
  return free
}

/** Puts an entry at a time not before the hand: six words and an item, null = none. */
export const push = (s: Schedule, at: Micros, a: number, b: number, c: number, d: number, e: number, f: number, item: unknown): void => {
  const kept = item === null ? -1 : keepItem(s, item)
  s.size++
  if (at - s.base >= BLOCK) {
    s.far.push({ at, rest: [a, b, c, d, e, f, kept] })
    return
  }
  const low = at | 0
  const p = place(s, low)
  const { words } = s
  words[p] = low
  words[p + A] = a
  words[p + B] = b
  words[p + C] = c
  words[p + D] = d
  words[p + E] = e
  words[p + F] = f
  words[p + ITEM] = kept
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word)

/** The first occupied slot; there must be one. */
const firstSlot = (bits: Int32Array): number => {
  const word = lowestBit(bits[WORDS])
  return word * 32 + lowestBit(bits[word])
}

const clearBit = (bits: Int32Array, slot: number): void => {
  const word = slot >> 5
  const left = bits[word] & ~(1 << (slot & 31))
  bits[word] = left
  if (left === 0) bits[WORDS] &= ~(1 << word)
}

/** When the slot begins, seen from the hand. */
const startOf = (s: Schedule, slot: number): Micros => {
  const shift = (slot >> 8) * 8
  const keep = shift === 24 ? 0 : -1 << (shift + 8)
  return s.base + (((s.hand & keep) | ((slot & 255) << shift)) >>> 0)
}

/**
 * Takes the first entry not after `limit`: the position of its record in `words`, −1 = none. Its time is then `s.hand`. The record
 * stands until the next push; an item must be taken.
 */
export const popUntil = (s: Schedule, limit: Micros): number => {
  const { bits, first, end } = s
  for (;;) {
    if (bits[WORDS] === 0) {
      if (!nextBlock(s, limit)) return -1
      continue
    }
    const slot = firstSlot(bits)
    const p = first[slot]
    const after = p + RECORD
    const alone = after === end[slot]
    // An entry alone in its slot is the next of all, whatever its level: it need not come down.
    if (slot < 256 || alone) {
      const at = s.base + (s.words[p] >>> 0)
      if (at > limit) return -1
      if (alone) clearBit(bits, slot)
      if (alone || (after & (CHUNK - 1)) === 0) {
        const chunk = p >> CHUNK_BITS
        first[slot] = s.chain[chunk] << CHUNK_BITS
        s.chain[chunk] = s.free
        s.free = chunk
      } else first[slot] = after
      s.size--
      s.hand = at
      return p
    }
    const start = startOf(s, slot)
    if (start > limit) return -1
    s.hand = start
    clearBit(bits, slot)
    comeDown(s, p, end[slot])
  }
}

/** The item of an entry that was just taken, null = none. */
export const takeItem = (s: Schedule, p: number): unknown => {
  const kept = s.words[p + ITEM]
  if (kept < 0) return null
  const item = s.items[kept]
  s.items[kept] = s.freeItem
  s.freeItem = kept
  return item
}

const comeDown = (s: Schedule, from: number, end: number): void => {
  for (let p = from; ;) {
    const to = place(s, s.words[p])
    const { words } = s
    words[to] = words[p]
    words[to + A] = words[p + A]
    words[to + B] = words[p + B]
    words[to + C] = words[p + C]
    words[to + D] = words[p + D]
    words[to + E] = words[p + E]
    words[to + F] = words[p + F]
    words[to + ITEM] = words[p + ITEM]
    const chunk = p >> CHUNK_BITS
    p += RECORD
    const last = p === end
    if (!last && (p & (CHUNK - 1)) !== 0) continue
    p = s.chain[chunk] << CHUNK_BITS
    s.chain[chunk] = s.free
    s.free = chunk
    if (last) return
  }
}

/** With the wheel empty: goes to the block of the soonest far entry; false when there is none or it begins after the limit. */
const nextBlock = (s: Schedule, limit: Micros): boolean => {
  if (s.far.length === 0) return false
  let soonest = Infinity
  for (const { at } of s.far) if (at < soonest) soonest = at
  const start = soonest - (soonest % BLOCK)
  if (start > limit) return false
  s.hand = s.base = start
  const still: Far[] = []
  for (const entry of s.far) {
    if (entry.at - start >= BLOCK) {
      still.push(entry)
      continue
    }
    const p = place(s, entry.at | 0)
    s.words[p] = entry.at | 0
    s.words.set(entry.rest, p + 1)
  }
  s.far = still
  return true
}

/** What `visit` is shown of each entry: its time, its words from a position on (the first is at `p + A`), its item. */
export type Visit = (at: Micros, words: ArrayLike<number>, p: number, item: unknown) => void

const itemOf = (s: Schedule, kept: number): unknown => (kept < 0 ? null : s.items[kept])

const eachInSlot = (s: Schedule, slot: number, visit: Visit): void => {
  for (let p = s.first[slot]; ;) {
    visit(s.base + (s.words[p] >>> 0), s.words, p, itemOf(s, s.words[p + ITEM]))
    p += RECORD
    if (p === s.end[slot]) return
    if ((p & (CHUNK - 1)) === 0) p = s.chain[(p - 1) >> CHUNK_BITS] << CHUNK_BITS
  }
}

/** Every entry, in no particular order: for looking, not for running. */
export const eachScheduled = (s: Schedule, visit: Visit): void => {
  for (let slot = 0; slot < 1024; slot++) if ((s.bits[slot >> 5] & (1 << (slot & 31))) !== 0) eachInSlot(s, slot, visit)
  for (const { at, rest } of s.far) visit(at, rest, -1, itemOf(s, rest[ITEM - 1]))
}

/** The time of the next entry; Infinity when there is none. Does not move the hand. */
export const nextTime = (s: Schedule): Micros => {
  let soonest = Infinity
  const look = (at: Micros): void => {
    if (at < soonest) soonest = at
  }
  if (s.bits[WORDS] !== 0) eachInSlot(s, firstSlot(s.bits), look)
  else for (const { at } of s.far) look(at)
  return soonest
}
