import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { manyBelow } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { MS, SEC } from '../core/time.ts'
import { UPDATE_STATE, HANDLE_MANUAL, beforeSleep } from './cluster-state.ts'
import { clearOnPong, countFailureReports, hearFail, hearRecovery, hearReport } from './detector.ts'
import { settleCollision } from './epochs.ts'
import {
  MYSELF,
  NOBODY,
  addPeer,
  change,
  dropInbound,
  dropLink,
  isBanned,
  joinPrimary,
  myPrimary,
  newPeer,
  peerLinkedBy,
  peerNamed,
  lookSoon,
  peerOf,
  removePeer,
  setAsPrimary,
  setId,
  pongOf,
  setPinged,
  setPong,
  standInId,
} from './peers.ts'
import { gossipWanted } from './rules.ts'
import { claimAgrees, dropSlots, newerOwner, ownerIn } from './slots-config.ts'
import { adoptClaim } from './role.ts'
import { CODE, OTHER, SECONDS, WAITS, codeIn, entryOf, isLater, pongIn, secondIn } from './sections.ts'
import type { ClusterState, GossipEntry, NodeState, Peer } from './state.ts'
import type { BusAddress, BusHeader, FailMessage, PingMessage, UpdateMessage } from './wire.ts'
import { kindOf, pingMessage, sendOn, sendTo, updateMessage } from './wire.ts'

// ------------------------------------------------------------------ sending

/** Sends a ping on our own link; from now on we wait for the pong. */
export const sendPing = (state: NodeState, index: number, ctx: Context, type: 'ping' | 'meet' = 'ping'): void => {
  const c = state.cluster!
  sendTo(state, index, withGossip(state, type, 0, ctx), ctx)
  if (type === 'ping') setPinged(c, index, ctx.now)
}

const TRIES_EACH = 3
const DRAWS = 128
const drawn = new Int32Array(DRAWS)

/** By peer index: the message that last named it, of all that were ever written here; so none names anybody twice. */
let named = new Int32Array(64)
let messages = 0

const nextMessage = (peers: number): number => {
  if (named.length < peers) named = new Int32Array(2 * peers)
  if (messages === 0x7fffffff) {
    messages = 0
    named.fill(0)
  }
  return ++messages
}

/** A message with what this node has to tell of some others, chosen at random, and of all that it suspects. */
const withGossip = (state: NodeState, type: 'ping' | 'pong' | 'meet', fact: number, ctx: Context): PingMessage => {
  const c = state.cluster!
  const { peers, mentions, known } = c
  const wanted = gossipWanted(known)
  const gossip = new Array<number>(wanted)
  let others: GossipEntry[] | null = null
  let chosen = 0
  if (wanted > 0) {
    const s = ctx.random('gossip')
    const all = peers.length
    const now = nextMessage(all)
    let fresh = known - 2
    let tries = wanted * TRIES_EACH
    while (tries > 0 && fresh > 0 && chosen < wanted) {
      // no more at a time than are wanted for certain
      const draws = Math.min(tries, fresh, wanted - chosen, DRAWS)
      manyBelow(s, all, drawn, draws)
      tries -= draws
      for (let i = 0; i < draws; i++) {
        const index = drawn[i]
        if (index === MYSELF) continue
        const isNamed = named[index] === now
        let word = mentions[index]
        if ((word & CODE) === OTHER) {
          const peer = peers[index]
          if (peer.gone || peer.pfail) continue
          if (peer.handshake || peer.noAddr || (c.link[index] === 0 && peer.numSlots === 0)) {
            fresh--
            continue
          }
          word |= peer.code
          mentions[index] = word
          if (peer.code === OTHER && !isNamed) (others ??= []).push(gossipEntry(peer))
        }
        if (isNamed) continue
        named[index] = now
        gossip[chosen++] = word & ~WAITS
        fresh--
      }
    }
    if (chosen < wanted) gossip.length = chosen
  }
  if (c.pfails > 0)
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[i]
      if (!peer.pfail || peer.handshake || peer.noAddr || peer.gone) continue
      ;(others ??= []).push(gossipEntry(peer))
      gossip.push((mentions[i] & SECONDS) | OTHER)
    }
  return pingMessage(state, type, gossip, others, fact)
}

const gossipEntry = (peer: Peer): GossipEntry =>
  Object.freeze({
    id: peer.id,
    process: peer.process,
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
    if (peer.gone || c.link[i] === 0 || peer.handshake) continue
    if (to === 'siblings' && (peer.primary || c.replicaOf[i] !== primary)) continue
    sendTo(state, i, withGossip(state, 'pong', fact, ctx), ctx)
  }
}

// ------------------------------------------------------------------ receiving

/** What every bus message tells in its header. Returns the sender's index, or NOBODY when it is unknown here. */
export const hearHeader = (state: NodeState, m: BusHeader, conn: ConnId, ctx: Context): number => {
  const c = state.cluster!
  c.received[kindOf(m.type as PingMessage['type'])]++
  const index = peerNamed(c, m.sender, m.number)
  if (index < 0) return NOBODY
  const sender = c.peers[index]
  c.heard[index] = ctx.now
  if (c.inboundOf[index] !== conn && c.strangers.size > 0 && c.strangers.has(conn)) bindInbound(c, conn, index, ctx)
  if (sender.handshake) return index
  if (m.currentEpoch > c.currentEpoch) c.currentEpoch = m.currentEpoch
  if (m.configEpoch > sender.configEpoch) change(c, index, { configEpoch: m.configEpoch })
  c.replOffset[index] = m.offset
  const manual = c.manual
  if (manual !== null && m.paused && !c.peers[MYSELF].primary && c.replicaOf[MYSELF] === index && manual.offset < 0) {
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
  c.strangers.delete(conn)
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
  const linked = m.type === 'pong' ? answeredBy(c, conn, sender) : NOBODY
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
      change(c, linked, { noAddr: true })
      lookSoon(c, linked)
      dropLink(c, linked, ctx)
      return beforeSleep(state, ctx)
    }
    setPong(c, linked, ctx.now)
    setPinged(c, linked, 0)
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

/** The peer to which this connection is our link, most likely the sender; NOBODY for an inbound one. */
const answeredBy = (c: ClusterState, conn: ConnId, sender: number): number => {
  if (sender < 0) return peerLinkedBy(c, conn)
  return c.link[sender] === conn ? sender : c.inboundOf[sender] === conn ? NOBODY : peerLinkedBy(c, conn)
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
  setId(c, index, m.sender)
  change(c, index, { primary: m.primary })
  lookSoon(c, index)
  ctx.emit('node.met', { peer: c.peers[index].process })
}

const hearRole = (state: NodeState, index: number, m: PingMessage): void => {
  const c = state.cluster!
  const sender = c.peers[index]
  if (m.replicaOf === '') {
    if (index !== MYSELF && setAsPrimary(c, index)) c.todo |= UPDATE_STATE
    return
  }
  const held = c.replicaOf[index]
  const primary = held >= 0 && c.peers[held].id === m.replicaOf && !c.peers[held].gone ? held : peerOf(c, m.replicaOf)
  if (sender.primary) {
    dropSlots(c, index)
    change(c, index, { primary: false, migrateTo: false })
    lookSoon(c, index)
    c.todo |= UPDATE_STATE
  }
  if (primary >= 0 && held !== primary) joinPrimary(c, index, primary)
}

const hearSlots = (state: NodeState, index: number, m: PingMessage, ctx: Context): void => {
  const c = state.cluster!
  const sender = c.peers[index]
  const owner = sender.primary ? index : c.replicaOf[index]
  if (owner < 0 || claimAgrees(c, owner, m.slots)) return
  if (sender.primary) adoptClaim(state, index, m.configEpoch, m.slots, m.fact, ctx)
  const newer = newerOwner(c, m.slots, m.configEpoch, owner, !sender.primary)
  if (newer < 0) return
  // answered on our own link to the sender, as Redis does
  sendTo(state, index, updateMessage(state, ownerIn(c, newer)), ctx)
}

const hearGossip = (state: NodeState, m: PingMessage, sender: number, ctx: Context): void => {
  const { gossip, others } = m
  let other = 0
  for (let i = hearSound(state, gossip, 0, ctx); i < gossip.length; i = hearSound(state, gossip, i + 1, ctx)) {
    const code = codeIn(gossip[i])
    hearSection(state, code === OTHER ? others![other++] : entryOf(code), pongIn(gossip[i], ctx.now), sender, ctx)
  }
}

/**
 * Hears sections, from a place on, that say just what we would say ourselves, while nobody is held for failing: nearly all of them.
 * Then only the pong may be news. The place of the first that is of another kind; the end, when there is none.
 */
const hearSound = (state: NodeState, gossip: readonly number[], from: number, ctx: Context): number => {
  const c = state.cluster!
  if (c.reported) return from
  const { peers, byNumber, mentions } = c
  const { length } = gossip
  const all = peers.length
  const mine = c.me.number
  const second = Math.floor(ctx.now / SEC)
  const latest = ctx.now + AHEAD
  for (let i = from; i < length; i++) {
    const word = gossip[i]
    const number = (word & CODE) >> 1
    if (number === 0) return i
    // where the peers stand in the order of their names, as mostly, the number tells the index
    let known = number < mine ? number : number - 1
    if (known >= all || ((mentions[known] ^ word) & CODE) !== 0) {
      if (number >= byNumber.length) return i
      known = byNumber[number]
      if (known < 0 || peers[known].code !== (word & CODE)) return i
      if (known === MYSELF) continue
    }
    const held = mentions[known]
    if (isLater(word, held) && (held & WAITS) === 0 && secondIn(word, second) * SEC <= latest)
      mentions[known] = (word & SECONDS) | (held & ~SECONDS)
  }
  return length
}

/** Of a pong that is said to lie further ahead than this nothing is believed. */
const AHEAD = 500 * MS

const hearSection = (state: NodeState, g: GossipEntry, pong: Micros, sender: number, ctx: Context): void => {
  const c = state.cluster!
  const isPrimary = sender > 0 && c.peers[sender].primary
  const index = peerOf(c, g.id)
  if (index < 0) {
    if (sender >= 0 && !g.noAddr && !isBanned(c, g.id, ctx.now)) addFromGossip(state, g, ctx)
    return
  }
  if (index === MYSELF) return
  if (g.pfail || g.fail) {
    if (isPrimary) hearReport(state, index, sender, g.fact, ctx)
    return
  }
  if (isPrimary && c.reported) hearRecovery(state, index, sender)
  // a healthy report is as good as a pong of that age, so fewer pings are needed
  if (pong <= pongOf(c, index) || pong > ctx.now + AHEAD || c.pinged[index] !== 0) return
  if (!c.reported || countFailureReports(state, index, ctx) === 0) setPong(c, index, pong)
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
    change(c, about, { configEpoch: m.epoch })
    adoptClaim(state, about, m.epoch, m.claims, m.fact, ctx)
  }
  beforeSleep(state, ctx)
}

// ------------------------------------------------------------------ links

/** A link of ours is up: a ping goes out at once; an older one that still waits keeps its time. */
export const linkUp = (state: NodeState, index: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  c.linkUp[index] = 1
  const held = c.outboxes.get(index)
  c.outboxes.delete(index)
  const waitingSince = c.pinged[index]
  sendPing(state, index, ctx, peer.meets ? 'meet' : 'ping')
  if (waitingSince !== 0) setPinged(c, index, waitingSince)
  if (peer.meets) change(c, index, { meets: false })
  if (held !== undefined) for (const m of held) ctx.send(c.link[index], m)
}
