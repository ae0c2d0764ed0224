import { parseBound } from '../numbers.ts'
import { MS, type Micros } from '../../core/time.ts'
import type { Context } from '../../core/process.ts'
import type { NodeState, Session } from '../state.ts'
import { rearmWaits } from './wait.ts'

/** Connections that wait for an element of a list or sorted set: who came first is served first. */

/** A timeout in seconds, a fraction allowed; 0 = for ever. */
export const parseTimeout = (text: string): Micros | { error: string } => {
  const seconds = text === '' ? null : parseBound(text)
  if (seconds === null) return { error: 'ERR timeout is not a float or out of range' }
  const ms = Math.ceil(seconds * 1000)
  // what does not fit in 64 bits wraps round
  if (ms < 0 || ms >= 9_223_372_036_854_775_808) return { error: 'ERR timeout is negative' }
  return ms > 9.223e18 ? { error: 'ERR timeout is out of range' } : Math.min(ms * MS, Number.MAX_SAFE_INTEGER)
}

/** Waits until one of the keys has something to give; false inside a transaction, which never waits. */
export const waitFor = (
  state: NodeState,
  session: Session,
  argv: readonly string[],
  keys: readonly string[],
  timeout: Micros,
  ctx: Context,
): boolean => {
  if (session.running) return false
  if (session.blocked !== null) return true
  session.blocked = { why: 'pop', argv: argv.slice(), since: ctx.now, via: 0, keys, until: timeout === 0 ? 0 : ctx.now + timeout }
  for (const key of keys) {
    const name = `${session.db} ${key}`
    const waiting = state.awaited.get(name)
    if (waiting === undefined) state.awaited.set(name, [session.conn])
    else if (!waiting.includes(session.conn)) waiting.push(session.conn)
  }
  if (timeout > 0) rearmWaits(state, ctx)
  return true
}

/** It waits no more, served or not. */
export const stopWaiting = (state: NodeState, session: Session): void => {
  if (session.blocked?.why !== 'pop') return
  for (const key of session.blocked.keys!) {
    const name = `${session.db} ${key}`
    const left = state.awaited.get(name)?.filter((conn) => conn !== session.conn) ?? []
    if (left.length === 0) state.awaited.delete(name)
    else state.awaited.set(name, left)
  }
}

/** A key has come to be: whoever waits for it is served after the command that made it. */
export const signalReady = (state: NodeState, db: number, key: string): void => {
  if (state.awaited.size > 0 && state.awaited.has(`${db} ${key}`)) state.ready.push(`${db} ${key}`)
}
