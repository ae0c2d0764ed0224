import type { AppPolicy } from '../action.ts'
import { setAlarm, type Alarms } from '../core/alarms.ts'
import { WAITS, answerFlow, type FlowHost, type FlowState } from '../core/flow.ts'
import type { CloseReason, ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { below, uniform } from '../core/random.ts'
import { MS, SEC, type Micros } from '../core/time.ts'
import { processIn } from '../redis/address.ts'
import { isError, type Reply } from '../redis/reply.ts'
import { keySlot } from '../redis/slots.ts'
import type { BackoffEffect, RedirectEffect, SendEffect } from './commands.ts'
import { WHERE_IS_PRIMARY, asksSentinels, learnPrimary, newWatch, randomSentinel, type SwitchWatch } from './discovery.ts'
import { indexOfNode, learnSlots, newSlotMap, ownerIndex, setAllOwners, setOwner, type SlotMap } from './slot-map.ts'
import {
  IGNORED,
  LOGIN,
  NOBODY,
  REFRESH,
  authWords,
  loseWire,
  newWires,
  sendOn,
  takeTag,
  wireConnected,
  wireOverdue,
  wireTo,
  type Wires,
} from './wires.ts'

/** The cluster client inside an application. */
export interface Client {
  map: SlotMap
  wires: Wires
  refresh: Refresh
  /** nodes whose connection is lost and not back yet: told once. */
  lost: Set<ProcessId>
  /** behind Sentinels: the connection that hears of another primary. */
  watch: SwitchWatch
  /** the last error that kept it out (NOAUTH, WRONGPASS, DENIED …), and when that was told; '' = none. */
  refusal: string
  refusalTold: Micros
  /** rises with every change of the poll's period: an older poll's alarm is void. */
  poll: number
}

interface Refresh {
  running: boolean
  why: string
  from: ProcessId
  /** not again before this. */
  notBefore: Micros
  gap: Micros
}

/** What a process that holds a client looks like. */
export interface ClientOwner {
  policy: AppPolicy
  alarms: Alarms
  client: Client
}

/** Refreshes of the map are at least so far apart; while they bring nothing new the gap doubles up to a second. */
export const REFRESH_GAP: Micros = 200 * MS
const REFRESH_GAP_MOST: Micros = SEC
const BOOTSTRAP_RETRY: Micros = 100 * MS

const ASKING: readonly string[] = Object.freeze(['ASKING'])
const CLUSTER_SLOTS: readonly string[] = Object.freeze(['CLUSTER', 'SLOTS'])

export const newClient = (ctx: Context): Client => ({
  map: firstMap(ctx),
  wires: newWires(),
  refresh: { running: false, why: '', from: '', notBefore: 0, gap: REFRESH_GAP },
  lost: new Set(),
  watch: newWatch(),
  refusal: '',
  refusalTold: 0,
  poll: 0,
})

/** The nodes of its configuration; without a cluster the first is believed to be the primary. */
const firstMap = (ctx: Context): SlotMap => {
  const map = newSlotMap(ctx.peers('node'))
  if (!ctx.settings.cluster) setAllOwners(map, 0)
  return map
}

/** Learns the map from a random seed node, or the primary from a Sentinel. With neither there is nothing to learn: true. */
export const bootstrap = (owner: ClientOwner, ctx: Context): boolean => {
  if (!ctx.settings.cluster && !asksSentinels(owner, ctx)) return (owner.client.map.known = true)
  refreshMap(owner, 'start', whoKnows(owner, null, ctx), ctx)
  return false
}

/** Whom to ask where keys are: any node of the cluster, or a Sentinel. */
const whoKnows = (owner: ClientOwner, except: ProcessId | null, ctx: Context): ProcessId =>
  ctx.settings.cluster ? randomNode(owner, except, ctx) : randomSentinel(except, ctx)

/** Any node of the last map, but one if there are others. */
export const randomNode = (owner: ClientOwner, except: ProcessId | null, ctx: Context): ProcessId => {
  const { nodes, listed } = owner.client.map
  const at = except === null || listed.length < 2 ? -1 : listed.indexOf(nodes.indexOf(except))
  let i = below(ctx.random('node'), at < 0 ? listed.length : listed.length - 1)
  if (at >= 0 && i >= at) i++
  return nodes[listed[i]]
}

// ------------------------------------------------------------------ effects of `command`

export const performSend = (owner: ClientOwner, flow: FlowState, e: SendEffect, ctx: Context): typeof WAITS => {
  const { map, wires } = owner.client
  const isCluster = ctx.settings.cluster === true
  let to = e.to
  let readonly = false
  const slot = isCluster && !keyless(e.argv) ? keySlot(e.argv[1]) : -1
  if (to === null) {
    const owns = isCluster ? (slot < 0 ? -1 : ownerIndex(map, slot)) : ownerIndex(map, 0)
    if (owns < 0) to = randomNode(owner, null, ctx)
    else {
      to = map.nodes[owns]
      if (e.read === true && owner.policy.readFrom === 'replica') {
        const replicas = map.replicas[owns]
        if (replicas.length > 0) {
          to = map.nodes[replicas[replicas.length === 1 ? 0 : below(ctx.random('replica'), replicas.length)]]
          readonly = true
        }
      }
    }
  }
  const wire = wireTo(wires, to, readonly, ctx, loginOf(owner))
  const { timeout } = owner.policy
  if (e.asking === true) sendOn(wire, ASKING, IGNORED, timeout, owner.alarms, ctx)
  sendOn(wire, e.argv, flow.id, timeout, owner.alarms, ctx, slot)
  flow.tries++
  flow.peer = to
  return WAITS
}

/** What its connections begin with; null = nothing. */
export const loginOf = (owner: ClientOwner): readonly string[] | null => authWords(owner.policy.user, owner.policy.password)

const keyless = (argv: readonly string[]): boolean => argv[0] === 'PUBLISH'

/** Follows MOVED by the refresh policy, ASK for this one command: the node to ask, '' when this client does not follow, null after too many. */
export const performRedirect = (owner: ClientOwner, flow: FlowState, e: RedirectEffect, ctx: Context): ProcessId | '' | null => {
  const [word, slotText, address] = e.error.split(' ')
  const kind = word as 'MOVED' | 'ASK'
  const { refresh, redirects } = owner.policy
  if (kind === 'MOVED' && refresh === 'ignore') return ''
  if (e.hops >= redirects) return null
  const to = processIn(address, ctx.settings.addresses)
  if (to === null) return null
  const slot = Number(slotText)
  const from = flow.peer!
  ctx.emit('client.redirected', { kind, slot, from, to })
  if (kind === 'MOVED' && refresh === 'moved') {
    const { map } = owner.client
    setOwner(map, slot, indexOfNode(map, to))
    refreshMap(owner, 'MOVED', from, ctx)
  }
  return to
}

/** Exponential back-off with full jitter, unless the attempts are used up. */
export const performBackoff = (owner: ClientOwner, flow: FlowState, e: BackoffEffect, ctx: Context): typeof WAITS | null => {
  // without a cluster nobody redirects: what fails is a reason to ask the Sentinels again
  if (owner.policy.refresh === 'moved' && asksSentinels(owner, ctx))
    refreshMap(owner, e.lost ?? 'READONLY', randomSentinel(owner.client.refresh.from, ctx), ctx)
  if (e.attempt >= owner.policy.retries) return null
  let most = owner.policy.backoff
  for (let i = 0; i < e.attempt; i++) most *= 2
  setAlarm(owner.alarms, Math.round(uniform(ctx.random('backoff')) * most), e.lost === null ? 'retry' : 'retryElsewhere', flow.id, ctx)
  return WAITS
}

/** A back-off is over: the node to try. After a lost connection any other node may know better than the map. */
export const nextNode = (owner: ClientOwner, flow: FlowState | undefined, elsewhere: boolean, ctx: Context): ProcessId | '' =>
  elsewhere && owner.policy.refresh !== 'ignore' && ctx.settings.cluster ? randomNode(owner, flow?.peer ?? null, ctx) : ''

// ------------------------------------------------------------------ the map

/** Asks one node for the whole map, or a Sentinel for the primary, unless that is under way or was done a moment ago. */
export const refreshMap = (owner: ClientOwner, why: string, from: ProcessId, ctx: Context): void => {
  const { refresh, map } = owner.client
  if (refresh.running || (map.known && ctx.now < refresh.notBefore)) return
  refresh.running = true
  refresh.why = why
  refresh.from = from
  const argv = ctx.settings.cluster ? CLUSTER_SLOTS : WHERE_IS_PRIMARY
  sendOn(
    wireTo(owner.client.wires, from, false, ctx, ctx.settings.cluster ? loginOf(owner) : null),
    argv,
    REFRESH,
    owner.policy.timeout,
    owner.alarms,
    ctx,
  )
}

/** True when this was the first map. */
const takeMap = (owner: ClientOwner, reply: Reply, ctx: Context): boolean => {
  const { refresh, map } = owner.client
  if (isError(reply)) {
    lostRefresh(owner, ctx)
    return false
  }
  const first = !map.known
  const changed = ctx.settings.cluster ? learnSlots(map, reply) : learnPrimary(owner, reply, refresh.from, refresh.why, ctx) ? 1 : 0
  refresh.running = false
  if (!map.known) {
    // a node that has not met the others yet: ask another
    lostRefresh(owner, ctx)
    return false
  }
  // of a row of refreshes that bring nothing new (a dead node, nobody promoted yet) only the first is told
  if (ctx.settings.cluster && (changed > 0 || refresh.gap === REFRESH_GAP))
    ctx.emit('client.refreshed', { from: refresh.from, changed, why: refresh.why })
  refresh.gap = changed > 0 ? REFRESH_GAP : Math.min(refresh.gap * 2, REFRESH_GAP_MOST)
  refresh.notBefore = ctx.now + refresh.gap
  return first
}

const lostRefresh = (owner: ClientOwner, ctx: Context): void => {
  owner.client.refresh.running = false
  setAlarm(owner.alarms, BOOTSTRAP_RETRY, 'refresh', 0, ctx)
}

/** The alarm after a refresh that failed. */
export const retryRefresh = (owner: ClientOwner, ctx: Context): void => {
  const { refresh, map } = owner.client
  if (map.known && (owner.policy.refresh === 'ignore' || !(ctx.settings.cluster || asksSentinels(owner, ctx)))) return
  refreshMap(owner, refresh.why, whoKnows(owner, refresh.from, ctx), ctx)
}

/** Starts the poll of refresh policy `timer`, or stops it. */
export const schedulePoll = (owner: ClientOwner, ctx: Context): void => {
  const poll = ++owner.client.poll
  if (owner.policy.refresh === 'timer' && (ctx.settings.cluster || asksSentinels(owner, ctx)))
    setAlarm(owner.alarms, owner.policy.refreshEvery, 'poll', poll, ctx)
}

export const pollMap = (owner: ClientOwner, poll: number, ctx: Context): void => {
  if (poll !== owner.client.poll) return
  refreshMap(owner, 'timer', whoKnows(owner, null, ctx), ctx)
  schedulePoll(owner, ctx)
}

// ------------------------------------------------------------------ connections

/** A reply came on a connection; true when it was the first map. */
export const takeReply = <S extends ClientOwner>(host: FlowHost<S>, owner: S, conn: ConnId, reply: Reply, ctx: Context): boolean => {
  const tag = takeTag(owner.client.wires.byConn.get(conn))
  if (typeof reply === 'object' && reply !== null && 'error' in reply) noteRefusal(owner, conn, reply.error, ctx)
  else if (owner.client.refusal !== '') owner.client.refusal = ''
  if (tag > IGNORED) answerFlow(host, owner, tag, reply, ctx)
  else if (tag === REFRESH) return takeMap(owner, reply, ctx)
  return false
}

/** What goes on and on is told again after so long. */
const TELL_AGAIN: Micros = 10 * SEC
/** Errors that say: not you. */
const REFUSALS = /^(NOAUTH|WRONGPASS|DENIED|ERR AUTH) /

const noteRefusal = (owner: ClientOwner, conn: ConnId, error: string, ctx: Context): void => {
  const { client } = owner
  // after a wrong password every command hears NOAUTH: the reason stays the first
  if (client.refusal.startsWith('WRONGPASS') && error.startsWith('NOAUTH')) return
  if (!REFUSALS.test(error) || (error === client.refusal && ctx.now - client.refusalTold < TELL_AGAIN)) return
  client.refusal = error
  client.refusalTold = ctx.now
  ctx.emit('client.refused', { by: owner.client.wires.byConn.get(conn)!.to, error })
}

/** Other credentials: what is connected says them too, and what was refused counts anew. */
export const logInAgain = (owner: ClientOwner, ctx: Context): void => {
  const login = loginOf(owner)
  owner.client.refusal = ''
  if (login === null) return
  for (const wire of owner.client.wires.byConn.values()) sendOn(wire, login, LOGIN, owner.policy.timeout, owner.alarms, ctx)
}

/** False when the connection is not the client's. */
export const clientConnected = (owner: ClientOwner, conn: ConnId, ctx: Context): boolean => {
  if (!wireConnected(owner.client.wires, conn, ctx)) return false
  if (owner.client.lost.size > 0) owner.client.lost.delete(owner.client.wires.byConn.get(conn)!.to)
  return true
}

/** A connection is gone: everybody who waited on it hears so. */
export const clientClosed = <S extends ClientOwner>(
  host: FlowHost<S>,
  owner: S,
  conn: ConnId,
  reason: CloseReason,
  ctx: Context,
): boolean => {
  const gone = loseWire(owner.client.wires, conn)
  if (gone === null) return false
  const { client } = owner
  if (!client.lost.has(gone.to)) {
    client.lost.add(gone.to)
    ctx.emit('client.connectionLost', { to: gone.to, why: reason })
  }
  const refreshing = gone.tags.includes(REFRESH)
  if (refreshing) lostRefresh(owner, ctx)
  else if (owner.policy.refresh === 'moved' && ctx.settings.cluster)
    refreshMap(owner, `${gone.to} ${reason}`, randomNode(owner, gone.to, ctx), ctx)
  const lost = Object.freeze({
    lost: `${gone.to}: ${reason === 'refused' ? 'connection refused' : reason === 'timeout' ? 'no answer in time' : `connection ${reason}`}`,
  })
  for (const tag of gone.tags) if (tag > NOBODY && tag > IGNORED) answerFlow(host, owner, tag, lost, ctx)
  return true
}

/** The alarm of a connection: an overdue answer costs the connection. */
export const checkWire = <S extends ClientOwner>(host: FlowHost<S>, owner: S, conn: ConnId, ctx: Context): void => {
  if (!wireOverdue(owner.client.wires, conn, owner.policy.timeout, owner.alarms, ctx)) return
  ctx.close(conn)
  clientClosed(host, owner, conn, 'timeout', ctx)
}
