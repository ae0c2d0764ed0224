import type { Context } from '../core/process.ts'
import { commandSide } from './data.ts'
import { brokenLimit, bufferLimit } from './output-buffer.ts'
import type { NodeState, Session } from './state.ts'
import type { Reply } from './reply.ts'

/**
 * What a server keeps for a subscriber that reads more slowly than others publish. It is memory like any other: it makes keys go where
 * there is a limit, and past client-output-buffer-limit the connection is closed; the subscriber loses what it had not read.
 */

/** Sends something out of band: words are a push in RESP3, an array in RESP2; a line of MONITOR stands as it is. */
export const sendPush = (state: NodeState, session: Session, words: Reply[] | { simple: string }, size: number, ctx: Context): void => {
  const reply = Array.isArray(words) && session.resp === 3 ? { push: words } : words
  if (session.running) {
    ;(session.within ??= []).push(reply)
    return
  }
  const waiting = ctx.send(session.conn, { type: 'push', size: 48 + size, reply } as never)
  if (waiting > 0 || session.output > 0) checkClientOutput(state, session, waiting, ctx)
}

const checkClientOutput = (state: NodeState, session: Session, waiting: number, ctx: Context): void => {
  state.output += waiting - session.output
  session.output = waiting
  const limit = bufferLimit(state, session.subscriptions > 0 ? 'pubsub' : 'normal')
  const broken = brokenLimit(limit, 0, waiting, session.softSince, ctx.now)
  if (limit.soft === 0 || waiting < limit.soft) session.softSince = -1
  else if (session.softSince < 0) session.softSince = ctx.now
  if (broken === null) return
  ctx.emit('client.bufferClosed', { client: session.peer, waiting, limit: limit[broken], kind: broken })
  commandSide().closeClient(state, session, ctx)
}

/** Ten times a second, while something waits: what was taken meanwhile no longer counts, and the soft limit runs out. */
export const outputCron = (state: NodeState, ctx: Context): void => {
  if (state.output === 0) return
  for (const session of [...state.sessions.values()])
    if (session.output > 0) checkClientOutput(state, session, ctx.traffic(session.conn)?.waiting ?? 0, ctx)
}
