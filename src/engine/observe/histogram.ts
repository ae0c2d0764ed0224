import type { Micros } from '../core/time.ts'

/** Latency histogram: 32 linear steps in each power of two, so a quantile is within 3 %. */
const STEPS = 32
const BUCKETS = 40 * STEPS

/** Counts by bucket of latency. */
export const newHistogram = (): Uint32Array => new Uint32Array(BUCKETS)

/** The bucket that a latency (µs) is counted in. */
export const bucketOf = (latency: Micros): number => {
  if (latency < STEPS) return latency
  const top = 31 - Math.clz32(latency)
  return (top - 4) * STEPS + ((latency >>> (top - 5)) & (STEPS - 1))
}

const valueOf = (bucket: number): Micros => {
  if (bucket < STEPS) return bucket
  const top = Math.floor(bucket / STEPS) + 4
  return (1 << top) + ((bucket % STEPS) << (top - 5)) + ((1 << (top - 5)) >> 1)
}

/** The latency (µs) that a share `q` of `samples` does not exceed; 0 when there are none. */
export const quantileOf = (histogram: Uint32Array, samples: number, q: number): Micros => {
  let left = Math.ceil(samples * q)
  if (left === 0) return 0
  for (let b = 0; b < BUCKETS; b++) {
    left -= histogram[b]
    if (left <= 0) return valueOf(b)
  }
  return 0
}
