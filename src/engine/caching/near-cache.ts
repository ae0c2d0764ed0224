import type { Micros } from '../core/time.ts'

/** L1: a small map inside the application, in front of the shared cache. Bounded; the oldest entry makes room (FIFO). */
export interface NearCache {
  entries: Map<string, NearEntry>
}

export interface NearEntry {
  readonly version: number
  readonly expireAt: Micros
}

export const newNearCache = (): NearCache => ({ entries: new Map() })

/** The version held, or null when there is none or its time is over. */
export const nearVersion = (near: NearCache, key: string, now: Micros): number | null => {
  const entry = near.entries.get(key)
  if (entry === undefined) return null
  if (entry.expireAt <= now) {
    near.entries.delete(key)
    return null
  }
  return entry.version
}

export const keepNear = (near: NearCache, key: string, version: number, expireAt: Micros, size: number): void => {
  const { entries } = near
  if (!entries.delete(key)) while (entries.size >= size && entries.size > 0) entries.delete(entries.keys().next().value!)
  if (size > 0) entries.set(key, Object.freeze({ version, expireAt }))
}

/** True when there was an entry. */
export const forgetNear = (near: NearCache, key: string): boolean => near.entries.delete(key)
