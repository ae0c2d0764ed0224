import { connAt } from './connections.ts'
import type { ConnId, NetworkState } from './network.ts'
import type { Message, Process, ProcessId } from './process.ts'
import { A, B, C, D, E, F, eachScheduled, type Schedule } from './schedule.ts'
import type { Micros } from './time.ts'

/** What the queue's entries are. */
export const DELIVER = 0
export const TIMER = 1
export const WORK = 2
export const SYN = 3
export const FLUSH = 4
export const DRAIN = 5
export const OVERHEAR = 6
const WHAT = ['deliver', 'timer', 'work', 'syn', 'flush', 'drain', 'overhear'] as const
const WHAT_BITS = 3

/** An entry of the event queue, written out for looking at. `what` tells which of the fields count. */
export interface Scheduled {
  what: (typeof WHAT)[number]
  to: ProcessId
  incarnation: number
  conn: ConnId
  message: Message | null
  name: string
  token: number
  data: unknown
  sentAt: Micros
  /** number of the event that scheduled this one. */
  cause: number
}

/** A number of which the low 32 bits were kept, when it is known not to lie above `most`, nor 2^32 below it. */
const whole = (low: number, most: number): number => most - (((most | 0) - low) >>> 0)

/**
 * The first word: what it is, and the receiver's number in order of birth, −1 = nobody known. Then come its incarnation; a connection,
 * for a timer the place among the process's timer names; a token; the event that scheduled it; when.
 */
export const headOf = (what: number, to: number): number => what | (to << WHAT_BITS)

/** The fields of the record at `p`. */
export const whatOf = (words: ArrayLike<number>, p: number): number => words[p | A] & ((1 << WHAT_BITS) - 1)
export const receiverOf = (words: ArrayLike<number>, p: number): number => words[p | A] >> WHAT_BITS
export const incarnationOf = (words: ArrayLike<number>, p: number): number => words[p | B]
export const placeIn = (words: ArrayLike<number>, p: number): number => words[p | C]
export const tokenOf = (words: ArrayLike<number>, p: number): number => words[p | D]
export const causeOf = (words: ArrayLike<number>, p: number, event: number): number => whole(words[p | E], event)

/** The part of a world that entries speak of. */
export interface Stage {
  events: number
  schedule: Schedule
  processes: Map<ProcessId, Process>
  network: NetworkState
  nextToken: number
}

/** The record at `p`, written out. */
export const entryAt = (
  w: Stage,
  names: readonly ProcessId[],
  at: Micros,
  words: ArrayLike<number>,
  p: number,
  item: unknown,
): Scheduled => {
  const what = WHAT[whatOf(words, p)]
  const number = receiverOf(words, p)
  const to = number >= 0 ? names[number] : (connAt(w.network.conns, placeIn(words, p))?.b ?? '')
  const timer = what === 'timer'
  return {
    what,
    to,
    incarnation: incarnationOf(words, p),
    conn: timer ? 0 : placeIn(words, p),
    message: timer ? null : (item as Message | null),
    name: timer ? w.processes.get(to)!.timers.names[placeIn(words, p)] : '',
    token: timer ? whole(tokenOf(words, p), w.nextToken) : tokenOf(words, p),
    data: timer ? item : null,
    sentAt: whole(words[p | F], at),
    cause: causeOf(words, p, w.events),
  }
}

/** Every entry, in no particular order: for looking, not for running. */
export const eachEntry = (w: Stage, visit: (at: Micros, entry: Scheduled) => void): void => {
  const names = [...w.processes.keys()]
  eachScheduled(w.schedule, (at, words, p, item) => visit(at, entryAt(w, names, at, words, p, item)))
}
