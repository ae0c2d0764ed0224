import type { Micros } from './time.ts'

/**
 * The event queue: a hierarchical timing wheel of integer microseconds, four levels of 256 slots, each slot a FIFO list.
 * Order is exactly (at, order of insertion). An entry stands at the level of the highest byte in which its time differs
 * from the wheel's; so it has always come down to a lower level before a later entry of the same time can be put there.
 * (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.)
 */
export interface Schedule<T> {
  /** the wheel's hand: never after the next entry. */
  hand: Micros
  /** where the hand's block of 2^32 µs begins. */
  base: Micros
  size: number
  /** first and last entry of each of 4 × 256 slots; -1 = empty. */
  head: Int32Array
  tail: Int32Array
  /** one bit a slot. */
  bits: Int32Array
  /** the pool of entries; `next` doubles as the free list. */
  next: Int32Array
  time: Float64Array
  item: (T | undefined)[]
  free: number
  /** entries beyond 2^32 µs (71 minutes) from the hand's block, in order of insertion. */
  far: { at: Micros; item: T }[]
}

const BLOCK = 4294967296

export const newSchedule = <T>(): Schedule<T> => ({
  hand: 0,
  base: 0,
  size: 0,
  head: new Int32Array(1024).fill(-1),
  tail: new Int32Array(1024).fill(-1),
  bits: new Int32Array(32),
  next: Int32Array.from({ length: 64 }, (_, i) => (i === 63 ? -1 : i + 1)),
  time: new Float64Array(64),
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
  next: s.next.slice(),
  time: s.time.slice(),
  item: s.item.slice(),
  free: s.free,
  far: s.far.slice(),
})

const grow = <T>(s: Schedule<T>): void => {
  const old = s.next.length
  const next = new Int32Array(old * 2)
  next.set(s.next)
  for (let i = old; i < old * 2; i++) next[i] = i === old * 2 - 1 ? -1 : i + 1
  const time = new Float64Array(old * 2)
  time.set(s.time)
  s.next = next
  s.time = time
  for (let i = 0; i < old; i++) s.item.push(undefined)
  s.free = old
}

const link = <T>(s: Schedule<T>, e: number, at: Micros): void => {
  const low = at | 0
  const differs = low ^ (s.hand | 0)
  // `| 0` keeps the low 32 bits: times within one block compare by them alone.
  const slot =
    (differs & 0xffffff00) === 0
      ? low & 255
      : (differs & 0xffff0000) === 0
        ? 256 + ((low >>> 8) & 255)
        : (differs & 0xff000000) === 0
          ? 512 + ((low >>> 16) & 255)
          : 768 + (low >>> 24)
  s.next[e] = -1
  const tail = s.tail[slot]
  if (tail < 0) {
    s.head[slot] = e
    s.bits[slot >> 5] |= 1 << (slot & 31)
  } else s.next[tail] = e
  s.tail[slot] = e
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
  s.free = s.next[e]
  s.time[e] = at
  s.item[e] = item
  link(s, e, at)
}

/** First occupied slot at or after `from` within a level; -1 if none. */
const firstSlot = (bits: Int32Array, level: number, from: number): number => {
  let word = level * 8 + (from >> 5)
  const last = level * 8 + 7
  let bitsHere = bits[word] & (-1 << (from & 31))
  for (;;) {
    if (bitsHere !== 0) return (word - level * 8) * 32 + (31 - Math.clz32(bitsHere & -bitsHere))
    if (++word > last) return -1
    bitsHere = bits[word]
  }
}

/** Frees an entry and returns its item. */
const take = <T>(s: Schedule<T>, e: number): T | undefined => {
  const item = s.item[e]
  s.item[e] = undefined
  s.next[e] = s.free
  s.free = e
  s.size--
  return item
}

/** Takes the first item not after `limit`, or undefined. Its time is then `s.hand`. */
export const popUntil = <T>(s: Schedule<T>, limit: Micros): T | undefined => {
  if (s.size === 0) return undefined
  for (;;) {
    const low = s.hand | 0
    const near = firstSlot(s.bits, 0, low & 255)
    if (near >= 0) {
      const at = s.base + (((low & 0xffffff00) | near) >>> 0)
      if (at > limit) return undefined
      const e = s.head[near]
      const after = s.next[e]
      s.head[near] = after
      if (after < 0) {
        s.tail[near] = -1
        s.bits[near >> 5] &= ~(1 << (near & 31))
      }
      s.hand = at
      return take(s, e)
    }
    const alone = descend(s, low, limit)
    if (alone >= 0) {
      s.hand = s.time[alone]
      return take(s, alone)
    }
    if (alone === LATER) return undefined
  }
}

const LATER = -1
const MOVED_DOWN = -2

/**
 * Moves the next occupied slot of a higher level down, unless it begins after the limit. An entry alone in its slot is the next of all:
 * it is unlinked and returned without going through the levels below.
 */
const descend = <T>(s: Schedule<T>, low: number, limit: Micros): number => {
  for (let level = 1; level < 4; level++) {
    const shift = level * 8
    const slot = firstSlot(s.bits, level, (low >>> shift) & 255)
    if (slot < 0) continue
    const index = level * 256 + slot
    let e = s.head[index]
    const isAlone = s.next[e] < 0
    if (isAlone) {
      if (s.time[e] > limit) return LATER
    } else {
      const keep = level === 3 ? 0 : -1 << (shift + 8)
      const start = s.base + (((low & keep) | (slot << shift)) >>> 0)
      if (start > limit) return LATER
      s.hand = start
    }
    s.head[index] = -1
    s.tail[index] = -1
    s.bits[index >> 5] &= ~(1 << (index & 31))
    if (isAlone) return e
    while (e >= 0) {
      const after = s.next[e]
      link(s, e, s.time[e])
      e = after
    }
    return MOVED_DOWN
  }
  if (s.far.length === 0) return LATER
  let soonest = Infinity
  for (const f of s.far) if (f.at < soonest) soonest = f.at
  const start = soonest - (soonest % BLOCK)
  if (start > limit) return LATER
  s.hand = s.base = start
  const all = s.far
  s.far = []
  s.size -= all.length
  for (const f of all) push(s, f.at, f.item)
  return MOVED_DOWN
}

/** Every item with its time, in no particular order: for looking, not for running. */
export const eachScheduled = <T>(s: Schedule<T>, visit: (at: Micros, item: T) => void): void => {
  for (let i = 0; i < s.item.length; i++) {
    const item = s.item[i]
    if (item !== undefined) visit(s.time[i], item)
  }
  for (const f of s.far) visit(f.at, f.item)
}

/** The time of the next item; Infinity when there is none. Does not move the hand. */
export const nextTime = <T>(s: Schedule<T>): Micros => {
  if (s.size === 0) return Infinity
  const low = s.hand | 0
  for (let level = 0; level < 4; level++) {
    const slot = firstSlot(s.bits, level, (low >>> (level * 8)) & 255)
    if (slot < 0) continue
    if (level === 0) return s.base + (((low & 0xffffff00) | slot) >>> 0)
    let soonest = Infinity
    for (let e = s.head[level * 256 + slot]; e >= 0; e = s.next[e]) if (s.time[e] < soonest) soonest = s.time[e]
    return soonest
  }
  let soonest = Infinity
  for (const f of s.far) if (f.at < soonest) soonest = f.at
  return soonest
}
