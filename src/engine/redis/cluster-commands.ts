import type { Context } from '../core/process.ts'
import { MS } from '../core/time.ts'
import {
  bumpEpochWithoutConsensus,
  countFailureReports,
  forget,
  meet,
  peerFlags,
  replicate,
  setSlotOwner,
  slotOwner,
  startManualFailover,
  updateClusterState,
  type FailoverMode,
} from './bus.ts'
import { unixMs } from './clock.ts'
import { beforeSleep } from './cluster-state.ts'
import { mapReply, wrongArity, type Handler } from './commands/spec.ts'
import { broadcastPong } from './gossip.ts'
import { countInSlot, flushKeys, keysInSlot } from './keyspace.ts'
import { parseInt64, parseSmall } from './numbers.ts'
import { NOBODY, change, isOn, myPrimary, peerOf, pongOf, removePeer, setAsPrimary } from './peers.ts'
import { dropForeignShards } from './pubsub.ts'
import { stopReplicating } from './replication.ts'
import { OK, err, errAbout, type Reply } from './reply.ts'
import { becomeReplicaOf } from './role.ts'
import { keySlot } from './slots.ts'
import { claimOf, dropSlots, setOwners } from './slots-config.ts'
import type { NodeState, Session } from './state.ts'
import { MESSAGES } from './wire.ts'

const MYSELF = 0

/** −1 when it names no slot. */
const slotNumber = (text: string): number => {
  const n = parseSmall(text)
  return n === null || n < 0 || n > 16383 ? -1 : n
}
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
  const shard = c.replicaOf[i]
  const epoch = p.primary || shard < 0 ? p.configEpoch : c.peers[shard].configEpoch
  const primary = !p.primary && shard >= 0 ? c.peers[shard].id : '-'
  let line = `${p.id} ${p.ip}:${p.port}@${p.cport} ${flags} ${primary} ${Math.floor(c.pinged[i] / MS)} ${Math.floor(pongOf(c, i) / MS)} ${epoch} `
  line += (i === MYSELF || c.linkUp[i] === 1 ? 'connected' : 'disconnected') + rangesText(state, i)
  if (i === MYSELF) {
    for (const [slot, to] of c.migrating) line += ` [${slot}->-${c.peers[to].id}]`
    for (const [slot, from] of c.importing) line += ` [${slot}-<-${c.peers[from].id}]`
  }
  return line + '\n'
}

export const nodes = (state: NodeState): string => {
  let text = ''
  state.cluster!.peers.forEach((p, i) => {
    if (!p.gone) text += nodeLine(state, i)
  })
  return text
}

/** start, end, the primary and its replicas; not those that failed or have no data yet. */
const slots: Handler = (state, session) => {
  const c = state.cluster!
  const out: Reply[] = []
  const row = (i: number): Reply[] => [c.peers[i].ip, c.peers[i].port, c.peers[i].id, mapReply(session, [])]
  c.peers.forEach((p, i) => {
    if (p.gone || !p.primary || p.numSlots === 0) return
    const { ranges } = claimOf(c, i)
    const replicas: Reply[] = []
    c.peers.forEach((r, j) => {
      if (!r.gone && !r.primary && c.replicaOf[j] === i && !r.fail && offsetOf(state, j) > 0) replicas.push(row(j))
    })
    for (let k = 0; k < ranges.length; k += 2) out.push([ranges[k], ranges[k + 1], row(i), ...replicas])
  })
  return out
}

const offsetOf = (state: NodeState, i: number): number => (i === MYSELF ? state.repl.offset : state.cluster!.replOffset[i])

/** Each primary with its slots and its replicas, and how they are. */
const shards: Handler = (state, session) => {
  const c = state.cluster!
  const row = (i: number): Reply => {
    const p = c.peers[i]
    const offset = offsetOf(state, i)
    return mapReply(session, [
      ['id', p.id],
      ['port', p.port],
      ['ip', p.ip],
      ['endpoint', p.ip],
      ['role', p.primary ? 'master' : 'replica'],
      ['replication-offset', offset],
      ['health', p.fail ? 'fail' : !p.primary && offset === 0 ? 'loading' : 'online'],
    ])
  }
  const out: Reply[] = []
  c.peers.forEach((p, i) => {
    if (p.gone || !p.primary) return
    const members = [row(i)]
    c.peers.forEach((r, j) => {
      if (!r.gone && !r.primary && c.replicaOf[j] === i) members.push(row(j))
    })
    out.push(
      mapReply(session, [
        ['slots', [...claimOf(c, i).ranges]],
        ['nodes', members],
      ]),
    )
  })
  return out
}

/** Our links to the others, and theirs to us. */
const links: Handler = (state, session) => {
  const c = state.cluster!
  const row = (direction: string, i: number, created: number): Reply =>
    mapReply(session, [
      ['direction', direction],
      ['node', c.peers[i].id],
      ['create-time', unixMs(created)],
      ['events', 'r'],
      ['send-buffer-allocated', 0],
      ['send-buffer-used', 0],
    ])
  const out: Reply[] = []
  c.peers.forEach((p, i) => {
    if (i !== MYSELF && !p.gone && c.link[i] !== 0) out.push(row('to', i, c.linkCreatedAt[i]))
  })
  c.peers.forEach((p, i) => {
    if (i !== MYSELF && !p.gone && c.inboundOf[i] !== 0) out.push(row('from', i, c.linkCreatedAt[i]))
  })
  return out
}

const infoText = (state: NodeState): string => {
  const c = state.cluster!
  let assigned = 0
  let pfail = 0
  let fail = 0
  let known = 0
  for (const p of c.peers) {
    if (p.gone) continue
    known++
    assigned += p.numSlots
    if (p.fail) fail += p.numSlots
    else if (p.pfail) pfail += p.numSlots
  }
  const shard = myPrimary(c)
  const mine = c.peers[shard < 0 ? MYSELF : shard].configEpoch
  const rows = [
    `cluster_state:${c.state}`,
    `cluster_slots_assigned:${assigned}`,
    `cluster_slots_ok:${assigned - pfail - fail}`,
    `cluster_slots_pfail:${pfail}`,
    `cluster_slots_fail:${fail}`,
    `cluster_known_nodes:${known}`,
    `cluster_size:${c.size}`,
    `cluster_current_epoch:${c.currentEpoch}`,
    `cluster_my_epoch:${mine}`,
  ]
  for (const way of ['sent', 'received'] as const) {
    let sum = 0
    c[way].forEach((n, kind) => {
      sum += n
      if (n > 0) rows.push(`cluster_stats_messages_${MESSAGES[kind]}_${way}:${n}`)
    })
    rows.push(`cluster_stats_messages_${way}:${sum}`)
  }
  rows.push('total_cluster_links_buffer_limit_exceeded:0', '')
  return rows.join('\r\n')
}

// ------------------------------------------------------------------ changing it

const BAD_ACTION = err('ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP')
const NOT_PRIMARY = err('ERR Target node is not a master')

/** The only teller of an opened slot. */
const tellOpened = (slot: number, is: 'migrating' | 'importing', peer: string, ctx: Context): void =>
  void ctx.emit('slot.opened', { slot, state: is, peer })

/** CLUSTER SETSLOT slot IMPORTING|MIGRATING|NODE|STABLE. */
const setSlot: Handler = (state, _s, argv, ctx) => {
  const c = state.cluster!
  if (!c.peers[MYSELF].primary) return err('ERR Please use SETSLOT only with masters.')
  const slot = slotNumber(argv[2])
  if (slot < 0) return BAD_SLOT
  const what = argv[3].toUpperCase()
  const owner = slotOwner(state, slot)
  if (what === 'STABLE' && argv.length === 4) {
    c.migrating.delete(slot)
    c.importing.delete(slot)
    return OK
  }
  if (argv.length !== 5) return BAD_ACTION
  const peer = peerOf(c, argv[4])
  if (what === 'MIGRATING') {
    if (owner !== MYSELF) return err(`ERR I'm not the owner of hash slot ${slot}`)
    if (peer < 0) return errAbout`ERR I don't know about node ${argv[4]}`
    if (!c.peers[peer].primary) return NOT_PRIMARY
    c.migrating.set(slot, peer)
    tellOpened(slot, 'migrating', c.peers[peer].process, ctx)
  } else if (what === 'IMPORTING') {
    if (owner === MYSELF) return err(`ERR I'm already the owner of hash slot ${slot}`)
    if (peer < 0) return errAbout`ERR I don't know about node ${argv[4]}`
    if (!c.peers[peer].primary) return NOT_PRIMARY
    c.importing.set(slot, peer)
    tellOpened(slot, 'importing', c.peers[peer].process, ctx)
  } else if (what === 'NODE') {
    if (peer < 0) return errAbout`ERR Unknown node ${argv[4]}`
    if (!c.peers[peer].primary) return NOT_PRIMARY
    if (owner === MYSELF && peer !== MYSELF && countInSlot(state.keys, slot) > 0)
      return err(`ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`)
    giveSlot(state, slot, peer, owner === MYSELF, ctx)
  } else return BAD_ACTION
  return OK
}

const giveSlot = (state: NodeState, slot: number, peer: number, wasMine: boolean, ctx: Context): void => {
  const c = state.cluster!
  if (countInSlot(state.keys, slot) === 0) c.migrating.delete(slot)
  setSlotOwner(state, slot, peer)
  if (peer === MYSELF && c.importing.has(slot)) {
    // closing an import is the one change of owner without a vote: a new epoch makes it win everywhere
    bumpEpochWithoutConsensus(state, ctx)
    c.importing.delete(slot)
    broadcastPong(state, 'all', 0, ctx)
  }
  ctx.emit('slot.closed', { slot, owner: c.peers[peer].process })
  if (wasMine && peer !== MYSELF) {
    dropForeignShards(state, ctx)
    if (c.peers[MYSELF].numSlots === 0 && isOn(state, 'cluster-allow-replica-migration', true))
      becomeReplicaOf(state, peer, 'its last slot was taken', 0, ctx)
  }
  updateClusterState(state, ctx)
  beforeSleep(state, ctx)
}

/** ADDSLOTS, DELSLOTS and their ranges: all the slots or none. */
const changeSlots =
  (add: boolean, ranges: boolean): Handler =>
  (state, _s, argv, ctx) => {
    if (ranges && argv.length % 2 === 1) return wrongArity(add ? 'cluster|addslotsrange' : 'cluster|delslotsrange')
    const chosen = new Set<number>()
    const pairs: [number, number][] = []
    for (let i = 2; i < argv.length; i += ranges ? 2 : 1) {
      const from = slotNumber(argv[i])
      const to = ranges ? slotNumber(argv[i + 1]) : from
      if (from < 0 || to < 0) return BAD_SLOT
      if (from > to) return err(`ERR start slot number ${from} is greater than end slot number ${to}`)
      pairs.push([from, to])
    }
    for (const [from, to] of pairs)
      for (let slot = from; slot <= to; slot++) {
        const bound = slotOwner(state, slot) >= 0
        if (bound === add) return err(`ERR Slot ${slot} is already ${add ? 'busy' : 'unassigned'}`)
        if (chosen.has(slot)) return err(`ERR Slot ${slot} specified multiple times`)
        chosen.add(slot)
      }
    for (const slot of chosen) state.cluster!.importing.delete(slot)
    setOwners(state.cluster!, chosen, add ? MYSELF : NOBODY)
    if (!add) dropForeignShards(state, ctx)
    updateClusterState(state, ctx)
    return OK
  }

const flushSlots: Handler = (state, _s, _argv, ctx) => {
  if (state.keys.size > 0) return err('ERR DB must be empty to perform CLUSTER FLUSHSLOTS.')
  dropSlots(state.cluster!, MYSELF)
  dropForeignShards(state, ctx)
  updateClusterState(state, ctx)
  return OK
}

const isAddress = (ip: string): boolean => {
  const parts = ip.split('.')
  return (
    (parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256)) || (ip.includes(':') && /^[0-9a-f:.]+$/i.test(ip))
  )
}

/** A subcommand that is known, with more words than it can have. */
const tooMany = (argv: readonly string[]): Reply =>
  errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1].slice(0, 128)}'. Try CLUSTER HELP.`

const meetNode: Handler = (state, _s, argv, ctx) => {
  if (argv.length > 5) return tooMany(argv)
  const port = parseInt64(argv[3])
  if (port === null) return errAbout`ERR Invalid TCP base port specified: ${argv[3]}`
  const cport = argv.length === 5 ? parseInt64(argv[4]) : Number(port) + 10000
  if (cport === null) return errAbout`ERR Invalid TCP bus port specified: ${argv[4]}`
  if (!isAddress(argv[2]) || port <= 0 || port > 65535 || cport <= 0 || cport > 65535)
    return errAbout`ERR Invalid node address specified: ${argv[2]}:${argv[3]}`
  meet(state, argv[2], Number(port), Number(cport), ctx)
  return OK
}

const failoverNode: Handler = (state, _s, argv, ctx) => {
  const mode = (argv[2] ?? 'plain').toLowerCase()
  if (argv.length > 3) return tooMany(argv)
  if (argv.length === 3 && mode !== 'force' && mode !== 'takeover') return err('ERR syntax error')
  return orOk(startManualFailover(state, mode as FailoverMode, ctx))
}

const orOk = (wrong: string | null): Reply => (wrong === null ? OK : err(wrong))

const setConfigEpoch: Handler = (state, _s, argv) => {
  const c = state.cluster!
  const epoch = parseInt64(argv[2])
  if (epoch === null) return err('ERR value is not an integer or out of range')
  if (epoch < 0) return err(`ERR Invalid config epoch specified: ${epoch}`)
  if (c.known > 1) return err('ERR The user can assign a config epoch only when the node does not know any other node.')
  if (c.peers[MYSELF].configEpoch !== 0) return err('ERR Node config epoch is already non-zero')
  change(c, MYSELF, { configEpoch: Number(epoch) })
  if (c.currentEpoch < epoch) c.currentEpoch = Number(epoch)
  return OK
}

/** CLUSTER RESET [HARD|SOFT]: alone again, without slots. A hard reset takes the epochs back too; the id stays, as it is the process's. */
const resetNode: Handler = (state, _s, argv, ctx) => {
  const c = state.cluster!
  const how = (argv[2] ?? 'soft').toLowerCase()
  if (argv.length > 3) return tooMany(argv)
  if (how !== 'hard' && how !== 'soft') return err('ERR syntax error')
  const me = c.peers[MYSELF]
  if (me.primary && state.keys.size > 0) return err("ERR CLUSTER RESET can't be called with master nodes containing keys")
  const wasPrimary = me.primary
  if (!wasPrimary) {
    setAsPrimary(c, MYSELF)
    stopReplicating(state, ctx)
    flushKeys(state)
  }
  for (let i = 0; i < c.peers.length; i++) if (!c.peers[i].gone) dropSlots(c, i)
  if (wasPrimary) dropForeignShards(state, ctx)
  c.migrating.clear()
  c.importing.clear()
  for (let i = 1; i < c.peers.length; i++) if (!c.peers[i].gone) removePeer(state, i, ctx)
  if (how === 'hard') {
    change(c, MYSELF, { configEpoch: 0 })
    c.currentEpoch = 0
    c.lastVoteEpoch = 0
  }
  updateClusterState(state, ctx)
  return OK
}

const replicasOf: Handler = (state, _s, argv) => {
  const c = state.cluster!
  const peer = peerOf(c, argv[2])
  if (peer < 0) return errAbout`ERR Unknown node ${argv[2]}`
  if (!c.peers[peer].primary) return err('ERR The specified node is not a master')
  const rows: Reply[] = []
  c.peers.forEach((p, i) => {
    if (!p.gone && !p.primary && c.replicaOf[i] === peer) rows.push(nodeLine(state, i).slice(0, -1))
  })
  return rows
}

const text =
  (write: (state: NodeState) => string): Handler =>
  (state, session: Session) =>
    session.resp === 3 ? { verbatim: write(state) } : write(state)

const keysIn: Handler = (state, _s, argv) => {
  const slot = parseInt64(argv[2])
  const limit = parseInt64(argv[3])
  if (slot === null || limit === null) return err('ERR value is not an integer or out of range')
  if (slot < 0 || slot > 16383 || limit < 0) return err('ERR Invalid slot or number of keys')
  return keysInSlot(state.keys, Number(slot), Number(limit))
}

const countIn: Handler = (state, _s, argv) => {
  const slot = parseInt64(argv[2])
  if (slot === null) return err('ERR value is not an integer or out of range')
  return slot < 0 || slot > 16383 ? err('ERR Invalid slot') : countInSlot(state.keys, Number(slot))
}

/** What each subcommand does, in a node that is part of a cluster. */
export const CLUSTER_ACTIONS: Readonly<Record<string, Handler>> = {
  keyslot: (_st, _s, argv) => keySlot(argv[2]),
  nodes: text(nodes),
  info: text(infoText),
  slots,
  shards,
  links,
  myid: (state) => state.cluster!.peers[MYSELF].id,
  countkeysinslot: countIn,
  getkeysinslot: keysIn,
  replicas: replicasOf,
  slaves: replicasOf,
  'count-failure-reports': (state, _s, argv, ctx) => {
    const peer = peerOf(state.cluster!, argv[2])
    return peer < 0 ? errAbout`ERR Unknown node ${argv[2]}` : countFailureReports(state, peer, ctx)
  },
  meet: meetNode,
  forget: (state, _s, argv, ctx) => orOk(forget(state, argv[2], ctx)),
  replicate: (state, _s, argv, ctx) => orOk(replicate(state, argv[2], ctx)),
  failover: failoverNode,
  bumpepoch: (state, _s, _argv, ctx) => {
    const bumped = bumpEpochWithoutConsensus(state, ctx)
    return { simple: `${bumped ? 'BUMPED' : 'STILL'} ${state.cluster!.peers[MYSELF].configEpoch}` }
  },
  'set-config-epoch': setConfigEpoch,
  setslot: setSlot,
  addslots: changeSlots(true, false),
  addslotsrange: changeSlots(true, true),
  delslots: changeSlots(false, false),
  delslotsrange: changeSlots(false, true),
  flushslots: flushSlots,
  reset: resetNode,
  saveconfig: () => OK,
}
