import type { Micros } from './time.ts'
import type { Message, ProcessId } from './process.ts'

export type ConnId = number
/** client: RESP. bus: the cluster bus (Nagle's algorithm applies, as its sockets leave it on). */
export type ConnKind = 'client' | 'bus' | 'replication' | 'origin'
export type CloseReason = 'refused' | 'reset' | 'closed' | 'timeout'

/** One direction of a TCP connection: FIFO. */
export interface Direction {
  lastArrival: Micros
  /** when the wire has sent what it was given (bandwidth). */
  wireFree: Micros
  /** when the acknowledgement of the outstanding segment is due back (Nagle). */
  ackDue: Micros
  /** when that segment left: what a process writes in one turn of its loop leaves in one piece. */
  segmentAt: Micros
  /** bytes a partition or a silent host holds; the kernel retransmits. */
  held: Message[] | null
  heldSince: Micros
  /** the sender minds the kernels' buffers: replication, and what a server sends to subscribers. */
  paced: boolean
  /** paced: bytes sent that the other process has not read, and all it has read so far. */
  unread: number
  read: number
  /** paced: what the sender's process keeps because the kernels' buffers are full; `queued` bytes without the bulk. */
  queue: Message[] | null
  queued: number
  draining: boolean
}

export interface Conn {
  id: ConnId
  kind: ConnKind
  /** who opened it, and to whom. */
  a: ProcessId
  b: ProcessId
  /** their numbers in order of birth; −1 = nobody lives there. */
  aNumber: number
  bNumber: number
  /** each side's own belief. */
  aOpen: boolean
  bOpen: boolean
  established: boolean
  aIncarnation: number
  bIncarnation: number
  ab: Direction
  ba: Direction
}

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
  conns: Map<ConnId, Conn>
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

export const newDirection = (paced: boolean): Direction => ({
  lastArrival: 0,
  wireFree: 0,
  ackDue: 0,
  segmentAt: -1,
  held: null,
  heldSince: 0,
  paced,
  unread: 0,
  read: 0,
  queue: null,
  queued: 0,
  draining: false,
})

export const newNetwork = (): NetworkState => ({
  nextConn: 1,
  conns: new Map(),
  blocked: new Set(),
  cuts: [],
  faults: new Map(),
  taps: new Set(),
})

export const cloneNetwork = (n: NetworkState): NetworkState => {
  const conns = new Map<ConnId, Conn>()
  for (const [id, c] of n.conns) conns.set(id, { ...c, ab: cloneDirection(c.ab), ba: cloneDirection(c.ba) })
  return {
    nextConn: n.nextConn,
    conns,
    blocked: new Set(n.blocked),
    cuts: n.cuts.slice(),
    faults: new Map(n.faults),
    taps: new Set(n.taps),
  }
}
const cloneDirection = (d: Direction): Direction => ({ ...d, held: d.held && d.held.slice(), queue: d.queue && d.queue.slice() })

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
export const hasRoom = (d: Direction, size: number, bulk: boolean): boolean =>
  d.unread === 0 || (bulk ? d.unread <= size : d.unread + size <= SOCKET_BUFFER)

/** A process's output buffer goes with the process, or with its end of the connection; returns that the end is closed. */
export const dropQueue = (d: Direction): false => {
  d.queue = null
  d.queued = 0
  return false
}
