import type { Context } from '../core/process.ts'
import { slotOwner } from './bus.ts'
import type { CommandSpec } from './commands/spec.ts'
import { getEntry, isExpired } from './keyspace.ts'
import { isOn } from './peers.ts'
import { err, fixed, type Reply } from './reply.ts'
import { keySlot } from './slots.ts'
import type { NodeState, Session } from './state.ts'

const NONE: readonly string[] = []

/** The keys of a command, by its key positions. */
export const keysOf = (command: CommandSpec, argv: readonly string[]): readonly string[] => {
  if (command.movable !== null) return command.movable(argv) ?? NONE
  if (command.keys === null) return NONE
  const [first, last, step] = command.keys
  const end = last < 0 ? argv.length + last : Math.min(last, argv.length - 1)
  const keys: string[] = []
  for (let i = first; i <= end; i += step) keys.push(argv[i])
  return keys
}

/** The slot of a command's first key, −1 without keys. */
export const firstSlot = (command: CommandSpec, argv: readonly string[]): number => {
  if (command.keys !== null) return command.keys[0] < argv.length ? keySlot(argv[command.keys[0]]) : -1
  if (command.movable === null) return -1
  const keys = command.movable(argv)
  return keys === null || keys.length === 0 ? -1 : keySlot(keys[0])
}

const MYSELF = 0
const CLUSTER_DOWN = fixed('CLUSTERDOWN The cluster is down')
const READS_ONLY = fixed('CLUSTERDOWN The cluster is down and only accepts read commands')
const NOT_SERVED = fixed('CLUSTERDOWN Hash slot not served')
const CROSS_SLOT = fixed("CROSSSLOT Keys in request don't hash to the same slot")
const TRY_AGAIN = fixed('TRYAGAIN Multiple keys request during rehashing of slot')

/** What a walk over the keys has found so far; one, used anew by each command. */
const seen = { slot: -1, first: '', several: false, counts: false, missing: 0, present: 0 }

const nothingSeen = (): void => {
  seen.slot = -1
  seen.several = seen.counts = false
  seen.missing = seen.present = 0
}

const begin = (state: NodeState, slot: number, key: string): Reply | null => {
  const owner = slotOwner(state, slot)
  if (owner < 0) return NOT_SERVED
  const c = state.cluster!
  seen.slot = slot
  seen.first = key
  seen.counts = (c.migrating.size > 0 && owner === MYSELF && c.migrating.has(slot)) || (c.importing.size > 0 && c.importing.has(slot))
  return null
}

const visit = (state: NodeState, key: string, slot: number, counted: boolean, now: number): Reply | null => {
  if (seen.slot < 0) {
    const wrong = begin(state, slot < 0 ? keySlot(key) : slot, key)
    if (wrong !== null) return wrong
  } else if (key !== seen.first) {
    if (keySlot(key) !== seen.slot) return CROSS_SLOT
    seen.several = true
  }
  if (seen.counts === true && counted) {
    const entry = getEntry(state.keys, key, seen.slot)
    if (entry === undefined || isExpired(entry, now)) seen.missing++
    else seen.present++
  }
  return null
}

const visitAll = (state: NodeState, command: CommandSpec, argv: readonly string[], slot: number, now: number): Reply | null => {
  const counted = command.isShardedPubSub === false
  if (command.movable !== null) {
    const keys = command.movable(argv) ?? NONE
    for (let i = 0; i < keys.length; i++) {
      const wrong = visit(state, keys[i], i === 0 ? slot : -1, counted, now)
      if (wrong !== null) return wrong
    }
    return null
  }
  if (command.keys === null) return null
  const first = command.keys[0]
  const last = command.keys[1]
  const step = command.keys[2]
  const end = last < 0 ? argv.length + last : Math.min(last, argv.length - 1)
  for (let i = first; i <= end; i += step) {
    const wrong = visit(state, argv[i], i === first ? slot : -1, counted, now)
    if (wrong !== null) return wrong
  }
  return null
}

/**
 * Who may answer (cluster.c getNodeByQuery): null = this node; otherwise the reply that sends the client elsewhere.
 * `slot` is the first key's; `queued`, for EXEC, the transaction's commands; `writes` whether it, or one of them, may write.
 */
export const redirect = (
  state: NodeState,
  session: Session,
  command: CommandSpec,
  argv: readonly string[],
  slot: number,
  queued: readonly (readonly [CommandSpec, readonly string[]])[] | null,
  writes: boolean,
  ctx: Context,
): Reply | null => {
  const c = state.cluster!
  // nearly always: one key, in a slot that is served here and moves nowhere
  if (
    queued === null &&
    command.isOfOneKey === true &&
    c.state === 'ok' &&
    c.migrating.size === 0 &&
    c.importing.size === 0 &&
    slotOwner(state, slot) === MYSELF
  )
    return null
  nothingSeen()
  if (queued === null) {
    const wrong = visitAll(state, command, argv, slot, ctx.now)
    if (wrong !== null) return wrong
  } else
    for (const [spec, words] of queued) {
      const wrong = visitAll(state, spec, words, -1, ctx.now)
      if (wrong !== null) return wrong
    }
  if (seen.slot < 0) return null
  if (c.state !== 'ok') {
    const down = whenDown(state, command, writes)
    if (down !== null) return down
  }
  const owner = slotOwner(state, seen.slot)
  if (seen.counts === true) {
    const open = whenOpen(state, session, command, owner)
    if (open !== 'go on') return open
  }
  if (owner === MYSELF) return null
  const me = c.peers[MYSELF]
  if (!me.primary && c.replicaOf[MYSELF] === owner && !writes && (session.readonly || command.isShardedPubSub)) return null
  return err(`MOVED ${seen.slot} ${c.peers[owner].ip}:${c.peers[owner].port}`)
}

/** Where a connection that waits for a key is sent when its slot is no longer served here; null = it may wait on. */
export const elsewhere = (state: NodeState, key: string): Reply | null => {
  const c = state.cluster
  if (c === null) return null
  if (c.state !== 'ok') return CLUSTER_DOWN
  const slot = keySlot(key)
  const owner = slotOwner(state, slot)
  if (owner < 0) return NOT_SERVED
  return owner === MYSELF || c.importing.has(slot) ? null : err(`MOVED ${slot} ${c.peers[owner].ip}:${c.peers[owner].port}`)
}

const whenDown = (state: NodeState, command: CommandSpec, writes: boolean): Reply | null => {
  if (command.isShardedPubSub) return isOn(state, 'cluster-allow-pubsubshard-when-down', true) ? null : CLUSTER_DOWN
  if (!isOn(state, 'cluster-allow-reads-when-down', false)) return CLUSTER_DOWN
  return writes ? READS_ONLY : null
}

/** An open slot: who migrates sends clients after missing keys, who imports serves those that were sent. */
const whenOpen = (state: NodeState, session: Session, command: CommandSpec, owner: number): Reply | null | 'go on' => {
  const c = state.cluster!
  if (command.name === 'migrate') return null
  const target = owner === MYSELF ? c.migrating.get(seen.slot) : undefined
  if (target !== undefined) {
    if (seen.missing === 0) return 'go on'
    if (seen.present > 0) return TRY_AGAIN
    // to itself: nobody is sent there
    return target === MYSELF ? null : err(`ASK ${seen.slot} ${c.peers[target].ip}:${c.peers[target].port}`)
  }
  if (!session.asking && !command.flags.includes('asking')) return 'go on'
  return seen.several && seen.missing > 0 ? TRY_AGAIN : null
}
