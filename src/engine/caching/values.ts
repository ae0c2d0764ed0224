import type { Micros } from '../core/time.ts'

/** A cached value as text: `item:7@3` is row item:7 in version 3. */
export const encodeValue = (key: string, version: number): string => `${key}@${version}`

/** XFetch's value carries how long its computation took and when it expires: `item:7@3;12000;61000000` (microseconds). */
export const encodeTimed = (key: string, version: number, took: Micros, expiry: Micros): string => `${key}@${version};${took};${expiry}`

const ZERO = 48
const NINE = 57
const AT = 64

/** Version of a cached value; 0 when the text is none of ours. */
export const versionOf = (value: string): number => {
  // digit by digit from the end: read at every hit
  let version = 0
  let unit = 1
  let digits = 0
  for (let i = value.length - 1; i >= 0; i--) {
    const c = value.charCodeAt(i)
    if (c === AT) return digits > 0 ? version : 0
    if (c >= ZERO && c <= NINE) {
      version += (c - ZERO) * unit
      unit *= 10
      digits++
    } else {
      // what came before in this pass stands behind the version: `@3;12000;…`
      version = digits = 0
      unit = 1
    }
  }
  return 0
}

/** XFetch's (Δ, expiry); null for a value without them. */
export const timingOf = (value: string): { took: Micros; expiry: Micros } | null => {
  const parts = value.split(';')
  return parts.length === 3 ? { took: Number(parts[1]), expiry: Number(parts[2]) } : null
}
