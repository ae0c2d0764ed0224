import { isSharedList, shareList } from '../core/clone.ts'
import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import { MS } from '../core/time.ts'
import { hash32 } from '../core/random.ts'
import { FORGET_BAN } from './rules.ts'
import { numberWithId } from './address.ts'
import { CODE, OTHER, WAITS, codeOf, latestOf, withPong } from './sections.ts'
import { EMPTY_SET, dropSlots, isSameSet } from './slots-config.ts'
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

export const newPeer = (id: NodeId, at: BusAddress, now: Micros): Draft => ({
  // what every message looks at stands together: two lines of the processor's cache
  id,
  handshake: false,
  primary: true,
  pfail: false,
  fail: false,
  gone: false,
  configEpoch: 0,
  bound: EMPTY_SET,
  numSlots: 0,
  noAddr: false,
  process: at.process,
  number: numberOf(at.process),
  code: OTHER,
  ip: at.ip,
  port: at.port,
  cport: at.cport,
  migrateTo: false,
  meets: false,
  failAt: 0,
  votedAt: 0,
  orphanedAt: 0,
  createdAt: now,
  pfailFact: 0,
  failFact: 0,
})

/** A record that is no part of a table yet. */
export type Draft = { -readonly [K in keyof Peer]: Peer[K] }

/** Written out, so that all records have one shape. */
const copyOf = (p: Peer): Draft => ({
  id: p.id,
  handshake: p.handshake,
  primary: p.primary,
  pfail: p.pfail,
  fail: p.fail,
  gone: p.gone,
  configEpoch: p.configEpoch,
  bound: p.bound,
  numSlots: p.numSlots,
  noAddr: p.noAddr,
  process: p.process,
  number: p.number,
  code: p.code,
  ip: p.ip,
  port: p.port,
  cport: p.cport,
  migrateTo: p.migrateTo,
  meets: p.meets,
  failAt: p.failAt,
  votedAt: p.votedAt,
  orphanedAt: p.orphanedAt,
  createdAt: p.createdAt,
  pfailFact: p.pfailFact,
  failFact: p.failFact,
})

/** The same record for the same content. Nothing but memory depends on this table. */
const shared = (peer: Draft): Peer => {
  const known = latest.get(peer.id)
  if (known !== undefined && isSamePeer(known, peer)) return known
  peer.code = codeOf(peer)
  latest.set(peer.id, Object.freeze(peer))
  return peer
}
const latest = new Map<NodeId, Peer>()

const isSamePeer = (a: Peer, b: Peer): boolean =>
  a.id === b.id &&
  a.handshake === b.handshake &&
  a.primary === b.primary &&
  a.pfail === b.pfail &&
  a.fail === b.fail &&
  a.gone === b.gone &&
  a.configEpoch === b.configEpoch &&
  a.numSlots === b.numSlots &&
  a.noAddr === b.noAddr &&
  a.process === b.process &&
  a.number === b.number &&
  a.ip === b.ip &&
  a.port === b.port &&
  a.cport === b.cport &&
  a.migrateTo === b.migrateTo &&
  a.meets === b.meets &&
  a.failAt === b.failAt &&
  a.votedAt === b.votedAt &&
  a.orphanedAt === b.orphanedAt &&
  a.createdAt === b.createdAt &&
  a.pfailFact === b.pfailFact &&
  a.failFact === b.failFact &&
  isSameSet(a.bound, b.bound)

/** A peer becomes another in some respects, in this node's table: a new record takes the old one's place. */
export const change = (c: ClusterState, index: number, changes: Partial<Peer>): void => {
  ownPeers(c)[index] = shared(Object.assign(copyOf(c.peers[index]), changes))
}

/** The list for writing: a clone may hold the shared one too. */
const ownPeers = (c: ClusterState): Peer[] => {
  if (isSharedList(c.peers)) c.peers = c.peers.slice()
  return c.peers as Peer[]
}

/** Nothing has changed for a while: from now on clones share the list. */
export const settlePeers = (c: ClusterState): void => {
  if (!isSharedList(c.peers)) shareList(c.peers)
}

/** 7 for n7; 0 for a process of another name. */
export const numberOf = (process: ProcessId): number => {
  const n = Number(process.slice(1))
  return Number.isInteger(n) && n > 0 && n < 10_000 ? n : 0
}

type Column = Float64Array | Int32Array | Int16Array | Uint8Array

const grown = <T extends Column>(column: T, room: T): T => {
  room.set(column)
  return room
}

/** A table of one's peers with room for so many. */
export const newColumns = (room: number) => ({
  pongs: new Float64Array(room),
  pinged: new Float64Array(room),
  heard: new Float64Array(room),
  replOffset: new Float64Array(room),
  linkCreatedAt: new Float64Array(room),
  link: new Int32Array(room),
  inboundOf: new Int32Array(room),
  replicaOf: new Int16Array(room).fill(NOBODY),
  after: new Int16Array(room),
  mentions: new Int32Array(room),
  look: new Uint8Array(room),
  linkUp: new Uint8Array(room),
})

const makeRoom = (c: ClusterState): void => {
  const wider = newColumns(2 * c.look.length)
  for (const name of ['pongs', 'pinged', 'heard', 'replOffset', 'linkCreatedAt'] as const) c[name] = grown(c[name], wider[name])
  for (const name of ['link', 'inboundOf', 'mentions'] as const) c[name] = grown(c[name], wider[name])
  for (const name of ['look', 'linkUp'] as const) c[name] = grown(c[name], wider[name])
  for (const name of ['replicaOf', 'after'] as const) c[name] = grown(c[name], wider[name])
}

export const addPeer = (c: ClusterState, draft: Draft): number => {
  const index = c.peers.length
  if (index >= c.look.length) makeRoom(c)
  ownPeers(c).push(shared(draft))
  c.known++
  remember(c, index)
  lookSoon(c, index)
  return index
}

/** All that are known at the start, at one go. */
export const setPeers = (c: ClusterState, drafts: Draft[]): void => {
  c.peers = shareList(drafts.map(shared))
  c.known = drafts.length
  for (let i = 0; i < drafts.length; i++) {
    remember(c, i)
    lookSoon(c, i)
  }
}

/** Gives a peer its own id in place of the stand-in, when its handshake is over. */
export const setId = (c: ClusterState, index: number, id: NodeId): void => {
  change(c, index, { id, handshake: false, meets: false })
  remember(c, index)
  sayAnew(c, index)
}

const remember = (c: ClusterState, index: number): void => {
  const { number, handshake } = c.peers[index]
  while (number >= c.byNumber.length) c.byNumber = grown(c.byNumber, new Int16Array(2 * c.byNumber.length).fill(NOBODY))
  if (!handshake || c.byNumber[number] < 0) c.byNumber[number] = index
}

/** What gossip says of this peer is to be looked up anew. */
export const sayAnew = (c: ClusterState, index: number): void => {
  c.mentions[index] &= ~CODE
}

/** A later pong of this peer is known of. */
export const setPong = (c: ClusterState, index: number, at: Micros): void => {
  c.pongs[index] = at
  c.mentions[index] = withPong(c.mentions[index], at)
}

/** When its last pong came, or is known from gossip to have come to somebody. */
export const pongOf = (c: ClusterState, index: number): Micros => latestOf(c.pongs[index], c.mentions[index])

/** Since when a ping waits for its pong; 0 = none does. */
export const setPinged = (c: ClusterState, index: number, at: Micros): void => {
  c.pinged[index] = at
  c.mentions[index] = at === 0 ? c.mentions[index] & ~WAITS : c.mentions[index] | WAITS
}

/** When the cron looks at a peer: at its next tick; once its pong, or the ping that waits for one, is older than half the node timeout; never. */
export const SOON = 0
export const OLD_PONG = 1
export const NEVER = 2

/** The cron looks at this peer the next time; gossip tells of it anew. To be called whenever a flag, the role or the link of a peer changed. */
export const lookSoon = (c: ClusterState, index: number): void => {
  sayAnew(c, index)
  c.look[index] = SOON
  c.nextDue = 0
}

/** The peer that gossip speaks of: mostly where its process's number says, which spares a search for a text of 40 characters. */
export const peerNamed = (c: ClusterState, id: NodeId, number: number): number => {
  const index = number < c.byNumber.length ? c.byNumber[number] : NOBODY
  return index >= 0 && c.peers[index].id === id && !c.peers[index].gone ? index : search(c, id)
}

const search = (c: ClusterState, id: NodeId): number => {
  const { peers } = c
  for (let i = 0; i < peers.length; i++) if (peers[i].id === id && !peers[i].gone) return i
  return NOBODY
}

export const peerOf = (c: ClusterState, id: NodeId): number => peerNamed(c, id, numberWithId(id))

/** The peer to which this connection is our link; NOBODY for any other. */
export const peerLinkedBy = (c: ClusterState, conn: ConnId): number => c.link.indexOf(conn)

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
  c.reports.delete(index)
  for (const by of c.reports.values()) by.delete(index)
  for (let i = 0; i < c.peers.length; i++) if (c.replicaOf[i] === index) c.replicaOf[i] = NOBODY
  if (c.replicaOf[index] >= 0) leavePrimary(c, index)
  if (c.manual?.replica === index) c.manual = null
  dropLink(c, index, ctx)
  dropInbound(c, index, ctx)
  change(c, index, { gone: true, pfail: false, fail: false })
  c.known--
  if (c.byNumber[peer.number] === index) c.byNumber[peer.number] = NOBODY
  sayAnew(c, index)
  c.look[index] = NEVER
}

/** Closes the connection on which this peer speaks to us. */
export const dropInbound = (c: ClusterState, index: number, ctx: Context): void => {
  const conn = c.inboundOf[index]
  if (conn === 0) return
  c.inboundOf[index] = 0
  ctx.close(conn)
}

export const dropLink = (c: ClusterState, index: number, ctx: Context): void => {
  if (c.link[index] === 0) return
  ctx.close(c.link[index])
  loseLink(c, index)
}

/** Our link to this peer is no more, and what was to go out on it. */
export const loseLink = (c: ClusterState, index: number): void => {
  c.link[index] = 0
  c.linkUp[index] = 0
  c.outboxes.delete(index)
  lookSoon(c, index)
}

const leavePrimary = (c: ClusterState, index: number): void => {
  const primary = c.replicaOf[index]
  c.replicaOf[index] = NOBODY
  if (primary < 0) return
  for (let i = 0; i < c.peers.length; i++) if (c.replicaOf[i] === primary && !c.peers[i].gone) return
  // nobody may migrate to a primary that no longer has replicas by configuration
  change(c, primary, { migrateTo: false })
}

/** Makes a peer a replica of another, in this node's table only. */
export const joinPrimary = (c: ClusterState, index: number, primary: number): void => {
  if (c.replicaOf[index] === primary) return
  if (c.replicaOf[index] >= 0) leavePrimary(c, index)
  c.replicaOf[index] = primary
  if (primary >= 0) change(c, primary, { migrateTo: true })
}

/** Marks a peer a primary, in this node's table only; whether that was news. */
export const setAsPrimary = (c: ClusterState, index: number): boolean => {
  const peer = c.peers[index]
  if (peer.primary) return false
  leavePrimary(c, index)
  change(c, index, { primary: true, migrateTo: index !== MYSELF || c.peers[index].migrateTo })
  lookSoon(c, index)
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
export const myPrimary = (c: ClusterState): number => (c.peers[MYSELF].primary ? MYSELF : c.replicaOf[MYSELF])

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
