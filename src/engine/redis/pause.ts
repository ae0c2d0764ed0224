import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { MS, type Micros } from '../core/time.ts'
import { commandSide } from './data.ts'
import { areWritesPaused } from './manual.ts'
import type { NodeState } from './state.ts'
import type { StreamItem } from './state.ts'

/**
 * CLIENT PAUSE: clients wait, all of them or those that would write. Meanwhile nothing expires and nobody is evicted, so that the
 * data stands still; the bus and the replicas are served, a primary's own stream is not.
 */
export interface ClientPause {
  /** over at the first cron after this. */
  until: Micros
  /** every command waits; else only what may write. */
  all: boolean
  fact: number
  /** what came of the primary's stream meanwhile. */
  stream: [item: StreamItem, conn: ConnId][]
}

/** The farthest end that is counted in whole microseconds. */
const NEVER = Number.MAX_SAFE_INTEGER

/** CLIENT PAUSE ms [WRITE|ALL]. One pause upon another goes on for the longer of both times, and holds what either holds. */
export const pauseClients = (state: NodeState, ms: number, all: boolean, ctx: Context): void => {
  const until = Math.min(ctx.now + ms * MS, NEVER)
  const before = state.pause
  const fact = ctx.emit('clients.paused', { all: all || (before?.all ?? false), lasts: Math.max(until, before?.until ?? 0) - ctx.now })
  if (before === null) state.pause = { until, all, fact, stream: [] }
  else Object.assign(before, { until: Math.max(until, before.until), all: all || before.all, fact })
}

/** CLIENT UNPAUSE, or the time is over: who waited is served, in the order in which they came. */
export const unpauseClients = (state: NodeState, ctx: Context): void => {
  const pause = state.pause
  if (pause === null) return
  state.pause = null
  const held = [...state.sessions.values()].filter((s) => s.blocked?.why === 'pause').length
  ctx.emit('clients.resumed', { held }, [pause.fact])
  const side = commandSide()
  side.retryPaused(state, ctx)
  side.hearPostponed(state, pause.stream, ctx)
}

/** The cron's look at the time. */
export const pauseCron = (state: NodeState, ctx: Context): void => {
  if (state.pause !== null && state.pause.until < ctx.now) unpauseClients(state, ctx)
}

/** Whether a command waits, one that may write or another. */
export const isHeld = (state: NodeState, mayWrite: boolean, now: Micros): boolean =>
  state.pause !== null && (mayWrite || state.pause.all) ? true : mayWrite && (areWritesPaused(state, now) || state.repl.failover != null)

/** Whether the data is to stand still: no key goes by itself. */
export const isDataStill = (state: NodeState, now: Micros): boolean =>
  (state.pause !== null && state.pause.until >= now) || areWritesPaused(state, now) || state.repl.failover != null
