/**
 * Logarithm, exponential and power from + − × ÷ and literal constants only.
 * The language leaves the last bit of Math.log and its kin to the implementation; a run must not depend on the browser.
 * Accuracy: within 2 units in the last place over the ranges the engine uses.
 */
const LN2_HI = 0.6931471803691238
const LN2_LO = 1.9082149292705877e-10
const view = new DataView(new ArrayBuffer(8))

/** The nearest whole number. Math.round branches on the fraction, and of a random one no processor guesses the way. */
export const nearest = (x: number): number => Math.floor(x + 0.5)

/** Natural logarithm; NaN below 0, −Infinity at 0. */
export const log = (x: number): number => {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return Infinity
  let shift = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984
    shift = -54
  }
  view.setFloat64(0, x)
  const high = view.getUint32(0)
  let k = ((high >>> 20) & 0x7ff) - 1023
  view.setUint32(0, (high & 0xfffff) | 0x3ff00000)
  let m = view.getFloat64(0)
  if (m > 1.4142135623730951) {
    m /= 2
    k++
  }
  k += shift
  // log m = 2 atanh(f), f = (m−1)/(m+1), |f| ≤ 0.1716
  const f = (m - 1) / (m + 1)
  const z = f * f
  const series = z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11 + z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z / 19))))))))
  return k * LN2_HI + (2 * f + (2 * f * series + k * LN2_LO))
}

/** e to the power x. */
export const exp = (x: number): number => {
  if (x !== x) return NaN
  if (x > 709.782712893384) return Infinity
  if (x < -745.1332191019412) return 0
  const k = Math.round(x / 0.6931471805599453)
  const r = x - k * LN2_HI - k * LN2_LO
  let sum = 1
  for (let n = 16; n >= 1; n--) sum = 1 + (r / n) * sum
  return scale(sum, k)
}

const scale = (value: number, k: number): number => {
  while (k > 1023) {
    value *= 8.98846567431158e307
    k -= 1023
  }
  while (k < -1022) {
    value *= 2.2250738585072014e-308
    k += 1022
  }
  view.setUint32(0, (k + 1023) << 20)
  view.setUint32(4, 0)
  return value * view.getFloat64(0)
}

/** x to the power y for x > 0; exact for small whole y. */
export const pow = (x: number, y: number): number => {
  if (Number.isInteger(y) && y >= 0 && y <= 64) {
    let result = 1
    for (let base = x, n = y; n > 0; n = n >>> 1, base *= base) if (n & 1) result *= base
    return result
  }
  return x === 0 ? 0 : exp(y * log(x))
}
