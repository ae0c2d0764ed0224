import type { ConnId } from '../core/network.ts'
import type { Context } from '../core/process.ts'
import { authWords } from '../client/wires.ts'
import { HELLO_CHANNEL, PING_PERIOD, type Asked, type CommandOut, type Instance, type Primary, type SentinelState } from './state.ts'

/** The connections of a Sentinel to what it watches: opened at most once a second, commands in order, one reply each. */

const PING: readonly string[] = Object.freeze(['PING'])
const SUBSCRIBE: readonly string[] = Object.freeze(['SUBSCRIBE', HELLO_CHANNEL])

/** Sends a command, or keeps it until the connection stands. False without a connection. */
export const ask = (inst: Instance, argv: readonly string[], what: Asked, ctx: Context): boolean => {
  const { link } = inst
  if (link.command === 0) return false
  link.awaited.push(what)
  if (link.commandUp) ctx.send(link.command, { type: 'command', argv } as CommandOut)
  else link.unsent.push(argv)
  return true
}

export const sendPing = (inst: Instance, ctx: Context): void => {
  if (!ask(inst, PING, 'ping', ctx)) return
  inst.link.lastPing = ctx.now
  if (inst.link.pingPending === 0) inst.link.pingPending = ctx.now
}

const open = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): ConnId => {
  const conn = ctx.connect(inst.process, 'client')
  state.conns.set(conn, { primary: p.name, kind: inst.kind, name: inst === p ? '' : inst.name })
  return conn
}

/** AUTH on the connections to the primary and its replicas; Sentinels among themselves need none here. */
const loginOf = (p: Primary, inst: Instance): readonly string[] | null =>
  inst.kind === 'sentinel' ? null : authWords(p.authUser, p.authPass)

/** Opens what is missing, not more than once a second. The first thing asked, but for AUTH, is a PING. */
export const reconnect = (state: SentinelState, p: Primary, inst: Instance, ctx: Context): void => {
  const { link } = inst
  if (!link.disconnected || ctx.now - link.lastReconnect < PING_PERIOD) return
  link.lastReconnect = ctx.now
  if (link.command === 0) {
    link.command = open(state, p, inst, ctx)
    link.commandUp = false
    link.commandAt = ctx.now
    link.awaited = []
    link.unsent = []
    const login = loginOf(p, inst)
    if (login !== null) ask(inst, login, 'other', ctx)
    sendPing(inst, ctx)
  }
  if (inst.kind !== 'sentinel' && link.hello === 0) {
    link.hello = open(state, p, inst, ctx)
    link.helloAt = ctx.now
  }
  link.disconnected = false
}

/** The instance a connection belongs to, while it does. */
export const ownerOf = (state: SentinelState, conn: ConnId): { p: Primary; inst: Instance } | null => {
  const owner = state.conns.get(conn)
  const p = owner === undefined ? undefined : state.primaries.get(owner.primary)
  if (owner === undefined || p === undefined) return null
  const inst = owner.kind === 'primary' ? p : owner.kind === 'replica' ? p.replicas.get(owner.name) : p.sentinels.get(owner.name)
  return inst !== undefined && (inst.link.command === conn || inst.link.hello === conn) ? { p, inst } : null
}

/** A connection stands: what was kept goes out. */
export const linkConnected = (state: SentinelState, conn: ConnId, ctx: Context): void => {
  const owner = ownerOf(state, conn)
  if (owner === null) return ctx.close(conn)
  const { link } = owner.inst
  if (conn === link.hello) {
    const login = loginOf(owner.p, owner.inst)
    if (login !== null) ctx.send(conn, { type: 'command', argv: login } as CommandOut)
    ctx.send(conn, { type: 'command', argv: SUBSCRIBE } as CommandOut)
    return
  }
  link.commandUp = true
  for (const argv of link.unsent) ctx.send(conn, { type: 'command', argv } as CommandOut)
  link.unsent = []
}

/** A connection ended from the other side, or was refused. */
export const linkClosed = (state: SentinelState, conn: ConnId): void => {
  const owner = ownerOf(state, conn)
  state.conns.delete(conn)
  if (owner !== null) drop(owner.inst, conn)
}

const drop = (inst: Instance, conn: ConnId): void => {
  const { link } = inst
  if (conn === link.hello) link.hello = 0
  else {
    link.command = 0
    link.commandUp = false
    link.awaited = []
    link.unsent = []
  }
  link.disconnected = true
}

/** Ends one of an instance's connections from this side. */
export const closeConn = (state: SentinelState, inst: Instance, conn: ConnId, ctx: Context): void => {
  if (conn === 0) return
  ctx.close(conn)
  state.conns.delete(conn)
  drop(inst, conn)
}

export const closeLink = (state: SentinelState, inst: Instance, ctx: Context): void => {
  closeConn(state, inst, inst.link.command, ctx)
  closeConn(state, inst, inst.link.hello, ctx)
}

/** What the next reply on a connection answers. */
export const nextAsked = (inst: Instance): Asked | undefined => inst.link.awaited.shift()
