import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { sendPush } from './client-output.ts'
import type { CommandSpec } from './commands/spec.ts'
import { keysOf } from './redirection.ts'
import type { NodeState, Session, SessionTracking, Tracking } from './state.ts'

/**
 * CLIENT TRACKING: a node remembers which connection read which key, and tells it once when the key changes. With BCAST it remembers
 * prefixes instead, and tells of every change. Each node for itself: what a client read elsewhere, another node does not know.
 */

const tableOf = (state: NodeState): Tracking => (state.tracking ??= { keys: new Map(), prefixes: new Map(), changed: [], flushed: false })

export const enableTracking = (state: NodeState, session: Session, options: Omit<SessionTracking, 'caching'>): void => {
  const table = tableOf(state)
  const before = session.tracking
  session.tracking = { ...options, prefixes: [...(before?.prefixes ?? []), ...options.prefixes], caching: false }
  for (const prefix of options.prefixes) {
    let conns = table.prefixes.get(prefix)
    if (conns === undefined) table.prefixes.set(prefix, (conns = new Set()))
    conns.add(session.conn)
  }
}

export const disableTracking = (state: NodeState, session: Session): void => {
  for (const prefix of session.tracking?.prefixes ?? []) {
    const conns = state.tracking?.prefixes.get(prefix)
    conns?.delete(session.conn)
    if (conns?.size === 0) state.tracking!.prefixes.delete(prefix)
  }
  session.tracking = null
}

/** After a client's command: a reader's keys are remembered. */
export const rememberRead = (state: NodeState, session: Session, command: CommandSpec, argv: readonly string[]): void => {
  const t = session.tracking
  if (t === null || t.bcast || !command.isReadonly || (t.optIn && !t.caching) || (t.optOut && t.caching)) return
  const { keys } = tableOf(state)
  for (const key of keysOf(command, argv)) {
    let readers = keys.get(key)
    if (readers === undefined) keys.set(key, (readers = new Set()))
    readers.add(session.conn)
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Tells of what changed since the last time; `by` is whose command changed it. */
export const tellInvalidations = (state: NodeState, by: ConnId, ctx: Context): void => {
  const table = state.tracking
  if (table === null || (table.changed.length === 0 && !table.flushed)) return
  const { changed } = table
  if (table.flushed) {
    table.flushed = false
    table.keys.clear()
    for (const session of [...state.sessions.values()]) if (session.tracking !== null) invalidate(state, session, null, ctx)
  }
  table.changed = []
  for (const key of changed) {
    const readers = table.keys.get(key)
    if (readers === undefined) continue
    table.keys.delete(key)
    for (const conn of readers) {
      const session = state.sessions.get(conn)
      const t = session?.tracking
      if (t == null || t.bcast || (t.noLoop && conn === by)) continue
      invalidate(state, session!, [key], ctx)
    }
  }
  for (const [prefix, conns] of table.prefixes) {
    const keys = [...new Set(changed)].filter((key) => key.startsWith(prefix)).sort(byText)
    if (keys.length === 0) continue
    for (const conn of conns) {
      const session = state.sessions.get(conn)
      if (session?.tracking != null && !(session.tracking.noLoop && conn === by)) invalidate(state, session, keys, ctx)
    }
  }
}

/** A push in RESP3; with REDIRECT, to the other connection: in RESP2 as a message, if it listens. */
const invalidate = (state: NodeState, session: Session, keys: string[] | null, ctx: Context): void => {
  const t = session.tracking!
  let target = session
  if (t.redirect !== 0) {
    const found = [...state.sessions.values()].find((s) => s.clientId === t.redirect)
    if (found === undefined) {
      t.broken = true
      if (session.resp === 3) sendPush(state, session, ['tracking-redir-broken', t.redirect], 0, ctx)
      return
    }
    target = found
  }
  const size = keys === null ? 0 : keys.reduce((n, k) => n + k.length + 8, 0)
  if (target.resp === 3) sendPush(state, target, ['invalidate', keys], size, ctx)
  else if (t.redirect !== 0 && state.pubsub.channels.get(CHANNEL)?.has(target.conn))
    sendPush(state, target, ['message', CHANNEL, keys], size, ctx)
}

const CHANNEL = '__redis__:invalidate'
