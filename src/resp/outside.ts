import type { CloseReason, ConnId } from '../engine/core/network.ts'
import type { Behaviour, Message, ProcessId } from '../engine/core/process.ts'
import type { Reply } from '../engine/redis/reply.ts'
import type { CommandMessage, PushMessage, ReplyMessage } from '../engine/redis/state.ts'

/**
 * All real programs together are one process of the simulation: their connections are its connections, so that partitions, latency
 * and silence meet them as they meet any client. It keeps nothing itself; who listens hears what arrives.
 */
export interface Listener {
  opened(key: number, conn: ConnId): void
  connected(conn: ConnId): void
  heard(conn: ConnId, reply: Reply, isPush: boolean): void
  closed(conn: ConnId, reason: CloseReason): void
}

export interface OpenMessage extends Message {
  readonly type: 'open'
  readonly to: ProcessId
  /** the connection as its owner knows it until it has a number. */
  readonly key: number
}
export interface SendMessage extends Message {
  readonly type: 'send'
  readonly to: ConnId
  readonly commands: readonly (readonly string[])[]
}
export interface HangUpMessage extends Message {
  readonly type: 'hangUp'
  readonly to: ConnId
}

/** The process's name: it can stand inside a partition like any other. */
export const OUTSIDE: ProcessId = 'outside'

/** Bytes of a command on the wire, nearly. */
const sizeOf = (argv: readonly string[]): number => {
  let size = 16
  for (const word of argv) size += word.length + 8
  return size
}

export const outsideBehaviour = (listener: Listener): Behaviour => ({
  boot: () => ({}),
  persist: () => null,
  message: {
    open: (_state, m: OpenMessage, _conn, ctx) => listener.opened(m.key, ctx.connect(m.to, 'client')),
    send(_state, m: SendMessage, _conn, ctx) {
      for (const argv of m.commands) ctx.send(m.to, { type: 'command', argv, size: sizeOf(argv) } as CommandMessage)
    },
    hangUp: (_state, m: HangUpMessage, _conn, ctx) => ctx.close(m.to),
    reply: (_state, m: ReplyMessage, conn) => listener.heard(conn, m.reply, false),
    push: (_state, m: PushMessage, conn) => listener.heard(conn, m.reply, true),
  },
  timer: {},
  connected: (_state, conn) => listener.connected(conn),
  closed: (_state, conn, reason) => listener.closed(conn, reason),
})
