import type { CloseReason, ConnId, ConnKind } from '../core/network.ts'
import type { Context, Message, ProcessId } from '../core/process.ts'
import { below } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { MS, SEC } from '../core/time.ts'
import { BUS_OFFSET, PORT, addressOf, ipOf, nodeIdOf, processNear } from './address.ts'
import { beforeSleep, updateClusterState } from './cluster-state.ts'
import { commandSide } from './data.ts'
import { DAYS } from './due.ts'
import { newElection, onVote, onVoteRequest } from './failover.ts'
import { clusterCron, hastenCron, startCron } from './cron.ts'
import { hearHeader, linkUp, onFail, onPing, onUpdate, startHandshake } from './gossip.ts'
import { onManualRequest } from './manual.ts'
import {
  MYSELF,
  NOBODY,
  ban,
  loseLink,
  myPrimary,
  newColumns,
  newPeer,
  numberOf,
  peerLinkedBy,
  peerOf,
  removePeer,
  setPeers,
  setPong,
  type Draft,
} from './peers.ts'
import {
  bootReplication,
  persistReplication,
  replicaOfDirective,
  type ReplicationDisk,
  settleReplication,
  startReplicating,
  startReplicationCron,
} from './replication.ts'
import { becomeReplicaOf } from './role.ts'
import { CRON, SLOTS } from './rules.ts'
import { bindAll, claimOf, newSlotTable } from './slots-config.ts'
import type { ClusterState, NodeId, NodeState, Peer } from './state.ts'
import type { PublishMessage } from './wire.ts'
import { MESSAGES, broadcast, publishMessage, sendTo } from './wire.ts'

/**
 * The cluster bus as the rest of the node sees it: what boots it, what it hears, and what an operator may ask of it.
 * Gossip, failure detection, elections and slot claims live in the files it imports, one mechanism each.
 */

export { bumpEpochWithoutConsensus } from './epochs.ts'
export { countFailureReports } from './detector.ts'
export { areWritesPaused, startManualFailover, type FailoverMode } from './manual.ts'
export { peerFlags } from './peers.ts'
export { setSlotOwner, slotOwner } from './slots-config.ts'
export { updateClusterState } from './cluster-state.ts'
export { whyNot } from './why-not.ts'

// ------------------------------------------------------------------ nodes.conf

/** What a node knows of the cluster before it has spoken to anybody; also the world's starting layout. */
export interface NodesConf {
  nodes: NodeConf[]
  currentEpoch: number
  lastVoteEpoch?: number
  /** the world has been running: serve at once, links and offsets as if they had always been there. */
  settled?: boolean
  /** history of the data kept on disk; absent when there is none. */
  replication?: ReplicationDisk
}

export interface NodeConf {
  process: ProcessId
  id?: NodeId
  ip?: string
  port?: number
  cport?: number
  primary: boolean
  replicaOf: ProcessId | null
  slots: [from: number, to: number][]
  configEpoch: number
  pfail?: boolean
  fail?: boolean
  migrating?: [slot: number, to: NodeId][]
  importing?: [slot: number, from: NodeId][]
}

/** What of the cluster survives a crash; with `keepsData` also where the data stands in its history. */
export const persistCluster = (state: NodeState, keepsData = false): NodesConf | null => {
  const c = state.cluster
  if (c === null) return null
  const nodes: NodeConf[] = []
  for (let i = 0; i < c.peers.length; i++) {
    const p = c.peers[i]
    if (p.gone || p.handshake) continue
    const conf: NodeConf = {
      process: p.process,
      id: p.id,
      ip: p.ip,
      port: p.port,
      cport: p.cport,
      primary: p.primary,
      replicaOf: c.replicaOf[i] < 0 ? null : c.peers[c.replicaOf[i]].process,
      slots: pairs(claimOf(c, i).ranges),
      configEpoch: p.configEpoch,
      pfail: p.pfail,
      fail: p.fail,
    }
    if (i === MYSELF) {
      conf.migrating = [...c.migrating].map(([slot, to]) => [slot, c.peers[to].id])
      conf.importing = [...c.importing].map(([slot, from]) => [slot, c.peers[from].id])
    }
    nodes.push(conf)
  }
  const conf: NodesConf = { nodes, currentEpoch: c.currentEpoch, lastVoteEpoch: c.lastVoteEpoch }
  if (keepsData) conf.replication = persistReplication(state)
  return conf
}

const pairs = (ranges: readonly number[]): [number, number][] => {
  const out: [number, number][] = []
  for (let i = 0; i < ranges.length; i += 2) out.push([ranges[i], ranges[i + 1]])
  return out
}

/** Starts the bus and replication from nodes.conf; without one the node knows only itself. */
export const bootCluster = (state: NodeState, disk: NodesConf | null, ctx: Context): void => {
  const now = ctx.now
  const conf = disk ?? { nodes: [], currentEpoch: 0 }
  const mine = conf.nodes.find((n) => n.process === ctx.self) ?? {
    process: ctx.self,
    ip: state.ip,
    port: state.port,
    cport: state.cport,
    primary: true,
    replicaOf: null,
    slots: [],
    configEpoch: 0,
  }
  const me = peerFrom(mine, now)
  state.id = me.id
  state.ip = me.ip
  state.port = me.port
  state.cport = me.cport
  const others = conf.nodes.filter((n) => n.process !== ctx.self)
  const c = newCluster(me, conf, others.length + 1)
  state.cluster = c
  const follows = mine.replicaOf !== null || (!ctx.settings.cluster && replicaOfDirective(state) !== null)
  bootReplication(state, conf.replication ?? null, follows, ctx)
  const drafts = [me, ...others.map((n) => peerFrom(n, now))]
  const at = new Map<ProcessId, number>(drafts.map((p, i) => [p.process, i]))
  const rows = [mine, ...conf.nodes]
  bindAll(
    c,
    drafts,
    rows.map((n) => [at.get(n.process)!, n.slots]),
  )
  for (const n of rows) {
    if (n.primary) continue
    const index = at.get(n.process)!
    const primary = n.replicaOf === null ? NOBODY : (at.get(n.replicaOf) ?? NOBODY)
    drafts[index].primary = false
    if (primary < 0) continue
    c.replicaOf[index] = primary
    drafts[primary].migrateTo = true
    // its headers have told its primary's
    if (conf.settled && index !== MYSELF) drafts[index].configEpoch = drafts[primary].configEpoch
  }
  setPeers(c, drafts)
  for (const [slot, to] of mine.migrating ?? []) if (peerOf(c, to) >= 0) c.migrating.set(slot, peerOf(c, to))
  for (const [slot, from] of mine.importing ?? []) if (peerOf(c, from) >= 0) c.importing.set(slot, peerOf(c, from))
  for (const p of c.peers) if (p.primary && p.numSlots > 0) c.size++
  if (conf.settled) settle(state, ctx)
  const phase = conf.settled ? below(ctx.random('cron'), CRON) : MS
  startCron(c, phase, ctx)
  startReplicationCron(conf.settled ? below(ctx.random('cron'), SEC) : phase, ctx)
}

/** What every message needs stands first, side by side in memory. */
const newCluster = (me: Peer, conf: NodesConf, known: number): ClusterState => {
  const columns = newColumns(Math.max(known, 8))
  return {
    peers: [],
    mentions: columns.mentions,
    pongs: columns.pongs,
    pinged: columns.pinged,
    heard: columns.heard,
    byNumber: new Int16Array(8).fill(NOBODY),
    replicaOf: columns.replicaOf,
    replOffset: columns.replOffset,
    link: columns.link,
    linkUp: columns.linkUp,
    linkCreatedAt: columns.linkCreatedAt,
    strangers: new Set(),
    currentEpoch: conf.currentEpoch,
    manual: null,
    unclaimed: new Set(),
    pfails: 0,
    reported: false,
    todo: 0,
    armedFor: 0,
    nextDue: 0,
    sent: new Float64Array(MESSAGES.length),
    received: new Float64Array(MESSAGES.length),
    state: 'fail',
    cron: 0,
    tickAt: 0,
    gaps: [],
    look: columns.look,
    days: new Int16Array(DAYS).fill(NOBODY),
    after: columns.after,
    today: 0,
    dueTimeout: 0,
    me: Object.freeze({ process: me.process, ip: me.ip, port: me.port, cport: me.cport, number: numberOf(me.process) }),
    known: 0,
    outboxes: new Map(),
    reports: new Map(),
    inboundOf: columns.inboundOf,
    slots: newSlotTable(),
    migrating: new Map(),
    importing: new Map(),
    lastVoteEpoch: conf.lastVoteEpoch ?? 0,
    size: 0,
    banned: new Map(),
    minorityAt: -1,
    firstUpdateAt: -1,
    election: newElection(),
    handshakes: 0,
  }
}

const peerFrom = (n: NodeConf, now: Micros): Draft => {
  const at = {
    process: n.process,
    ip: n.ip ?? ipOf(n.process),
    port: n.port ?? PORT,
    cport: n.cport ?? (n.port ?? PORT) + BUS_OFFSET,
  }
  const peer = newPeer(n.id ?? nodeIdOf(n.process), at, now)
  peer.configEpoch = n.primary ? n.configEpoch : 0
  peer.pfail = n.pfail ?? false
  peer.fail = n.fail ?? false
  if (peer.fail) peer.failAt = now
  return peer
}

const settle = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  let owned = 0
  c.peers.forEach((p, i) => {
    owned += p.numSlots
    c.replOffset[i] = 1
    c.heard[i] = ctx.now
    setPong(c, i, ctx.now)
  })
  c.cron = below(ctx.random('cron'), 10)
  c.state = owned === SLOTS || state.config.get('cluster-require-full-coverage') === 'no' ? 'ok' : 'fail'
  c.firstUpdateAt = ctx.now
  const shard = myPrimary(c)
  const primary = shard < 0 ? null : c.peers[shard]
  const copied = shard >= 0 && c.replicaOf.includes(shard)
  if (primary === null || !copied) return
  settleReplication(state, primary.process)
  if (!me.primary) startReplicating(state, primary.process, ctx)
}

// ------------------------------------------------------------------ connections

export const busConnected = (state: NodeState, conn: ConnId, ctx: Context): boolean => {
  const c = state.cluster
  const index = c === null ? NOBODY : peerLinkedBy(c, conn)
  if (index < 0) return false
  linkUp(state, index, ctx)
  beforeSleep(state, ctx)
  return true
}

export const busAccepted = (state: NodeState, conn: ConnId, from: ProcessId, kind: ConnKind, ctx: Context): boolean => {
  if (kind !== 'bus') return false
  if (state.cluster === null) ctx.close(conn)
  else state.cluster.strangers.add(conn)
  return true
}

export const busClosed = (state: NodeState, conn: ConnId, _reason: CloseReason, ctx: Context): boolean => {
  const c = state.cluster
  if (c === null) return false
  if (c.strangers.delete(conn)) return true
  const from = c.inboundOf.indexOf(conn)
  if (from >= 0) {
    c.inboundOf[from] = 0
    return true
  }
  const index = peerLinkedBy(c, conn)
  if (index < 0) return false
  loseLink(c, index)
  hastenCron(state, ctx)
  return true
}

// ------------------------------------------------------------------ messages

const onPublish = (state: NodeState, m: PublishMessage, conn: ConnId, ctx: Context): void => {
  if (hearHeader(state, m, conn, ctx) >= 0) commandSide().deliverPublish(state, m.channel, m.message, m.sharded, ctx)
  beforeSleep(state, ctx)
}

/** A node that left cluster mode behind hears nothing. */
const inCluster =
  <M extends Message>(handler: (state: NodeState, m: M, conn: ConnId, ctx: Context) => void) =>
  (state: NodeState, m: M, conn: ConnId, ctx: Context): void => {
    if (state.cluster !== null) handler(state, m, conn, ctx)
  }

export const busMessages = {
  ping: inCluster(onPing),
  pong: inCluster(onPing),
  meet: inCluster(onPing),
  fail: inCluster(onFail),
  update: inCluster(onUpdate),
  voteRequest: inCluster(onVoteRequest),
  vote: inCluster(onVote),
  manualFailover: inCluster(onManualRequest),
  publish: inCluster(onPublish),
}

export const busTimers = { clusterCron }

/** To every node, or within the shard: its clients subscribed there hear it. */
export const publishToBus = (state: NodeState, channel: string, message: string, sharded: boolean, ctx: Context): void => {
  const c = state.cluster
  if (c === null) return
  const m = publishMessage(state, channel, message, sharded)
  if (!sharded) return broadcast(state, m, ctx)
  const shard = myPrimary(c)
  for (let i = 1; i < c.peers.length; i++) {
    const p = c.peers[i]
    if (!p.gone && !p.handshake && (i === shard || (c.replicaOf[i] === shard && shard >= 0))) sendTo(state, i, m, ctx)
  }
}

// ------------------------------------------------------------------ what an operator asks

/** CLUSTER MEET: a MEET goes out with the next cron. */
export const meet = (state: NodeState, ip: string, port: number, cport: number, ctx: Context): void => {
  const known = state.cluster!.peers.find((p) => p.ip === ip && p.port === port)
  const { addresses } = ctx.settings
  const process = known?.process ?? processNear(ip, port, addresses)
  if (process === null) return startHandshake(state, { process: `${ip}:${port}`, ip, port, cport }, true, ctx)
  // whatever name it was called by, a node is known by the address it announces
  const [announcedIp, announcedPort] = addressOf(process, addresses)
  const at = announcedPort === port ? cport : announcedPort + BUS_OFFSET
  startHandshake(state, { process, ip: announcedIp, port: announcedPort, cport: at }, true, ctx)
}

/** CLUSTER FORGET: the error, or null. */
export const forget = (state: NodeState, nodeId: NodeId, ctx: Context): string | null => {
  const c = state.cluster!
  const index = peerOf(c, nodeId)
  if (index < 0) return `ERR Unknown node ${nodeId}`
  if (index === MYSELF) return "ERR I tried hard but I can't forget myself..."
  if (!c.peers[MYSELF].primary && c.replicaOf[MYSELF] === index) return "ERR Can't forget my master!"
  const process = c.peers[index].process
  ban(c, nodeId, ctx.now)
  removePeer(state, index, ctx)
  ctx.emit('node.forgot', { peer: process })
  updateClusterState(state, ctx)
  return null
}

/** CLUSTER REPLICATE: the error, or null. */
export const replicate = (state: NodeState, nodeId: NodeId, ctx: Context): string | null => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  const index = peerOf(c, nodeId)
  if (index < 0) return `ERR Unknown node ${nodeId}`
  if (index === MYSELF) return "ERR Can't replicate myself"
  if (!c.peers[index].primary) return 'ERR I can only replicate a master, not a replica.'
  if (me.primary && (me.numSlots !== 0 || state.keys.size !== 0))
    return 'ERR To set a master the node must be empty and without assigned slots.'
  becomeReplicaOf(state, index, 'CLUSTER REPLICATE', 0, ctx)
  beforeSleep(state, ctx)
  return null
}
