import type { Context } from '../core/process.ts'
import { slotOwner } from './bus.ts'
import type { CommandSpec } from './commands.ts'
import { commandNamed } from './commands.ts'
import { getEntry, isExpired } from './keyspace.ts'
import { err, type Reply } from './reply.ts'
import { keySlot } from './slots.ts'
import type { NodeState, Session } from './state.ts'

/** The keys of a command, by its key positions. */
export const keysOf = (command: CommandSpec, argv: readonly string[]): string[] => {
  if (command.name === 'migrate') {
    const at = argv.findIndex((a) => a.toUpperCase() === 'KEYS')
    return at > 0 ? argv.slice(at + 1) : [argv[3]]
  }
  if (command.keys === null) return []
  const [first, last, step] = command.keys
  const end = last < 0 ? argv.length + last : last
  const keys: string[] = []
  for (let i = first; i <= end; i += step) keys.push(argv[i])
  return keys
}

const MYSELF = 0
const CLUSTER_DOWN = err('CLUSTERDOWN The cluster is down')
const NOT_SERVED = err('CLUSTERDOWN Hash slot not served')
const CROSS_SLOT = err("CROSSSLOT Keys in request don't hash to the same slot")
const TRY_AGAIN = err('TRYAGAIN Multiple keys request during rehashing of slot')

/** Who may answer (cluster.c getNodeByQuery): null = this node; otherwise the reply that sends the client elsewhere. */
export const redirect = (
  state: NodeState, session: Session, command: CommandSpec, argv: readonly string[], asking: boolean, ctx: Context,
): Reply | null => {
  const c = state.cluster!
  const queued = command.name === 'exec' && session.multi !== null ? session.multi : null
  if (queued === null && command.keys === null && command.name !== 'migrate') return null
  let slot = -1
  let first = ''
  let distinct = 1
  let missing = 0
  let present = 0
  let writes = false
  const open = () => c.migrating.has(slot) || c.importing.has(slot)
  for (const words of queued ?? [argv]) {
    const spec = queued === null ? command : commandNamed(words[0])!
    writes ||= spec.flags.includes('write')
    for (const key of keysOf(spec, words)) {
      if (slot < 0) {
        slot = keySlot(key)
        first = key
        if (slotOwner(state, slot) < 0) return NOT_SERVED
      } else if (key !== first) {
        if (keySlot(key) !== slot) return CROSS_SLOT
        distinct++
      }
      if (open()) {
        const entry = getEntry(state.keys, key)
        if (entry === undefined || isExpired(entry, ctx.now)) missing++
        else present++
      }
    }
  }
  if (slot < 0) return null
  if (c.state !== 'ok') return CLUSTER_DOWN
  const owner = slotOwner(state, slot)
  const migrating = owner === MYSELF ? c.migrating.get(slot) : undefined
  const importing = owner !== MYSELF && c.importing.has(slot)
  if (command.name === 'migrate' && (migrating !== undefined || importing)) return null
  if (migrating !== undefined && missing > 0) {
    if (present > 0) return TRY_AGAIN
    return err(`ASK ${slot} ${c.peers[migrating].ip}:${c.peers[migrating].port}`)
  }
  if (importing && (asking || command.name === 'restore-asking')) return distinct > 1 && missing > 0 ? TRY_AGAIN : null
  if (owner === MYSELF) return null
  if (session.readonly && !writes && !c.peers[MYSELF].primary && c.peers[MYSELF].replicaOf === owner) return null
  return err(`MOVED ${slot} ${c.peers[owner].ip}:${c.peers[owner].port}`)
}
