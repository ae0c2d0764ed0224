import type { Context } from '../core/process.ts'
import { globMatches } from '../redis/glob.ts'
import type { Reply } from '../redis/reply.ts'
import { described } from './instances.ts'
import type { Instance, Primary, SentinelSession, SentinelState } from './state.ts'

/** Sentinel's events, which are channels: a client that subscribes to `+switch-master` hears it. */

/** One frame out of band: a push in RESP3, an array in RESP2. */
export const tell = (session: SentinelSession, words: Reply[], ctx: Context): void => {
  ctx.send(session.conn, { type: 'push', size: 128, reply: session.resp === 3 ? { push: words } : words } as never)
}

/** Publishes a text on an event's channel to whoever is connected now. */
export const publishText = (state: SentinelState, event: string, text: string, ctx: Context): void => {
  for (const session of state.sessions.values()) {
    if (session.channels.has(event)) tell(session, ['message', event, text], ctx)
    for (const pattern of session.patterns) if (globMatches(pattern, event)) tell(session, ['pmessage', pattern, event, text], ctx)
  }
}

/** Publishes an event about an instance in Redis's words: `+sdown master mymaster 10.0.0.1 6379`. */
export const publishEvent = (state: SentinelState, event: string, p: Primary, about: Instance, ctx: Context, more = ''): void => {
  if (state.sessions.size > 0) publishText(state, event, described(p, about) + (more === '' ? '' : ' ' + more), ctx)
}
