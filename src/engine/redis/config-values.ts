const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1_000_000,
  mb: 1_048_576,
  g: 1_000_000_000,
  gb: 1_073_741_824,
}

/** A memory value of redis.conf in bytes, exactly (memtoull): 1k is 1000, 1kb 1024, no digits 0; null when it is none. */
export const memoryValue = (value: string): bigint | null => {
  const m = /^(\d*)([a-z]{0,2})$/i.exec(value)
  const unit = m === null ? undefined : UNITS[m[2].toLowerCase()]
  if (unit === undefined) return null
  const n = BigInt(m![1] || '0')
  return BigInt.asUintN(64, (n > MOST ? MOST : n) * BigInt(unit))
}
const MOST = 18446744073709551615n

/** The same as a number. */
export const memoryBytes = (value: string): number | null => {
  const bytes = memoryValue(value)
  return bytes === null ? null : Number(bytes)
}
