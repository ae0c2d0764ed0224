import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { below } from '../core/random.ts'
import { MS, SEC } from '../core/time.ts'
import { UPDATE_STATE, HANDLE_MANUAL, beforeSleep } from './cluster-state.ts'
import { clearOnPong, countFailureReports, hearFail, hearRecovery, hearReport } from './detector.ts'
import { settleCollision } from './epochs.ts'
import {
  MYSELF,
  NOBODY,
  addPeer,
  dropInbound,
  dropLink,
  isBanned,
  joinPrimary,
  myPrimary,
  newPeer,
  peerNamed,
  lookSoon,
  peerOf,
  removePeer,
  setAsPrimary,
  setId,
  standInId,
} from './peers.ts'
import { gossipWanted } from './rules.ts'
import { claimAgrees, dropSlots, newerOwner, ownerIn } from './slots-config.ts'
import { adoptClaim } from './role.ts'
import type { ClusterState, GossipEntry, NodeId, NodeState, Peer } from './state.ts'
import type { BusAddress, BusHeader, FailMessage, PingMessage, UpdateMessage } from './wire.ts'
import { KIND, pingMessage, sendOn, sendTo, updateMessage } from './wire.ts'

// ------------------------------------------------------------------ sending

/** Sends a ping on our own link; from now on we wait for the pong. */
export const sendPing = (state: NodeState, index: number, ctx: Context, type: 'ping' | 'meet' = 'ping'): void => {
  const c = state.cluster!
  sendTo(state, c.peers[index], withGossip(state, type, 0, ctx), ctx)
  if (type === 'ping') c.pinged[index] = ctx.now
}

const TRIES_EACH = 3

/** A message with what this node has to tell of some others, chosen at random, and of all that it suspects. */
const withGossip = (state: NodeState, type: 'ping' | 'pong' | 'meet', fact: number, ctx: Context): PingMessage => {
  const c = state.cluster!
  const { peers, told, named } = c
  const gossip: GossipEntry[] = []
  const pongs: number[] = []
  const known = c.byId.size
  const wanted = gossipWanted(known)
  // a stamp has 16 bits
  if (c.pings === 0xffff) {
    c.pings = 0
    named.fill(0)
  }
  const count = ++c.pings
  if (wanted > 0) {
    const s = ctx.random('gossip')
    let fresh = known - 2
    for (let tries = wanted * TRIES_EACH; tries > 0 && fresh > 0 && gossip.length < wanted; tries--) {
      const index = below(s, peers.length)
      if (index === MYSELF) continue
      let entry = told[index]
      if (entry === null) {
        const peer = peers[index]
        if (peer.gone || peer.pfail) continue
        if (peer.handshake || peer.noAddr || (peer.link === 0 && peer.numSlots === 0)) {
          fresh--
          continue
        }
        entry = gossipEntry(peer)
        if (!peer.fail) entry = told[index] = shared(entry)
      }
      if (named[index] === count) continue
      named[index] = count
      gossip.push(entry)
      pongs.push(Math.floor(c.pongs[index] / SEC))
      fresh--
    }
  }
  if (c.pfails > 0)
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[i]
      if (!peer.pfail || peer.handshake || peer.noAddr || peer.gone) continue
      gossip.push(gossipEntry(peer))
      pongs.push(Math.floor(c.pongs[i] / SEC))
    }
  return pingMessage(state, type, gossip, pongs, fact)
}

const gossipEntry = (peer: Peer): GossipEntry =>
  Object.freeze({
    id: peer.id,
    process: peer.process,
    number: peer.number,
    ip: peer.ip,
    port: peer.port,
    cport: peer.cport,
    primary: peer.primary,
    pfail: peer.pfail,
    fail: peer.fail,
    noAddr: peer.noAddr,
    fact: peer.pfail ? peer.pfailFact : peer.fail ? peer.failFact : 0,
  })

/**
 * What is told of a sound node is one object, whoever tells it: who hears it finds that it is just what he would say himself. Nothing
 * but the time taken depends on this table.
 */
const shared = (entry: GossipEntry): GossipEntry => {
  const known = sound.get(entry.id)
  if (known !== undefined && isSameEntry(known, entry)) return known
  sound.set(entry.id, entry)
  return entry
}
const sound = new Map<NodeId, GossipEntry>()

const isSameEntry = (a: GossipEntry, b: GossipEntry): boolean =>
  a.process === b.process && a.ip === b.ip && a.port === b.port && a.cport === b.cport && a.primary === b.primary

/** Tells others of a change at once, in a message of the kind that normally answers a ping. */
export const broadcastPong = (state: NodeState, to: 'all' | 'siblings', fact: number, ctx: Context): void => {
  const c = state.cluster!
  const primary = myPrimary(c)
  for (let i = 1; i < c.peers.length; i++) {
    const peer = c.peers[i]
    if (peer.gone || peer.link === 0 || peer.handshake) continue
    if (to === 'siblings' && (peer.primary || peer.replicaOf !== primary)) continue
    sendTo(state, peer, withGossip(state, 'pong', fact, ctx), ctx)
  }
}

// ------------------------------------------------------------------ receiving

/** What every bus message tells in its header. Returns the sender's index, or NOBODY when it is unknown here. */
export const hearHeader = (state: NodeState, m: BusHeader, conn: ConnId, ctx: Context): number => {
  const c = state.cluster!
  c.received[KIND[m.type as PingMessage['type']]]++
  const index = peerNamed(c, m.sender, m.number)
  if (index < 0) return NOBODY
  const sender = c.peers[index]
  c.heard[index] = ctx.now
  if (sender.link !== conn && c.inbound.get(conn) === NOBODY) bindInbound(c, conn, index, ctx)
  if (sender.handshake) return index
  if (m.currentEpoch > c.currentEpoch) c.currentEpoch = m.currentEpoch
  if (m.configEpoch > sender.configEpoch) sender.configEpoch = m.configEpoch
  sender.replOffset = m.offset
  sender.replOffsetAt = ctx.now
  const manual = c.manual
  if (manual !== null && m.paused && !c.peers[MYSELF].primary && c.peers[MYSELF].replicaOf === index && manual.offset < 0) {
    manual.offset = m.offset
    c.todo |= HANDLE_MANUAL
  }
  return index
}

/**
 * The first message tells whose connection this is. A node has one inbound link at a time: an older one closes, and what it still
 * carries, written before a partition perhaps, is never heard (setClusterNodeToInboundClusterLink).
 */
const bindInbound = (c: ClusterState, conn: ConnId, index: number, ctx: Context): void => {
  dropInbound(c, index, ctx)
  c.inbound.set(conn, index)
  c.inboundOf[index] = conn
}

export const onPing = (state: NodeState, m: PingMessage, conn: ConnId, ctx: Context): void => {
  const c = state.cluster!
  let sender = hearHeader(state, m, conn, ctx)
  if (m.type !== 'pong') {
    if (sender < 0 && m.type === 'meet') {
      startHandshake(state, m.from, false, ctx)
      hearGossip(state, m, NOBODY, ctx)
    }
    sendOn(state, conn, withGossip(state, 'pong', 0, ctx), ctx)
  }
  // what comes on our own link answers a ping
  const linked = m.type === 'pong' ? linkedPeer(state, conn) : 0
  if (linked > 0) {
    const peer = c.peers[linked]
    if (peer.handshake) {
      if (sender >= 0) {
        removePeer(state, linked, ctx)
        return beforeSleep(state, ctx)
      }
      finishHandshake(state, linked, m, ctx)
      sender = linked
    } else if (peer.id !== m.sender) {
      peer.noAddr = true
      lookSoon(c, linked)
      dropLink(c, peer, ctx)
      return beforeSleep(state, ctx)
    }
    c.pongs[linked] = ctx.now
    c.pinged[linked] = 0
    if (peer.pfail || peer.fail) clearOnPong(state, linked, ctx)
  }
  if (sender >= 0) {
    hearRole(state, sender, m)
    hearSlots(state, sender, m, ctx)
    settleCollision(state, sender, m.configEpoch, ctx)
    hearGossip(state, m, sender, ctx)
  }
  beforeSleep(state, ctx)
}

/** The peer whose outbound link this connection is; 0 for an inbound one. */
const linkedPeer = (state: NodeState, conn: ConnId): number => {
  const peers = state.cluster!.peers
  const known = state.cluster!.byLink.get(conn)
  return known !== undefined && peers[known].link === conn ? known : 0
}

export const startHandshake = (state: NodeState, at: BusAddress, meet: boolean, ctx: Context): void => {
  const c = state.cluster!
  for (const p of c.peers) if (p.handshake && !p.gone && p.ip === at.ip && p.cport === at.cport) return
  const peer = newPeer(standInId(state, at.ip, at.port), at, ctx.now)
  peer.handshake = true
  peer.meets = meet
  addPeer(c, peer)
}

const finishHandshake = (state: NodeState, index: number, m: PingMessage, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  setId(c, index, m.sender)
  peer.handshake = false
  peer.meets = false
  peer.primary = m.primary
  lookSoon(c, index)
  ctx.emit('node.met', { peer: peer.process })
}

const hearRole = (state: NodeState, index: number, m: PingMessage): void => {
  const c = state.cluster!
  const sender = c.peers[index]
  if (m.replicaOf === '') {
    if (index !== MYSELF && setAsPrimary(c, index)) c.todo |= UPDATE_STATE
    return
  }
  const primary = sender.replicaOf >= 0 && c.ids[sender.replicaOf] === m.replicaOf ? sender.replicaOf : peerOf(c, m.replicaOf)
  if (sender.primary) {
    dropSlots(c, index)
    sender.primary = false
    sender.migrateTo = false
    lookSoon(c, index)
    c.todo |= UPDATE_STATE
  }
  if (primary >= 0 && sender.replicaOf !== primary) joinPrimary(c, index, primary)
}

const hearSlots = (state: NodeState, index: number, m: PingMessage, ctx: Context): void => {
  const c = state.cluster!
  const sender = c.peers[index]
  const owner = sender.primary ? index : sender.replicaOf
  if (owner < 0 || claimAgrees(c, owner, m.slots)) return
  if (sender.primary) adoptClaim(state, index, m.configEpoch, m.slots, m.fact, ctx)
  const newer = newerOwner(c, m.slots, m.configEpoch, owner, !sender.primary)
  if (newer < 0) return
  // answered on our own link to the sender, as Redis does
  sendTo(state, c.peers[index], updateMessage(state, ownerIn(c, newer)), ctx)
}

const hearGossip = (state: NodeState, m: PingMessage, sender: number, ctx: Context): void => {
  const c = state.cluster!
  const now = ctx.now
  const { gossip } = m
  const isPrimary = sender > 0 && c.peers[sender].primary
  for (let i = 0; i < gossip.length; i++) {
    const g = gossip[i]
    const pong = m.pongs[i] * SEC
    const known = g.number < c.byNumber.length ? c.byNumber[g.number] : NOBODY
    // nearly always it is what we say of it ourselves, and nobody holds it for failing
    if (known > 0 && c.told[known] === g && !c.reported) {
      if (pong > c.pongs[known] && pong <= now + 500 * MS && c.pinged[known] === 0) c.pongs[known] = pong
      continue
    }
    const index = peerNamed(c, g.id, g.number)
    if (index < 0) {
      if (sender >= 0 && !g.noAddr && !isBanned(c, g.id, now)) addFromGossip(state, g, ctx)
      continue
    }
    if (index === MYSELF) continue
    if (g.pfail || g.fail) {
      if (isPrimary) hearReport(state, index, sender, g.fact, ctx)
      continue
    }
    if (isPrimary && c.reported) hearRecovery(state, index, sender)
    // a healthy report is as good as a pong of that age, so fewer pings are needed
    if (pong <= c.pongs[index] || pong > now + 500 * MS || c.pinged[index] !== 0) continue
    if (!c.reported || countFailureReports(state, index, ctx) === 0) c.pongs[index] = pong
  }
}

const addFromGossip = (state: NodeState, g: GossipEntry, ctx: Context): void => {
  const peer = newPeer(g.id, g, ctx.now)
  peer.primary = g.primary
  peer.pfail = g.pfail
  peer.fail = g.fail
  addPeer(state.cluster!, peer)
  ctx.emit('node.met', { peer: g.process })
}

export const onFail = (state: NodeState, m: FailMessage, conn: ConnId, ctx: Context): void => {
  const c = state.cluster!
  const sender = hearHeader(state, m, conn, ctx)
  const about = peerOf(c, m.about)
  if (sender >= 0 && about > 0) hearFail(state, about, sender, m.fact, ctx)
  beforeSleep(state, ctx)
}

export const onUpdate = (state: NodeState, m: UpdateMessage, conn: ConnId, ctx: Context): void => {
  const c = state.cluster!
  const sender = hearHeader(state, m, conn, ctx)
  const about = peerOf(c, m.about)
  if (sender >= 0 && about >= 0 && c.peers[about].configEpoch < m.epoch) {
    if (!c.peers[about].primary && about !== MYSELF) setAsPrimary(c, about)
    c.peers[about].configEpoch = m.epoch
    adoptClaim(state, about, m.epoch, m.claims, m.fact, ctx)
  }
  beforeSleep(state, ctx)
}

// ------------------------------------------------------------------ links

/** A link of ours is up: a ping goes out at once; an older one that still waits keeps its time. */
export const linkUp = (state: NodeState, index: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  peer.linkUp = true
  const held = peer.outbox
  peer.outbox = null
  const waitingSince = c.pinged[index]
  sendPing(state, index, ctx, peer.meets ? 'meet' : 'ping')
  if (waitingSince !== 0) c.pinged[index] = waitingSince
  peer.meets = false
  if (held !== null) for (const m of held) ctx.send(peer.link, m)
}
