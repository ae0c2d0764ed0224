import type { ConnId } from '../core/network.ts'
import type { Reply } from './reply.ts'
import type { Context } from '../core/process.ts'
import { deleteEntry, getEntry, keysInSlot, rdbSize, shareKeys } from './keyspace.ts'
import { propagate } from './replication.ts'
import type { Entry, Keyspace, NodeState, Session } from './state.ts'
import type { StreamItem } from './state.ts'
import { allKeysChanged, keyChanged } from './watch.ts'

/** Where the bus and the replication stream meet the data and the clients. */

/** What of the command side the protocol needs; node.ts connects the two, since commands in their turn use the bus. */
export interface CommandSide {
  /** runs a command of the primary's stream. */
  applyReplicated(state: NodeState, argv: readonly string[], ctx: Context): void
  deliverPublish(state: NodeState, channel: string, message: string, sharded: boolean, ctx: Context): number
  /** slots went elsewhere: who listened to a sharded channel of theirs is told to leave. */
  dropForeignShards(state: NodeState, ctx: Context): void
  /** a manual failover ended: the writes that waited are looked at again. */
  retryPaused(state: NodeState, ctx: Context): void
  /** what of the primary's stream had to wait. */
  hearPostponed(state: NodeState, items: readonly (readonly [StreamItem, ConnId])[], ctx: Context): void
  /** CLIENT KILL: a connection is ended from this side. */
  closeClient(state: NodeState, session: Session, ctx: Context): void
  /** CLIENT UNBLOCK: ends a connection's waiting as if its time were over, or with this error; whether it waited. */
  endWaiting(state: NodeState, session: Session, error: Reply | null, ctx: Context): boolean
  /** a replica told how far it is (WAIT). */
  replicaAcked(state: NodeState, ctx: Context): void
}

const NOTHING: CommandSide = {
  applyReplicated: () => {},
  deliverPublish: () => 0,
  dropForeignShards: () => {},
  retryPaused: () => {},
  hearPostponed: () => {},
  closeClient: () => {},
  endWaiting: () => false,
  replicaAcked: () => {},
}

/** Set once, as the program is loaded; without it a node has a bus and no commands. */
let side: CommandSide = NOTHING
export const connectCommands = (commands: CommandSide): void => {
  side = commands
}

export const commandSide = (): CommandSide => side

/** A primary's whole data, at one moment. */
export interface KeysDump {
  /** bytes of the file. */
  readonly size: number
  readonly keys: Keyspace
  readonly parked: readonly (readonly [number, Keyspace])[]
  /** libraries of functions travel with it. */
  readonly libraries: NodeState['libraries']
}

export const dumpKeys = (state: NodeState): KeysDump => {
  const parked = [...state.parked].map(([db, keys]) => [db, shareKeys(keys)] as const)
  const { libraries } = state
  let size = rdbSize(state.keys)
  for (const [, keys] of parked) size += rdbSize(keys)
  for (const { code } of libraries.values()) size += code.length
  return { size, keys: shareKeys(state.keys), parked, libraries }
}

/** How many keys of one data set another lacks or holds with another value. */
export const countChanged = (old: Keyspace, now: Keyspace): number => {
  let changed = 0
  for (let i = 0; i < old.table.pages.length; i++) {
    const page = old.table.pages[i]
    if (page === now.table.pages[i] || page.size === 0) continue
    for (const [key, entry] of page) if (!isSame(entry, getEntry(now, key))) changed++
  }
  return changed
}

/** Replaces this node's data; how many keys it has now, and how many of its own were lost or replaced by another value. */
export const loadKeys = (state: NodeState, dump: KeysDump): { keys: number; dropped: number } => {
  const now = shareKeys(dump.keys)
  const dropped = countChanged(state.keys, now)
  allKeysChanged(state, true)
  state.keys = now
  state.libraries = dump.libraries
  state.parked = new Map(dump.parked.map(([db, keys]) => [db, shareKeys(keys)]))
  return { keys: now.size, dropped }
}

const isSame = (a: Entry, b: Entry | undefined): boolean => {
  if (b === undefined) return false
  if (a === b || a.value === b.value) return true
  if (a.type !== b.type || typeof a.value === 'string' || typeof b.value === 'string') return false
  const [x, y] = [[...a.value], [...b.value]]
  return x.length === y.length && x.every((element, i) => String(element) === String(y[i]))
}

/** Deletes what a primary still holds of slots that now belong to somebody else; its replicas delete them too. */
export const clearSlots = (state: NodeState, slots: readonly number[], ctx: Context): void => {
  if (state.keys.size === 0) return
  for (const slot of slots)
    for (const key of keysInSlot(state.keys, slot, Infinity)) {
      deleteEntry(state.keys, key, slot)
      keyChanged(state, key)
      propagate(state, ['DEL', key], ctx)
    }
}
