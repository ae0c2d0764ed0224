import type { Micros } from './time.ts'

/**
 * Many entries: a hierarchical timing wheel of integer microseconds, each slot a FIFO list: 4096 slots of 1 µs, so that what
 * is due within a few milliseconds, as nearly all is, need never be moved; then 1024 of 4 ms; then 1024 of 4 s.
 * Order is exactly (at, order of insertion). An entry stands at the lowest level whose round it shares with the wheel's hand;
 * so it has always come down to a lower level before a later entry of the same time can be put there.
 * All that is due sooner stands at a lower level or in an earlier slot: the first occupied slot holds the next entry.
 * (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.)
 *
 * An entry is a record of eight words; a slot's records fill chunks of sixteen, so that both taking them and moving them down go
 * through memory in one direction, and no object is made for an entry.
 */
export interface Wheel {
  /** never after the next entry. */
  hand: Micros
  /** where the hand's block of 2^32 µs begins. */
  base: Micros
  size: number
  /**
   * what the wheel reads at every step, side by side: of each slot where its first record stands and where its last one
   * ends (without meaning where the slot's bit is clear); one bit a slot; then the words named below.
   */
  wheel: Int32Array
  /** the records. The low 32 bits of the time come first: within a block they say all. */
  words: Int32Array
  /** of each chunk: the next one of its slot, or the next free one. */
  chain: Int32Array
  /** what goes with some entries; a free place holds the number of the next free one, `freeItem` the first, −1 = none. */
  items: unknown[]
  freeItem: number
  /** entries beyond the hand's block (71 minutes), in order of insertion. */
  far: Far[]
}

interface Far {
  at: Micros
  /** the position of its record, in a chunk of its own. */
  p: number
}

/** Words of a record, from its position: the caller's own six, and the place of its item. */
export const A = 1
export const B = 2
export const C = 3
export const D = 4
export const E = 5
export const F = 6
const ITEM = 7
export const RECORD = 8
export const RECORD_BITS = 3
const BLOCK = 4294967296

/** The first slot of the second and of the third level, and all slots; how many low bits of the time the first, and the first two levels tell. */
const SECOND = 4096
const THIRD = 5120
const SLOTS = 6144
const ROUND = 12
const LONG_ROUND = 22

/** Words of the wheel: bits of slots from here; one bit for each word of those that is not zero; one bit for each word of those; */
const BITS = 2 * SLOTS
const SUMMARY = BITS + SLOTS / 32
const TOP = SUMMARY + SLOTS / 1024
/** the low 32 bits of the hand; chunks used so far, and the first one given back, −1 = none. */
const HAND = TOP + 1
const CHUNKS = TOP + 2
const FREE = TOP + 3
const WHEEL = TOP + 4

/** Words of a chunk, a power of two, and its logarithm. */
const CHUNK = 128
const CHUNK_BITS = 7

const newSlots = (): Int32Array => {
  const wheel = new Int32Array(WHEEL)
  wheel[FREE] = -1
  return wheel
}

/** A wheel without entries, its hand at a time. */
export const emptyWheel = (hand: Micros): Wheel => {
  const wheel = newSlots()
  wheel[HAND] = hand | 0
  return {
    hand,
    base: hand - (hand % BLOCK),
    size: 0,
    wheel,
    words: new Int32Array(16 * CHUNK),
    chain: new Int32Array(16),
    items: [],
    freeItem: -1,
    far: [],
  }
}

export const cloneWheel = (s: Wheel): Wheel => {
  const chunks = Math.max(1, s.wheel[CHUNKS])
  return {
    hand: s.hand,
    base: s.base,
    size: s.size,
    wheel: s.wheel.slice(),
    words: s.words.slice(0, chunks * CHUNK),
    chain: s.chain.slice(0, chunks),
    items: s.items.slice(),
    freeItem: s.freeItem,
    far: s.far.slice(),
  }
}

/** Twice as many chunks. */
const grow = (s: Wheel): void => {
  const words = new Int32Array(s.words.length * 2)
  words.set(s.words)
  const chain = new Int32Array(s.chain.length * 2)
  chain.set(s.chain)
  s.words = words
  s.chain = chain
}

const isFull = (wheel: Int32Array, chain: Int32Array): boolean => wheel[FREE] < 0 && wheel[CHUNKS] === chain.length

/** A chunk that is free; there must be one. */
const takeChunk = (wheel: Int32Array, chain: Int32Array): number => {
  const chunk = wheel[FREE]
  if (chunk < 0) return wheel[CHUNKS]++
  wheel[FREE] = chain[chunk]
  return chunk
}

const giveChunk = (wheel: Int32Array, chain: Int32Array, chunk: number): void => {
  chain[chunk] = wheel[FREE]
  wheel[FREE] = chunk
}

/** Room for a record of this time: its position. There must be a chunk to take. */
const roomFor = (wheel: Int32Array, chain: Int32Array, low: number): number => {
  const apart = (low ^ wheel[HAND]) >>> ROUND
  const slot = apart === 0 ? low & 4095 : apart < 1024 ? SECOND + ((low >>> ROUND) & 1023) : THIRD + (low >>> LONG_ROUND)
  const word = BITS + (slot >> 5)
  const before = wheel[word]
  const bit = 1 << slot
  const end = (slot << 1) | 1
  const old = wheel[end]
  const used = (before & bit) !== 0
  let p = old
  if (!used || (old & (CHUNK - 1)) === 0) {
    const chunk = takeChunk(wheel, chain)
    p = chunk << CHUNK_BITS
    if (used) chain[(old - 1) >> CHUNK_BITS] = chunk
    else {
      wheel[word] = before | bit
      if (before === 0) {
        wheel[SUMMARY + (slot >> 10)] |= 1 << (slot >> 5)
        wheel[TOP] |= 1 << (slot >> 10)
      }
      wheel[slot << 1] = p
    }
  }
  wheel[end] = p + RECORD
  return p
}

/** Places an entry at a time not before the hand: the position of its record, still without an item. */
export const placeOnWheel = (s: Wheel, at: Micros): number => {
  s.size++
  if (isFull(s.wheel, s.chain)) grow(s)
  const low = at | 0
  let p: number
  if (at - s.base < BLOCK) p = roomFor(s.wheel, s.chain, low)
  else {
    p = takeChunk(s.wheel, s.chain) << CHUNK_BITS
    s.far.push({ at, p })
  }
  const { words } = s
  words[p] = low
  words[p | ITEM] = -1
  return p
}

/** Gives the record at `p` its item. */
export const keepOnWheel = (s: Wheel, p: number, item: unknown): void => {
  const free = s.freeItem
  if (free < 0) s.words[p | ITEM] = s.items.push(item) - 1
  else {
    s.freeItem = s.items[free] as number
    s.items[free] = item
    s.words[p | ITEM] = free
  }
}

/** The item of the record at `p`, null = none; its place is free then. */
export const takeFromWheel = (s: Wheel, p: number): unknown => {
  const kept = s.words[p | ITEM]
  if (kept < 0) return null
  const item = s.items[kept]
  s.items[kept] = s.freeItem
  s.freeItem = kept
  return item
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word)

/** The first occupied slot; there must be one. */
const firstSlot = (wheel: Int32Array): number => {
  const top = lowestBit(wheel[TOP])
  const word = (top << 5) | lowestBit(wheel[SUMMARY + top])
  return (word << 5) | lowestBit(wheel[BITS + word])
}

const clearBit = (wheel: Int32Array, slot: number): void => {
  const word = BITS + (slot >> 5)
  const left = wheel[word] & ~(1 << slot)
  wheel[word] = left
  if (left !== 0) return
  const summary = SUMMARY + (slot >> 10)
  const words = wheel[summary] & ~(1 << (slot >> 5))
  wheel[summary] = words
  if (words === 0) wheel[TOP] &= ~(1 << (slot >> 10))
}

/** When a slot of a higher level begins, seen from the hand: the low 32 bits. */
const startOf = (wheel: Int32Array, slot: number): number =>
  slot >= THIRD ? (slot - THIRD) << LONG_ROUND : (wheel[HAND] & (-1 << LONG_ROUND)) | ((slot - SECOND) << ROUND)

/**
 * Takes the first entry not after `limit`: the position of its record in `words`, −1 = none. Its time is then `s.hand`. The record
 * stands until the next push; an item must be taken.
 */
export const popFromWheel = (s: Wheel, limit: Micros): number => {
  const { wheel } = s
  for (;;) {
    if (wheel[TOP] === 0) {
      if (!nextBlock(s, limit)) return -1
      continue
    }
    const slot = firstSlot(wheel)
    const p = wheel[slot << 1]
    const after = p + RECORD
    const alone = after === wheel[(slot << 1) | 1]
    // An entry alone in its slot is the next of all, whatever its level: it need not come down.
    if (slot < SECOND || alone) {
      const low = s.words[p]
      const at = s.base + (low >>> 0)
      if (at > limit) return -1
      if (alone) clearBit(wheel, slot)
      if (alone || (after & (CHUNK - 1)) === 0) {
        const chunk = p >> CHUNK_BITS
        const { chain } = s
        wheel[slot << 1] = chain[chunk] << CHUNK_BITS
        giveChunk(wheel, chain, chunk)
      } else wheel[slot << 1] = after
      s.size--
      s.hand = at
      wheel[HAND] = low
      return p
    }
    const low = startOf(wheel, slot)
    const start = s.base + (low >>> 0)
    if (start > limit) return -1
    s.hand = start
    wheel[HAND] = low
    clearBit(wheel, slot)
    comeDown(s, p, wheel[(slot << 1) | 1])
  }
}

/** A record goes to where its time now belongs. */
const move = (s: Wheel, p: number): void => {
  if (isFull(s.wheel, s.chain)) grow(s)
  const { words } = s
  const low = words[p]
  const to = roomFor(s.wheel, s.chain, low)
  words[to] = low
  words[to | A] = words[p | A]
  words[to | B] = words[p | B]
  words[to | C] = words[p | C]
  words[to | D] = words[p | D]
  words[to | E] = words[p | E]
  words[to | F] = words[p | F]
  words[to | ITEM] = words[p | ITEM]
}

/** The records of a slot, from the first to the end of the last. */
const comeDown = (s: Wheel, from: number, end: number): void => {
  for (let p = from; ;) {
    move(s, p)
    const chunk = p >> CHUNK_BITS
    p += RECORD
    const last = p === end
    if (!last && (p & (CHUNK - 1)) !== 0) continue
    p = s.chain[chunk] << CHUNK_BITS
    giveChunk(s.wheel, s.chain, chunk)
    if (last) return
  }
}

/** With the wheel empty: goes to the block of the soonest far entry; false when there is none or it begins after the limit. */
const nextBlock = (s: Wheel, limit: Micros): boolean => {
  if (s.far.length === 0) return false
  let soonest = Infinity
  for (const { at } of s.far) if (at < soonest) soonest = at
  const start = soonest - (soonest % BLOCK)
  if (start > limit) return false
  s.hand = s.base = start
  s.wheel[HAND] = 0
  const still: Far[] = []
  for (const entry of s.far)
    if (entry.at - start >= BLOCK) still.push(entry)
    else {
      move(s, entry.p)
      giveChunk(s.wheel, s.chain, entry.p >> CHUNK_BITS)
    }
  s.far = still
  return true
}

/** What `visit` is shown of each entry: its time, its words from a position on (the first is at `p + A`), its item. */
export type Visit = (at: Micros, words: Int32Array, p: number, item: unknown) => void

const itemAt = (s: Wheel, p: number): unknown => (s.words[p | ITEM] < 0 ? null : s.items[s.words[p | ITEM]])

const eachInSlot = (s: Wheel, slot: number, visit: (at: Micros, p: number) => void): void => {
  const { wheel } = s
  for (let p = wheel[slot << 1]; ;) {
    visit(s.base + (s.words[p] >>> 0), p)
    p += RECORD
    if (p === wheel[(slot << 1) | 1]) return
    if ((p & (CHUNK - 1)) === 0) p = s.chain[(p - 1) >> CHUNK_BITS] << CHUNK_BITS
  }
}

const eachInSlots = (s: Wheel, visit: (at: Micros, p: number) => void): void => {
  for (let slot = 0; slot < SLOTS; slot++) if ((s.wheel[BITS + (slot >> 5)] & (1 << slot)) !== 0) eachInSlot(s, slot, visit)
}

/** Every entry, in no particular order: for looking, not for running. */
export const eachOnWheel = (s: Wheel, visit: Visit): void => {
  eachInSlots(s, (at, p) => visit(at, s.words, p, itemAt(s, p)))
  for (const { at, p } of s.far) visit(at, s.words, p, itemAt(s, p))
}

/** The time of the next entry; Infinity when there is none. Does not move the hand. */
export const nextOnWheel = (s: Wheel): Micros => {
  let soonest = Infinity
  const look = (at: Micros): void => {
    if (at < soonest) soonest = at
  }
  if (s.wheel[TOP] !== 0) eachInSlot(s, firstSlot(s.wheel), look)
  else for (const { at } of s.far) look(at)
  return soonest
}
