import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { below } from '../core/random.ts'
import type { Stream } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { MS, SEC } from '../core/time.ts'
import { UPDATE_STATE, HANDLE_MANUAL, beforeSleep, updateClusterState } from './cluster-state.ts'
import { clearOnPong, countFailureReports, hearFail, hearRecovery, hearReport, recountReported, suspectIfSilent } from './detector.ts'
import { settleCollision } from './epochs.ts'
import { electionStep } from './failover.ts'
import { checkManualTimeout, manualStep } from './manual.ts'
import { migrateIfOrphaned } from './orphans.ts'
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
  timeoutOf,
} from './peers.ts'
import { followPrimary } from './replication.ts'
import { CRON, gossipWanted, handshakeTimeout, isLinkStuck, isPingDue } from './rules.ts'
import { claimAgrees, dropSlots, newerOwner, ownerIn } from './slots-config.ts'
import { adoptClaim } from './role.ts'
import type { ClusterState, GossipEntry, NodeState, Peer } from './state.ts'
import type { BusAddress, BusHeader, FailMessage, PingMessage, UpdateMessage } from './wire.ts'
import { KIND, pingMessage, sendOn, sendTo, updateMessage } from './wire.ts'

/** The cron strays by this much: a timer is served at the next turn of the event loop. */
const CRON_JITTER = 1 * MS

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
        entry = told[index] = gossipEntry(peer)
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

// ------------------------------------------------------------------ the cron

export const clusterCron = (state: NodeState, ctx: Context): void => {
  ctx.setTimer('clusterCron', CRON + below(ctx.random('cron'), CRON_JITTER))
  const c = state.cluster!
  const timeout = timeoutOf(state)
  c.cron++
  c.pfails = 0
  if (c.dueTimeout !== timeout) {
    c.dueTimeout = timeout
    c.due.fill(0)
    c.nextDue = 0
  }
  const due = c.nextDue <= ctx.now ? peersDue(c, timeout, ctx.now) : NOBODY_DUE
  for (let k = 0; k < due.length; k++) keepLink(state, due[k], timeout, ctx)
  if (c.cron % 10 === 0) {
    pingSomebody(state, ctx)
    recountReported(c)
  }
  const troubled = due.length > 0 && lookAtDue(state, due, timeout, ctx)
  if (c.manual !== null) checkManualTimeout(state, ctx)
  if (!c.peers[MYSELF].primary) {
    followPrimary(state, ctx)
    manualStep(state, ctx)
    electionStep(state, ctx)
    if (troubled) migrateIfOrphaned(state, ctx)
  }
  if (c.state === 'fail' || c.todo & UPDATE_STATE) updateClusterState(state, ctx)
  beforeSleep(state, ctx)
}

const NOBODY_DUE: readonly number[] = Object.freeze([])

/**
 * The peers that may need something now. Most need nothing most of the time, and a hundred are looked at ten times a second: of a
 * sound one, told by a reckoned time that is not 0, only the pong can have moved.
 */
const peersDue = (c: ClusterState, timeout: Micros, now: Micros): number[] => {
  const { due, pinged, pongs } = c
  const out: number[] = []
  let least = Infinity
  for (let i = 1; i < c.peers.length; i++) {
    let at = due[i]
    if (at <= now && at !== 0) at = due[i] = (pinged[i] !== 0 ? pinged[i] : pongs[i]) + timeout / 2
    if (at <= now) out.push(i)
    else if (at < least) least = at
  }
  c.nextDue = least
  return out
}

/** Whether any of them is suspected or failed. */
const lookAtDue = (state: NodeState, due: readonly number[], timeout: Micros, ctx: Context): boolean => {
  const c = state.cluster!
  let troubled = false
  for (let k = 0; k < due.length; k++) {
    const peer = c.peers[due[k]]
    if (peer.gone) continue
    if (peer.fail || peer.pfail) troubled = true
    lookAfter(state, due[k], timeout, ctx)
    const at = c.manual?.replica === due[k] ? 0 : nextDue(c, due[k], timeout)
    c.due[due[k]] = at
    if (at < c.nextDue) c.nextDue = at
  }
  return troubled
}

/** A time before which a peer certainly needs nothing; a later pong only moves it further away. */
const nextDue = (c: ClusterState, index: number, timeout: Micros): Micros => {
  const peer = c.peers[index]
  if (peer.gone || peer.noAddr) return Infinity
  if (peer.link === 0 || peer.handshake || peer.pfail || peer.fail) return 0
  return (c.pinged[index] !== 0 ? c.pinged[index] : c.pongs[index]) + timeout / 2
}

const keepLink = (state: NodeState, index: number, timeout: Micros, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  if (peer.gone) return
  if (peer.pfail) c.pfails++
  if (peer.handshake && ctx.now - peer.createdAt > handshakeTimeout(timeout)) removePeer(state, index, ctx)
  else if (peer.link === 0 && !peer.noAddr) openLink(c, index, ctx)
}

const lookAfter = (state: NodeState, index: number, timeout: Micros, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  if (peer.noAddr || peer.handshake) return
  if (peer.link !== 0) {
    if (isLinkStuck(ctx.now, peer.linkCreatedAt, c.pinged[index], c.heard[index], timeout)) dropLink(c, peer, ctx)
    else if (isPingDue(ctx.now, c.pinged[index], c.pongs[index], timeout)) return sendPing(state, index, ctx)
    else if (c.manual !== null && c.manual.replica === index) return sendPing(state, index, ctx)
  }
  if (c.pinged[index] !== 0) suspectIfSilent(state, index, ctx)
}

const openLink = (c: ClusterState, index: number, ctx: Context): void => {
  const peer = c.peers[index]
  peer.link = ctx.connect(peer.process, 'bus')
  c.byLink.set(peer.link, index)
  peer.linkUp = false
  peer.linkCreatedAt = ctx.now
}

/** Of five random peers the one whose pong is oldest. */
const pingSomebody = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const s: Stream = ctx.random('gossip')
  let oldest = NOBODY
  for (let i = 0; i < 5; i++) {
    const index = below(s, c.peers.length)
    if (index === MYSELF || c.pinged[index] !== 0) continue
    const peer = c.peers[index]
    if (peer.gone || peer.link === 0 || peer.handshake) continue
    if (oldest < 0 || c.pongs[index] < c.pongs[oldest]) oldest = index
  }
  if (oldest >= 0) sendPing(state, oldest, ctx)
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
  const entries = m.gossip
  const isPrimary = sender > 0 && c.peers[sender].primary
  for (let i = 0; i < entries.length; i++) {
    const g = entries[i]
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
    const pong = m.pongs[i] * SEC
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
