import { expect, test } from 'vitest'
import { ringDeviation, ringMoved, ringMovedDeviation } from '../laws/load.ts'
import { buildRing, keyHash, ringOwner } from './ring.ts'

const KEYS = Array.from({ length: 4000 }, (_, i) => `item:${i}`)
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length
const deviation = (x: readonly number[]) => Math.sqrt(mean(x.map((y) => (y - mean(x)) ** 2)))

test('a node that joins takes 1/(N+1) of the circle, and keys move to the newcomer only', () => {
  const shares: number[] = []
  for (let seed = 1; seed <= 40; seed++) {
    const [before, after] = [buildRing(10, 150, seed), buildRing(11, 150, seed)]
    let moved = 0
    for (const key of KEYS) {
      const hash = keyHash(key, seed)
      const owner = ringOwner(after, hash)
      if (owner === ringOwner(before, hash)) continue
      moved++
      expect(owner).toBe(10)
    }
    shares.push(moved / KEYS.length)
  }
  const error = Math.sqrt(ringMovedDeviation(10, 150) ** 2 + (0.09 * 0.91) / KEYS.length) / Math.sqrt(shares.length)
  expect(Math.abs(mean(shares) - ringMoved(10))).toBeLessThan(3 * error)
})

test('virtual nodes leave the mean alone and shrink the deviation of the shares', () => {
  for (const virtual of [1, 10, 150]) {
    const all: number[] = []
    for (let seed = 1; seed <= 150; seed++) {
      const { points, owners } = buildRing(10, virtual, seed)
      const share = new Float64Array(10)
      points.forEach(
        (at, i) => (share[owners[i]] += ((at - points[(i + points.length - 1) % points.length] + 2 ** 32) % 2 ** 32) / 2 ** 32),
      )
      all.push(...share)
    }
    expect(mean(all)).toBeCloseTo(0.1, 9)
    expect(deviation(all) / 0.1 / ringDeviation(10, virtual)).toBeGreaterThan(0.88)
    expect(deviation(all) / 0.1 / ringDeviation(10, virtual)).toBeLessThan(1.12)
  }
})
