import { growPages, newPages, ownPage, type Pages } from '../core/clone.ts'
import { below, hash32, type Stream } from '../core/random.ts'
import { keySlot } from './slots.ts'
import type { Entry, KeyUse, Keyspace, Roster } from './state.ts'

/**
 * When and how often keys were used, and a way to draw one at random. It stands beside the keys, so that a read need not copy a page
 * of values, and only where something asks for it: a limit of memory, or OBJECT IDLETIME and FREQ.
 */

/** Rows a page. */
const BITS = 8
const MASK = (1 << BITS) - 1
/** Slots a page of row numbers. */
const SLOT_BITS = 4

const newRoster = (): Roster => ({
  count: 0,
  names: newPages(1, () => []),
  rows: newPages(16384 >> SLOT_BITS, () => new Map<string, number>()),
  chains: newChains(1),
})

const newChains = (pages: number): Pages<Uint8Array> => newPages(pages, () => new Uint8Array(1 << BITS))

const bucketOf = (roster: Roster, key: string): number => hash32(key) & ((roster.chains.pages.length << BITS) - 1)

const chain = (roster: Roster, key: string, by: 1 | -1): void => {
  const bucket = bucketOf(roster, key)
  ownPage(roster.chains, bucket >> BITS)[bucket & MASK] += by
}

/** Twice as many buckets. */
const rehash = (roster: Roster): void => {
  roster.chains = newChains(2 * roster.chains.pages.length)
  for (let row = 0; row < roster.count; row++) chain(roster, roster.names.pages[row >> BITS][row & MASK], 1)
}

/** Keeps account of these keys from now on; all count as just used. */
export const beginUse = (keys: Keyspace, fresh: number, keeps: boolean): KeyUse => {
  const use: KeyUse = {
    all: newRoster(),
    volatile: newRoster(),
    times: newPages(1, () => new Uint32Array(1 << BITS)),
    fresh,
    keeps,
  }
  for (const page of keys.table.pages) for (const [key, entry] of page) addToUse(use, key, entry, keySlot(key))
  return use
}

const rowOf = (roster: Roster, key: string, slot: number): number | undefined => roster.rows.pages[slot >> SLOT_BITS].get(key)

const enrol = (roster: Roster, key: string, slot: number): number => {
  const row = roster.count++
  if (row >> BITS === roster.names.pages.length) growPages(roster.names, () => [])
  ownPage(roster.names, row >> BITS)[row & MASK] = key
  ownPage(roster.rows, slot >> SLOT_BITS).set(key, row)
  if (roster.count > roster.chains.pages.length << BITS) rehash(roster)
  else chain(roster, key, 1)
  return row
}

/** Takes a key out; the last one moves into its row. Returns both rows, or null when the key was not there. */
const strike = (roster: Roster, key: string, slot: number): [row: number, last: number] | null => {
  const row = rowOf(roster, key, slot)
  if (row === undefined) return null
  ownPage(roster.rows, slot >> SLOT_BITS).delete(key)
  chain(roster, key, -1)
  const last = --roster.count
  const tail = ownPage(roster.names, last >> BITS)
  const moved = tail[last & MASK]
  tail.length = last & MASK
  if (row !== last) {
    ownPage(roster.names, row >> BITS)[row & MASK] = moved
    ownPage(roster.rows, keySlot(moved) >> SLOT_BITS).set(moved, row)
  }
  return [row, last]
}

const setTime = (use: KeyUse, row: number, time: number): void => {
  ownPage(use.times, row >> BITS)[row & MASK] = time
}

const timeAt = (use: KeyUse, row: number): number => use.times.pages[row >> BITS][row & MASK]

/** A key was stored. */
export const addToUse = (use: KeyUse, key: string, entry: Entry, slot: number): void => {
  const row = rowOf(use.all, key, slot)
  if (row === undefined) {
    const added = enrol(use.all, key, slot)
    if (added >> BITS === use.times.pages.length) growPages(use.times, () => new Uint32Array(1 << BITS))
    setTime(use, added, use.fresh)
  } else if (!use.keeps) setTime(use, row, use.fresh)
  const isListed = rowOf(use.volatile, key, slot) !== undefined
  if (entry.expireAt >= 0 !== isListed) {
    if (isListed) strike(use.volatile, key, slot)
    else enrol(use.volatile, key, slot)
  }
}

/** A key is gone. */
export const dropFromUse = (use: KeyUse, key: string, slot: number): void => {
  const rows = strike(use.all, key, slot)
  if (rows !== null && rows[0] !== rows[1]) setTime(use, rows[0], timeAt(use, rows[1]))
  strike(use.volatile, key, slot)
}

/** A key's access time; undefined for a key that is not there. */
export const accessOf = (use: KeyUse, key: string, slot: number): number | undefined => {
  const row = rowOf(use.all, key, slot)
  return row === undefined ? undefined : timeAt(use, row)
}

export const setUse = (use: KeyUse, key: string, slot: number, time: number): void => {
  const row = rowOf(use.all, key, slot)
  if (row !== undefined && timeAt(use, row) !== time) setTime(use, row, time)
}

/** A key drawn at random, each as likely as any other; the roster must not be empty. */
export const drawKey = (roster: Roster, stream: Stream): string => {
  const row = below(stream, roster.count)
  return roster.names.pages[row >> BITS][row & MASK]
}

/** A key of a bucket drawn at random (dictGetRandomKey): one that shares its bucket is the less likely. */
export const drawByBucket = (roster: Roster, stream: Stream): string => {
  for (;;) {
    const key = drawKey(roster, stream)
    const bucket = bucketOf(roster, key)
    const sharing = roster.chains.pages[bucket >> BITS][bucket & MASK]
    if (sharing === 1 || below(stream, sharing) === 0) return key
  }
}
