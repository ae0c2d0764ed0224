import type { Context } from '../../core/process.ts'
import { MS, SEC, type Micros } from '../../core/time.ts'
import { fromUnixMs, unixMs } from '../clock.ts'
import { lookup } from '../expiry.ts'
import { deleteEntry, setEntry } from '../keyspace.ts'
import { parseInt64 } from '../numbers.ts'
import { propagate } from '../replication.ts'
import { err, type Reply } from '../reply.ts'
import type { Entry, NodeState } from '../state.ts'
import { keyChanged } from '../watch.ts'
import { NOT_INTEGER, WRONG_TYPE } from './spec.ts'

/** Stores an entry and tells the replicas: the same command, or a plainer one with the same effect. */
export const store = (state: NodeState, key: string, entry: Entry, slot: number, words: readonly string[], ctx: Context): void => {
  setEntry(state.keys, key, entry, slot)
  keyChanged(state, key)
  propagate(state, words, ctx)
}

export const remove = (state: NodeState, key: string, slot: number, words: readonly string[], ctx: Context): void => {
  deleteEntry(state.keys, key, slot)
  keyChanged(state, key)
  propagate(state, words, ctx)
}

/** The string, null when there is none, or undefined when the value is of another type. */
export const stringAt = (state: NodeState, key: string, slot: number, ctx: Context): string | null | undefined => {
  const entry = lookup(state, key, ctx, slot)
  if (entry === undefined) return null
  return typeof entry.value === 'string' ? entry.value : undefined
}

/** The hash, null when there is none, or undefined when the value is of another type. */
export const hashAt = (state: NodeState, key: string, slot: number, ctx: Context): ReadonlyMap<string, string> | null | undefined => {
  const entry = lookup(state, key, ctx, slot)
  if (entry === undefined) return null
  return entry.type === 'hash' ? (entry.value as ReadonlyMap<string, string>) : undefined
}

export const isReply = (value: Micros | Reply): value is Reply => typeof value !== 'number'

/** Beyond it, times are looked at in 64 bits: the year 2096 in milliseconds, which no run reaches. */
const NEAR = 4_000_000_000_000
const FURTHEST = 9223372036854775807n

const invalid = (name: string): Reply => err(`ERR invalid expire time in '${name}' command`)

/** When a key ends, from an option's number; an error when it is none or too far away. Absolute times are Unix time. */
export const momentOf = (
  text: string,
  seconds: boolean,
  absolute: boolean,
  positive: boolean,
  name: string,
  now: Micros,
): Micros | Reply => {
  const n = parseInt64(text)
  if (n === null) return NOT_INTEGER
  if (positive && n <= 0) return invalid(name)
  if (typeof n === 'number' && n < NEAR && n > -NEAR)
    return absolute ? fromUnixMs(seconds ? n * 1000 : n) : Math.max(0, now + n * (seconds ? SEC : MS))
  const base = absolute ? 0n : BigInt(unixMs(now))
  const millis = BigInt(n) * (seconds ? 1000n : 1n)
  if (millis > FURTHEST - base || millis < -FURTHEST - 1n) return invalid(name)
  if (absolute) return fromUnixMs(Number(millis))
  return Math.max(0, now + Number(n) * (seconds ? SEC : MS))
}

/** The moment that `momentOf` found as replicas are told it: one that was given stays as it is, however far it lies. */
export const momentTold = (text: string, seconds: boolean, absolute: boolean, now: Micros): string => {
  if (absolute && !seconds) return text
  const n = Number(text)
  if (n < NEAR && n > -NEAR) return String((absolute ? 0 : unixMs(now)) + n * (seconds ? 1000 : 1))
  const millis = BigInt(text) * (seconds ? 1000n : 1n)
  return String(absolute ? millis : BigInt(unixMs(now)) + millis)
}

/** The moment as replicas are told it. */
export const asUnixMs = (at: Micros): string => String(unixMs(at))

export const wrongTypeUnless = (ok: boolean): Reply | null => (ok ? null : WRONG_TYPE)
