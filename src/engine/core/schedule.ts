import type { Micros } from './time.ts'
import {
  A,
  F,
  RECORD,
  RECORD_BITS,
  cloneWheel,
  eachOnWheel,
  emptyWheel,
  keepOnWheel,
  nextOnWheel,
  popFromWheel,
  placeOnWheel,
  takeFromWheel,
  type Visit,
  type Wheel,
} from './wheel.ts'

export { A, B, C, D, E, F } from './wheel.ts'

/**
 * The event queue, in the exact order (at, order of insertion). Few entries, as in a cluster of some nodes, stand in a line: a new one
 * mostly passes a handful. Many are on a timing wheel (wheel.ts). While they stand in a line, the wheel's parts are empty.
 */
export interface Schedule extends Wheel {
  inLine: boolean
  /** the line, the soonest last: times, and positions of records in `words`; after these the positions that are free. */
  times: Float64Array
  order: Int32Array
}

/** A line of more becomes a wheel; a wheel of fewer becomes a line. */
const MOST = 64
const FEW = 40

const NONE = new Int32Array(0)

const FIRST_ORDER = Int32Array.from({ length: MOST }, (_, i) => i * RECORD)

const emptyLine = (hand: Micros): Schedule => ({
  hand,
  base: 0,
  size: 0,
  wheel: NONE,
  words: new Int32Array(MOST * RECORD),
  chain: NONE,
  items: new Array<unknown>(MOST).fill(null),
  freeItem: -1,
  far: [],
  inLine: true,
  times: new Float64Array(MOST),
  order: FIRST_ORDER.slice(),
})

export const newSchedule = (): Schedule => emptyLine(0)

/** Items are shared, not copied: they are never changed. */
export const cloneSchedule = (s: Schedule): Schedule => {
  // of one shape, whichever way it came about
  const copy = emptyLine(s.hand)
  if (s.inLine) {
    copy.size = s.size
    copy.words.set(s.words)
    copy.items = s.items.slice()
    copy.times.set(s.times)
    copy.order.set(s.order)
    return copy
  }
  return Object.assign(copy, cloneWheel(s), { inLine: false })
}

/**
 * Makes room for an entry at a time not before the hand: the position of its record, whose words A to F the caller writes. (The words
 * as arguments would take longer than all the rest.)
 */
export const place = (s: Schedule, at: Micros): number => {
  if (s.inLine === false) return placeOnWheel(s, at)
  const n = s.size
  if (n === MOST) return placeOnWheel(ontoWheel(s), at)
  s.size = n + 1
  const { times, order } = s
  const p = order[n]
  let i = n
  for (; i > 0 && times[i - 1] <= at; i--) {
    times[i] = times[i - 1]
    order[i] = order[i - 1]
  }
  times[i] = at
  order[i] = p
  return p
}

/** What goes with the entry that was just placed at `p`. */
export const keepItem = (s: Schedule, p: number, item: unknown): void => {
  if (s.inLine === true) s.items[p >> RECORD_BITS] = item
  else keepOnWheel(s, p, item)
}

/**
 * Takes the first entry not after `limit`: the position of its record in `words`, −1 = none. Its time is then `s.hand`. The record
 * stands until the next push; an item must be taken.
 */
export const popUntil = (s: Schedule, limit: Micros): number => {
  if (s.inLine === false) {
    if (s.size >= FEW) return popFromWheel(s, limit)
    intoLine(s)
  }
  const last = s.size - 1
  if (last < 0) return -1
  const at = s.times[last]
  if (at > limit) return -1
  s.size = last
  s.hand = at
  return s.order[last]
}

/** The item of an entry that was just taken, null = none. */
export const takeItem = (s: Schedule, p: number): unknown => {
  if (s.inLine === false) return takeFromWheel(s, p)
  const { items } = s
  const item = items[p >> RECORD_BITS]
  if (item !== null) items[p >> RECORD_BITS] = null
  return item
}

const ontoWheel = (s: Schedule): Schedule => {
  const line = { ...s }
  Object.assign(s, emptyWheel(s.hand), { inLine: false })
  for (let i = line.size - 1; i >= 0; i--) put(s, line.times[i], line, line.order[i])
  return s
}

const intoLine = (s: Schedule): void => {
  const wheel = { ...s }
  Object.assign(s, emptyLine(s.hand))
  for (let p = popFromWheel(wheel, Infinity); p >= 0; p = popFromWheel(wheel, Infinity)) put(s, wheel.hand, wheel, p)
}

/** An entry of another schedule, taken from there. */
const put = (s: Schedule, at: Micros, from: Schedule, p: number): void => {
  const to = place(s, at)
  for (let word = A; word <= F; word++) s.words[to + word] = from.words[p + word]
  const item = takeItem(from, p)
  if (item !== null) keepItem(s, to, item)
}

/** Every entry, in no particular order: for looking, not for running. */
export const eachScheduled = (s: Schedule, visit: Visit): void => {
  if (s.inLine) for (let i = 0; i < s.size; i++) visit(s.times[i], s.words, s.order[i], s.items[s.order[i] >> RECORD_BITS])
  else eachOnWheel(s, visit)
}

/** The time of the next entry; Infinity when there is none. Does not move the hand. */
export const nextTime = (s: Schedule): Micros => (s.inLine ? (s.size > 0 ? s.times[s.size - 1] : Infinity) : nextOnWheel(s))
