import { splitWords } from '../engine/redis/words.ts'

/**
 * Reads a client's bytes as Redis 7.0.15 does (networking.c): arrays of bulk strings, or inline commands. Takes the bytes in any
 * pieces. Words have one char a byte, as the engine keeps them.
 */

/** A command, or the reason for which the connection ends after what came before is answered. */
export type Request = { argv: string[] } | { error: string }

/** What a server may be sent: longest line without an end; longest bulk string (proto-max-bulk-len). */
export const LONGEST_LINE = 64 * 1024
export const LONGEST_BULK = 512 * 1024 * 1024
const MOST_WORDS = 2147483647
/** Before a password was given, a client gets little room. */
const WORDS_BEFORE_AUTH = 10
const BULK_BEFORE_AUTH = 16384

const CR = 13
const LF = 10
const STAR = 42
const DOLLAR = 36
const ZERO = 48
const NINE = 57
const MINUS = 45

const EMPTY = Buffer.alloc(0)

/** string2ll: a whole number without sign but minus, without leading zeros; NaN when it is none. */
const whole = (bytes: Buffer, from: number, to: number): number => {
  const negative = bytes[from] === MINUS
  const first = negative ? from + 1 : from
  if (first >= to || to - from > 20) return NaN
  if (bytes[first] === ZERO) return to - from === 1 ? 0 : NaN
  let n = 0
  for (let i = first; i < to; i++) {
    if (bytes[i] < ZERO || bytes[i] > NINE) return NaN
    n = n * 10 + bytes[i] - ZERO
  }
  // past 2^63 it is no number for Redis; so near to it only the refusal counts, which is the same
  return n >= 2 ** 63 ? NaN : negative ? -n : n
}

/** One connection's bytes on their way to commands. */
export class RequestReader {
  private readonly needsAuth: () => boolean
  private bytes: Buffer = EMPTY
  private at = 0
  /** pieces that came while a long bulk string was not yet whole, and their length: joined once. */
  private later: Buffer[] = []
  private laterSize = 0
  private argv: string[] = []
  /** words still to come of the array under way; 0 = between commands. */
  private wanted = 0
  /** length of the bulk string under way, −1 = its header is next. */
  private bulk = -1
  private isOver = false

  constructor(needsAuth: () => boolean = () => false) {
    this.needsAuth = needsAuth
  }

  /** Takes bytes; gives the next requests by `next`. */
  push(chunk: Buffer): void {
    if (this.isOver) return
    this.later.push(chunk)
    this.laterSize += chunk.length
  }

  /** The next whole command or the protocol error that ends the connection; null when more bytes are needed. */
  next(): Request | null {
    if (this.isOver) return null
    // a long bulk string is waited for without joining its pieces again and again
    if (this.bulk >= 0 && this.bytes.length - this.at + this.laterSize < this.bulk + 2) return null
    this.join()
    while (this.at < this.bytes.length) {
      const before = this.at
      const got = this.wanted > 0 || this.bytes[this.at] === STAR ? this.multibulk() : this.inline()
      if (got !== null) {
        if ('error' in got) this.end()
        return got
      }
      // mid-command or mid-line: more bytes are needed; otherwise it was an empty line or an empty array
      if (this.wanted > 0 || this.at === before) return null
    }
    return null
  }

  private join(): void {
    if (this.laterSize === 0) return
    const rest = this.at < this.bytes.length ? [this.bytes.subarray(this.at), ...this.later] : this.later
    this.bytes = rest.length === 1 ? rest[0] : Buffer.concat(rest)
    this.at = 0
    this.later = []
    this.laterSize = 0
  }

  private end(): void {
    this.isOver = true
    this.bytes = EMPTY
    this.later = []
    this.at = this.laterSize = 0
    this.argv = []
  }

  /** The end of the header line at `at`: its CR, once its LF is there too. −1 = not yet, −2 = too long. */
  private headerEnd(): number {
    const cr = this.find(CR)
    if (cr < 0) return this.bytes.length - this.at > LONGEST_LINE ? -2 : -1
    return cr + 1 < this.bytes.length ? cr : -1
  }

  /** Where a byte next stands; −1 = not before the end or a NUL, at which C's strchr stops. */
  private find(wanted: number): number {
    for (let i = this.at; i < this.bytes.length; i++) {
      const c = this.bytes[i]
      if (c === wanted) return i
      if (c === 0) return -1
    }
    return -1
  }

  private multibulk(): Request | null {
    if (this.wanted === 0) {
      const end = this.headerEnd()
      if (end === -2) return { error: 'too big mbulk count string' }
      if (end < 0) return null
      const count = whole(this.bytes, this.at + 1, end)
      if (Number.isNaN(count) || count > MOST_WORDS) return { error: 'invalid multibulk length' }
      if (count > WORDS_BEFORE_AUTH && this.needsAuth()) return { error: 'unauthenticated multibulk length' }
      this.at = end + 2
      if (count <= 0) return null
      this.wanted = count
      this.argv = []
    }
    while (this.wanted > 0) {
      if (this.bulk < 0) {
        if (this.at >= this.bytes.length) return null
        const end = this.headerEnd()
        if (end === -2) return { error: 'too big bulk count string' }
        if (end < 0) return null
        if (this.bytes[this.at] !== DOLLAR) return { error: `expected '$', got '${this.charAt(this.at)}'` }
        const length = whole(this.bytes, this.at + 1, end)
        if (Number.isNaN(length) || length < 0 || length > LONGEST_BULK) return { error: 'invalid bulk length' }
        if (length > BULK_BEFORE_AUTH && this.needsAuth()) return { error: 'unauthenticated bulk length' }
        this.at = end + 2
        this.bulk = length
      }
      if (this.bytes.length - this.at < this.bulk + 2) return null
      this.argv.push(this.bytes.toString('latin1', this.at, this.at + this.bulk))
      // the two bytes behind are taken for CR LF, whatever they are
      this.at += this.bulk + 2
      this.bulk = -1
      this.wanted--
    }
    const { argv } = this
    this.argv = []
    return { argv }
  }

  /** A byte as an error names it: line ends become spaces. */
  private charAt(i: number): string {
    const c = this.bytes[i]
    return c === CR || c === LF ? ' ' : String.fromCharCode(c)
  }

  private inline(): Request | null {
    const lf = this.find(LF)
    if (lf < 0) return this.bytes.length - this.at > LONGEST_LINE ? { error: 'too big inline request' } : null
    const end = lf > this.at && this.bytes[lf - 1] === CR ? lf - 1 : lf
    const argv = splitWords(this.bytes.toString('latin1', this.at, end))
    if (argv === null) return { error: 'unbalanced quotes in request' }
    this.at = lf + 1
    return argv.length === 0 ? null : { argv }
  }
}
