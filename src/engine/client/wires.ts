import { setAlarm, type Alarms } from '../core/alarms.ts'
import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { CommandMessage } from '../redis/state.ts'

/**
 * Client connections: opened on first use, one a node (and one more for READONLY reads), replies in order of commands.
 * A command without an answer in time costs the whole connection: later replies could no longer be told apart.
 */
export interface Wire {
  id: ConnId
  to: ProcessId
  readonly: boolean
  ready: boolean
  /** who waits for each answer, and since when: rings of a power of two, `count` entries from `head`. */
  tags: number[]
  since: Micros[]
  head: number
  count: number
  /** commands held until the connection stands. */
  unsent: (readonly string[])[]
  /** an alarm for the oldest command is set. */
  watched: boolean
}

export interface Wires {
  byConn: Map<ConnId, Wire>
  byNode: Map<string, ConnId>
}

/** Tags that are no flow: an answer nobody reads; the answer of a map refresh; of AUTH. Flow ids start at 1. */
export const IGNORED = 0
export const REFRESH = -1
export const LOGIN = -3
/** No such connection, or nothing was asked on it. */
export const NOBODY = -2

const READONLY: readonly string[] = Object.freeze(['READONLY'])

export const newWires = (): Wires => ({ byConn: new Map(), byNode: new Map() })

const nameOf = (to: ProcessId, readonly: boolean): string => (readonly ? to + '/ro' : to)

/** AUTH with these credentials; null without a password. */
export const authWords = (user: string | undefined, password: string | undefined): readonly string[] | null => {
  if (password === undefined || password === '') return null
  return user === undefined || user === '' ? ['AUTH', password] : ['AUTH', user, password]
}

/** The connection to a node, opened when there is none; `auth`, where there is one, is the first word on it. */
export const wireTo = (wires: Wires, to: ProcessId, readonly: boolean, ctx: Context, auth: readonly string[] | null = null): Wire => {
  const name = nameOf(to, readonly)
  const known = wires.byNode.get(name)
  if (known !== undefined) return wires.byConn.get(known)!
  const id = ctx.connect(to, 'client')
  const wire: Wire = { id, to, readonly, ready: false, tags: ring(8), since: ring(8), head: 0, count: 0, unsent: [], watched: false }
  wires.byConn.set(id, wire)
  wires.byNode.set(name, id)
  if (auth !== null) {
    wire.unsent.push(auth)
    enqueue(wire, LOGIN, ctx.now)
  }
  if (readonly) {
    wire.unsent.push(READONLY)
    enqueue(wire, IGNORED, ctx.now)
  }
  return wire
}

/** Sends a command, or keeps it until the connection stands. `timeout` counts from now; `slot` is its second word's, −1 = not reckoned. */
export const sendOn = (
  wire: Wire,
  argv: readonly string[],
  tag: number,
  timeout: Micros,
  alarms: Alarms,
  ctx: Context,
  slot = -1,
): void => {
  enqueue(wire, tag, ctx.now)
  if (wire.ready === true) ctx.send(wire.id, { type: 'command', argv, slot } as CommandMessage)
  else wire.unsent.push(argv)
  if (wire.watched === false) {
    wire.watched = true
    setAlarm(alarms, timeout, 'wire', wire.id, ctx)
  }
}

/** The connection stands: what was held goes out. False when it is not one of these. */
export const wireConnected = (wires: Wires, conn: ConnId, ctx: Context): boolean => {
  const wire = wires.byConn.get(conn)
  if (wire === undefined) return false
  wire.ready = true
  for (const argv of wire.unsent) ctx.send(conn, { type: 'command', argv, slot: -1 } as CommandMessage)
  wire.unsent = []
  return true
}

/** An answer came: whose it is. */
export const takeTag = (wire: Wire | undefined): number => {
  if (wire === undefined || wire.count === 0) return NOBODY
  const tag = wire.tags[wire.head]
  wire.head = (wire.head + 1) & (wire.tags.length - 1)
  wire.count--
  return tag
}

const ring = (n: number): number[] => new Array<number>(n).fill(0)

const enqueue = (wire: Wire, tag: number, now: Micros): void => {
  const size = wire.tags.length
  if (wire.count === size) {
    wire.tags = [...wire.tags.slice(wire.head), ...wire.tags.slice(0, wire.head), ...ring(size)]
    wire.since = [...wire.since.slice(wire.head), ...wire.since.slice(0, wire.head), ...ring(size)]
    wire.head = 0
  }
  const i = (wire.head + wire.count++) & (wire.tags.length - 1)
  wire.tags[i] = tag
  wire.since[i] = now
}

/** Forgets a connection; whoever waited on it, oldest first. */
export const loseWire = (wires: Wires, conn: ConnId): { to: ProcessId; tags: number[] } | null => {
  const wire = wires.byConn.get(conn)
  if (wire === undefined) return null
  wires.byConn.delete(conn)
  wires.byNode.delete(nameOf(wire.to, wire.readonly))
  const tags: number[] = []
  while (wire.count > 0) tags.push(takeTag(wire))
  return { to: wire.to, tags }
}

/** The alarm of a connection rang: true when its oldest command has waited too long. */
export const wireOverdue = (wires: Wires, conn: ConnId, timeout: Micros, alarms: Alarms, ctx: Context): boolean => {
  const wire = wires.byConn.get(conn)
  if (wire === undefined) return false
  if (wire.count === 0) {
    wire.watched = false
    return false
  }
  const due = wire.since[wire.head] + timeout
  if (due <= ctx.now) return true
  setAlarm(alarms, due - ctx.now, 'wire', conn, ctx)
  return false
}
