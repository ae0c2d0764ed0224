import type { OriginSettings } from '../action.ts'
import { newAlarms, rearm, setAlarm, takeDue, type Alarms } from '../core/alarms.ts'
import { clone } from '../core/clone.ts'
import type { ConnId } from '../core/network.ts'
import type { Behaviour, Context, Message } from '../core/process.ts'
import { exponentialWhole } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { newVersions, setVersion, versionIn, type Versions } from '../workload/versions.ts'

/** The database behind the cache: a few workers, a bounded FIFO queue, rows that carry a version. */
export interface OriginState {
  settings: OriginSettings
  busy: number
  queue: Query[]
  /** what each worker is at, null = idle; and the idle ones. */
  serving: (Query | null)[]
  idle: number[]
  alarms: Alarms
  /** newest version of each row; a row never written has version 1. */
  rows: Versions
  /** queries in the running second and the last full one. */
  second: number
  loadNow: number
  loadLast: number
}

interface Query {
  conn: ConnId
  id: number
  key: string
  write: boolean
  since: Micros
}

export interface QueryMessage extends Message {
  readonly type: 'query'
  readonly id: number
  readonly key: string
  readonly write: boolean
}
export interface RowMessage extends Message {
  readonly type: 'row'
  readonly id: number
  readonly version: number
}
export interface RowRefusedMessage extends Message {
  readonly type: 'rowRefused'
  readonly id: number
}

/** A query that got nothing: the queue was full, or the asker gave up. */
export const originRefused = (key: string, why: 'queue full' | 'timeout', ctx: Context): void => {
  ctx.emit('origin.refused', { key, why })
}

/** Newest version of a row, for views. */
export const latestVersion = (state: OriginState, key: string): number => versionIn(state.rows, key) || 1

/** Queries in the last full second, for views. */
export const originLoad = (state: OriginState, now: Micros): number => {
  const second = Math.floor(now / 1_000_000)
  return state.second === second ? state.loadLast : state.second === second - 1 ? state.loadNow : 0
}

const count = (state: OriginState, now: Micros): void => {
  const second = Math.floor(now / 1_000_000)
  if (second !== state.second) {
    state.loadLast = second === state.second + 1 ? state.loadNow : 0
    state.loadNow = 0
    state.second = second
  }
  state.loadNow++
}

const begin = (state: OriginState, query: Query, ctx: Context): void => {
  const worker = state.idle.pop() ?? state.serving.length
  const { service, fixed } = state.settings
  state.busy++
  state.serving[worker] = query
  const time = fixed === true ? service : Math.max(1, exponentialWhole(ctx.random('service'), service))
  setAlarm(state.alarms, time, 'served', worker, ctx)
}

const serveWaiting = (state: OriginState, ctx: Context): void => {
  while (state.busy < state.settings.workers && state.queue.length > 0) begin(state, state.queue.shift()!, ctx)
}

const answer = (state: OriginState, query: Query, ctx: Context): void => {
  let version = latestVersion(state, query.key)
  if (query.write) {
    version++
    setVersion(state.rows, query.key, version)
    ctx.emit('row.updated', { key: query.key, version })
  }
  ctx.emit('origin.answered', { key: query.key, waited: ctx.now - query.since })
  ctx.send(query.conn, { type: 'row', id: query.id, version } as RowMessage)
}

export const originBehaviour: Behaviour<OriginState> = {
  boot(disk, ctx) {
    return {
      settings: { ...ctx.settings.origin },
      busy: 0,
      queue: [],
      serving: [],
      idle: [],
      alarms: newAlarms(),
      rows: disk === null ? newVersions() : clone(disk as Versions),
      second: 0,
      loadNow: 0,
      loadLast: 0,
    }
  },

  /** A database keeps its rows; losing the data means version 1 everywhere. */
  persist: (state, empty) => (empty ? null : clone(state.rows)),

  message: {
    query(state, m: QueryMessage, conn, ctx) {
      count(state, ctx.now)
      ctx.emit('origin.query', { key: m.key, queue: state.queue.length, busy: state.busy })
      const query: Query = { conn, id: m.id, key: m.key, write: m.write, since: ctx.now }
      if (state.busy < state.settings.workers) return begin(state, query, ctx)
      if (state.queue.length < state.settings.queue) {
        state.queue.push(query)
        return
      }
      originRefused(m.key, 'queue full', ctx)
      ctx.send(conn, { type: 'rowRefused', id: m.id } as RowRefusedMessage)
    },
  },

  timer: {
    alarm(state, ctx) {
      for (let due = takeDue(state.alarms, ctx.now); due !== null; due = takeDue(state.alarms, ctx.now)) {
        const query = state.serving[due.id]!
        state.serving[due.id] = null
        state.idle.push(due.id)
        state.busy--
        answer(state, query, ctx)
      }
      serveWaiting(state, ctx)
      rearm(state.alarms, ctx)
    },
  },

  act(state, action, ctx) {
    if (action.type !== 'origin') return
    state.settings = { ...state.settings, ...action.set }
    serveWaiting(state, ctx)
  },
}
