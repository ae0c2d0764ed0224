import type { ConnId } from '../core/network.ts'
import { getEntry, isExpired } from './keyspace.ts'
import type { NodeState, Session } from './state.ts'

/** WATCH: a transaction fails when a key it depends on was touched meanwhile, by whoever. */

/** A key was written, deleted or has expired. */
export const keyChanged = (state: NodeState, key: string): void => {
  if (state.tracking !== null) state.tracking.changed.push(key)
  if (state.watchers.size > 0) touchWatchers(state, key)
}

const touchWatchers = (state: NodeState, key: string): void => {
  const watching = state.watchers.get(key)
  if (watching === undefined) return
  for (const conn of watching) {
    const session = state.sessions.get(conn)
    if (session !== undefined) session.touched = true
  }
}

/** Every key went at once: who watches one that was there is touched. */
export const allKeysChanged = (state: NodeState): void => {
  if (state.tracking !== null) state.tracking.flushed = true
  touchAll(state)
}

/** Touches every watched key that is in the database in use. */
export const touchAll = (state: NodeState): void => {
  for (const key of state.watchers.keys()) if (getEntry(state.keys, key) !== undefined) touchWatchers(state, key)
}

export const watchKey = (state: NodeState, session: Session, key: string, now: number): void => {
  if (session.watched.has(key)) return
  const entry = getEntry(state.keys, key)
  session.watched.set(key, entry !== undefined && isExpired(entry, now))
  let watching = state.watchers.get(key)
  if (watching === undefined) state.watchers.set(key, (watching = new Set<ConnId>()))
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
  for (const [key, wasExpired] of session.watched) {
    const entry = getEntry(state.keys, key)
    if (!wasExpired && entry !== undefined && isExpired(entry, now)) return true
  }
  return false
}
