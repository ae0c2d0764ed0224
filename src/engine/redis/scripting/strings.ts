import { asText, isTrue, numberAt, textAt, wholeAt, wholeOr } from './args.ts'
import { printDouble, toInt64 } from './format.ts'
import { isTable, typeOf, type LuaFunction, type Value, type Vm } from './host.ts'
import { Matcher, hasSpecials } from './patterns.ts'

/** The string library of Lua 5.1 (lstrlib.c). */

const LONGEST = 512 * 1024 * 1024

/** A place from the end, where it is negative; never below 0. */
const placeOf = (i: number, length: number): number => Math.max(0, i < 0 ? i + length + 1 : i)

const find =
  (wantsPlaces: boolean): LuaFunction =>
  (args, vm) => {
    const s = textAt(args, 0, vm)
    const p = textAt(args, 1, vm)
    const init = Math.min(s.length, Math.max(0, placeOf(wholeOr(args, 2, 1, vm), s.length) - 1))
    if (wantsPlaces && (isTrue(args[3]) || !hasSpecials(p))) {
      const at = s.indexOf(p, init)
      return at < 0 ? [undefined] : [at + 1, at + p.length]
    }
    const anchored = p[0] === '^'
    const matcher = new Matcher(s, p, vm)
    for (let at = init; at <= s.length; at++) {
      const end = matcher.match(at, anchored ? 1 : 0)
      if (end >= 0) return wantsPlaces ? [at + 1, end, ...matcher.all(at, end, false)] : matcher.all(at, end, true)
      if (anchored) break
    }
    return [undefined]
  }

/** The iterator of gmatch; the machine makes a function of it. */
export const matchesOf = (s: string, p: string): LuaFunction => {
  let at = 0
  return (_args, vm) => {
    const matcher = new Matcher(s, p, vm)
    for (; at <= s.length; at++) {
      const end = matcher.match(at, 0)
      if (end < 0) continue
      const found = matcher.all(at, end, true)
      at = end === at ? end + 1 : end
      return found
    }
    return [undefined]
  }
}

const replacement = (matcher: Matcher, repl: Value, from: number, to: number, s: string, vm: Vm): string => {
  let value: Value
  if (isTable(repl)) value = repl.get(matcher.capture(0, from, to))
  else if (typeof repl === 'object') value = vm.call(repl, matcher.all(from, to, true))[0]
  else {
    const text = asText(repl)!
    let out = ''
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== '%') {
        out += text[i]
        continue
      }
      const c = text[++i] ?? '\0'
      if (c < '0' || c > '9') out += c
      else out += c === '0' ? s.slice(from, to) : (asText(matcher.capture(c.charCodeAt(0) - 49, from, to)) ?? '')
    }
    return out
  }
  if (!isTrue(value)) return s.slice(from, to)
  return asText(value) ?? vm.fail(`invalid replacement value (a ${typeOf(value)})`)
}

const gsub: LuaFunction = (args, vm) => {
  const s = textAt(args, 0, vm)
  const p = textAt(args, 1, vm)
  const repl = args[2]
  if (asText(repl) === null && !isTable(repl) && typeOf(repl) !== 'function') vm.bad(3, 'string/function/table expected')
  const most = wholeOr(args, 3, s.length + 1, vm)
  const anchored = p[0] === '^'
  const matcher = new Matcher(s, p, vm)
  let [at, n, out] = [0, 0, '']
  while (n < most) {
    const end = matcher.match(at, anchored ? 1 : 0)
    if (end >= 0) {
      n++
      out += replacement(matcher, repl, at, end, s, vm)
    }
    if (end > at) at = end
    else if (at < s.length) out += s[at++]
    else break
    if (anchored) break
  }
  return [out + s.slice(at), n]
}

const quoted = (text: string): string => {
  let out = '"'
  for (const c of text) {
    if (c === '"' || c === '\\' || c === '\n') out += `\\${c}`
    else if (c === '\r') out += '\\r'
    else if (c === '\0') out += '\\000'
    else out += c
  }
  return `${out}"`
}

interface Form {
  flags: string
  width: number
  precision: number | null
}

const padded = (text: string, { flags, width }: Form, zeros: boolean): string => {
  if (flags.includes('-')) return text.padEnd(width)
  if (!zeros || !flags.includes('0')) return text.padStart(width)
  const sign = /^([+ -]|0[xX])?/.exec(text)![0]
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

const signed = (text: string, flags: string): string =>
  text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text

const whole = (x: number, kind: string, form: Form): string => {
  const n = toInt64(x)
  // x86 casts to an unsigned word what lies above the signed ones, and makes 0 of what is too large for it
  const unsigned = x >= 18446744073709551616 ? 0n : x >= 9223372036854775808 ? BigInt(x) : BigInt.asUintN(64, n)
  let digits: string
  if (kind === 'd' || kind === 'i') digits = (n < 0n ? -n : n).toString()
  else digits = unsigned.toString(kind === 'o' ? 8 : kind === 'u' ? 10 : 16)
  if (kind === 'X') digits = digits.toUpperCase()
  if (form.precision === 0 && n === 0n) digits = ''
  digits = digits.padStart(form.precision ?? 0, '0')
  if (kind === 'd' || kind === 'i') digits = signed((n < 0n ? '-' : '') + digits, form.flags)
  else if (form.flags.includes('#') && n !== 0n) {
    if (kind === 'x' || kind === 'X') digits = `0${kind}${digits}`
    else if (kind === 'o' && !digits.startsWith('0')) digits = `0${digits}`
  }
  return padded(digits, form, form.precision === null)
}

const format: LuaFunction = (args, vm) => {
  const pattern = textAt(args, 0, vm)
  let out = ''
  let next = 0
  for (let i = 0; i < pattern.length;) {
    if (pattern[i] !== '%') {
      out += pattern[i++]
      continue
    }
    if (pattern[++i] === '%') {
      out += '%'
      i++
      continue
    }
    if (++next >= args.length) vm.bad(next + 1, 'no value')
    const m = /^([-+ #0]*)(\d{0,2})(?:(\.)(\d{0,2}))?/.exec(pattern.slice(i))!
    if (m[1].length >= 6) vm.fail('invalid format (repeated flags)')
    i += m[0].length
    const kind = pattern[i++] ?? ''
    if (kind >= '0' && kind <= '9') vm.fail('invalid format (width or precision too long)')
    const form: Form = { flags: m[1], width: Number(m[2]), precision: m[3] === undefined ? null : Number(m[4]) }
    if (kind === 'c') out += padded(String.fromCharCode(numberAt(args, next, vm) & 255), form, false).replace(/\0.*$/s, '')
    else if ('diouxX'.includes(kind) && kind !== '') out += whole(numberAt(args, next, vm), kind, form)
    else if ('eEfgG'.includes(kind) && kind !== '') {
      const x = numberAt(args, next, vm)
      const text = signed(printDouble(x, kind, form.precision ?? 6, form.flags.includes('#')), form.flags)
      out += padded(text, form, Number.isFinite(x))
    } else if (kind === 'q') out += quoted(textAt(args, next, vm))
    else if (kind === 's') {
      const text = textAt(args, next, vm)
      // a long string without precision is kept whole; any other ends at its first zero
      if (form.precision === null && text.length >= 100) out += text
      else {
        const end = text.indexOf('\0')
        out += padded((end < 0 ? text : text.slice(0, end)).slice(0, form.precision ?? undefined), form, false)
      }
    } else vm.fail(`invalid option '%${kind}' to 'format'`)
  }
  return [out]
}

export const STRINGS: Readonly<Record<string, LuaFunction>> = {
  len: (a, vm) => [textAt(a, 0, vm).length],
  sub: (a, vm) => {
    const s = textAt(a, 0, vm)
    const from = Math.max(1, placeOf(wholeAt(a, 1, vm), s.length))
    const to = Math.min(s.length, placeOf(wholeOr(a, 2, -1, vm), s.length))
    return [from <= to ? s.slice(from - 1, to) : '']
  },
  upper: (a, vm) => [textAt(a, 0, vm).replace(/[a-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 32))],
  lower: (a, vm) => [textAt(a, 0, vm).replace(/[A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 32))],
  rep: (a, vm) => {
    const s = textAt(a, 0, vm)
    const n = Math.max(0, wholeAt(a, 1, vm))
    return [s.length * n > LONGEST ? vm.fail('not enough memory') : s.repeat(s === '' ? 0 : n)]
  },
  reverse: (a, vm) => [[...textAt(a, 0, vm)].reverse().join('')],
  byte: (a, vm) => {
    const s = textAt(a, 0, vm)
    const from = placeOf(wholeOr(a, 1, 1, vm), s.length)
    const to = Math.min(s.length, placeOf(wholeOr(a, 2, from, vm), s.length))
    const out: number[] = []
    for (let i = Math.max(1, from); i <= to; i++) out.push(s.charCodeAt(i - 1))
    return out
  },
  char: (a, vm) => [
    a
      .map((_v, i) => {
        const c = wholeAt(a, i, vm)
        return c >= 0 && c <= 255 ? String.fromCharCode(c) : vm.bad(i + 1, 'invalid value')
      })
      .join(''),
  ],
  format,
  find: find(true),
  match: find(false),
  gsub,
}
