import type { Micros } from '../core/time.ts'

/** A cached value as text: `item:7@3` is row item:7 in version 3. */
export const encodeValue = (key: string, version: number): string => `${key}@${version}`

/** XFetch's value carries how long its computation took and when it expires: `item:7@3;12000;61000000` (microseconds). */
export const encodeTimed = (key: string, version: number, took: Micros, expiry: Micros): string => `${key}@${version};${took};${expiry}`

/** Version of a cached value; 0 when the text is none of ours. */
export const versionOf = (value: string): number => {
  const version = parseInt(value.slice(value.lastIndexOf('@') + 1), 10)
  return version > 0 ? version : 0
}

/** XFetch's (Δ, expiry); null for a value without them. */
export const timingOf = (value: string): { took: Micros; expiry: Micros } | null => {
  const parts = value.split(';')
  return parts.length === 3 ? { took: Number(parts[1]), expiry: Number(parts[2]) } : null
}
