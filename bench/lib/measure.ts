/** Side-by-side timing: every contestant is calibrated, warmed up and then run in turn, round after round. */

export interface Options {
  quick: boolean
}

export interface Contestant {
  name: string
  /** Does `n` operations. What it does before calling `begin` is not timed; without that call everything is. */
  run(n: number, begin: () => void): void
  /** a floor and a ceiling for `n` when calibrating. */
  least?: number
  most?: number
}

export interface Timing {
  name: string
  /** operations a second, median of the rounds. */
  rate: number
  /** nanoseconds an operation, a figure a round. */
  ns: number[]
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}

const once = (who: Contestant, n: number): number => {
  let began = performance.now()
  who.run(n, () => (began = performance.now()))
  return performance.now() - began
}

/** How many operations take about `wallMs`. Doubles as a first warm-up. */
const calibrate = (who: Contestant, wallMs: number): number => {
  const most = who.most ?? 50_000_000
  let n = Math.min(most, who.least ?? 1000)
  for (;;) {
    const took = once(who, n)
    if (took >= wallMs || n >= most) return n
    n = Math.min(most, Math.max(n + 1, Math.floor(n * Math.min(8, (1.15 * wallMs) / Math.max(took, 0.01)))))
  }
}

const ROUND_MS = 80

export const compare = (contestants: readonly Contestant[], rounds = 9): Timing[] => {
  const sizes = contestants.map((c) => calibrate(c, ROUND_MS))
  contestants.forEach((c, i) => once(c, sizes[i]))
  const ns: number[][] = contestants.map(() => [])
  for (let round = 0; round < rounds; round++)
    contestants.forEach((c, i) => {
      globalThis.gc?.()
      ns[i].push((once(c, sizes[i]) * 1e6) / sizes[i])
    })
  return contestants.map((c, i) => ({ name: c.name, rate: 1e9 / median(ns[i]), ns: ns[i] }))
}

/** How many times the operations a second of theirs ours are: the median of the rounds' own ratios, since noise comes and goes. */
export const ratioOf = (ours: Timing, theirs: Timing): number => median(ours.ns.map((x, round) => theirs.ns[round] / x))

export const human = (rate: number): string =>
  rate >= 1e6
    ? `${(rate / 1e6).toFixed(rate >= 1e7 ? 0 : 1)} M/s`
    : rate >= 1e3
      ? `${(rate / 1e3).toFixed(rate >= 1e4 ? 0 : 1)} k/s`
      : `${rate.toFixed(1)} /s`
