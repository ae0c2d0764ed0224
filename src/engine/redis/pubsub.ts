import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { publishToBus } from './bus.ts'
import { NO_REPLY, type Handler } from './commands.ts'
import type { NodeState } from './state.ts'

/** At most once: who is not connected hears nothing, and nobody acknowledges. The reply counts local receivers only. */
export const deliverPublish = (state: NodeState, channel: string, message: string, _sharded: boolean, ctx: Context): number => {
  const listeners = state.pubsub.channels.get(channel)
  if (listeners === undefined) return 0
  for (const conn of listeners) ctx.send(conn, { type: 'push', size: 48 + channel.length + message.length, reply: ['message', channel, message] } as never)
  return listeners.size
}

export const publish: Handler = (state, _s, argv, ctx) => {
  const receivers = deliverPublish(state, argv[1], argv[2], false, ctx)
  publishToBus(state, argv[1], argv[2], false, ctx)
  return receivers
}

const count = (state: NodeState, conn: ConnId): number => {
  let n = 0
  for (const listeners of state.pubsub.channels.values()) if (listeners.has(conn)) n++
  return n
}

export const subscribe: Handler = (state, s, argv, ctx) => {
  for (const channel of argv.slice(1)) {
    let listeners = state.pubsub.channels.get(channel)
    if (listeners === undefined) state.pubsub.channels.set(channel, (listeners = new Set()))
    listeners.add(s.conn)
    ctx.send(s.conn, { type: 'push', reply: ['subscribe', channel, count(state, s.conn)] } as never)
  }
  return NO_REPLY
}

export const unsubscribe: Handler = (state, s, argv, ctx) => {
  const channels = argv.length > 1 ? argv.slice(1) : [...state.pubsub.channels.keys()].filter((c) => state.pubsub.channels.get(c)!.has(s.conn))
  for (const channel of channels) {
    const listeners = state.pubsub.channels.get(channel)
    listeners?.delete(s.conn)
    if (listeners?.size === 0) state.pubsub.channels.delete(channel)
    ctx.send(s.conn, { type: 'push', reply: ['unsubscribe', channel, count(state, s.conn)] } as never)
  }
  return NO_REPLY
}

/** A connection that is gone listens to nothing. */
export const forgetListener = (state: NodeState, conn: ConnId): void => {
  for (const [channel, listeners] of state.pubsub.channels) if (listeners.delete(conn) && listeners.size === 0) state.pubsub.channels.delete(channel)
}
