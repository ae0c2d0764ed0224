import type { Micros } from '../../engine/core/time.ts'

/** '18.151' and the digit after it: a clock's large and small part. */
export const clockParts = (at: Micros): [string, string] => {
  const tenths = Math.floor(at / 100)
  return [`${Math.floor(tenths / 10_000)}.${String(Math.floor(tenths / 10) % 1000).padStart(3, '0')}`, String(tenths % 10)]
}

/** Seconds with three digits: '18.151'. */
export const seconds = (at: Micros): string => (Math.round(at / 1000) / 1000).toFixed(3)

/** A span in the unit a person would say it in. */
export const span = (us: Micros): string => {
  if (!Number.isFinite(us)) return '–'
  const abs = Math.abs(us)
  if (abs >= 100_000_000) return `${Math.round(us / 1e6)} s`
  if (abs >= 1_000_000) return `${(us / 1e6).toFixed(abs >= 10_000_000 ? 1 : 2)} s`
  if (abs >= 10_000) return `${Math.round(us / 1000)} ms`
  if (abs >= 1000) return `${(us / 1000).toFixed(1)} ms`
  return us === 0 ? '0 ms' : `${Math.round(us)} µs`
}

/** Thousands set apart by a thin blank: 48 212. */
export const count = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '\u202f')

export const percent = (ratio: number, digits = 0): string => `${(ratio * 100).toFixed(digits)} %`

/** 'auto' or '0.002×'. */
export const times = (speed: number): string => `${Number(speed.toPrecision(2))}×`

/** A figure and its unit do not part at the end of a line. */
export const tied = (text: string): string => text.replace(/(\d) (ms|s|%|of)\b/g, '$1\u00a0$2')
