import type { Context } from '../core/process.ts'
import { UPDATE_STATE } from './cluster-state.ts'
import { MYSELF, because, change, lookSoon, timeoutOf } from './peers.ts'
import { isReportValid, isSilent, mayClearFail, mayMarkFail, quorumOf } from './rules.ts'
import type { ClusterState, NodeState } from './state.ts'
import { broadcast, failMessage } from './wire.ts'

/** Suspects a peer that has been silent for too long. */
export const suspectIfSilent = (state: NodeState, index: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  if (peer.pfail || peer.fail || !isSilent(ctx.now, c.pinged[index], c.heard[index], timeoutOf(state))) return
  const pfailFact = ctx.emit('node.pfail', { about: peer.process, silent: ctx.now - Math.max(c.pinged[index], c.heard[index]) })
  change(c, index, { pfail: true, pfailFact })
  lookSoon(c, index)
  c.todo |= UPDATE_STATE
}

/** Drops reports that are too old; how many are left. */
export const countFailureReports = (state: NodeState, index: number, ctx: Context): number => {
  const reports = state.cluster!.reports.get(index)
  if (reports === undefined || reports.size === 0) return 0
  const timeout = timeoutOf(state)
  for (const [by, at] of reports) if (!isReportValid(ctx.now, at, timeout)) reports.delete(by)
  return reports.size
}

/** A primary's gossip holds a peer for failing. */
export const hearReport = (state: NodeState, about: number, by: number, fact: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[about]
  let reports = c.reports.get(about)
  if (reports === undefined) c.reports.set(about, (reports = new Map()))
  const isNews = !reports.has(by)
  reports.set(by, ctx.now)
  c.reported = true
  if (isNews) {
    const count = countFailureReports(state, about, ctx) + (c.peers[MYSELF].primary && (peer.pfail || peer.fail) ? 1 : 0)
    ctx.emit('node.reported', { about: peer.process, by: c.peers[by].process, reports: count, needed: quorumOf(c.size) }, because(fact))
  }
  markAsFailingIfNeeded(state, about, fact, ctx)
}

/** Looks whether anybody still has reports, so that healthy gossip need not ask. */
export const recountReported = (c: ClusterState): void => {
  if (c.reported) c.reported = [...c.reports.values()].some((by) => by.size > 0)
}

/** A primary's gossip holds a peer for sound. */
export const hearRecovery = (state: NodeState, about: number, by: number): void => {
  state.cluster!.reports.get(about)?.delete(by)
}

const markAsFailingIfNeeded = (state: NodeState, index: number, news: number, ctx: Context): void => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  const peer = c.peers[index]
  if (!peer.pfail || peer.fail) return
  const reports = countFailureReports(state, index, ctx)
  if (!mayMarkFail(peer.pfail, peer.fail, reports, me.primary, c.size)) return
  const by = [...(c.reports.get(index)?.keys() ?? [])].map((i) => c.peers[i].process)
  if (me.primary) by.push(me.process)
  const failFact = ctx.emit(
    'node.fail',
    { about: peer.process, reports: by.length, needed: quorumOf(c.size), by },
    because(peer.pfailFact, news),
  )
  change(c, index, { pfail: false, fail: true, failAt: ctx.now, failFact })
  lookSoon(c, index)
  broadcast(state, failMessage(state, peer.id, failFact), ctx)
  c.todo |= UPDATE_STATE
}

/** Somebody found a majority: what they say holds at once. */
export const hearFail = (state: NodeState, about: number, from: number, fact: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[about]
  if (about === MYSELF || peer.fail) return
  const failFact = ctx.emit('node.failHeard', { about: peer.process, from: c.peers[from].process }, because(fact))
  change(c, about, { pfail: false, fail: true, failAt: ctx.now, failFact })
  lookSoon(c, about)
  c.todo |= UPDATE_STATE
}

/** A pong came: the suspicion ends, and perhaps the verdict. */
export const clearOnPong = (state: NodeState, index: number, ctx: Context): void => {
  const c = state.cluster!
  const peer = c.peers[index]
  if (peer.pfail) {
    change(c, index, { pfail: false })
    lookSoon(c, index)
    ctx.emit('node.pfailCleared', { about: peer.process }, because(peer.pfailFact))
    c.todo |= UPDATE_STATE
  } else if (peer.fail && mayClearFail(ctx.now, peer.primary, peer.numSlots, peer.failAt, timeoutOf(state))) {
    change(c, index, { fail: false })
    lookSoon(c, index)
    const why = !peer.primary
      ? 'replica is reachable again'
      : peer.numSlots === 0
        ? 'primary without slots is reachable again'
        : 'reachable again and nobody took its slots'
    ctx.emit('node.failCleared', { about: peer.process, why }, because(peer.failFact))
    c.todo |= UPDATE_STATE
  }
}
