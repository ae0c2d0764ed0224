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

/** A memory value of redis.conf in bytes: 1k is 1000, 1kb 1024; null when it is none. */
export const memoryBytes = (value: string): number | null => {
  const m = /^(\d+)([a-z]{0,2})$/i.exec(value)
  const unit = m === null ? undefined : UNITS[m[2].toLowerCase()]
  return unit === undefined ? null : Number(m![1]) * unit
}
