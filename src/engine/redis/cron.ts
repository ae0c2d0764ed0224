import type { Context } from '../core/process.ts'
import { below } from '../core/random.ts'
import type { Stream } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { MS } from '../core/time.ts'
import { UPDATE_STATE, beforeSleep, updateClusterState } from './cluster-state.ts'
import { recountReported, suspectIfSilent } from './detector.ts'
import { lookAgain, peersDue } from './due.ts'
import { electionStep } from './failover.ts'
import { sendPing } from './gossip.ts'
import { checkManualTimeout, manualStep } from './manual.ts'
import { migrateIfOrphaned } from './orphans.ts'
import { MYSELF, NEVER, NOBODY, OLD_PONG, SOON, dropLink, pongOf, removePeer, settlePeers, timeoutOf } from './peers.ts'
import { followPrimary } from './replication.ts'
import { CRON, handshakeTimeout, isLinkStuck, isPingDue } from './rules.ts'
import { WAITS } from './sections.ts'
import type { ClusterState, NodeState } from './state.ts'

/**
 * clusterCron, ten times a second. At most of its ticks there is nothing to do, and of a thousand nodes those would be most of all
 * events: the timer is set for the first tick that has some work, and for an earlier one when work turns up. Ticks passed over count.
 */

/** The cron strays by this much: a timer is served at the next turn of the event loop. */
const CRON_JITTER = 1 * MS
/** At every so many ticks it pings somebody. */
const ROUND = 10

export const startCron = (c: ClusterState, phase: Micros, ctx: Context): void => {
  c.tickAt = ctx.now
  c.gaps = [phase]
  c.armedFor = ctx.now + phase
  ctx.setTimer('clusterCron', phase)
}

export const clusterCron = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const timeout = timeoutOf(state)
  passTicks(c, ctx.now)
  // served late, it counts from when it was served
  c.tickAt = ctx.now
  c.pfails = 0
  if (c.dueTimeout !== timeout) c.nextDue = 0
  c.dueTimeout = timeout
  const due = c.nextDue <= ctx.now ? peersDue(c, timeout, ctx.now) : NOBODY_DUE
  for (let k = 0; k < due.length; k++) keepLink(state, due[k], timeout, ctx)
  if (c.cron % ROUND === 0) {
    pingSomebody(state, ctx)
    recountReported(c)
    settlePeers(c)
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
  c.armedFor = 0
  beforeSleep(state, ctx)
  arm(state, ctx)
}

/** Counts the ticks up to now. */
const passTicks = (c: ClusterState, now: Micros): void => {
  while (c.gaps.length > 0 && c.tickAt + c.gaps[0] <= now) {
    c.tickAt += c.gaps.shift()!
    c.cron++
  }
}

/** Sets the timer for the first tick to come at which there is something to do. */
const arm = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const from = isEveryTickWanted(state) ? 0 : c.nextDue
  let at = c.tickAt
  let tick = c.cron
  for (let i = 0; ; i++) {
    if (i === c.gaps.length) c.gaps.push(CRON + below(ctx.random('cron'), CRON_JITTER))
    at += c.gaps[i]
    if (++tick % ROUND === 0 || at >= from) break
  }
  if (at === c.armedFor) return
  c.armedFor = at
  ctx.setTimer('clusterCron', at - ctx.now)
}

const isEveryTickWanted = (state: NodeState): boolean => {
  const c = state.cluster!
  return c.state === 'fail' || c.manual !== null || (!c.peers[MYSELF].primary && state.repl.primary === null)
}

/** At the end of whatever may have made work for the cron: the next tick does it. */
export const hastenCron = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  // sooner than this there is no other tick
  if (c.armedFor - ctx.now <= CRON || (c.nextDue > 0 && !isEveryTickWanted(state))) return
  passTicks(c, ctx.now)
  arm(state, ctx)
}

const NOBODY_DUE: readonly number[] = Object.freeze([])

/** Whether any of them is suspected or failed. */
const lookAtDue = (state: NodeState, due: readonly number[], timeout: Micros, ctx: Context): boolean => {
  const c = state.cluster!
  let troubled = false
  for (let k = 0; k < due.length; k++) {
    const index = due[k]
    const peer = c.peers[index]
    if (peer.gone) continue
    if (peer.fail || peer.pfail) troubled = true
    lookAfter(state, index, timeout, ctx)
    lookAgain(c, index, c.manual?.replica === index ? SOON : nextLook(c, index), timeout, ctx.now)
  }
  return troubled
}

/** When a peer certainly needs nothing sooner; a later pong only moves that further away. */
const nextLook = (c: ClusterState, index: number): number => {
  const peer = c.peers[index]
  if (peer.gone || peer.noAddr) return NEVER
  return c.link[index] === 0 || peer.handshake || peer.pfail || peer.fail ? SOON : OLD_PONG
}

const keepLink = (state: NodeState, index: number, timeout: Micros, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  if (peer.gone) return
  if (peer.pfail) c.pfails++
  if (peer.handshake && ctx.now - peer.createdAt > handshakeTimeout(timeout)) removePeer(state, index, ctx)
  else if (c.link[index] === 0 && !peer.noAddr) openLink(c, index, ctx)
}

const lookAfter = (state: NodeState, index: number, timeout: Micros, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  if (peer.noAddr || peer.handshake) return
  if (c.link[index] !== 0) {
    if (isLinkStuck(ctx.now, c.linkCreatedAt[index], c.pinged[index], c.heard[index], timeout)) dropLink(c, index, ctx)
    else if (isPingDue(ctx.now, c.pinged[index], pongOf(c, index), timeout)) return sendPing(state, index, ctx)
    else if (c.manual !== null && c.manual.replica === index) return sendPing(state, index, ctx)
  }
  if (c.pinged[index] !== 0) suspectIfSilent(state, index, ctx)
}

const openLink = (c: ClusterState, index: number, ctx: Context): void => {
  c.link[index] = ctx.connect(c.peers[index].process, 'bus')
  c.linkUp[index] = 0
  c.linkCreatedAt[index] = ctx.now
}

/** Of five random peers the one whose pong is oldest. */
const pingSomebody = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const s: Stream = ctx.random('gossip')
  let oldest = NOBODY
  for (let i = 0; i < 5; i++) {
    const index = below(s, c.peers.length)
    if (index === MYSELF || (c.mentions[index] & WAITS) !== 0) continue
    const peer = c.peers[index]
    if (peer.gone || c.link[index] === 0 || peer.handshake) continue
    if (oldest < 0 || pongOf(c, index) < pongOf(c, oldest)) oldest = index
  }
  if (oldest >= 0) sendPing(state, oldest, ctx)
}
