/** Simulated time: whole microseconds since the run began. Never a fraction, never the wall clock. */
export type Micros = number

export const US = 1
export const MS = 1_000
export const SEC = 1_000_000

/** Milliseconds to microseconds, rounded to the microsecond. */
export const ms = (value: number): Micros => Math.round(value * MS)

/** `18.151 4` style is the UI's business; here: seconds with exactly six digits, for logs and transcripts. */
export const formatMicros = (t: Micros): string => {
  const whole = Math.floor(t / SEC)
  return `${whole}.${String(t - whole * SEC).padStart(6, '0')}`
}
