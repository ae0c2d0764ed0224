import type { AppPolicy } from '../action.ts'
import { newAlarms, rearm, setAlarm, takeDue, type Alarm, type Alarms } from '../core/alarms.ts'
import {
  WAITS,
  answerFlow,
  flowById,
  newFlows,
  startFlow,
  waitingSteps,
  type Effect,
  type Failure,
  type FlowHost,
  type FlowState,
  type Flows,
  type WaitingStep,
} from '../core/flow.ts'
import type { Behaviour, Context, ProcessId } from '../core/process.ts'
import { uniform } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import {
  checkSubscription,
  hear,
  invalidated,
  listenAgain,
  newSubscription,
  subscribe,
  subscriptionClosed,
  subscriptionConnected,
  switchSubscription,
  type Subscription,
} from '../caching/invalidation.ts'
import { forgetNear, keepNear, nearVersion, newNearCache, type NearCache } from '../caching/near-cache.ts'
import { APP_FLOWS, READ_FLOW } from '../caching/registry.ts'
import type { DrawEffect, FlightEffect, NearEffect, NoteEffect, QueryEffect, Served, SleepEffect } from '../caching/steps.ts'
import type { RowMessage, RowRefusedMessage } from '../origin/origin.ts'
import type { PushMessage, ReplyMessage } from '../redis/state.ts'
import { drawRequest, newArrivals, setRate, takeArrival, waitForNext, type Arrivals } from '../workload/arrivals.ts'
import { HOT_KEY } from '../workload/keys.ts'
import {
  bootstrap,
  checkWire,
  clientClosed,
  clientConnected,
  logInAgain,
  loginOf,
  newClient,
  nextNode,
  performBackoff,
  performRedirect,
  performSend,
  pollMap,
  randomNode,
  retryRefresh,
  schedulePoll,
  takeReply,
  type Client,
} from './client.ts'
import type { BackoffEffect, RedirectEffect, SendEffect } from './commands.ts'
import {
  databaseAnswered,
  databaseClosed,
  databaseConnected,
  newDatabaseLink,
  performQuery,
  queryOverdue,
  type DatabaseLink,
} from './database.ts'
import { asksSentinels, switchHeard, watchClosed, watchConnected, watchSwitches } from './discovery.ts'
import { slotRuns } from './slot-map.ts'

/** An application process: its load, its cluster client, its L1, its requests under way. */
export interface AppState {
  /** frozen; replaced as a whole. */
  policy: AppPolicy
  /** what was set for this application alone; it survives a restart. */
  own: Partial<AppPolicy>
  alarms: Alarms
  flows: Flows
  arrivals: Arrivals
  client: Client
  database: DatabaseLink
  near: NearCache
  subscription: Subscription
  /** single-flight: key → the flows that joined its leader. */
  flights: Map<string, number[]>
  tokens: number
  stats: AppStats
}

/** Counts of the running second and the last full one. */
export interface AppStats {
  second: number
  now: AppCounts
  last: AppCounts
}
export interface AppCounts {
  done: number
  reads: number
  hits: number
  l1: number
  errors: number
}

const noCounts = (): AppCounts => ({ done: 0, reads: 0, hits: 0, l1: 0, errors: 0 })

const roll = (stats: AppStats, now: Micros): void => {
  const second = Math.floor(now / 1_000_000)
  if (second === stats.second) return
  stats.last = second === stats.second + 1 ? stats.now : noCounts()
  stats.now = noCounts()
  stats.second = second
}

/** Counts of the last full second, for views. */
export const appCounts = (state: AppState, now: Micros): AppCounts => {
  const second = Math.floor(now / 1_000_000)
  return second === state.stats.second ? state.stats.last : second === state.stats.second + 1 ? state.stats.now : noCounts()
}
/** Requests under way, for views. */
export const appInFlight = (state: AppState): number => state.flows.count
/** Where its requests wait, by step of their flow, for views. */
export const waitingFlows = (state: AppState): WaitingStep[] => waitingSteps(state.flows)
/** Its slot map as runs, for views. */
export const slotBelief = (state: AppState): { from: number; to: number; owner: ProcessId | null }[] => slotRuns(state.client.map)

const host: FlowHost<AppState> = {
  registry: APP_FLOWS,
  flows: (state) => state.flows,

  perform(state, flow, effect: Effect, ctx) {
    switch (effect.op) {
      case 'send':
        return performSend(state, flow, effect as SendEffect, ctx)
      case 'nearGet':
        return nearVersion(state.near, (effect as NearEffect).key, ctx.now)
      case 'nearPut': {
        const { key, version } = effect as NearEffect
        keepNear(state.near, key, version, ctx.now + state.policy.l1Ttl, state.policy.l1Size)
        return null
      }
      case 'nearForget':
        forgetNear(state.near, (effect as NearEffect).key)
        return null
      case 'query':
        return performQuery(state, flow, effect as QueryEffect, ctx)
      case 'redirect':
        return performRedirect(state, flow, effect as RedirectEffect, ctx)
      case 'backoff':
        return performBackoff(state, flow, effect as BackoffEffect, ctx)
      case 'joinFlight': {
        const { key } = effect as FlightEffect
        const joined = state.flights.get(key)
        if (joined === undefined) {
          state.flights.set(key, [])
          return null
        }
        joined.push(flow.id)
        fillJoined(key, 'single-flight', ctx)
        return WAITS
      }
      case 'landFlight': {
        const { key, outcome } = effect as FlightEffect
        const joined = state.flights.get(key) ?? []
        state.flights.delete(key)
        for (const id of joined) answerFlow(host, state, id, outcome, ctx)
        return null
      }
      case 'sleep':
        setAlarm(state.alarms, (effect as SleepEffect).time, 'sleep', flow.id, ctx)
        return WAITS
      case 'now':
        return ctx.now
      case 'draw':
        return uniform(ctx.random('draws'))
      case 'token':
        return `${ctx.self}:${++state.tokens}:${Math.floor(uniform(ctx.random('tokens')) * 4294967296).toString(16)}`
      default:
        return note(effect as NoteEffect | DrawEffect, ctx)
    }
  },

  finished(state, flow, result, failure, ctx) {
    const key = flow.args[0] as string
    if (flow.flow === 'expire-key') {
      if (failure === null) ctx.emit('hot.expired', { key, existed: result as boolean })
      return
    }
    done(state, flow, key, result as Served | undefined, failure, ctx)
  },
}

const fillJoined = (key: string, policy: string, ctx: Context): void => {
  ctx.emit('fill.joined', { key, policy })
}

const note = (e: Effect, ctx: Context): null => {
  const { key, policy, early, receivers } = e as NoteEffect
  switch (e.op) {
    case 'filling':
      ctx.emit('fill.started', { key, policy, early })
      return null
    case 'waiting':
      fillJoined(key, policy, ctx)
      return null
    case 'published':
      ctx.emit('invalidation.published', { key, receivers })
      return null
    default:
      throw new Error(`an application cannot do ${e.op}`)
  }
}

const done = (state: AppState, flow: FlowState, key: string, result: Served | undefined, failure: Failure | null, ctx: Context): void => {
  roll(state.stats, ctx.now)
  const counts = state.stats.now
  const write = flow.flow === 'write'
  const outcome = failure === null ? result!.outcome : 'error'
  counts.done++
  if (failure !== null) counts.errors++
  else if (!write) {
    counts.reads++
    if (outcome === 'hit') counts.hits++
    else if (outcome === 'l1') counts.l1++
  }
  ctx.emit('request.done', {
    op: write ? 'write' : 'read',
    key,
    outcome,
    error: failure === null ? '' : failure.reason,
    latency: ctx.now - flow.begun,
    version: failure === null ? result!.version : 0,
    attempts: flow.tries,
    node: flow.peer,
  })
}

const startLoad = (state: AppState, ctx: Context): void => setRate(state.arrivals, ctx.settings.load, ctx.peers('app').length, ctx)

const startRequest = (state: AppState, ctx: Context): void => {
  const { key, read } = drawRequest(state.arrivals, ctx.settings.load)
  const { policy } = state
  if (read) startFlow(host, state, READ_FLOW[policy.fill], [key, policy], ctx)
  else startFlow(host, state, 'write', [key, policy.l1Ttl > 0], ctx)
}

const ring = (state: AppState, alarm: Alarm, ctx: Context): void => {
  switch (alarm.what) {
    case 'wire':
      return checkWire(host, state, alarm.id, ctx)
    case 'query':
      return queryOverdue(host, state, alarm.id, ctx)
    case 'retry':
    case 'retryElsewhere': {
      const flow = flowById(state.flows, alarm.id)
      return answerFlow(host, state, alarm.id, nextNode(state, flow, alarm.what === 'retryElsewhere', ctx), ctx)
    }
    case 'sleep':
      return answerFlow(host, state, alarm.id, null, ctx)
    case 'refresh':
      return retryRefresh(state, ctx)
    case 'watch':
      if (alarm.id === state.client.watch.attempt) watchSwitches(state, ctx)
      return
    case 'poll':
      return pollMap(state, alarm.id, ctx)
    case 'listen':
      return checkSubscription(state.subscription, alarm.id, state.alarms, ctx)
    case 'subscribe':
      if (alarm.id === state.subscription.attempt) subscribe(state.subscription, randomNode(state, state.subscription.node, ctx), ctx)
      return
    default:
      throw new Error(`an application has no alarm ${alarm.what}`)
  }
}

const heard = (state: AppState, conn: number, reply: ReplyMessage['reply'], ctx: Context): void => {
  if (conn !== state.subscription.conn) return
  const key = hear(state.subscription, reply, ctx)
  if (key !== null) invalidated(key, forgetNear(state.near, key), ctx)
}

/** Maps known: the load begins. */
const begin = (state: AppState, ctx: Context): void => {
  startLoad(state, ctx)
  watchSwitches(state, ctx)
  subscribe(state.subscription, randomNode(state, null, ctx), ctx)
}

export const appBehaviour: Behaviour<AppState> = {
  boot(disk, ctx) {
    const own = (disk as Partial<AppPolicy> | null) ?? {}
    const state: AppState = {
      policy: Object.freeze({ ...ctx.settings.policy, ...own }),
      own,
      alarms: newAlarms(),
      flows: newFlows(),
      arrivals: newArrivals(ctx),
      client: newClient(ctx),
      database: newDatabaseLink(),
      near: newNearCache(),
      subscription: newSubscription(),
      flights: new Map(),
      tokens: 0,
      stats: { second: 0, now: noCounts(), last: noCounts() },
    }
    // each application's share counts all of them: begin when the others are there too
    if (bootstrap(state, ctx)) ctx.setTimer('begin', 0)
    schedulePoll(state, ctx)
    return state
  },

  /** An application keeps nothing but its configuration. */
  persist: (state) => ({ ...state.own }),

  message: {
    reply(state, m: ReplyMessage, conn, ctx) {
      if (conn === state.subscription.conn) heard(state, conn, m.reply, ctx)
      else if (takeReply(host, state, conn, m.reply, ctx)) begin(state, ctx)
    },
    push(state, m: PushMessage, conn, ctx) {
      if (!switchHeard(state, conn, m.reply, ctx)) heard(state, conn, m.reply, ctx)
    },
    row: (state, m: RowMessage, _conn, ctx) => databaseAnswered(host, state, m.id, m.version, ctx),
    rowRefused: (state, m: RowRefusedMessage, _conn, ctx) => databaseAnswered(host, state, m.id, QUEUE_FULL, ctx),
  },

  timer: {
    begin: (state, ctx) => begin(state, ctx),
    arrival(state, ctx) {
      while (takeArrival(state.arrivals, ctx.now)) startRequest(state, ctx)
      if (state.arrivals.rate > 0) waitForNext(state.arrivals, ctx)
    },
    alarm(state, ctx) {
      for (let due = takeDue(state.alarms, ctx.now); due !== null; due = takeDue(state.alarms, ctx.now)) ring(state, due, ctx)
      rearm(state.alarms, ctx)
    },
  },

  connected(state, conn, ctx) {
    if (clientConnected(state, conn, ctx) || databaseConnected(state.database, conn, ctx)) return
    if (watchConnected(state.client.watch, conn, ctx)) return
    if (!subscriptionConnected(state.subscription, conn, state.alarms, ctx, loginOf(state))) ctx.close(conn)
  },

  closed(state, conn, reason, ctx) {
    if (clientClosed(host, state, conn, reason, ctx) || databaseClosed(host, state, conn, reason, ctx)) return
    if (watchClosed(state, conn, ctx)) return
    subscriptionClosed(state.subscription, conn, `connection ${reason}`, state.alarms, ctx)
  },

  act(state, action, ctx) {
    switch (action.type) {
      case 'load':
        if (state.client.map.known) startLoad(state, ctx)
        return
      case 'policy':
        return setPolicy(state, action.set, action.process !== '*', ctx)
      case 'expireHot':
        startFlow(host, state, 'expire-key', [HOT_KEY], ctx)
        return
      case 'updateRow':
        startFlow(host, state, 'write', [action.key ?? HOT_KEY, true], ctx)
        return
      case 'subscription':
        return switchSubscription(state.subscription, action.on, state.alarms, ctx)
      default:
        return
    }
  },
}

const QUEUE_FULL = Object.freeze({ lost: 'queue full' })

/** Another way of finding the primary: what it has missed is asked for now. */
const followAgain = (state: AppState, ctx: Context): void => {
  watchSwitches(state, ctx)
  if (asksSentinels(state, ctx)) retryRefresh(state, ctx)
}

const setPolicy = (state: AppState, set: Partial<AppPolicy>, own: boolean, ctx: Context): void => {
  const before = state.policy
  state.policy = Object.freeze({ ...before, ...set })
  const kept: Record<string, unknown> = { ...state.own }
  for (const key of Object.keys(set) as (keyof AppPolicy)[]) {
    if (own) kept[key] = set[key]
    else delete kept[key]
  }
  state.own = kept as Partial<AppPolicy>
  if (state.policy.l1Ttl === 0) state.near.entries.clear()
  if (before.refresh !== state.policy.refresh || before.refreshEvery !== state.policy.refreshEvery) schedulePoll(state, ctx)
  if (before.user !== state.policy.user || before.password !== state.policy.password) {
    logInAgain(state, ctx)
    listenAgain(state.subscription, state.alarms, ctx)
  }
  if (before.refresh !== state.policy.refresh) followAgain(state, ctx)
}
