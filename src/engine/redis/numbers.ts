/** Numbers as Redis keeps them: 64-bit integers, and the x86 long double of INCRBYFLOAT. */

const MAX = 9223372036854775807n
const MIN = -9223372036854775808n

/** A whole number of up to 64 bits, as a number where that is exact and as a bigint beyond. */
export type Int64 = number | bigint

export const narrow = (n: bigint): Int64 => (n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n)

/** string2ll: no sign but a minus, no leading zeros, no blanks. */
export const parseInt64 = (text: string): Int64 | null => {
  const { length } = text
  if (length === 0 || length > 20) return null
  const first = text.charCodeAt(0)
  const from = first === 45 ? 1 : 0
  if (length === 1) return first >= 48 && first <= 57 ? first - 48 : null
  const lead = text.charCodeAt(from)
  if (lead < 49 || lead > 57) return null
  let n = lead - 48
  for (let i = from + 1; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    n = n * 10 + digit
  }
  if (n <= 9007199254740991) return from === 1 ? -n : n
  const exact = BigInt(text)
  return exact > MAX || exact < MIN ? null : exact
}

/** The sum, or null when it leaves 64 bits. */
export const addInt64 = (a: Int64, b: Int64): Int64 | null => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  const sum = BigInt(a) + BigInt(b)
  return sum > MAX || sum < MIN ? null : narrow(sum)
}

/** An index or a count: a 64-bit integer whose last digits do not matter where it is beyond 2^53. */
export const parseSmall = (text: string): number | null => {
  const n = parseInt64(text)
  return typeof n === 'bigint' ? Number(n) : n
}

/** atoi: the whole number that a text begins with, cut to 32 bits; 0 without one. */
export const atoi = (text: string): number => {
  const digits = /^\s*([+-]?\d+)/.exec(text)
  if (digits === null) return 0
  if (digits[1].length < 10) return Number(digits[1])
  const n = BigInt(digits[1].replace('+', ''))
  return Number(BigInt.asIntN(32, n > MAX ? MAX : n < MIN ? MIN : n))
}

/** getIntFromObject: a whole number of 32 bits, or the error that says why it is none. */
export const parseInt32 = (text: string): number | { error: string } => {
  const n = parseSmall(text)
  if (n === null) return { error: 'ERR value is not an integer or out of range' }
  if (n < -2147483648 || n > 2147483647) return { error: 'ERR value is out of range, value must between -2147483648 and 2147483647' }
  return n
}

// ------------------------------------------------------------------ long double

/** mantissa · 2^exponent, the mantissa of at most 64 bits; or an infinity. */
export type LongDouble = { m: bigint; e: number } | 'inf' | '-inf'

const bitLength = (n: bigint): number => n.toString(2).length

/** numerator/denominator rounded to 64 significant bits, ties to even. */
const round = (numerator: bigint, denominator: bigint): LongDouble => {
  if (numerator === 0n) return { m: 0n, e: 0 }
  const negative = numerator < 0n
  const n = negative ? -numerator : numerator
  let e = bitLength(n) - bitLength(denominator) - 64
  const scaled = (): [bigint, bigint] => (e >= 0 ? [n, denominator << BigInt(e)] : [n << BigInt(-e), denominator])
  let [top, bottom] = scaled()
  while (top / bottom >= 1n << 64n) {
    e++
    ;[top, bottom] = scaled()
  }
  let m = top / bottom
  const rest = (top - m * bottom) * 2n
  if (rest > bottom || (rest === bottom && (m & 1n) === 1n)) m++
  return { m: negative ? -m : m, e }
}

/** strtold over the whole text, as string2ld accepts it. */
export const parseLongDouble = (text: string): LongDouble | null => {
  const special = /^([+-]?)(?:inf|infinity)$/i.exec(text)
  if (special) return special[1] === '-' ? '-inf' : 'inf'
  const m = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(text)
  if (m === null || (m[2] === '' && (m[3] ?? '') === '')) {
    const h = hexadecimal(text)
    if (h === null) return null
    return h.e >= 0 ? round(h.m << BigInt(h.e), 1n) : round(h.m, 1n << BigInt(-h.e))
  }
  const fraction = m[3] ?? ''
  const digits = BigInt(m[2] + fraction || '0') * (m[1] === '-' ? -1n : 1n)
  const power = Number(m[4] ?? 0) - fraction.length
  return power >= 0 ? round(digits * tenTo(power), 1n) : round(digits, tenTo(-power))
}

const tenTo = (n: number): bigint => BigInt('1' + '0'.repeat(n))

/** The sum, or null when it is no number. */
export const addLongDouble = (a: LongDouble, b: LongDouble): LongDouble | null => {
  if (typeof a === 'string' || typeof b === 'string') return null
  const e = Math.min(a.e, b.e)
  const sum = (a.m << BigInt(a.e - e)) + (b.m << BigInt(b.e - e))
  return e >= 0 ? round(sum << BigInt(e), 1n) : round(sum, 1n << BigInt(-e))
}

/** %.17Lf without trailing zeros, as Redis writes a human-friendly long double. */
export const printLongDouble = (x: LongDouble): string => {
  if (typeof x === 'string') return x
  const negative = x.m < 0n
  const m = negative ? -x.m : x.m
  const top = m * tenTo(17)
  let scaled: bigint
  if (x.e >= 0) scaled = top << BigInt(x.e)
  else {
    const bottom = 1n << BigInt(-x.e)
    scaled = top / bottom
    const rest = (top - scaled * bottom) * 2n
    if (rest > bottom || (rest === bottom && (scaled & 1n) === 1n)) scaled++
  }
  const digits = scaled.toString().padStart(18, '0')
  const text = `${digits.slice(0, -17)}.${digits.slice(-17)}`.replace(/0+$/, '').replace(/\.$/, '')
  return negative && text !== '0' ? '-' + text : text
}

// ------------------------------------------------------------------ double

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d{1,5}))?$/i

/** A hexadecimal number as C reads it: sign and digits as one whole number, times a power of two; null when it is none. */
const hexadecimal = (text: string): { m: bigint; e: number } | null => {
  const m = HEXADECIMAL.exec(text)
  if (m === null || m[2] + (m[3] ?? '') === '') return null
  const digits = BigInt(`0x${m[2]}${m[3] ?? ''}`)
  return { m: m[1] === '-' ? -digits : digits, e: Number(m[4] ?? 0) - 4 * (m[3] ?? '').length }
}

/** A finite number of strtod over the whole text, or what it overflows to; null when it is none. */
const strtod = (text: string): number | null => {
  if (DECIMAL.test(text)) return Number(text)
  const h = hexadecimal(text)
  if (h === null) return null
  let x = Number(h.m)
  for (let e = h.e; e !== 0 && x !== 0 && Number.isFinite(x); e += e > 0 ? -1 : 1) x = e > 0 ? x * 2 : x / 2
  return x
}

/** Reads a score: inf too, no blanks; null when it is none, or nearer to 0 than a double can be. */
export const parseDouble = (text: string): number | null => {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  const n = strtod(text)
  if (n === 0 && /[1-9a-f]/i.test(text.replace(/0x|[ep].*/gi, ''))) return null
  return n !== null && Number.isFinite(n) ? n : null
}

/** strtod over the whole text: blanks before it, nothing at all for 0, and what is too large for infinity. */
export const parseBound = (text: string): number | null => {
  if (text === '') return 0
  const word = text.trimStart()
  if (/^[+-]?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity
  return strtod(word)
}

/** %.17g: seventeen significant digits, an exponent when it is below −4 or above 16. */
export const formatDouble = (x: number): string => {
  if (x === Infinity) return 'inf'
  if (x === -Infinity) return '-inf'
  if (Number.isSafeInteger(x)) return Object.is(x, -0) ? '-0' : String(x)
  const [digits, power] = x.toExponential(16).split('e')
  const e = Number(power)
  const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (e < -4 || e >= 17) return `${trimmed(digits)}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`
  return trimmed(x.toPrecision(17))
}
