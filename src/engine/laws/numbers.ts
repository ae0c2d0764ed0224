/** Euler's and Mascheroni's constant. */
export const EULER = 0.5772156649015329

/** n choose k. */
export const choose = (n: number, k: number): number => {
  if (k < 0 || k > n) return 0
  let c = 1
  for (let i = 1; i <= k; i++) c = (c * (n - k + i)) / i
  return c
}

/** H_n = 1 + 1/2 + … + 1/n. */
export const harmonic = (n: number): number => {
  let h = 0
  for (let i = n; i >= 1; i--) h += 1 / i
  return h
}

/** The x in [low, high] where a rising function reaches `aim`, by bisection. */
export const solve = (rising: (x: number) => number, aim: number, low: number, high: number): number => {
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (rising(middle) < aim) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Zipf probabilities of ranks 1…n. */
export const zipf = (n: number, exponent: number): Float64Array => {
  const p = Float64Array.from({ length: n }, (_, i) => (i + 1) ** -exponent)
  let sum = 0
  for (const x of p) sum += x
  return p.map((x) => x / sum)
}
