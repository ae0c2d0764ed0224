import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { publishToBus } from './bus.ts'
import { sendPush } from './client-output.ts'
import { NO_REPLY, type Handler } from './commands/spec.ts'
import { globMatches } from './glob.ts'
import { propagate } from './replication.ts'
import { err, type Reply } from './reply.ts'
import { slotOwner } from './bus.ts'
import { keySlot } from './slots.ts'
import type { NodeState, PubSub, Session } from './state.ts'

/** Channels, patterns, and sharded channels: at most once, nobody acknowledges, and who is not connected hears nothing. */

type Kind = keyof PubSub
const COMMAND: Record<Kind, string> = { channels: 'subscribe', patterns: 'psubscribe', shards: 'ssubscribe' }

/** Tells one connection something out of band: a push in RESP3, an array in RESP2. */
const push = (state: NodeState, conn: ConnId, words: Reply[], size: number, ctx: Context): void => {
  const session = state.sessions.get(conn)
  if (session === undefined) return
  sendPush(state, session, words, size, ctx)
}

/** Tells this node's own listeners; how many heard it, a listener counted once for each channel and pattern that matches. */
export const deliverPublish = (state: NodeState, channel: string, message: string, sharded: boolean, ctx: Context): number => {
  const size = channel.length + message.length
  let heard = 0
  const listeners = (sharded ? state.pubsub.shards : state.pubsub.channels).get(channel)
  if (listeners !== undefined)
    for (const conn of listeners) {
      push(state, conn, [sharded ? 'smessage' : 'message', channel, message], size, ctx)
      heard++
    }
  if (sharded || state.pubsub.patterns.size === 0) return heard
  for (const [pattern, conns] of state.pubsub.patterns) {
    if (!globMatches(pattern, channel)) continue
    for (const conn of conns) {
      push(state, conn, ['pmessage', pattern, channel, message], size + pattern.length, ctx)
      heard++
    }
  }
  return heard
}

const publishAs =
  (sharded: boolean): Handler =>
  (state, _s, argv, ctx) => {
    const heard = deliverPublish(state, argv[1], argv[2], sharded, ctx)
    // without a bus the replication stream carries it
    if (state.cluster === null) propagate(state, argv, ctx)
    else publishToBus(state, argv[1], argv[2], sharded, ctx)
    return heard
  }
export const publish = publishAs(false)
export const spublish = publishAs(true)

/** What a confirmation counts: channels and patterns together, sharded channels apart. */
const countOf = (state: NodeState, conn: ConnId, kind: Kind): number => {
  let n = 0
  for (const one of kind === 'shards' ? (['shards'] as const) : (['channels', 'patterns'] as const))
    for (const listeners of state.pubsub[one].values()) if (listeners.has(conn)) n++
  return n
}

const recount = (state: NodeState, session: Session): void => {
  session.subscriptions = countOf(state, session.conn, 'channels') + countOf(state, session.conn, 'shards')
}

export const subscribeTo =
  (kind: Kind): Handler =>
  (state, session, argv, ctx) => {
    if (kind === 'shards' && session.running) return err("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client")
    ctx.pace(session.conn)
    for (let i = 1; i < argv.length; i++) {
      let listeners = state.pubsub[kind].get(argv[i])
      if (listeners === undefined) state.pubsub[kind].set(argv[i], (listeners = new Set()))
      listeners.add(session.conn)
      push(state, session.conn, [COMMAND[kind], argv[i], countOf(state, session.conn, kind)], argv[i].length, ctx)
    }
    recount(state, session)
    return NO_REPLY
  }

const leave = (state: NodeState, kind: Kind, channel: string, conn: ConnId): void => {
  const listeners = state.pubsub[kind].get(channel)
  listeners?.delete(conn)
  if (listeners?.size === 0) state.pubsub[kind].delete(channel)
}

export const unsubscribeFrom =
  (kind: Kind): Handler =>
  (state, session, argv, ctx) => {
    const word = COMMAND[kind].replace('subscribe', 'unsubscribe')
    const { conn } = session
    const mine: string[] = []
    if (argv.length === 1) for (const [channel, listeners] of state.pubsub[kind]) if (listeners.has(conn)) mine.push(channel)
    if (argv.length === 1 && mine.length === 0) push(state, conn, [word, null, countOf(state, conn, kind)], 0, ctx)
    for (const channel of argv.length > 1 ? argv.slice(1) : mine) {
      leave(state, kind, channel, conn)
      push(state, conn, [word, channel, countOf(state, conn, kind)], channel.length, ctx)
    }
    recount(state, session)
    return NO_REPLY
  }

/**
 * Sharded channels whose slot is no longer served here, by whatever way it went (a claim on the bus, SETSLOT, DELSLOTS): their
 * listeners are told so and let go. Who takes its primary's place keeps them. Who subscribed by ASKING to a slot that comes in
 * stays.
 */
export const dropForeignShards = (state: NodeState, ctx: Context): void => {
  const c = state.cluster
  if (c === null || state.pubsub.shards.size === 0) return
  const me = c.peers[0]
  for (const [channel, listeners] of [...state.pubsub.shards]) {
    const slot = keySlot(channel)
    const owner = slotOwner(state, slot)
    if (owner === 0 || c.importing.has(slot) || (!me.primary && c.replicaOf[0] === owner)) continue
    for (const conn of [...listeners]) {
      leave(state, 'shards', channel, conn)
      push(state, conn, ['sunsubscribe', channel, countOf(state, conn, 'shards')], channel.length, ctx)
      const session = state.sessions.get(conn)
      if (session !== undefined) recount(state, session)
    }
  }
}

/** A connection that is gone listens to nothing. */
export const forgetListener = (state: NodeState, conn: ConnId): void => {
  for (const kind of ['channels', 'patterns', 'shards'] as const)
    for (const [channel, listeners] of state.pubsub[kind])
      if (listeners.delete(conn) && listeners.size === 0) state.pubsub[kind].delete(channel)
}
