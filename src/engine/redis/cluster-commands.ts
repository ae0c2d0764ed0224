import type { Context } from '../core/process.ts'
import { MS } from '../core/time.ts'
import {
  bumpEpochWithoutConsensus, countFailureReports, forget, meet, peerFlags, replicate, setSlotOwner, slotOwner, startManualFailover,
  updateClusterState, type FailoverMode,
} from './bus.ts'
import type { Handler } from './commands.ts'
import { countInSlot, keysInSlot } from './keyspace.ts'
import { OK, err, type Reply } from './reply.ts'
import { keySlot } from './slots.ts'
import { claimOf } from './slots-config.ts'
import type { NodeState } from './state.ts'

const MYSELF = 0

const slotNumber = (text: string | undefined): number => (text !== undefined && /^\d{1,5}$/.test(text) && Number(text) < 16384 ? Number(text) : -1)
const BAD_SLOT = err('ERR Invalid or out of range slot')

const rangesText = (state: NodeState, peer: number): string => {
  const { ranges } = claimOf(state.cluster!, peer)
  let text = ''
  for (let i = 0; i < ranges.length; i += 2) text += ranges[i] === ranges[i + 1] ? ` ${ranges[i]}` : ` ${ranges[i]}-${ranges[i + 1]}`
  return text
}

/** One line of CLUSTER NODES. */
const nodeLine = (state: NodeState, i: number): string => {
  const c = state.cluster!
  const p = c.peers[i]
  const flags = peerFlags(p, i === MYSELF)
  const epoch = p.primary || p.replicaOf < 0 ? p.configEpoch : c.peers[p.replicaOf].configEpoch
  const primary = !p.primary && p.replicaOf >= 0 ? c.peers[p.replicaOf].id : '-'
  let line = `${p.id} ${p.ip}:${p.port}@${p.cport} ${flags} ${primary} ${Math.floor(p.pingSent / MS)} ${Math.floor(p.pongReceived / MS)} ${epoch} `
  line += (i === MYSELF || p.linkUp ? 'connected' : 'disconnected') + rangesText(state, i)
  if (i === MYSELF) {
    for (const [slot, to] of c.migrating) line += ` [${slot}->-${c.peers[to].id}]`
    for (const [slot, from] of c.importing) line += ` [${slot}-<-${c.peers[from].id}]`
  }
  return line + '\n'
}

const nodes = (state: NodeState): Reply => {
  let text = ''
  state.cluster!.peers.forEach((p, i) => {
    if (!p.gone) text += nodeLine(state, i)
  })
  return text
}

const slots = (state: NodeState): Reply => {
  const c = state.cluster!
  const out: Reply[] = []
  const row = (i: number): Reply[] => [c.peers[i].ip, c.peers[i].port, c.peers[i].id, []]
  c.peers.forEach((p, i) => {
    if (p.gone || !p.primary || p.numSlots === 0) return
    const { ranges } = claimOf(c, i)
    const replicas: Reply[] = []
    c.peers.forEach((r, j) => {
      if (!r.gone && !r.primary && r.replicaOf === i && !r.fail && (j === MYSELF ? state.repl.offset : r.replOffset) > 0) replicas.push(row(j))
    })
    for (let k = 0; k < ranges.length; k += 2) out.push([ranges[k], ranges[k + 1], row(i), ...replicas])
  })
  return out
}

const info = (state: NodeState): Reply => {
  const c = state.cluster!
  let assigned = 0
  let pfail = 0
  let fail = 0
  for (const p of c.peers) {
    if (p.gone) continue
    assigned += p.numSlots
    if (p.fail) fail += p.numSlots
    else if (p.pfail) pfail += p.numSlots
  }
  const known = c.peers.filter((p) => !p.gone).length
  const mine = c.peers[MYSELF].primary ? c.peers[MYSELF].configEpoch : c.peers[c.peers[MYSELF].replicaOf]?.configEpoch ?? 0
  return [`cluster_state:${c.state}`, `cluster_slots_assigned:${assigned}`, `cluster_slots_ok:${assigned - pfail - fail}`,
    `cluster_slots_pfail:${pfail}`, `cluster_slots_fail:${fail}`, `cluster_known_nodes:${known}`, `cluster_size:${c.size}`,
    `cluster_current_epoch:${c.currentEpoch}`, `cluster_my_epoch:${mine}`, ''].join('\r\n')
}

/** CLUSTER SETSLOT slot IMPORTING|MIGRATING|NODE|STABLE. */
const setSlot = (state: NodeState, argv: readonly string[], ctx: Context): Reply => {
  const c = state.cluster!
  if (!c.peers[MYSELF].primary) return err('ERR You can use SETSLOT only with masters.')
  const slot = slotNumber(argv[2])
  if (slot < 0) return BAD_SLOT
  const what = argv[3].toUpperCase()
  const peer = argv[4] === undefined ? -1 : (c.byId.get(argv[4]) ?? -1)
  const owner = slotOwner(state, slot)
  if (what === 'STABLE' && argv.length === 4) {
    c.migrating.delete(slot)
    c.importing.delete(slot)
    return OK
  }
  if (argv.length !== 5) return err('ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP')
  if (what === 'MIGRATING') {
    if (owner !== MYSELF) return err(`ERR I'm not the owner of hash slot ${slot}`)
    if (peer < 0) return err(`ERR I don't know about node ${argv[4]}`)
    c.migrating.set(slot, peer)
    ctx.emit('slot.opened', { slot, state: 'migrating', peer: c.peers[peer].process })
  } else if (what === 'IMPORTING') {
    if (owner === MYSELF) return err(`ERR I'm already the owner of hash slot ${slot}`)
    if (peer < 0) return err(`ERR I don't know about node ${argv[4]}`)
    c.importing.set(slot, peer)
    tellOpened(slot, c.peers[peer].process, ctx)
  } else if (what === 'NODE') {
    if (peer < 0) return err(`ERR Unknown node ${argv[4]}`)
    if (owner === MYSELF && peer !== MYSELF && countInSlot(state.keys, slot) > 0)
      return err(`ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`)
    if (countInSlot(state.keys, slot) === 0) c.migrating.delete(slot)
    if (peer === MYSELF && c.importing.has(slot)) {
      c.importing.delete(slot)
      bumpEpochWithoutConsensus(state, ctx)
    }
    setSlotOwner(state, slot, peer)
    ctx.emit('slot.closed', { slot, owner: c.peers[peer].process })
    updateClusterState(state, ctx)
  } else return err('ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP')
  return OK
}

const tellOpened = (slot: number, peer: string, ctx: Context): void => void ctx.emit('slot.opened', { slot, state: 'importing', peer })

export const cluster: Handler = (state, _s, argv, ctx) => {
  const c = state.cluster
  const sub = argv[1].toUpperCase()
  if (sub === 'KEYSLOT' && argv.length === 3) return keySlot(argv[2])
  if (c === null) return err('ERR This instance has cluster support disabled')
  switch (`${sub} ${argv.length}`) {
    case 'NODES 2':
      return nodes(state)
    case 'SLOTS 2':
      return slots(state)
    case 'INFO 2':
      return info(state)
    case 'MYID 2':
      return c.peers[MYSELF].id
    case 'COUNTKEYSINSLOT 3':
      return slotNumber(argv[2]) < 0 ? err('ERR Invalid slot') : countInSlot(state.keys, slotNumber(argv[2]))
    case 'GETKEYSINSLOT 4':
      return slotNumber(argv[2]) < 0 ? err('ERR Invalid slot or number of keys') : keysInSlot(state.keys, slotNumber(argv[2]), Number(argv[3]))
    case 'MEET 4':
    case 'MEET 5':
      meet(state, argv[2], Number(argv[3]), Number(argv[4] ?? Number(argv[3]) + 10000), ctx)
      return OK
    case 'FORGET 3': {
      const wrong = forget(state, argv[2], ctx)
      return wrong === null ? OK : err(wrong)
    }
    case 'REPLICATE 3': {
      const wrong = replicate(state, argv[2], ctx)
      return wrong === null ? OK : err(wrong)
    }
    case 'FAILOVER 2':
    case 'FAILOVER 3': {
      const mode = (argv[2] ?? 'plain').toLowerCase()
      if (!['plain', 'force', 'takeover'].includes(mode)) return err('ERR syntax error')
      const wrong = startManualFailover(state, mode as FailoverMode, ctx)
      return wrong === null ? OK : err(wrong)
    }
    case 'BUMPEPOCH 2':
      return { simple: `${bumpEpochWithoutConsensus(state, ctx) ? 'BUMPED' : 'STILL'} ${c.peers[MYSELF].configEpoch}` }
    case 'COUNT-FAILURE-REPORTS 3': {
      const peer = c.byId.get(argv[2])
      return peer === undefined ? err(`ERR Unknown node ${argv[2]}`) : countFailureReports(state, peer, ctx)
    }
    case 'SETSLOT 4':
    case 'SETSLOT 5':
      return setSlot(state, argv, ctx)
    default:
      return err(`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try CLUSTER HELP.`)
  }
}
