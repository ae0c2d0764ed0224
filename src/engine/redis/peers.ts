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
  id,
  process: at.process,
  ip: at.ip,
  port: at.port,
  cport: at.cport,
  primary: true,
  replicaOf: NOBODY,
  pfail: false,
  fail: false,
  handshake: false,
  noAddr: false,
  migrateTo: false,
  failAt: 0,
  pingSent: 0,
  pongReceived: 0,
  dataReceived: 0,
  votedAt: 0,
  configEpoch: 0,
  numSlots: 0,
  replOffset: 0,
  replOffsetAt: 0,
  orphanedAt: 0,
  createdAt: now,
  link: 0,
  linkUp: false,
  linkCreatedAt: 0,
  reports: new Map(),
  pfailFact: 0,
  failFact: 0,
  gone: false,
  outbox: [],
  agreed: null,
  agreedOwner: -1,
  agreedVersion: -1,
  gossiped: 0,
  meets: false,
})

export const addPeer = (c: ClusterState, peer: Peer): number => {
  const index = c.peers.push(peer) - 1
  c.byId.set(peer.id, index)
  if (index >= c.due.length) {
    const due = new Float64Array(2 * c.due.length)
    due.set(c.due)
    c.due = due
  }
  return index
}

/** The cron looks at this peer the next time. */
export const lookSoon = (c: ClusterState, index: number): void => {
  c.due[index] = 0
}

export const peerOf = (c: ClusterState, id: NodeId): number => c.byId.get(id) ?? NOBODY

/** The node's stand-in id until it answers with its own. */
export const standInId = (state: NodeState, ip: string, port: number): NodeId => {
  const name = `${state.self} meets ${ip}:${port} ${state.cluster!.handshakes++}`
  let id = ''
  for (let i = 0; i < 5; i++) id += hash32(name, 0x2545f491 + i).toString(16).padStart(8, '0')
  return id
}

/** Takes a node out of the table: its slots, its reports on others, its replicas' allegiance. */
export const removePeer = (state: NodeState, index: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  dropSlots(c, index)
  for (const open of [c.migrating, c.importing]) for (const [slot, to] of open) if (to === index) open.delete(slot)
  for (const p of c.peers) {
    p.reports.delete(index)
    if (p.replicaOf === index) p.replicaOf = NOBODY
  }
  if (peer.replicaOf >= 0) leavePrimary(c, index)
  if (c.manual?.replica === index) c.manual = null
  dropLink(c, peer, ctx)
  for (const [conn, from] of c.inbound)
    if (from === index) {
      c.inbound.delete(conn)
      ctx.close(conn)
    }
  c.byId.delete(peer.id)
  peer.gone = true
  peer.pfail = peer.fail = false
}

export const dropLink = (c: ClusterState, peer: Peer, ctx: Context): void => {
  if (peer.link === 0) return
  ctx.close(peer.link)
  c.due[c.byLink.get(peer.link)!] = 0
  c.byLink.delete(peer.link)
  peer.link = 0
  peer.linkUp = false
  peer.outbox = []
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
