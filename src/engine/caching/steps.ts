import { Failure, type Effect, type Flow } from '../core/flow.ts'
import type { Micros } from '../core/time.ts'
import type { Lost } from '../client/commands.ts'

/** How a request was served: which tier had it, and the version given. */
export interface Served {
  outcome: 'l1' | 'hit' | 'miss' | 'written'
  version: number
}

export const served = (outcome: Served['outcome'], version: number): Served => ({ outcome, version })

export interface NearEffect extends Effect {
  readonly op: 'nearGet' | 'nearPut' | 'nearForget'
  readonly key: string
  readonly version: number
}
export interface QueryEffect extends Effect {
  readonly op: 'query'
  readonly key: string
  readonly write: boolean
}
export interface FlightEffect extends Effect {
  readonly op: 'joinFlight' | 'landFlight'
  readonly key: string
  readonly outcome: Flight | null
}
export interface SleepEffect extends Effect {
  readonly op: 'sleep'
  readonly time: Micros
}
export interface NoteEffect extends Effect {
  readonly op: 'filling' | 'waiting' | 'published'
  readonly key: string
  readonly policy: string
  readonly early: boolean
  readonly receivers: number
}
export interface DrawEffect extends Effect {
  readonly op: 'now' | 'draw' | 'token'
}

/** What a joined flight brings: a version, or why it failed. */
export type Flight = { version: number } | { failed: 'unavailable' | 'error'; reason: string }

/** The version in this application's L1, or null. */
export function* nearGet(key: string, label: string): Flow<number | null> {
  return (yield { op: 'nearGet', label, key, version: 0 } as NearEffect) as number | null
}
export function* nearPut(key: string, version: number, label: string): Flow<void> {
  yield { op: 'nearPut', label, key, version } as NearEffect
}
export function* nearForget(key: string, label: string): Flow<void> {
  yield { op: 'nearForget', label, key, version: 0 } as NearEffect
}

/** Reads a row from the database: its version. */
export const fetchRow = (key: string, label: string): Flow<number> => query(key, false, label)
/** Writes a row: its new version. */
export const writeRow = (key: string, label: string): Flow<number> => query(key, true, label)

function* query(key: string, write: boolean, label: string): Flow<number> {
  const answer = (yield { op: 'query', label, key, write } as QueryEffect) as number | Lost
  if (typeof answer === 'number') return answer
  throw new Failure('unavailable', `origin: ${answer.lost}`)
}

/** Joins the fetch of this key that is under way in this process and waits for it; null: there is none, the caller leads now. */
export function* joinFlight(key: string, label: string): Flow<Flight | null> {
  return (yield { op: 'joinFlight', label, key, outcome: null } as FlightEffect) as Flight | null
}
/** The leader's end: everybody who joined gets the outcome. */
export function* landFlight(key: string, outcome: Flight, label: string): Flow<void> {
  yield { op: 'landFlight', label, key, outcome } as FlightEffect
}

export function* sleep(time: Micros, label: string): Flow<void> {
  yield { op: 'sleep', label, time } as SleepEffect
}
/** Simulated time in microseconds. */
export function* now(label: string): Flow<Micros> {
  return (yield { op: 'now', label } as DrawEffect) as Micros
}
/** Uniform in [0, 1). */
export function* draw(label: string): Flow<number> {
  return (yield { op: 'draw', label } as DrawEffect) as number
}
/** A token nobody else has. */
export function* newToken(label: string): Flow<string> {
  return (yield { op: 'token', label } as DrawEffect) as string
}

/** Tells that a fill begins: this request asks the database on behalf of the cache. */
export function* filling(key: string, policy: string, label: string, early = false): Flow<void> {
  yield { op: 'filling', label, key, policy, early, receivers: 0 } as NoteEffect
}
/** Tells that this request waits for somebody else's fill (single-flight's join tells it by itself). */
export function* waiting(key: string, policy: string, label: string): Flow<void> {
  yield { op: 'waiting', label, key, policy, early: false, receivers: 0 } as NoteEffect
}
/** Tells that an invalidation went out. */
export function* published(key: string, receivers: number, label: string): Flow<void> {
  yield { op: 'published', label, key, policy: '', early: false, receivers } as NoteEffect
}
