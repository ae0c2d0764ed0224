import { clone, newPages, ownPage, sharePages } from '../core/clone.ts'
import type { Micros } from '../core/time.ts'
import { keySlot } from './slots.ts'
import type { Entry, Keyspace, NodeState } from './state.ts'
import { addToUse, dropFromUse } from './use.ts'
import { weigh } from './weight.ts'

/** Slots a page: keys of one slot stand together, and a page stays small enough to copy on its first write. */
const PAGE_BITS = 3
const PAGES = 16384 >> PAGE_BITS
const COUNT_BITS = 8
/** Pages of a block of slots. */
export const BLOCK = 1 << (COUNT_BITS - PAGE_BITS)

export const newKeyspace = (): Keyspace => ({
  table: newPages(PAGES, () => new Map<string, Entry>()),
  size: 0,
  perSlot: newPages(16384 >> COUNT_BITS, () => new Uint16Array(1 << COUNT_BITS)),
  perBlock: new Uint32Array(16384 >> COUNT_BITS),
  volatile: 0,
  expireCursor: 0,
  bytes: 0,
  unweighed: new Set(),
  use: null,
})

/** The entry as stored, expired or not. */
export const getEntry = (keys: Keyspace, key: string, slot = keySlot(key)): Entry | undefined =>
  keys.table.pages[slot >> PAGE_BITS].get(key)

type KeyPage = Map<string, Entry>

/** A string's entry is replaced, never changed: both copies may hold it. */
const copied = (page: KeyPage): KeyPage => {
  const out: KeyPage = new Map()
  for (const [key, entry] of page) out.set(key, typeof entry.value === 'string' ? entry : clone(entry))
  return out
}
const ownKeys = (keys: Keyspace, i: number): KeyPage => ownPage(keys.table, i, copied)

/** The entry on a page that is this table's own: its map of fields may be changed in place. */
export const ownEntry = (keys: Keyspace, key: string, slot: number): Entry | undefined => {
  const entry = ownKeys(keys, slot >> PAGE_BITS).get(key)
  if (entry !== undefined && typeof entry.value !== 'string' && !keys.unweighed.has(key)) {
    keys.bytes -= weigh(key, entry)
    keys.unweighed.add(key)
  }
  return entry
}

/** What of `bytes` is this entry's. */
const weightOf = (keys: Keyspace, key: string, entry: Entry): number =>
  typeof entry.value !== 'string' && keys.unweighed.delete(key) ? 0 : weigh(key, entry)

/** Bytes of all keys (an estimate, weight.ts); looks only. */
export const bytesOf = (keys: Keyspace): number => {
  let { bytes } = keys
  for (const key of keys.unweighed) bytes += weigh(key, getEntry(keys, key)!)
  return bytes
}

/** Weighs what was changed in place since the last time. */
export const weighAll = (keys: Keyspace): number => {
  if (keys.unweighed.size > 0) {
    keys.bytes = bytesOf(keys)
    keys.unweighed.clear()
  }
  return keys.bytes
}

const countSlot = (keys: Keyspace, slot: number, by: number): void => {
  ownPage(keys.perSlot, slot >> COUNT_BITS)[slot & ((1 << COUNT_BITS) - 1)] += by
  keys.perBlock[slot >> COUNT_BITS] += by
}

export const setEntry = (keys: Keyspace, key: string, entry: Entry, slot = keySlot(key)): void => {
  const page = ownKeys(keys, slot >> PAGE_BITS)
  const old = page.get(key)
  if (old === undefined) {
    keys.size++
    countSlot(keys, slot, 1)
  } else {
    keys.bytes -= weightOf(keys, key, old)
    if (old.expireAt >= 0) keys.volatile--
  }
  if (entry.expireAt >= 0) keys.volatile++
  // a value of many elements may still be filled after it was stored
  if (typeof entry.value === 'string') keys.bytes += weigh(key, entry)
  else keys.unweighed.add(key)
  page.set(key, entry)
  if (keys.use !== null) addToUse(keys.use, key, entry, slot)
}

export const deleteEntry = (keys: Keyspace, key: string, slot = keySlot(key)): boolean => {
  const index = slot >> PAGE_BITS
  const old = keys.table.pages[index].get(key)
  if (old === undefined) return false
  ownKeys(keys, index).delete(key)
  keys.bytes -= weightOf(keys, key, old)
  if (keys.use !== null) dropFromUse(keys.use, key, slot)
  if (old.expireAt >= 0) keys.volatile--
  keys.size--
  countSlot(keys, slot, -1)
  return true
}

/** Visits keys in slot order until the visitor says false. */
export const eachKey = (keys: Keyspace, visit: (key: string, entry: Entry) => boolean): void => {
  for (const page of keys.table.pages) for (const [key, entry] of page) if (!visit(key, entry)) return
}

export const countInSlot = (keys: Keyspace, slot: number): number => keys.perSlot.pages[slot >> COUNT_BITS][slot & ((1 << COUNT_BITS) - 1)]

export const keysInSlot = (keys: Keyspace, slot: number, limit: number): string[] => {
  const found: string[] = []
  for (const key of keys.table.pages[slot >> PAGE_BITS].keys()) {
    if (found.length >= limit) break
    if (keySlot(key) === slot) found.push(key)
  }
  return found
}

/** Whether a block of pages begins here that holds no key. */
export const isEmptyBlock = (keys: Keyspace, page: number): boolean => page % BLOCK === 0 && keys.perBlock[page / BLOCK] === 0

/** Keys of one page; SCAN's cursor counts pages. */
export const pageKeys = (keys: Keyspace, page: number): ReadonlyMap<string, Entry> => keys.table.pages[page]
export const PAGE_COUNT = PAGES

export const flushKeys = (state: NodeState): void => {
  state.keys = newKeyspace()
}

/** A copy that shares pages until either side writes. */
export const shareKeys = (keys: Keyspace): Keyspace => ({
  ...keys,
  table: sharePages(keys.table),
  perSlot: sharePages(keys.perSlot),
  perBlock: keys.perBlock.slice(),
  unweighed: new Set(keys.unweighed),
  use: null,
})

/** Bytes the keys would need in an RDB file, roughly: for the time a full sync or a save takes. */
export const rdbSize = (keys: Keyspace): number => {
  let size = 100
  if (keys.size > 0) for (const page of keys.table.pages) for (const [key, entry] of page) size += key.length + entrySize(entry)
  return size
}

const entrySize = ({ value, expireAt }: Entry): number => {
  let size = expireAt < 0 ? 3 : 12
  if (typeof value === 'string') size += value.length
  else if (Array.isArray(value) || value instanceof Set) for (const element of value) size += element.length + 1
  else for (const [field, held] of value) size += field.length + 2 + (typeof held === 'number' ? 8 : held.length)
  return size
}

export const isExpired = (entry: Entry, now: Micros): boolean => entry.expireAt >= 0 && entry.expireAt <= now
