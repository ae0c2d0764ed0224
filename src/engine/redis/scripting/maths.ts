import { numberAt, wholeAt } from './args.ts'
import { exp, log, pow } from '../../core/math.ts'
import type { LuaFunction } from './host.ts'

/** The math library of Lua 5.1, with Redis's own random numbers (rand.c): a server starts from the same state, and its scripts go on from each other's. */

export const PI = 3.141592653589793
const MOST = 2147483647

/** drand48's generator: 48 bits. */
export class Lrand48 {
  private x = 0n
  get state(): number {
    return Number(this.x)
  }
  set state(x: number) {
    this.x = BigInt(x)
  }
  seed(n: number): void {
    this.x = (BigInt.asUintN(32, BigInt(n)) << 16n) | 0x330en
  }
  next(): number {
    this.x = (this.x * 0x5deece66dn + 0xbn) & 0xffffffffffffn
    return Number(this.x >> 17n)
  }
}

// ------------------------------------------------------------------ sines from + − × ÷, the same in every browser

const PI_2_HI = 1.5707963267341256
const PI_2_LO = 6.077100506506192e-11
const series = (x: number, first: number, n: number): number => {
  const z = x * x
  let sum = 0
  for (let k = n; k >= 1; k--) sum = (1 + sum) * (-z / ((2 * k + first - 2) * (2 * k + first - 1)))
  return 1 + sum
}
/** sin, a quarter turn further for each `quarter`. */
const turned = (x: number, quarter: number): number => {
  if (!Number.isFinite(x)) return NaN
  const k = Math.round(x / (PI / 2))
  const r = x - k * PI_2_HI - k * PI_2_LO
  const place = (((k + quarter) % 4) + 4) % 4
  const value = place % 2 === 0 ? r * series(r, 2, 12) : series(r, 1, 12)
  return place >= 2 ? -value : value
}
const sin = (x: number): number => (x === 0 ? x : turned(x, 0))
const cos = (x: number): number => turned(x, 1)

/** Halved until the series is short: atan x = 2 atan(x / (1 + √(1 + x²))). */
const atan = (x: number): number => {
  if (Math.abs(x) > 1) return (x > 0 ? PI / 2 : -PI / 2) - atan(1 / x)
  let [y, times] = [x, 1]
  for (; times < 8; times *= 2) y /= 1 + Math.sqrt(1 + y * y)
  const z = y * y
  let sum = 0
  for (let k = 21; k >= 1; k -= 2) sum = 1 / k - z * sum
  return times * y * sum
}
const atan2 = (y: number, x: number): number => {
  if (x > 0) return atan(y / x)
  if (x < 0) return atan(y / x) + (y < 0 || Object.is(y, -0) ? -PI : PI)
  return y > 0 ? PI / 2 : y < 0 ? -PI / 2 : Object.is(x, -0) ? PI : 0
}
const asin = (x: number): number => atan2(x, Math.sqrt((1 - x) * (1 + x)))

const raised = (x: number, y: number): number => {
  if (x > 0 && !(Number.isInteger(y) && y < 0)) return pow(x, y)
  if (!Number.isInteger(y)) return x === 0 ? (y > 0 ? 0 : Infinity) : NaN
  let out = 1
  for (let base = x, n = Math.abs(y); n > 0 && out !== 0; n = Math.floor(n / 2), base *= base) if (n % 2 === 1) out *= base
  return y < 0 ? 1 / out : out
}

const frexp = (x: number): [number, number] => {
  if (x === 0 || !Number.isFinite(x)) return [x, 0]
  let [m, e] = [x, 0]
  for (; Math.abs(m) >= 1; e++) m /= 2
  for (; Math.abs(m) < 0.5; e--) m *= 2
  return [m, e]
}
const ldexp = (m: number, e: number): number => {
  let x = m
  for (let i = Math.min(e, 2100); i > 0; i--) x *= 2
  for (let i = Math.max(e, -2100); i < 0; i++) x /= 2
  return x
}
/** log10 that is exact at powers of ten. */
const log10 = (x: number): number => {
  const y = log(x) / 2.302585092994046
  const whole = Math.round(y)
  return Number(`1e${Number.isFinite(y) ? whole : 0}`) === x ? whole : y
}

const one =
  (f: (x: number) => number): LuaFunction =>
  (a, vm) => [f(numberAt(a, 0, vm))]
const remainder: LuaFunction = (a, vm) => [numberAt(a, 0, vm) % numberAt(a, 1, vm)]
const fold =
  (f: (x: number, y: number) => number): LuaFunction =>
  (a, vm) => {
    let out = numberAt(a, 0, vm)
    for (let i = 1; i < a.length; i++) out = f(out, numberAt(a, i, vm))
    return [out]
  }

export const mathsWith = (random: Lrand48): Readonly<Record<string, LuaFunction>> => ({
  abs: one(Math.abs),
  ceil: one(Math.ceil),
  floor: one(Math.floor),
  sqrt: one(Math.sqrt),
  sin: one(sin),
  cos: one(cos),
  tan: one((x) => sin(x) / cos(x)),
  asin: one(asin),
  acos: one((x) => PI / 2 - asin(x)),
  atan: one(atan),
  atan2: (a, vm) => [atan2(numberAt(a, 0, vm), numberAt(a, 1, vm))],
  sinh: one((x) => (exp(x) - exp(-x)) / 2),
  cosh: one((x) => (exp(x) + exp(-x)) / 2),
  tanh: one((x) => (Math.abs(x) > 20 ? Math.sign(x) : (exp(x) - exp(-x)) / (exp(x) + exp(-x)))),
  exp: one(exp),
  log: one(log),
  log10: one(log10),
  pow: (a, vm) => [raised(numberAt(a, 0, vm), numberAt(a, 1, vm))],
  deg: one((x) => x / (PI / 180)),
  rad: one((x) => x * (PI / 180)),
  fmod: remainder,
  mod: remainder,
  modf: (a, vm) => {
    const x = numberAt(a, 0, vm)
    const whole = Math.trunc(x)
    return [whole, Number.isFinite(x) ? x - whole : x !== x ? x : 0]
  },
  frexp: (a, vm) => frexp(numberAt(a, 0, vm)),
  ldexp: (a, vm) => [ldexp(numberAt(a, 0, vm), wholeAt(a, 1, vm))],
  max: fold((x, y) => (y > x ? y : x)),
  min: fold((x, y) => (y < x ? y : x)),
  random: (a, vm) => {
    const r = (random.next() % MOST) / MOST
    if (a.length === 0) return [r]
    if (a.length > 2) return vm.fail('wrong number of arguments')
    const from = a.length === 1 ? 1 : wholeAt(a, 0, vm)
    const to = wholeAt(a, a.length - 1, vm)
    if (from > to) vm.bad(a.length, 'interval is empty')
    return [Math.floor(r * (to - from + 1)) + from]
  },
  randomseed: (a, vm) => {
    random.seed(wholeAt(a, 0, vm))
    return []
  },
})
