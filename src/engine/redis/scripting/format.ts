/** Numbers as C prints and reads them: exact, ties to even. JavaScript's own toFixed rounds ties up. */

const view = new DataView(new ArrayBuffer(8))
const tenTo = (n: number): bigint => BigInt('1' + '0'.repeat(n))

/** x · 10^power for finite x ≥ 0, rounded to a whole number. */
const scaled = (x: number, power: number): bigint => {
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  let top = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 0x10000000000000n)
  const e = Math.max(biased, 1) - 1075
  let bottom = 1n
  if (power >= 0) top *= tenTo(power)
  else bottom = tenTo(-power)
  if (e >= 0) top <<= BigInt(e)
  else bottom <<= BigInt(-e)
  const whole = top / bottom
  const rest = (top - whole * bottom) * 2n
  return rest > bottom || (rest === bottom && (whole & 1n) === 1n) ? whole + 1n : whole
}

/** %.nf of x ≥ 0. */
const fixed = (x: number, precision: number): string => {
  const digits = scaled(x, precision)
    .toString()
    .padStart(precision + 1, '0')
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`
}

/** The digits of x > 0 to so many places after the first, and the power of ten of the first. */
const digitsOf = (x: number, precision: number): [string, number] => {
  let power = Number(x.toExponential().split('e')[1])
  let digits = scaled(x, precision - power).toString()
  // the shortest form rounds: it may lie beyond a power of ten
  if (digits.length > precision + 1) digits = scaled(x, precision - ++power).toString()
  else if (digits.length < precision + 1) digits = scaled(x, precision - --power).toString()
  return [digits, power]
}

const exponent = (power: number): string => `e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`

/** %.ne of x ≥ 0. */
const exponential = (x: number, precision: number): string => {
  const [digits, power] = x === 0 ? ['0'.repeat(precision + 1), 0] : digitsOf(x, precision)
  return `${digits[0]}${precision > 0 ? '.' : ''}${digits.slice(1)}${exponent(power)}`
}

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** %.ng of x ≥ 0; `keep` = zeros at the end stay (the flag #). */
const general = (x: number, precision: number, keep: boolean): string => {
  const p = precision === 0 ? 1 : precision
  const [digits, power] = x === 0 ? ['0'.repeat(p), 0] : digitsOf(x, p - 1)
  if (power < -4 || power >= p) {
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
    return (keep ? mantissa : trimmed(mantissa)) + exponent(power)
  }
  const text = fixed(x, Math.max(0, p - 1 - power))
  return keep ? text : trimmed(text)
}

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0)

/** printf's e, f and g, without width. */
export const printDouble = (x: number, kind: string, precision: number, keep = false): string => {
  if (Number.isNaN(x)) return '-nan'
  const sign = isNegative(x) ? '-' : ''
  const abs = Math.abs(x)
  const lower = kind.toLowerCase()
  let text: string
  if (abs === Infinity) text = 'inf'
  else if (lower === 'f') text = fixed(abs, precision)
  else if (lower === 'e') text = exponential(abs, precision)
  else text = general(abs, precision, keep)
  return sign + (kind === lower ? text : text.toUpperCase())
}

/** %.14g: how Lua 5.1 writes a number. */
export const textOfNumber = (x: number): string =>
  Number.isInteger(x) && Math.abs(x) < 1e14 && !Object.is(x, -0) ? String(x) : printDouble(x, 'g', 14)

/** strtod over the whole text, blanks around it allowed, as lua_str2number reads: decimals, hexadecimals, inf, nan; null = none. */
export const numberOfText = (text: string): number | null => {
  const end = text.indexOf('\0')
  const word = (end < 0 ? text : text.slice(0, end)).replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '')
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word)) return Number(word)
  const m = /^([+-]?)(?:0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?(?:[pP]([+-]?\d+))?|(inf|infinity)|(nan))$/i.exec(word)
  if (m === null) return null
  const sign = m[1] === '-' ? -1 : 1
  if (m[5] !== undefined) return sign * Infinity
  if (m[6] !== undefined) return NaN
  const digits = m[2] + (m[3] ?? '')
  if (digits === '') return null
  let power = Number(m[4] ?? 0) - 4 * (m[3] ?? '').length
  let n = Number(BigInt('0x' + digits))
  for (; power > 0 && Number.isFinite(n); power--) n *= 2
  for (; power < 0 && n !== 0; power++) n /= 2
  return sign * n
}

/** A double as C casts it to a 64-bit integer on x86. */
export const toInt64 = (x: number): bigint =>
  x >= -9223372036854775808 && x < 9223372036854775808 ? BigInt(Math.trunc(x)) : -9223372036854775808n
