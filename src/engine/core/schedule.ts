import type { Micros } from './time.ts'

/**
 * The event queue: a hierarchical timing wheel of integer microseconds, four levels of 256 slots, each slot a FIFO list.
 * Order is exactly (at, order of insertion). An entry stands at the level of the highest byte in which its time differs
 * from the wheel's; so it has always come down to a lower level before a later entry of the same time can be put there.
 * All that is due sooner stands at a lower level or in an earlier slot: the first occupied slot holds the next entry.
 * (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.)
 */
export interface Schedule<T> {
  /** the wheel's hand: never after the next entry. */
  hand: Micros
  /** where the hand's block of 2^32 µs begins. */
  base: Micros
  size: number
  /** first and last entry of each of 4 × 256 slots; without meaning where the slot's bit is clear. */
  head: Int32Array
  tail: Int32Array
  /** one bit a slot, 32 words; then one bit a word that is not zero. */
  bits: Int32Array
  /**
   * the pool of entries, two words each, side by side so that one look at memory brings both: the next entry in its slot (or the
   * next free one), and the low 32 bits of its time, which within a block say all.
   */
  links: Int32Array
  item: (T | undefined)[]
  free: number
  /** entries beyond the hand's block (71 minutes), in order of insertion. */
  far: { at: Micros; item: T }[]
}

const BLOCK = 4294967296
const WORDS = 32

export const newSchedule = <T>(): Schedule<T> => ({
  hand: 0,
  base: 0,
  size: 0,
  head: new Int32Array(1024),
  tail: new Int32Array(1024),
  bits: new Int32Array(WORDS + 1),
  links: Int32Array.from({ length: 128 }, (_, i) => (i === 126 ? -1 : i / 2 + 1)),
  item: new Array<T | undefined>(64).fill(undefined),
  free: 0,
  far: [],
})

/** Items are shared, not copied: a scheduled entry is never changed. */
export const cloneSchedule = <T>(s: Schedule<T>): Schedule<T> => ({
  hand: s.hand,
  base: s.base,
  size: s.size,
  head: s.head.slice(),
  tail: s.tail.slice(),
  bits: s.bits.slice(),
  links: s.links.slice(),
  item: s.item.slice(),
  free: s.free,
  far: s.far.slice(),
})

const grow = <T>(s: Schedule<T>): void => {
  const old = s.item.length
  const links = new Int32Array(old * 4)
  links.set(s.links)
  for (let i = old; i < old * 2; i++) links[i * 2] = i === old * 2 - 1 ? -1 : i + 1
  s.links = links
  for (let i = 0; i < old; i++) s.item.push(undefined)
  s.free = old
}

const link = <T>(s: Schedule<T>, links: Int32Array, e: number, low: number): void => {
  const differs = low ^ (s.hand | 0)
  const slot =
    (differs & 0xffffff00) === 0
      ? low & 255
      : (differs & 0xffff0000) === 0
        ? 256 + ((low >>> 8) & 255)
        : (differs & 0xff000000) === 0
          ? 512 + ((low >>> 16) & 255)
          : 768 + (low >>> 24)
  const { bits, tail } = s
  links[e * 2] = -1
  const word = slot >> 5
  const before = bits[word]
  const bit = 1 << (slot & 31)
  if ((before & bit) === 0) {
    s.head[slot] = e
    bits[word] = before | bit
    bits[WORDS] |= 1 << word
  } else links[tail[slot] * 2] = e
  tail[slot] = e
}

/** Puts an item at a time not before the hand. */
export const push = <T>(s: Schedule<T>, at: Micros, item: T): void => {
  s.size++
  if (at - s.base >= BLOCK) {
    s.far.push({ at, item })
    return
  }
  if (s.free < 0) grow(s)
  const e = s.free
  const { links } = s
  const low = at | 0
  s.free = links[e * 2]
  links[e * 2 + 1] = low
  s.item[e] = item
  link(s, links, e, low)
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
const startOf = <T>(s: Schedule<T>, slot: number): Micros => {
  const shift = (slot >> 8) * 8
  const keep = shift === 24 ? 0 : -1 << (shift + 8)
  return s.base + (((s.hand & keep) | ((slot & 255) << shift)) >>> 0)
}

/** Takes the first item not after `limit`, or undefined. Its time is then `s.hand`. */
export const popUntil = <T>(s: Schedule<T>, limit: Micros): T | undefined => {
  const { bits, head } = s
  for (;;) {
    if (bits[WORDS] === 0) {
      if (!nextBlock(s, limit)) return undefined
      continue
    }
    const slot = firstSlot(bits)
    const e = head[slot]
    const { links } = s
    const after = links[e * 2]
    // An entry alone in its slot is the next of all, whatever its level: it need not come down.
    if (slot < 256 || after < 0) {
      const at = s.base + (links[e * 2 + 1] >>> 0)
      if (at > limit) return undefined
      if (after < 0) clearBit(bits, slot)
      else head[slot] = after
      const item = s.item[e]
      s.item[e] = undefined
      links[e * 2] = s.free
      s.free = e
      s.size--
      s.hand = at
      return item
    }
    const start = startOf(s, slot)
    if (start > limit) return undefined
    s.hand = start
    clearBit(bits, slot)
    comeDown(s, links, e)
  }
}

const comeDown = <T>(s: Schedule<T>, links: Int32Array, first: number): void => {
  for (let e = first; e >= 0;) {
    const after = links[e * 2]
    link(s, links, e, links[e * 2 + 1])
    e = after
  }
}

/** With the wheel empty: goes to the block of the soonest far entry; false when there is none or it begins after the limit. */
const nextBlock = <T>(s: Schedule<T>, limit: Micros): boolean => {
  if (s.far.length === 0) return false
  let soonest = Infinity
  for (const f of s.far) if (f.at < soonest) soonest = f.at
  const start = soonest - (soonest % BLOCK)
  if (start > limit) return false
  s.hand = s.base = start
  const all = s.far
  s.far = []
  s.size -= all.length
  for (const f of all) push(s, f.at, f.item)
  return true
}

/** Every item with its time, in no particular order: for looking, not for running. */
export const eachScheduled = <T>(s: Schedule<T>, visit: (at: Micros, item: T) => void): void => {
  for (let i = 0; i < s.item.length; i++) {
    const item = s.item[i]
    if (item !== undefined) visit(s.base + (s.links[i * 2 + 1] >>> 0), item)
  }
  for (const f of s.far) visit(f.at, f.item)
}

/** The time of the next item; Infinity when there is none. Does not move the hand. */
export const nextTime = <T>(s: Schedule<T>): Micros => {
  let soonest = Infinity
  if (s.bits[WORDS] !== 0) {
    for (let e = s.head[firstSlot(s.bits)]; e >= 0; e = s.links[e * 2]) {
      const at = s.base + (s.links[e * 2 + 1] >>> 0)
      if (at < soonest) soonest = at
    }
  } else for (const f of s.far) if (f.at < soonest) soonest = f.at
  return soonest
}
