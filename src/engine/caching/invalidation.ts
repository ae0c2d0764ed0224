import { setAlarm, type Alarms } from '../core/alarms.ts'
import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { MS, SEC, type Micros } from '../core/time.ts'
import type { Reply } from '../redis/reply.ts'
import type { CommandMessage } from '../redis/state.ts'

/** The channel on which the names of changed keys are published. */
export const INVALIDATE = 'invalidate'

const RESUBSCRIBE: Micros = 100 * MS
/** A listener hears nothing of a silent host: it pings its own connection this often. */
const PING_EVERY: Micros = 5 * SEC

/**
 * An application's ear: SUBSCRIBE on one node, over a connection of its own. Pub/sub keeps nothing for those who do not listen:
 * what is published while the connection is gone is lost, and L1 stays as it was until its TTL.
 */
export interface Subscription {
  wanted: boolean
  conn: ConnId
  node: ProcessId | null
  /** the node confirmed it. */
  on: boolean
  heardAt: Micros
  /** rises with every attempt: an older attempt's alarm is void. */
  attempt: number
}

export const newSubscription = (): Subscription => ({ wanted: true, conn: 0, node: null, on: false, heardAt: 0, attempt: 0 })

export const subscribe = (s: Subscription, node: ProcessId, ctx: Context): void => {
  if (!s.wanted || s.conn !== 0) return
  s.node = node
  s.conn = ctx.connect(node, 'client')
}

/** False when the connection is another's. */
export const subscriptionConnected = (
  s: Subscription,
  conn: ConnId,
  alarms: Alarms,
  ctx: Context,
  auth: readonly string[] | null = null,
): boolean => {
  if (conn !== s.conn) return false
  s.heardAt = ctx.now
  if (auth !== null) ctx.send(conn, { type: 'command', argv: auth } as CommandMessage)
  ctx.send(conn, { type: 'command', argv: ['SUBSCRIBE', INVALIDATE] } as CommandMessage)
  setAlarm(alarms, PING_EVERY, 'listen', conn, ctx)
  return true
}

const changed = (s: Subscription, on: boolean, why: string, ctx: Context): void => {
  if (s.on === on) return
  s.on = on
  ctx.emit('subscription.changed', { on, why })
}

/** What came on the subscription's connection: the key to forget, or null. */
export const hear = (s: Subscription, reply: Reply, ctx: Context): string | null => {
  s.heardAt = ctx.now
  const frame = Array.isArray(reply) ? reply : typeof reply === 'object' && reply !== null && 'push' in reply ? reply.push : null
  if (frame === null) return null
  if (frame[0] === 'subscribe') changed(s, true, `subscribed on ${s.node}`, ctx)
  return frame[0] === 'message' ? String(frame[2]) : null
}

/** An invalidation was applied to L1. */
export const invalidated = (key: string, had: boolean, ctx: Context): void => {
  ctx.emit('invalidation.received', { key, had })
}

export const subscriptionClosed = (s: Subscription, conn: ConnId, why: string, alarms: Alarms, ctx: Context): boolean => {
  if (conn !== s.conn) return false
  s.conn = 0
  changed(s, false, why, ctx)
  if (s.wanted) setAlarm(alarms, RESUBSCRIBE, 'subscribe', ++s.attempt, ctx)
  return true
}

/** The alarm of a listening connection: silent for two periods means dead. */
export const checkSubscription = (s: Subscription, conn: ConnId, alarms: Alarms, ctx: Context): void => {
  if (conn !== s.conn) return
  if (ctx.now - s.heardAt >= 2 * PING_EVERY) {
    ctx.close(conn)
    subscriptionClosed(s, conn, 'no answer to PING', alarms, ctx)
    return
  }
  ctx.send(conn, { type: 'command', argv: ['PING'] } as CommandMessage)
  setAlarm(alarms, PING_EVERY, 'listen', conn, ctx)
}

/** With other credentials a subscription begins anew: a subscriber of RESP2 cannot say AUTH. */
export const listenAgain = (s: Subscription, alarms: Alarms, ctx: Context): void => {
  if (s.conn === 0) return
  const { conn } = s
  ctx.close(conn)
  subscriptionClosed(s, conn, 'other credentials', alarms, ctx)
}

/** The learner's switch. Off: the connection is closed and not opened again. On: subscribed afresh; L1 is not flushed. */
export const switchSubscription = (s: Subscription, on: boolean, alarms: Alarms, ctx: Context): void => {
  if (s.wanted === on) return
  s.wanted = on
  if (on) {
    setAlarm(alarms, 0, 'subscribe', ++s.attempt, ctx)
    return
  }
  s.attempt++
  if (s.conn !== 0) {
    const { conn } = s
    ctx.close(conn)
    subscriptionClosed(s, conn, 'switched off', alarms, ctx)
  }
}
