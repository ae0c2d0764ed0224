import { below, newStream } from '../../engine/core/random.ts'

/** What it takes to hold a simulated sample beside a recorded one, without claiming more than the recordings can show. */

export const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

/** The q-th quantile of a sorted sample, interpolated between order statistics (type 7). */
export const quantile = (ascending: readonly number[], q: number): number => {
  const at = (ascending.length - 1) * q
  const low = Math.floor(at)
  const high = Math.ceil(at)
  return ascending[low] + (ascending[high] - ascending[low]) * (at - low)
}

export const median = (values: readonly number[]): number => quantile(sorted(values), 0.5)

/** The greatest distance between two empirical distribution functions (Kolmogorov, Smirnov). */
export const ksDistance = (a: readonly number[], b: readonly number[]): number => {
  const x = sorted(a)
  const y = sorted(b)
  let i = 0
  let j = 0
  let most = 0
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i], y[j])
    while (i < x.length && x[i] <= at) i++
    while (j < y.length && y[j] <= at) j++
    most = Math.max(most, Math.abs(i / x.length - j / y.length))
  }
  return most
}

/** The chance of a distance at least this great between samples of one distribution: the limit law with Stephens' correction. */
export const ksPValue = (distance: number, n: number, m: number): number => {
  const root = Math.sqrt((n * m) / (n + m))
  const lambda = (root + 0.12 + 0.11 / root) * distance
  if (lambda < 0.2) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * lambda * lambda)
    sum += k % 2 === 1 ? term : -term
    if (term < 1e-12) break
  }
  return Math.min(1, Math.max(0, 2 * sum))
}

/** Holm's step-down correction for as many tests as there are p values; in the order given. */
export const holm = (pValues: readonly number[]): number[] => {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b])
  const out = new Array<number>(pValues.length).fill(1)
  let most = 0
  order.forEach((index, rank) => {
    most = Math.max(most, Math.min(1, pValues[index] * (pValues.length - rank)))
    out[index] = most
  })
  return out
}

/** Percentile bootstrap of (median of a − median of b): the middle `confidence` of resampled differences. */
export const medianDifference = (
  a: readonly number[],
  b: readonly number[],
  confidence = 0.9,
  rounds = 2000,
  seed = 1,
): { low: number; high: number } => {
  const s = newStream(seed, 'bootstrap')
  const resample = (ascending: readonly number[]): number => {
    const counts = new Uint16Array(ascending.length)
    for (let i = 0; i < ascending.length; i++) counts[below(s, ascending.length)]++
    const last = ascending.length - 1
    return (ranked(ascending, counts, last >> 1) + ranked(ascending, counts, (last + 1) >> 1)) / 2
  }
  const [x, y] = [sorted(a), sorted(b)]
  const differences: number[] = []
  for (let i = 0; i < rounds; i++) differences.push(resample(x) - resample(y))
  const ascending = sorted(differences)
  return { low: quantile(ascending, (1 - confidence) / 2), high: quantile(ascending, (1 + confidence) / 2) }
}

/** The value of a rank, from 0, when each value of a sorted sample was drawn so many times. */
const ranked = (ascending: readonly number[], counts: Uint16Array, rank: number): number => {
  let i = 0
  for (let seen = counts[0]; seen <= rank; seen += counts[i]) i++
  return ascending[i]
}

/**
 * Two one-sided tests by the 90 % interval of a difference: the same within the bound, different by more than it, or not shown,
 * which with fifteen recordings is a frequent and honest answer.
 */
export type Verdict = 'within' | 'not shown' | 'beyond'

export const equivalence = (interval: { low: number; high: number }, bound: number): Verdict => {
  if (interval.low >= -bound && interval.high <= bound) return 'within'
  if (interval.low > bound || interval.high < -bound) return 'beyond'
  return 'not shown'
}

/** The exact 95 % interval of a share of which k of n were seen (Clopper and Pearson). */
export const clopperPearson = (k: number, n: number, confidence = 0.95): { low: number; high: number } => {
  const tail = (1 - confidence) / 2
  return {
    low: k === 0 ? 0 : solve((p) => 1 - binomialUpTo(k - 1, n, p), tail),
    high: k === n ? 1 : solve((p) => -binomialUpTo(k, n, p), -tail),
  }
}

/** Where a rising function of [0, 1] takes a value. */
const solve = (rising: (p: number) => number, value: number): number => {
  let low = 0
  let high = 1
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (rising(middle) < value) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The chance of at most k in n when each has chance p, summed in logarithms. */
const binomialUpTo = (k: number, n: number, p: number): number => {
  if (p <= 0) return 1
  if (p >= 1) return k >= n ? 1 : 0
  let logTerm = n * Math.log1p(-p)
  const odds = Math.log(p) - Math.log1p(-p)
  let sum = Math.exp(logTerm)
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log(n - i + 1) - Math.log(i) + odds
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}

/** Whether two intervals have a value in common. */
export const overlap = (a: { low: number; high: number }, b: { low: number; high: number }): boolean => a.low <= b.high && b.low <= a.high
