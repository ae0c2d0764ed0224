import type { Context } from '../../core/process.ts'
import { below } from '../../core/random.ts'
import { lookup, peek } from '../expiry.ts'
import { deleteEntry, ownEntry, setEntry } from '../keyspace.ts'
import { beginUnit, propagate } from '../replication.ts'
import { err, fixed, type Reply } from '../reply.ts'
import { keySlot } from '../slots.ts'
import type { Entry, NodeState } from '../state.ts'
import { keyChanged } from '../watch.ts'
import { NOT_INTEGER, SYNTAX, type Handler } from './spec.ts'
import { parseSmall } from '../numbers.ts'

/**
 * For commands whose values are changed in place (lists, sets, sorted sets, bits): they say what they changed, and the replicas
 * are told once, when the command is done.
 */

/** An error reply. */
export interface Wrong {
  error: string
}

/** What the command under way has done so far; one, used anew by each. */
const effects: { changed: boolean; instead: readonly (readonly string[])[] | null } = { changed: false, instead: null }

/** The replicas get these words in place of the command's own: a plainer command with the same effect. */
export const tellInstead = (...words: string[]): void => {
  effects.instead = [words]
}

/** As `tellInstead`, with several commands, which go out together. */
export const tellEachInstead = (commands: readonly (readonly string[])[]): void => {
  effects.instead = commands
}

const tell = (state: NodeState, commands: readonly (readonly string[])[], ctx: Context): void => {
  if (commands.length > 1) beginUnit(state)
  for (const words of commands) propagate(state, words, ctx)
}

/** Runs a command of this kind, then tells the replicas what it changed. */
export const inPlace =
  (handler: Handler): Handler =>
  (state, session, argv, ctx, slot) => {
    effects.changed = false
    effects.instead = null
    const reply = handler(state, session, argv, ctx, slot)
    if (effects.changed) tell(state, effects.instead ?? [argv], ctx)
    return reply
  }

/** The live entry, not for changing. */
export const find = (state: NodeState, key: string, ctx: Context): Entry | undefined => lookup(state, key, ctx)

/** A key about to be replaced, whatever it holds: if it has expired the replicas hear that first. */
export const meet = (state: NodeState, key: string, ctx: Context): void => void peek(state, key, ctx)

/** The entry of a key that is there, for changing in place; say `changed` afterwards. */
export const own = (state: NodeState, key: string): Entry => ownEntry(state.keys, key, keySlot(key))!

export const changed = (state: NodeState, key: string): void => {
  effects.changed = true
  keyChanged(state, key)
}

export const put = (state: NodeState, key: string, entry: Entry): void => {
  setEntry(state.keys, key, entry)
  changed(state, key)
}

/** Deletes a key; whether it was there. */
export const remove = (state: NodeState, key: string): boolean => {
  if (!deleteEntry(state.keys, key)) return false
  changed(state, key)
  return true
}

export const NOT_POSITIVE = fixed('ERR value is out of range, must be positive')
export const NO_SUCH_KEY = fixed('ERR no such key')
export const OUT_OF_RANGE = fixed('ERR index out of range')

/** A slice as Redis counts: negative from the end; null when it is empty. */
export const sliceOf = (length: number, start: number, end: number): [number, number] | null => {
  const from = Math.max(0, start < 0 ? length + start : start)
  const to = Math.min(length - 1, end < 0 ? length + end : end)
  return from > to || from >= length ? null : [from, to]
}

/** Distinct random places below n; a negative count may name one several times. */
export const draw = (n: number, count: number, ctx: Context): number[] => {
  const stream = ctx.random('pick')
  if (count < 0) return Array.from({ length: -count }, () => below(stream, n))
  const places = Array.from({ length: n }, (_, i) => i)
  const k = Math.min(count, n)
  for (let i = 0; i < k && k < n; i++) {
    const j = i + below(stream, n - i)
    ;[places[i], places[j]] = [places[j], places[i]]
  }
  return places.slice(0, k)
}

/** The cursor, MATCH and COUNT of SSCAN and ZSCAN: which rows come now, and where to go on. */
const LARGEST_CURSOR = 18446744073709551615n

export const BAD_CURSOR = err('ERR invalid cursor')

/** What strtoul takes for an unsigned number of 64 bits: nothing at all, and signs, but no white space before them. */
export const isCursor = (text: string): boolean => {
  const [word] = text.split('\0')
  return word === '' || (/^[+-]?\d+$/.test(word) && BigInt(word.replace(/^[+-]/, '')) <= LARGEST_CURSOR)
}

export const walk = <T>(
  argv: readonly string[],
  rows: readonly T[] | null,
  isCompact: boolean,
): { next: string; rows: readonly T[]; match: string | null } | Wrong => {
  if (rows === null) return { next: '0', rows: [], match: null }
  const cursor = argv[2].startsWith('-') ? rows.length : Number(argv[2].split('\0')[0])
  let match: string | null = null
  let count = 10
  for (let i = 3; i < argv.length; i += 2) {
    const word = argv[i].toUpperCase()
    if (i + 1 >= argv.length) return SYNTAX as Wrong
    if (word === 'MATCH') match = argv[i + 1]
    else if (word === 'COUNT') {
      const n = parseSmall(argv[i + 1])
      if (n === null) return NOT_INTEGER as Wrong
      if (n < 1) return SYNTAX as Wrong
      count = n
    } else return SYNTAX as Wrong
  }
  if (isCompact) return { next: '0', rows, match }
  const to = Math.min(rows.length, cursor + count)
  return { next: to === rows.length ? '0' : String(to), rows: rows.slice(cursor, to), match }
}

export const upper = (text: string): string => {
  // options mostly come in capitals, and the built-in makes a new text of them all the same
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 90) return text.toUpperCase()
  }
  return text
}

export const isWrong = (x: unknown): x is Wrong => typeof x === 'object' && x !== null && 'error' in x
export type { Reply }
