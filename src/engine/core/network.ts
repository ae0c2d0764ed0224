import { cloneConnections, newConnections, type Connections, type Flow } from './connections.ts'
import type { Micros } from './time.ts'
import type { Message, ProcessId } from './process.ts'

export type ConnId = number
/** client: RESP. bus: the cluster bus (Nagle's algorithm applies, as its sockets leave it on). */
export type ConnKind = 'client' | 'bus' | 'replication' | 'origin'
export type CloseReason = 'refused' | 'reset' | 'closed' | 'timeout'

export interface LinkFault {
  a: ProcessId
  b: ProcessId
  latency: Micros
  loss: number
  /** bytes a second each connection gets; absent: the network's own. */
  bandwidth?: number
}

export interface NetworkState {
  nextConn: ConnId
  conns: Connections
  /** directed pairs that do not reach each other: `from>to`. */
  blocked: Set<string>
  cuts: { from: ProcessId[]; to: ProcessId[]; bothWays: boolean }[]
  faults: Map<string, LinkFault>
  /** processes at whose port somebody listens to all that comes and goes. */
  taps: Set<ProcessId>
}

/** Linux's delayed acknowledgement, 40 ms: with Nagle's algorithm it is what the bus's second small message waits for. */
export const DELAYED_ACK: Micros = 40_000
/** First retransmission time-out of an established connection (Linux's minimum, 200 ms); doubles each time. */
export const RTO: Micros = 200_000
/** First retransmission of a SYN (RFC 6298 §2.1); doubles each time. */
export const SYN_RTO: Micros = 1_000_000
/** tcp_syn_retries = 6: given up 127 s after the first. */
export const SYN_ATTEMPTS = 7
/** 1 Gb/s. */
export const BYTES_PER_MICRO = 125
/** What both kernels hold for a reader that does not read: 35 writes of 100 kB reached a stopped replica in every recording. */
export const SOCKET_BUFFER = 3_500_000

export const newNetwork = (): NetworkState => ({
  nextConn: 1,
  conns: newConnections(),
  blocked: new Set(),
  cuts: [],
  faults: new Map(),
  taps: new Set(),
})

export const cloneNetwork = (n: NetworkState): NetworkState => ({
  nextConn: n.nextConn,
  conns: cloneConnections(n.conns),
  blocked: new Set(n.blocked),
  cuts: n.cuts.slice(),
  faults: new Map(n.faults),
  taps: new Set(n.taps),
})

/** The first retransmission not before `now` of something first sent at `since`: since + RTO·(2^k − 1). */
export const nextRetransmission = (since: Micros, now: Micros): Micros => {
  let at = since
  let gap = RTO
  while (at < now) {
    at += gap
    gap = Math.min(gap * 2, 120_000_000)
  }
  return at
}

export const pair = (from: ProcessId, to: ProcessId): string => `${from}>${to}`
export const linkKey = (a: ProcessId, b: ProcessId): string => (a < b ? `${a}|${b}` : `${b}|${a}`)

export const CONNECTED: Message = Object.freeze({ type: '$connected', size: 0 })
export const CLOSED: Record<CloseReason, Message> = {
  refused: Object.freeze({ type: '$closed', size: 0, reason: 'refused' }),
  reset: Object.freeze({ type: '$closed', size: 0, reason: 'reset' }),
  closed: Object.freeze({ type: '$closed', size: 0, reason: 'closed' }),
  timeout: Object.freeze({ type: '$closed', size: 0, reason: 'timeout' }),
}

export const isClosed = (message: Message): boolean =>
  message === CLOSED.closed || message === CLOSED.reset || message === CLOSED.timeout || message === CLOSED.refused

/** A file goes out two pieces at a time: who hangs up in the middle has not sent the rest. */
export const hasRoom = (d: Flow, size: number, bulk: boolean): boolean =>
  d.unread === 0 || (bulk ? d.unread <= size : d.unread + size <= SOCKET_BUFFER)
