import type { ConnId } from '../core/network.ts'
import { databaseAt } from './databases.ts'
import { getEntry, isExpired } from './keyspace.ts'
import type { Entry, NodeState, Session } from './state.ts'

/** WATCH: a transaction fails when a key it depends on was touched meanwhile, by whoever. */

/** A key was written, deleted or has expired: in the database in use, or in another. */
export const keyChanged = (state: NodeState, key: string, db = state.db): void => {
  if (state.tracking !== null) state.tracking.changed.push(key)
  if (state.watchers.size > 0) touchWatchers(state, nameOf(db, key))
}

/** A key by its name in the whole server: that of database 0 as it is, another after its database. */
const nameOf = (db: number, key: string): string => (db === 0 ? key : `${db}\0${key}`)
const placeOf = (name: string): [db: number, key: string] => {
  const [, db, key] = /^(\d+)\0([^]*)$/.exec(name) ?? [null, '0', name]
  return [Number(db), key]
}
const entryOf = (state: NodeState, name: string): Entry | undefined => {
  const [db, key] = placeOf(name)
  return getEntry(databaseAt(state, db, state.db), key)
}

const touchWatchers = (state: NodeState, name: string): void => {
  const watching = state.watchers.get(name)
  if (watching === undefined) return
  for (const conn of watching) {
    const session = state.sessions.get(conn)
    if (session === undefined) continue
    // what had expired before it was watched, and is deleted now, is no change: from here on it is a key that is not there
    if (session.watched.get(name) === true && entryOf(state, name) === undefined) session.watched.set(name, false)
    else session.touched = true
  }
}

/** Every key of the database in use went at once, or of all: who watches one that was there is touched. */
export const allKeysChanged = (state: NodeState, all: boolean): void => {
  if (state.tracking !== null) state.tracking.flushed = true
  touchDatabase(state, all ? null : state.db)
}

/** Touches every watched key that is in a database; null = in any. */
export const touchDatabase = (state: NodeState, db: number | null): void => {
  for (const name of state.watchers.keys())
    if ((db === null || placeOf(name)[0] === db) && entryOf(state, name) !== undefined) touchWatchers(state, name)
}

export const watchKey = (state: NodeState, session: Session, key: string, now: number): void => {
  const name = nameOf(state.db, key)
  if (session.watched.has(name)) return
  const entry = getEntry(state.keys, key)
  session.watched.set(name, entry !== undefined && isExpired(entry, now))
  let watching = state.watchers.get(name)
  if (watching === undefined) state.watchers.set(name, (watching = new Set<ConnId>()))
  watching.add(session.conn)
}

export const unwatchAll = (state: NodeState, session: Session): void => {
  session.touched = false
  if (session.watched.size === 0) return
  for (const key of session.watched.keys()) {
    const watching = state.watchers.get(key)
    watching?.delete(session.conn)
    if (watching?.size === 0) state.watchers.delete(key)
  }
  session.watched.clear()
}

/** A watched key whose time came since: it counts as touched even while it still stands there. */
export const watchedKeyExpired = (state: NodeState, session: Session, now: number): boolean => {
  for (const [name, wasExpired] of session.watched) {
    const entry = entryOf(state, name)
    if (!wasExpired && entry !== undefined && isExpired(entry, now)) return true
  }
  return false
}
