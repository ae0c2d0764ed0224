import { setAlarm, type Alarms } from '../core/alarms.ts'
import { WAITS, answerFlow, eachFlow, flowById, type FlowHost, type FlowState, type Flows } from '../core/flow.ts'
import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { originRefused, type QueryMessage } from '../origin/origin.ts'
import type { QueryEffect } from '../caching/steps.ts'

/** An application's connection to the database. Answers come in any order; a query's id is its flow's id × 16 and a count. */
export interface DatabaseLink {
  conn: ConnId
  ready: boolean
  unsent: QueryMessage[]
}

export interface DatabaseOwner {
  alarms: Alarms
  flows: Flows
  database: DatabaseLink
}

export const newDatabaseLink = (): DatabaseLink => ({ conn: 0, ready: false, unsent: [] })

const COUNTS = 16

/** The flow that still waits on a query. */
const askerOf = (owner: DatabaseOwner, id: number): FlowState | undefined => {
  const flow = flowById(owner.flows, Math.floor(id / COUNTS))
  return flow !== undefined && flow.asking === id ? flow : undefined
}

/** Sends a query. It is given up after the origin's timeout, but the database works on it all the same. */
export const performQuery = (owner: DatabaseOwner, flow: FlowState, e: QueryEffect, ctx: Context): typeof WAITS => {
  const d = owner.database
  const id = flow.id * COUNTS + (flow.asked++ % COUNTS)
  const message: QueryMessage = { type: 'query', id, key: e.key, write: e.write }
  flow.asking = id
  if (d.conn === 0) d.conn = ctx.connect('origin', 'origin')
  if (d.ready) ctx.send(d.conn, message)
  else d.unsent.push(message)
  setAlarm(owner.alarms, ctx.settings.origin.timeout, 'query', id, ctx)
  flow.peer = 'origin'
  return WAITS
}

export const databaseConnected = (d: DatabaseLink, conn: ConnId, ctx: Context): boolean => {
  if (conn !== d.conn) return false
  d.ready = true
  for (const m of d.unsent) ctx.send(conn, m)
  d.unsent = []
  return true
}

export const databaseAnswered = <S extends DatabaseOwner>(host: FlowHost<S>, owner: S, id: number, answer: unknown, ctx: Context): void => {
  const flow = askerOf(owner, id)
  if (flow === undefined) return
  flow.asking = 0
  answerFlow(host, owner, flow.id, answer, ctx)
}

/** The alarm of a query. */
export const queryOverdue = <S extends DatabaseOwner>(host: FlowHost<S>, owner: S, id: number, ctx: Context): void => {
  const d = owner.database
  const flow = askerOf(owner, id)
  if (flow === undefined) return
  originRefused(flow.args[0] as string, 'timeout', ctx)
  if (!d.ready) {
    // a silent host: the connection never stood, so a later query tries anew
    d.unsent = d.unsent.filter((m) => m.id !== id)
    if (d.unsent.length === 0) {
      ctx.close(d.conn)
      d.conn = 0
    }
  }
  databaseAnswered(host, owner, id, Object.freeze({ lost: 'no answer in time' }), ctx)
}

export const databaseClosed = <S extends DatabaseOwner>(
  host: FlowHost<S>,
  owner: S,
  conn: ConnId,
  reason: string,
  ctx: Context,
): boolean => {
  const d = owner.database
  if (conn !== d.conn) return false
  d.conn = 0
  d.ready = false
  d.unsent = []
  const lost = Object.freeze({ lost: `connection ${reason}` })
  const asking: number[] = []
  eachFlow(owner.flows, (flow) => {
    if (flow.asking !== 0) asking.push(flow.asking)
  })
  for (const id of asking) databaseAnswered(host, owner, id, lost, ctx)
  return true
}
