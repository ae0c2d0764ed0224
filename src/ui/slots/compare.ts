import type { ProcessId } from '../../engine/core/process.ts'
import type { SlotView } from '../../lab/frame.ts'

export const SLOTS = 16384
export const SIDE = 128

/** How two views differ, by slot and in the words of who is believed against who serves. */
export interface Difference {
  /** 1 where belief and truth name different owners. */
  differs: Uint8Array
  count: number
  /** the most common confusions, greatest first. */
  pairs: { believed: ProcessId | null; serves: ProcessId | null; count: number }[]
}

const ownerOf = (view: SlotView, slot: number): ProcessId | null => {
  const index = view.owner[slot] ?? -1
  return index < 0 ? null : (view.owners[index] ?? null)
}

export const compare = (belief: SlotView, truth: SlotView): Difference => {
  const differs = new Uint8Array(SLOTS)
  const counts = new Map<string, { believed: ProcessId | null; serves: ProcessId | null; count: number }>()
  // Owners meet as small numbers: 16,384 string comparisons a refresh would be felt.
  const same = belief.owners.map((id) => truth.owners.indexOf(id))
  let count = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    const b = belief.owner[slot] as number
    const t = truth.owner[slot] as number
    const asTruth = b < 0 ? -1 : (same[b] as number)
    if (b < 0 ? t < 0 : asTruth === t && t >= 0) continue
    differs[slot] = 1
    count++
    const key = `${b} ${t}`
    const pair = counts.get(key)
    if (pair) pair.count++
    else counts.set(key, { believed: ownerOf(belief, slot), serves: ownerOf(truth, slot), count: 1 })
  }
  return { differs, count, pairs: [...counts.values()].sort((a, b) => b.count - a.count) }
}

export interface Run {
  owner: ProcessId | null
  slots: number
  /** mean row of its slots on the map, for the label beside it. */
  row: number
  differs: boolean
}

/** One label an owner, in the order of the map. */
export const ownersOf = (view: SlotView, differs: Uint8Array): Run[] => {
  const sums = new Map<number, { slots: number; rows: number; wrong: number }>()
  for (let slot = 0; slot < SLOTS; slot++) {
    const index = view.owner[slot] as number
    let sum = sums.get(index)
    if (!sum) sums.set(index, (sum = { slots: 0, rows: 0, wrong: 0 }))
    sum.slots++
    sum.rows += slot >> 7
    sum.wrong += differs[slot] as number
  }
  return [...sums]
    .map(([index, s]) => ({
      owner: index < 0 ? null : (view.owners[index] ?? null),
      slots: s.slots,
      row: s.rows / s.slots,
      differs: s.wrong * 2 > s.slots,
    }))
    .sort((a, b) => a.row - b.row)
}

export type Rgb = readonly [number, number, number]

export interface Ink {
  stage: Rgb
  signal: Rgb
  ink: Rgb
  /** colour of slots nobody serves. */
  nobody: Rgb
  tint: number
  owner: (id: ProcessId) => Rgb
}

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]

/** An opaque pixel as one little-endian word, as every machine with a browser has it. */
const word = (c: Rgb): number => ((255 << 24) | (Math.round(c[2]) << 16) | (Math.round(c[1]) << 8) | Math.round(c[0])) >>> 0

/** The map as 128×128 pixels: hue by owner, darker where the slot holds keys, paler where both agree while others do not. */
export const paint = (pixels: Uint8ClampedArray, view: SlotView, filled: Uint8Array, difference: Difference | null, ink: Ink): void => {
  const dim = difference !== null && difference.count > 0
  // Four shades an owner: filled or not, in question or not.
  const shades = [...view.owners, null].map((id) => {
    const hue = id === null ? ink.nobody : ink.owner(id)
    const strong = id === null ? 0.5 : 0.95
    const faint = id === null ? 0.1 : ink.tint + 0.1
    return [faint, strong, faint * 0.38, strong * 0.38].map((t) => word(mix(ink.stage, hue, t)))
  })
  const nobody = shades.length - 1
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, SLOTS)
  for (let slot = 0; slot < SLOTS; slot++) {
    const owner = view.owner[slot] as number
    const pale = dim && difference.differs[slot] === 0 ? 2 : 0
    words[slot] = (shades[owner < 0 ? nobody : owner] as number[])[pale + (filled[slot] as number)] as number
  }
}

/** The border of the slots that differ, as horizontal and vertical strokes on the slot grid. */
export const outline = (differs: Uint8Array): string => {
  const on = (x: number, y: number) => x >= 0 && y >= 0 && x < SIDE && y < SIDE && differs[y * SIDE + x] === 1
  let d = ''
  for (let y = 0; y <= SIDE; y++) {
    let from = -1
    for (let x = 0; x <= SIDE; x++) {
      const edge = x < SIDE && on(x, y - 1) !== on(x, y)
      if (edge && from < 0) from = x
      if (!edge && from >= 0) {
        d += `M${from} ${y}H${x}`
        from = -1
      }
    }
  }
  for (let x = 0; x <= SIDE; x++) {
    let from = -1
    for (let y = 0; y <= SIDE; y++) {
      const edge = y < SIDE && on(x - 1, y) !== on(x, y)
      if (edge && from < 0) from = y
      if (!edge && from >= 0) {
        d += `M${x} ${from}V${y}`
        from = -1
      }
    }
  }
  return d
}

/** Where a difference hatches: rows of it, as rectangles. */
export const blocks = (differs: Uint8Array): string => {
  let d = ''
  for (let y = 0; y < SIDE; y++) {
    let from = -1
    for (let x = 0; x <= SIDE; x++) {
      const is = x < SIDE && differs[y * SIDE + x] === 1
      if (is && from < 0) from = x
      if (!is && from >= 0) {
        d += `M${from} ${y}H${x}V${y + 1}H${from}Z`
        from = -1
      }
    }
  }
  return d
}

export const nameOf = (view: SlotView, slot: number): ProcessId | null => ownerOf(view, slot)
