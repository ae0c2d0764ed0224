import { setAlarm, type Alarms } from '../core/alarms.ts'
import { WAITS, answerFlow, type FlowHost, type FlowState } from '../core/flow.ts'
import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { originRefused, type QueryMessage } from '../origin/origin.ts'
import type { QueryEffect } from '../caching/steps.ts'

/** An application's connection to the database; answers come in any order, by id. */
export interface DatabaseLink {
  conn: ConnId
  ready: boolean
  unsent: QueryMessage[]
  nextId: number
  pending: Map<number, { flow: number; key: string }>
}

export interface DatabaseOwner {
  alarms: Alarms
  database: DatabaseLink
}

export const newDatabaseLink = (): DatabaseLink => ({ conn: 0, ready: false, unsent: [], nextId: 1, pending: new Map() })

/** Sends a query. It is given up after the origin's timeout, but the database works on it all the same. */
export const performQuery = (owner: DatabaseOwner, flow: FlowState, e: QueryEffect, ctx: Context): typeof WAITS => {
  const d = owner.database
  const id = d.nextId++
  const message: QueryMessage = { type: 'query', id, key: e.key, write: e.write }
  d.pending.set(id, { flow: flow.id, key: e.key })
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
  const asked = owner.database.pending.get(id)
  if (asked === undefined) return
  owner.database.pending.delete(id)
  answerFlow(host, owner, asked.flow, answer, ctx)
}

/** The alarm of a query. */
export const queryOverdue = <S extends DatabaseOwner>(host: FlowHost<S>, owner: S, id: number, ctx: Context): void => {
  const d = owner.database
  const asked = d.pending.get(id)
  if (asked === undefined) return
  originRefused(asked.key, 'timeout', ctx)
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
  host: FlowHost<S>, owner: S, conn: ConnId, reason: string, ctx: Context,
): boolean => {
  const d = owner.database
  if (conn !== d.conn) return false
  d.conn = 0
  d.ready = false
  d.unsent = []
  const lost = Object.freeze({ lost: `connection ${reason}` })
  for (const id of [...d.pending.keys()]) databaseAnswered(host, owner, id, lost, ctx)
  return true
}
