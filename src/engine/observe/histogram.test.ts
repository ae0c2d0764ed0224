import { expect, test } from 'vitest'
import { below, newStream } from '../core/random.ts'
import { bucketOf, newHistogram, quantileOf } from './histogram.ts'

test('a quantile is within 3 % of the sorted samples', () => {
  const stream = newStream(1, 'latency')
  const values = Uint32Array.from({ length: 20_000 }, () => below(stream, 1 << (1 + below(stream, 24))))
  const histogram = newHistogram()
  for (const v of values) histogram[bucketOf(v)]++
  values.sort((a, b) => a - b)
  for (const q of [0.01, 0.25, 0.5, 0.9, 0.99, 1]) {
    const exact = values[Math.ceil(values.length * q) - 1]
    expect(Math.abs(quantileOf(histogram, values.length, q) - exact)).toBeLessThanOrEqual(exact / 32)
  }
  expect(quantileOf(newHistogram(), 0, 0.5)).toBe(0)
})
