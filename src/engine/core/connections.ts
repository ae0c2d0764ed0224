import { growPages, newPages, ownPage, type Pages } from './clone.ts'
import { BYTES_PER_MICRO, DELAYED_ACK, type ConnId, type ConnKind } from './network.ts'
import type { Message, ProcessId } from './process.ts'
import type { Micros } from './time.ts'

/**
 * All connections of a world, by number, on pages that clones share until one side writes: a cluster of a thousand nodes has a million,
 * of which few are busy. What both ends believe is a frozen record; what the wire remembers of its last message is words beside it;
 * only where bytes are held back, or counted, there is more.
 */
export interface Connections {
  table: Pages<(Conn | null)[]>
  /** eight words a connection: four of the way there, four of the way back. */
  wires: Pages<Float64Array>
  /** how many connections there are on each page. */
  count: number[]
  /** by twice the number of the connection, one more for the way back. */
  flows: Map<number, Flow>
}

export interface Conn {
  readonly id: ConnId
  readonly kind: ConnKind
  /** who opened it, and to whom. */
  readonly a: ProcessId
  readonly b: ProcessId
  /** their numbers in order of birth; −1 = nobody lives there. */
  readonly aNumber: number
  readonly bNumber: number
  /** each side's own belief. */
  readonly aOpen: boolean
  readonly bOpen: boolean
  readonly established: boolean
  readonly aIncarnation: number
  readonly bIncarnation: number
  /** something is held back or counted, one way or the other. */
  readonly flowing: boolean
}

/** One direction on which bytes wait. */
export interface Flow {
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

/** The words of one direction of a wire: when what was sent last arrives; */
const LAST_ARRIVAL = 0
/** when the wire has sent what it was given (bandwidth). */
const WIRE_FREE = 1
/** when the acknowledgement of the outstanding segment is due back (Nagle). */
const ACK_DUE = 2
/** when that segment left: what a process writes in one turn of its loop leaves in one piece. */
const SEGMENT_AT = 3

const BITS = 7
const PAGE = 1 << BITS
const WORDS = 8

const emptyPage = (): (Conn | null)[] => Array.from({ length: PAGE }, () => null)
const copied = (page: (Conn | null)[]): (Conn | null)[] => page.slice()
const silence = (): Float64Array => new Float64Array(PAGE * WORDS)
/** What stands for a page whose connections are all gone. */
const NOBODY = emptyPage()
const SILENCE = silence()

export const newConnections = (): Connections => ({
  table: newPages<(Conn | null)[]>(0, emptyPage),
  wires: newPages(0, silence),
  count: [],
  flows: new Map(),
})

export const connAt = (all: Connections, id: ConnId): Conn | null => {
  const { pages } = all.table
  const page = id >> BITS
  return page < pages.length ? pages[page][id & (PAGE - 1)] : null
}

/** A new connection, or a known one with another record. */
export const putConn = (all: Connections, c: Conn): void => {
  const page = c.id >> BITS
  while (page >= all.count.length) {
    growPages(all.table, emptyPage)
    growPages(all.wires, silence)
    all.count.push(0)
  }
  const own = ownPage(all.table, page, copied)
  const place = c.id & (PAGE - 1)
  if (own[place] === null) all.count[page]++
  own[place] = Object.freeze(c)
}

/** Puts a record with these changes in a connection's place. */
export const changeConn = (all: Connections, id: ConnId, changes: Partial<Conn>): void =>
  putConn(all, Object.assign(copyOf(connAt(all, id)!), changes))

/** Written out, so that all records have one shape. */
const copyOf = (c: Conn): Conn => ({
  id: c.id,
  kind: c.kind,
  a: c.a,
  b: c.b,
  aNumber: c.aNumber,
  bNumber: c.bNumber,
  aOpen: c.aOpen,
  bOpen: c.bOpen,
  established: c.established,
  aIncarnation: c.aIncarnation,
  bIncarnation: c.bIncarnation,
  flowing: c.flowing,
})

export const dropConn = (all: Connections, id: ConnId): void => {
  const page = id >> BITS
  if (connAt(all, id) === null) return
  all.flows.delete(2 * id)
  all.flows.delete(2 * id + 1)
  if (--all.count[page] > 0) {
    ownPage(all.table, page, copied)[id & (PAGE - 1)] = null
    return
  }
  all.table.pages[page] = NOBODY
  all.table.owned[page] = 0
  all.wires.pages[page] = SILENCE
  all.wires.owned[page] = 0
}

/** Those there are now, in order of their numbers. */
export const allConns = (all: Connections): Conn[] => {
  const out: Conn[] = []
  all.table.pages.forEach((page, i) => {
    if (all.count[i] > 0) for (const c of page) if (c !== null) out.push(c)
  })
  return out
}

/**
 * When what leaves now arrives. On the bus Nagle's algorithm keeps a second segment back until the first is acknowledged; a wire sends
 * so many bytes a second (`limit`; absent, the network's own); what was sent first arrives first.
 */
export const arrivalOf = (
  all: Connections,
  c: Conn,
  fromA: boolean,
  departs: Micros,
  wait: Micros,
  size: number,
  limit: number | undefined,
): Micros => {
  const page = c.id >> BITS
  const words = all.wires.owned[page] === 1 ? all.wires.pages[page] : ownPage(all.wires, page)
  const way = ((c.id & (PAGE - 1)) << 3) | (fromA ? 0 : 4)
  if (c.kind === 'bus') {
    if (words[way + ACK_DUE] <= departs) {
      words[way + SEGMENT_AT] = departs
      words[way + ACK_DUE] = departs + 2 * wait + DELAYED_ACK
    } else if (words[way + SEGMENT_AT] !== departs) departs = words[way + ACK_DUE]
    // data going back carries the acknowledgement of what came
    const back = (way ^ 4) + ACK_DUE
    if (words[back] > departs + wait) words[back] = departs + wait
  }
  if (size > 1500 || limit !== undefined) {
    const free = words[way + WIRE_FREE]
    departs = (free > departs ? free : departs) + Math.ceil(size / (limit === undefined ? BYTES_PER_MICRO : limit / 1_000_000))
    words[way + WIRE_FREE] = departs
  }
  const at = departs + wait
  const last = words[way + LAST_ARRIVAL]
  return (words[way + LAST_ARRIVAL] = at < last ? last : at)
}

export const flowOf = (all: Connections, c: Conn, fromA: boolean): Flow | null =>
  c.flowing ? (all.flows.get(fromA ? 2 * c.id : 2 * c.id + 1) ?? null) : null

/** The same, made where there is none. */
export const makeFlow = (all: Connections, c: Conn, fromA: boolean): Flow => {
  const place = fromA ? 2 * c.id : 2 * c.id + 1
  let flow = all.flows.get(place)
  if (flow !== undefined) return flow
  flow = { held: null, heldSince: 0, paced: false, unread: 0, read: 0, queue: null, queued: 0, draining: false }
  all.flows.set(place, flow)
  if (!c.flowing) changeConn(all, c.id, { flowing: true })
  return flow
}

/** After bytes were let go: a direction on which nothing waits or counts is forgotten. */
export const dropIdleFlow = (all: Connections, c: Conn, fromA: boolean): void => {
  const flow = flowOf(all, c, fromA)
  if (flow === null || flow.held !== null || flow.paced) return
  all.flows.delete(fromA ? 2 * c.id : 2 * c.id + 1)
  if (!all.flows.has(fromA ? 2 * c.id + 1 : 2 * c.id)) changeConn(all, c.id, { flowing: false })
}

/** A process's output buffer goes with the process, or with its end of the connection. */
export const dropQueue = (all: Connections, c: Conn, fromA: boolean): void => {
  const flow = flowOf(all, c, fromA)
  if (flow === null) return
  flow.queue = null
  flow.queued = 0
}

export const cloneConnections = (all: Connections): Connections => ({
  table: sharePages(all.table),
  wires: sharePages(all.wires),
  count: all.count.slice(),
  flows: new Map([...all.flows].map(([place, f]) => [place, { ...f, held: f.held && f.held.slice(), queue: f.queue && f.queue.slice() }])),
})

const sharePages = <P>(table: Pages<P>): Pages<P> => {
  table.owned.fill(0)
  return { cow: true, pages: table.pages.slice(), owned: new Uint8Array(table.owned.length) }
}
