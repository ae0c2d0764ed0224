import { newKeyspace } from './keyspace.ts'
import type { Keyspace, NodeState } from './state.ts'

/** A server outside cluster mode has sixteen databases; a command sees the chosen one as `state.keys`. */
export const DATABASES = 16

/** Makes database `db` the one that commands see. */
export const enter = (state: NodeState, db: number): void => {
  state.parked.set(0, state.keys)
  state.keys = state.parked.get(db) ?? newKeyspace()
  state.db = db
}

export const leave = (state: NodeState, db: number): void => {
  state.parked.set(db, state.keys)
  state.keys = state.parked.get(0)!
  state.parked.delete(0)
  state.db = 0
}

/** Any database's keys, while a command runs in `current`. */
export const databaseAt = (state: NodeState, db: number, current: number): Keyspace => {
  if (db === current) return state.keys
  let keys = state.parked.get(db)
  if (keys === undefined) state.parked.set(db, (keys = newKeyspace()))
  return keys
}

/** Exchanges two databases, while a command runs in `current`. */
export const swap = (state: NodeState, a: number, b: number, current: number): void => {
  const first = databaseAt(state, a, current)
  const second = databaseAt(state, b, current)
  const put = (db: number, keys: Keyspace): void => {
    if (db === current) state.keys = keys
    else state.parked.set(db, keys)
  }
  put(a, second)
  put(b, first)
}

/** Runs in database `db`, whichever is the current one: what a script chose. */
export const inDatabase = <T>(state: NodeState, db: number, run: () => T): T => {
  const outer = state.db
  if (outer === db) return run()
  if (outer !== 0) leave(state, outer)
  if (db !== 0) enter(state, db)
  const result = run()
  if (db !== 0) leave(state, db)
  if (outer !== 0) enter(state, outer)
  return result
}
