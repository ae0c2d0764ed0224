import { setAlarm, type Alarms } from '../core/alarms.ts'
import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { below } from '../core/random.ts'
import { SEC, type Micros } from '../core/time.ts'
import type { RefreshPolicy } from '../action.ts'
import type { Reply } from '../redis/reply.ts'
import type { CommandMessage } from '../redis/state.ts'
import { instanceAt } from '../sentinel/address.ts'
import { PRIMARY_NAME } from '../sentinel/state.ts'
import { indexOfNode, ownerOf, setAllOwners, type SlotMap } from './slot-map.ts'

/**
 * Finding the primary without a cluster. A client that knows of Sentinels asks one where the primary is, asks again when a connection
 * fails, and listens to `+switch-master`; one that does not goes on asking the address it was given.
 */

/** The connection that listens to +switch-master. */
export interface SwitchWatch {
  conn: ConnId
  node: ProcessId
  /** rises with every connection: an older one's alarm is void. */
  attempt: number
}

interface DiscoveryOwner {
  policy: { refresh: RefreshPolicy }
  alarms: Alarms
  client: { map: SlotMap; watch: SwitchWatch }
}

export const WHERE_IS_PRIMARY: readonly string[] = Object.freeze(['SENTINEL', 'get-master-addr-by-name', PRIMARY_NAME])
const SUBSCRIBE: readonly string[] = Object.freeze(['SUBSCRIBE', '+switch-master'])
const WATCH_RETRY: Micros = SEC

export const newWatch = (): SwitchWatch => ({ conn: 0, node: '', attempt: 0 })

/** Whether there are Sentinels and this client asks them. */
export const asksSentinels = (owner: DiscoveryOwner, ctx: Context): boolean =>
  !ctx.settings.cluster && owner.policy.refresh !== 'ignore' && ctx.peers('sentinel').length > 0

/** Any Sentinel, another one where there are several. */
export const randomSentinel = (except: ProcessId | null, ctx: Context): ProcessId => {
  const all = ctx.peers('sentinel')
  const some = all.length > 1 ? all.filter((s) => s !== except) : all
  return some[below(ctx.random('sentinel'), some.length)]
}

/** Uses another address as the primary; false when it was in use. */
const goTo = (owner: DiscoveryOwner, ip: string, port: number, by: ProcessId, why: string, ctx: Context): boolean => {
  const { map } = owner.client
  const to = instanceAt(ip, port, ctx.settings.addresses)
  const from = ownerOf(map, 0)
  map.known = true
  if (from === to) return false
  setAllOwners(map, indexOfNode(map, to))
  ctx.emit('client.switched', { from: from ?? '', to, by, why })
  return true
}

/** A Sentinel's answer to where the primary is; null when it does not know. */
export const learnPrimary = (owner: DiscoveryOwner, reply: Reply, by: ProcessId, why: string, ctx: Context): boolean | null =>
  Array.isArray(reply) && reply.length === 2 ? goTo(owner, String(reply[0]), Number(reply[1]), by, why, ctx) : null

/** Listens to one Sentinel, when the policy is to follow. */
export const watchSwitches = (owner: DiscoveryOwner, ctx: Context): void => {
  const { watch } = owner.client
  if (watch.conn !== 0) ctx.close(watch.conn)
  watch.conn = 0
  watch.attempt++
  if (owner.policy.refresh !== 'moved' || !asksSentinels(owner, ctx)) return
  watch.node = randomSentinel(watch.node, ctx)
  watch.conn = ctx.connect(watch.node, 'client')
}

/** False when the connection is not this one. */
export const watchConnected = (watch: SwitchWatch, conn: ConnId, ctx: Context): boolean => {
  if (conn !== watch.conn) return false
  ctx.send(conn, { type: 'command', argv: SUBSCRIBE } as CommandMessage)
  return true
}

/** False when the connection is not this one. Another Sentinel is tried a second later. */
export const watchClosed = (owner: DiscoveryOwner, conn: ConnId, ctx: Context): boolean => {
  const { watch } = owner.client
  if (conn !== watch.conn) return false
  watch.conn = 0
  setAlarm(owner.alarms, WATCH_RETRY, 'watch', watch.attempt, ctx)
  return true
}

/** `mymaster OLD-IP OLD-PORT NEW-IP NEW-PORT`. False when the connection is not this one. */
export const switchHeard = (owner: DiscoveryOwner, conn: ConnId, reply: Reply, ctx: Context): boolean => {
  const { watch } = owner.client
  if (conn !== watch.conn) return false
  if (!Array.isArray(reply) || reply[0] !== 'message') return true
  const [name, , , ip, port] = String(reply[2]).split(' ')
  if (name === PRIMARY_NAME) goTo(owner, ip, Number(port), watch.node, '+switch-master', ctx)
  return true
}
