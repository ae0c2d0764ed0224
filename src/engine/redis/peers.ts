import type { Context, ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import { MS } from '../core/time.ts'
import { hash32 } from '../core/random.ts'
import { FORGET_BAN } from './rules.ts'
import { dropSlots } from './slots-config.ts'
import type { ClusterState, NodeId, NodeState, Peer } from './state.ts'
import type { BusAddress } from './wire.ts'

/** Index 0 of `peers` is the node itself. */
export const MYSELF = 0
export const NOBODY = -1

/** cluster-node-timeout; read often, so without a detour through the table of directives. */
export const timeoutOf = (state: NodeState): Micros => number(state, 'cluster-node-timeout', 15000) * MS

export const number = (state: NodeState, directive: string, otherwise: number): number => {
  const set = state.config.get(directive)
  return set === undefined ? otherwise : Number(set)
}
export const isOn = (state: NodeState, directive: string, otherwise: boolean): boolean => {
  const set = state.config.get(directive)
  return set === undefined ? otherwise : set === 'yes'
}

export const newPeer = (id: NodeId, at: BusAddress, now: Micros): Peer => ({
  // what every message looks at stands together: two lines of the processor's cache
  link: 0,
  handshake: false,
  primary: true,
  replicaOf: NOBODY,
  configEpoch: 0,
  numSlots: 0,
  bound: null,
  replOffset: 0,
  replOffsetAt: 0,
  pfail: false,
  fail: false,
  gone: false,
  linkUp: false,
  noAddr: false,
  id,
  process: at.process,
  number: numberOf(at.process),
  ip: at.ip,
  port: at.port,
  cport: at.cport,
  linkCreatedAt: 0,
  reports: null,
  migrateTo: false,
  meets: false,
  failAt: 0,
  votedAt: 0,
  orphanedAt: 0,
  createdAt: now,
  pfailFact: 0,
  failFact: 0,
  outbox: null,
})

/** 7 for n7; 0 for a process of another name. */
export const numberOf = (process: ProcessId): number => {
  const n = Number(process.slice(1))
  return Number.isInteger(n) && n > 0 && n < 10_000 ? n : 0
}

const grow = <T extends Float64Array | Int16Array | Uint16Array | Uint8Array>(column: T, room: T): T => {
  room.set(column)
  return room
}

/** Sizes of the columns at the start. */
const ROOM = 8

export const newColumns = (): Pick<ClusterState, 'ids' | 'told' | 'byNumber' | 'look' | 'named' | (typeof COLUMNS)[number]> => ({
  ids: [],
  told: [],
  pongs: new Float64Array(ROOM),
  pinged: new Float64Array(ROOM),
  heard: new Float64Array(ROOM),
  named: new Uint16Array(ROOM),
  look: new Uint8Array(ROOM),
  inboundOf: new Float64Array(ROOM),
  byNumber: new Int16Array(ROOM).fill(NOBODY),
})

const COLUMNS = ['pongs', 'pinged', 'heard', 'inboundOf'] as const

export const addPeer = (c: ClusterState, peer: Peer): number => {
  const index = c.peers.push(peer) - 1
  if (index >= c.look.length) {
    c.look = grow(c.look, new Uint8Array(2 * index))
    c.named = grow(c.named, new Uint16Array(2 * index))
    for (const name of COLUMNS) c[name] = grow(c[name], new Float64Array(2 * index))
  }
  setId(c, index, peer.id)
  lookSoon(c, index)
  return index
}

/** Gives a peer its id: its own, or a stand-in before its handshake is over. */
export const setId = (c: ClusterState, index: number, id: NodeId): void => {
  const peer = c.peers[index]
  if (c.byId.get(peer.id) === index) c.byId.delete(peer.id)
  peer.id = id
  c.byId.set(id, index)
  c.ids[index] = id
  c.told[index] = null
  while (peer.number >= c.byNumber.length) c.byNumber = grow(c.byNumber, new Int16Array(2 * c.byNumber.length).fill(NOBODY))
  c.byNumber[peer.number] = index
}

/** When the cron looks at a peer: at its next tick; once its pong, or the ping that waits for one, is older than half the node timeout; never. */
export const SOON = 0
export const OLD_PONG = 1
export const NEVER = 2

/** The cron looks at this peer the next time; gossip tells of it anew. To be called whenever a flag, the role or the link of a peer changed. */
export const lookSoon = (c: ClusterState, index: number): void => {
  c.told[index] = null
  c.look[index] = SOON
  c.nextDue = 0
}

/** The peer that gossip speaks of: mostly where its process's number says, which spares a look-up by a text of 40 characters. */
export const peerNamed = (c: ClusterState, id: NodeId, number: number): number => {
  const index = number < c.byNumber.length ? c.byNumber[number] : NOBODY
  return index >= 0 && c.ids[index] === id ? index : peerOf(c, id)
}

export const peerOf = (c: ClusterState, id: NodeId): number => c.byId.get(id) ?? NOBODY

/** The node's stand-in id until it answers with its own. */
export const standInId = (state: NodeState, ip: string, port: number): NodeId => {
  const name = `${state.self} meets ${ip}:${port} ${state.cluster!.handshakes++}`
  let id = ''
  for (let i = 0; i < 5; i++)
    id += hash32(name, 0x2545f491 + i)
      .toString(16)
      .padStart(8, '0')
  return id
}

/** Takes a node out of the table: its slots, its reports on others, its replicas' allegiance. */
export const removePeer = (state: NodeState, index: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  dropSlots(c, index)
  for (const open of [c.migrating, c.importing]) for (const [slot, to] of open) if (to === index) open.delete(slot)
  for (const p of c.peers) {
    p.reports?.delete(index)
    if (p.replicaOf === index) p.replicaOf = NOBODY
  }
  if (peer.replicaOf >= 0) leavePrimary(c, index)
  if (c.manual?.replica === index) c.manual = null
  dropLink(c, peer, ctx)
  dropInbound(c, index, ctx)
  c.byId.delete(peer.id)
  c.ids[index] = ''
  peer.gone = true
  peer.pfail = peer.fail = false
  c.told[index] = null
  c.look[index] = NEVER
}

/** Closes the connection on which this peer speaks to us. */
export const dropInbound = (c: ClusterState, index: number, ctx: Context): void => {
  const conn = c.inboundOf[index]
  if (conn === 0) return
  c.inbound.delete(conn)
  c.inboundOf[index] = 0
  ctx.close(conn)
}

export const dropLink = (c: ClusterState, peer: Peer, ctx: Context): void => {
  if (peer.link === 0) return
  ctx.close(peer.link)
  const index = c.byLink.get(peer.link)!
  c.byLink.delete(peer.link)
  peer.link = 0
  peer.linkUp = false
  peer.outbox = null
  lookSoon(c, index)
}

const leavePrimary = (c: ClusterState, index: number): void => {
  const peer = c.peers[index]
  const primary = peer.replicaOf
  peer.replicaOf = NOBODY
  if (primary < 0) return
  for (const p of c.peers) if (p.replicaOf === primary && !p.gone) return
  // nobody may migrate to a primary that no longer has replicas by configuration
  c.peers[primary].migrateTo = false
}

/** Makes a peer a replica of another, in this node's table only. */
export const joinPrimary = (c: ClusterState, index: number, primary: number): void => {
  const peer = c.peers[index]
  if (peer.replicaOf === primary) return
  if (peer.replicaOf >= 0) leavePrimary(c, index)
  peer.replicaOf = primary
  if (primary >= 0) c.peers[primary].migrateTo = true
}

/** Marks a peer a primary, in this node's table only; whether that was news. */
export const setAsPrimary = (c: ClusterState, index: number): boolean => {
  const peer = c.peers[index]
  if (peer.primary) return false
  leavePrimary(c, index)
  peer.primary = true
  lookSoon(c, index)
  if (index !== MYSELF) peer.migrateTo = true
  return true
}

export const isBanned = (c: ClusterState, id: NodeId, now: Micros): boolean => {
  const until = c.banned.get(id)
  if (until === undefined) return false
  if (until > now) return true
  c.banned.delete(id)
  return false
}

export const ban = (c: ClusterState, id: NodeId, now: Micros): void => {
  c.banned.set(id, now + FORGET_BAN)
}

/** The primary whose slots this node serves or copies: itself, or whom it replicates. */
export const myPrimary = (c: ClusterState): number => (c.peers[MYSELF].primary ? MYSELF : c.peers[MYSELF].replicaOf)

export const processOf = (c: ClusterState, index: number): ProcessId | null => (index < 0 ? null : c.peers[index].process)

/** The flags column of CLUSTER NODES. */
export const peerFlags = (peer: Peer, isMyself: boolean): string => {
  const flags: string[] = []
  if (isMyself) flags.push('myself')
  if (!peer.handshake || !peer.primary) flags.push(peer.primary ? 'master' : 'slave')
  if (peer.pfail) flags.push('fail?')
  if (peer.fail) flags.push('fail')
  if (peer.handshake) flags.push('handshake')
  if (peer.noAddr) flags.push('noaddr')
  return flags.join(',') || 'noflags'
}

/** A fact as a list of causes; 0 stands for none. */
export const because = (...facts: number[]): number[] => facts.filter((f) => f > 0)
