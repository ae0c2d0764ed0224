import { describe, expect, it } from 'vitest'
import { clopperPearson, equivalence, holm, ksDistance, ksPValue, median, medianDifference, overlap, quantile } from './statistics.ts'

const range = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i)

describe('Kolmogorov and Smirnov', () => {
  it('measures the greatest distance of two step functions, ties included', () => {
    expect(ksDistance([1, 2, 3, 4], [1, 2, 3, 4])).toBe(0)
    expect(ksDistance([1, 2], [3, 4])).toBe(1)
    expect(ksDistance([1, 2, 3, 4], [3, 4, 5, 6])).toBe(0.5)
    expect(ksDistance([1, 1, 2], [1, 2, 2])).toBeCloseTo(1 / 3)
  })
  it('gives the published critical points: λ 1.358 is 5 %, 1.628 is 1 %', () => {
    const n = 1e8
    expect(ksPValue(1.358 / Math.sqrt(n / 2), n, n)).toBeCloseTo(0.05, 3)
    expect(ksPValue(1.628 / Math.sqrt(n / 2), n, n)).toBeCloseTo(0.01, 3)
    expect(ksPValue(0, 10, 10)).toBe(1)
  })
  it('rejects at 5 % beyond a distance of about 0.35 when fifteen stand beside a thousand', () => {
    expect(ksPValue(0.33, 15, 1000)).toBeGreaterThan(0.05)
    expect(ksPValue(0.36, 15, 1000)).toBeLessThan(0.05)
  })
})

it('Holm multiplies the least p by all tests, the next by one less, and never falls', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(holm([0.9, 0.8])).toEqual([1, 1])
  expect(holm([])).toEqual([])
})

describe('Clopper and Pearson', () => {
  it('gives the published intervals', () => {
    const one = clopperPearson(1, 17)
    expect(one.low).toBeCloseTo(0.001, 3)
    expect(one.high).toBeCloseTo(0.287, 3)
    const two = clopperPearson(2, 5)
    expect(two.low).toBeCloseTo(0.0527, 4)
    expect(two.high).toBeCloseTo(0.8534, 4)
    const ten = clopperPearson(10, 100)
    expect(ten.low).toBeCloseTo(0.049, 3)
    expect(ten.high).toBeCloseTo(0.1762, 3)
  })
  it('reaches the ends: none of n ends at 1 − (α/2)^(1/n), all of n begins at its mirror image', () => {
    expect(clopperPearson(0, 10)).toEqual({ low: 0, high: expect.closeTo(1 - 0.025 ** 0.1, 8) })
    expect(clopperPearson(10, 10)).toEqual({ low: expect.closeTo(0.025 ** 0.1, 8), high: 1 })
    expect(clopperPearson(30, 2000).high).toBeCloseTo(0.0213, 3)
  })
})

describe('medians', () => {
  it('interpolate between order statistics', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(quantile([0, 10], 0.9)).toBeCloseTo(9)
  })
  it('differ by an interval that holds the shift, and shrinks with the sample', () => {
    const few = medianDifference(range(15, 100), range(15))
    const many = medianDifference(range(1000, 100), range(1000))
    expect(few.low).toBeLessThan(100)
    expect(few.high).toBeGreaterThan(100)
    const wide = (i: { low: number; high: number }, n: number): number => (i.high - i.low) / n
    expect(wide(many, 1000)).toBeLessThan(wide(few, 15))
    expect(medianDifference(range(15), range(9))).toEqual(medianDifference(range(15), range(9)))
  })
  it('are the same within a bound only when the whole interval lies inside', () => {
    expect(equivalence({ low: -5, high: 8 }, 10)).toBe('within')
    expect(equivalence({ low: -15, high: 8 }, 10)).toBe('not shown')
    expect(equivalence({ low: 11, high: 18 }, 10)).toBe('beyond')
    expect(equivalence({ low: -30, high: -11 }, 10)).toBe('beyond')
  })
})

it('intervals overlap when they share a value', () => {
  expect(overlap({ low: 0, high: 1 }, { low: 1, high: 2 })).toBe(true)
  expect(overlap({ low: 0, high: 1 }, { low: 1.1, high: 2 })).toBe(false)
})
