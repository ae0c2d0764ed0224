import type { Value, Vm } from './host.ts'

/** Lua 5.1's patterns (lstrlib.c): matching over byte strings. */

const MOST_CAPTURES = 32
const UNFINISHED = -1
const POSITION = -2

const isAlpha = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90)
const isDigit = (c: number): boolean => c >= 48 && c <= 57
const isPunct = (c: number): boolean => c > 32 && c < 127 && !isAlpha(c) && !isDigit(c)

const inNamedClass = (c: number, name: string): boolean => {
  switch (name) {
    case 'a':
      return isAlpha(c)
    case 'c':
      return c < 32 || c === 127
    case 'd':
      return isDigit(c)
    case 'l':
      return c >= 97 && c <= 122
    case 'p':
      return isPunct(c)
    case 's':
      return c === 32 || (c >= 9 && c <= 13)
    case 'u':
      return c >= 65 && c <= 90
    case 'w':
      return isAlpha(c) || isDigit(c)
    case 'x':
      return isDigit(c) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70)
    default:
      return c === 0
  }
}

export class Matcher {
  private level = 0
  private readonly starts: number[] = []
  private readonly lengths: number[] = []

  constructor(
    private readonly s: string,
    private readonly p: string,
    private readonly vm: Vm,
  ) {}

  /** The end of a match that begins at `at`, from the pattern's place `p`; −1 = none. */
  match(at: number, p: number): number {
    this.level = 0
    return this.go(at, p)
  }

  private go(s: number, p: number): number {
    for (;;) {
      if (p >= this.p.length) return s
      const c = this.p[p]
      if (c === '(') return this.p[p + 1] === ')' ? this.open(s, p + 2, POSITION) : this.open(s, p + 1, UNFINISHED)
      if (c === ')') return this.close(s, p + 1)
      if (c === '%') {
        const next = this.p[p + 1]
        if (next === 'b') {
          s = this.balance(s, p + 2)
          if (s < 0) return -1
          p += 4
          continue
        }
        if (next === 'f') {
          p += 2
          if (this.p[p] !== '[') this.vm.fail("missing '[' after '%f' in pattern")
          const end = this.classEnd(p)
          const before = s === 0 ? 0 : this.s.charCodeAt(s - 1)
          const here = s < this.s.length ? this.s.charCodeAt(s) : 0
          if (this.inSet(before, p, end - 1) || !this.inSet(here, p, end - 1)) return -1
          p = end
          continue
        }
        if (next !== undefined && isDigit(next.charCodeAt(0))) {
          s = this.back(s, next.charCodeAt(0))
          if (s < 0) return -1
          p += 2
          continue
        }
      }
      if (c === '$' && p + 1 === this.p.length) return s === this.s.length ? s : -1
      const end = this.classEnd(p)
      const fits = s < this.s.length && this.single(s, p, end)
      const after = this.p[end]
      if (after === '?') {
        if (fits) {
          const found = this.go(s + 1, end + 1)
          if (found >= 0) return found
        }
        p = end + 1
      } else if (after === '*') return this.most(s, p, end, 0)
      else if (after === '+') return fits ? this.most(s, p, end, 1) : -1
      else if (after === '-') return this.least(s, p, end)
      else {
        if (!fits) return -1
        s++
        p = end
      }
    }
  }

  private classEnd(p: number): number {
    const c = this.p[p++]
    if (c === '%') {
      if (p >= this.p.length) this.vm.fail("malformed pattern (ends with '%')")
      return p + 1
    }
    if (c === '[') {
      if (this.p[p] === '^') p++
      do {
        if (p >= this.p.length) this.vm.fail("malformed pattern (missing ']')")
        if (this.p[p++] === '%' && p < this.p.length) p++
      } while (this.p[p] !== ']')
      return p + 1
    }
    return p
  }

  private inClass(c: number, name: string): boolean {
    const lower = name.toLowerCase()
    if (!/^[acdlpsuwxz]$/.test(lower)) return name.charCodeAt(0) === c
    return inNamedClass(c, lower) === (name === lower)
  }

  /** `p` at the [, `last` at the ]. */
  private inSet(c: number, p: number, last: number): boolean {
    let yes = true
    if (this.p[p + 1] === '^') {
      yes = false
      p++
    }
    while (++p < last) {
      if (this.p[p] === '%') {
        p++
        if (this.inClass(c, this.p[p])) return yes
      } else if (this.p[p + 1] === '-' && p + 2 < last) {
        p += 2
        if (this.p.charCodeAt(p - 2) <= c && c <= this.p.charCodeAt(p)) return yes
      } else if (this.p.charCodeAt(p) === c) return yes
    }
    return !yes
  }

  private single(s: number, p: number, end: number): boolean {
    const c = this.s.charCodeAt(s)
    const kind = this.p[p]
    if (kind === '.') return true
    if (kind === '%') return this.inClass(c, this.p[p + 1])
    if (kind === '[') return this.inSet(c, p, end - 1)
    return this.p.charCodeAt(p) === c
  }

  private most(s: number, p: number, end: number, least: number): number {
    let n = least
    while (s + n < this.s.length && this.single(s + n, p, end)) n++
    for (; n >= least; n--) {
      const found = this.go(s + n, end + 1)
      if (found >= 0) return found
    }
    return -1
  }

  private least(s: number, p: number, end: number): number {
    for (;;) {
      const found = this.go(s, end + 1)
      if (found >= 0) return found
      if (s >= this.s.length || !this.single(s, p, end)) return -1
      s++
    }
  }

  private open(s: number, p: number, kind: number): number {
    if (this.level >= MOST_CAPTURES) this.vm.fail('too many captures')
    this.starts[this.level] = s
    this.lengths[this.level] = kind
    this.level++
    const found = this.go(s, p)
    if (found < 0) this.level--
    return found
  }

  private close(s: number, p: number): number {
    let l = this.level - 1
    while (l >= 0 && this.lengths[l] !== UNFINISHED) l--
    if (l < 0) this.vm.fail('invalid pattern capture')
    this.lengths[l] = s - this.starts[l]
    const found = this.go(s, p)
    if (found < 0) this.lengths[l] = UNFINISHED
    return found
  }

  private balance(s: number, p: number): number {
    if (p + 1 >= this.p.length) this.vm.fail('unbalanced pattern')
    if (s >= this.s.length || this.s[s] !== this.p[p]) return -1
    const [opens, closes] = [this.p[p], this.p[p + 1]]
    let depth = 1
    while (++s < this.s.length) {
      if (this.s[s] === closes) {
        if (--depth === 0) return s + 1
      } else if (this.s[s] === opens) depth++
    }
    return -1
  }

  private back(s: number, digit: number): number {
    const l = digit - 49
    if (l < 0 || l >= this.level || this.lengths[l] === UNFINISHED) return this.vm.fail('invalid capture index')
    const text = this.s.substr(this.starts[l], this.lengths[l])
    return this.s.startsWith(text, s) ? s + text.length : -1
  }

  get captures(): number {
    return this.level
  }

  /** The i-th capture, or without captures the whole match. */
  capture(i: number, from: number, to: number): Value {
    if (i >= this.level) return i === 0 ? this.s.slice(from, to) : this.vm.fail('invalid capture index')
    const length = this.lengths[i]
    if (length === UNFINISHED) return this.vm.fail('unfinished capture')
    return length === POSITION ? this.starts[i] + 1 : this.s.substr(this.starts[i], length)
  }

  /** All captures; the whole match where there are none and it is asked for. */
  all(from: number, to: number, whole: boolean): Value[] {
    const n = this.level === 0 && whole ? 1 : this.level
    return Array.from({ length: n }, (_, i) => this.capture(i, from, to))
  }
}

export const hasSpecials = (p: string): boolean => /[\^$*+?.([%-]/.test(p)
