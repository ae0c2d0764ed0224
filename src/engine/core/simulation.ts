import {
  DELIVER,
  DRAIN,
  FLUSH,
  OVERHEAR,
  SYN,
  TIMER,
  WORK,
  causeOf,
  entryAt,
  headOf,
  incarnationOf,
  placeIn,
  receiverOf,
  tokenOf,
  whatOf,
  type Scheduled,
} from './entries.ts'
import { FACTS_PER_EVENT, type Fact, type FactType } from './fact.ts'
import { FOREVER, inLoopOrder, isAwaited, takeAwaited, takeFirst } from './inbox.ts'
import {
  allConns,
  arrivalOf,
  changeConn,
  connAt,
  dropConn,
  dropIdleFlow,
  dropQueue,
  flowOf,
  makeFlow,
  putConn,
  type Conn,
  type Flow,
} from './connections.ts'
import {
  CLOSED,
  CONNECTED,
  RTO,
  SOCKET_BUFFER,
  SYN_ATTEMPTS,
  SYN_RTO,
  hasRoom,
  isClosed,
  linkKey,
  nextRetransmission,
  pair,
  type CloseReason,
  type ConnId,
  type ConnKind,
} from './network.ts'
import { nearest } from './math.ts'
import type { Behaviour, Context, InboxItem, Message, Overheard, Process, ProcessId, ProcessKind } from './process.ts'
import { newStream, uniform, type Stream } from './random.ts'
import { A, B, C, D, E, F, keepItem, nextTime, place, popUntil, takeItem } from './schedule.ts'
import type { Micros } from './time.ts'
import { cloneWorld, digestWorld, newWorld, type World } from './world.ts'
import type { Facts } from '../facts.ts'
import type { Settings } from '../settings.ts'

/** Looks on; never changes anything. */
export interface Observer {
  onFact?(fact: Fact): void
  /** before an event is handled; `cause` is the event that scheduled it. */
  onEvent?(event: number, cause: number, entry: Scheduled, world: World): void
  /** a message reached a process. */
  onDelivered?(from: ProcessId, to: ProcessId, message: Message, at: Micros): void
}

export type Behaviours = Record<ProcessKind, Behaviour>

/** A process with what is looked up for it at every event; made anew after a restore. */
interface Bound {
  p: Process
  /** its place in the order of birth. */
  number: number
  b: Behaviour
  /** of each of its timers, by place: the token of its last setting, 0 = not set. */
  tokens: number[]
  own: Stream | null
  /** side by side: names and streams; timer handlers in the order of the process's timer names. Few of each, so that looking along them is quickest. */
  streamNames: string[]
  streams: Stream[]
  handlers: Behaviour['timer'][string][]
  /** what it heard last is mostly what it hears next. */
  lastType: string
  lastHandler: Behaviour['message'][string] | null
}

const placeOf = (names: readonly string[], name: string): number => {
  for (let i = 0; i < names.length; i++) if (names[i] === name) return i
  return -1
}

const NOTHING: readonly number[] = Object.freeze([])

/**
 * The event loop and the network. Three doors: faults and `act` in, `runUntil` forward, `observe` out.
 * The whole state is `world`; everything else here is a cache or a looker-on.
 */
export class Simulation implements Context {
  world: World
  private readonly behaviours: Behaviours
  private observers: Observer[] = []
  private watchesEvents = false
  private watchesDeliveries = false
  private readonly bound = new Map<ProcessId, Bound>()
  /** in order of birth; a queue's entry names its process by this number. */
  private readonly bounds: Bound[] = []
  private current: Bound | null = null
  private wire: Stream | null = null
  private departAt: Micros = 0
  private ordinal = 0

  constructor(behaviours: Behaviours, settings: Settings, seed: number) {
    this.behaviours = behaviours
    this.world = newWorld(settings, seed)
  }

  // ------------------------------------------------------------------ doors

  observe(observer: Observer): () => void {
    this.observers.push(observer)
    this.recount()
    return () => {
      this.observers = this.observers.filter((o) => o !== observer)
      this.recount()
    }
  }

  private recount(): void {
    this.watchesEvents = this.observers.some((o) => o.onEvent)
    this.watchesDeliveries = this.observers.some((o) => o.onDelivered)
  }

  /** Processes all events up to and including `limit`, at most `most` of them; true when `limit` was reached. */
  runUntil(limit: Micros, most = Infinity): boolean {
    const w = this.world
    const { schedule } = w
    for (const last = w.events + most; w.events < last;) {
      const p = popUntil(schedule, limit)
      if (p < 0) {
        if (limit > w.now) w.now = limit
        return true
      }
      this.handleEntry(p)
    }
    return false
  }

  /** Processes one event, if there is one not after `limit`. */
  step(limit: Micros = Infinity): boolean {
    const p = popUntil(this.world.schedule, limit)
    if (p < 0) return false
    this.handleEntry(p)
    return true
  }

  /** Whether an event is due not after `at`. */
  nextEventBy(at: Micros): boolean {
    return nextTime(this.world.schedule) <= at
  }

  nextEventAt(): Micros {
    return nextTime(this.world.schedule)
  }

  snapshot(): World {
    return cloneWorld(this.world)
  }

  /** Goes to a snapshot; it stays good for another restore. */
  restore(from: World): void {
    this.world = cloneWorld(from)
    this.bindAll()
    this.current = null
    this.wire = null
  }

  digest(): string {
    return digestWorld(this.world)
  }

  // ------------------------------------------------------------------ the world's faults and the learner's hand

  /** Begins an event of its own for something that comes from outside. */
  beginAction(): void {
    this.world.events++
    this.ordinal = 0
    this.current = null
    this.departAt = this.world.now
  }

  spawn(id: ProcessId, kind: ProcessKind, disk: unknown = null): Process {
    const p: Process = {
      id,
      kind,
      status: 'up',
      retired: false,
      incarnation: 1,
      slow: 1,
      state: null,
      disk: null,
      timers: { names: [], tokens: [] },
      inbox: [],
      head: 0,
      busyUntil: this.world.now,
      hold: null,
    }
    this.world.processes.set(id, p)
    this.bindAll()
    this.boot(p, disk)
    return p
  }

  private boot(p: Process, disk: unknown): void {
    const bound = this.bind(p.id)
    this.enter(bound, this.world.now)
    p.state = bound.b.boot(disk, this)
  }

  private bindAll(): void {
    this.bound.clear()
    this.bounds.length = 0
    this.current = null
    for (const p of this.world.processes.values()) {
      const bound: Bound = {
        p,
        number: this.bounds.length,
        b: this.behaviours[p.kind],
        tokens: p.timers.tokens,
        own: null,
        streamNames: [],
        streams: [],
        handlers: [],
        lastType: '',
        lastHandler: null,
      }
      this.bound.set(p.id, bound)
      this.bounds.push(bound)
    }
  }

  private conn(id: ConnId): Conn | null {
    return connAt(this.world.network.conns, id)
  }

  private forget(c: Conn): void {
    dropConn(this.world.network.conns, c.id)
  }

  /** One side's end is closed: nothing more is written there. Returns the connection as it is now. */
  private shut(c: Conn, isA: boolean): Conn {
    const { conns } = this.world.network
    changeConn(conns, c.id, isA ? { aOpen: false } : { bOpen: false })
    return connAt(conns, c.id)!
  }

  private bind(id: ProcessId): Bound {
    return this.current !== null && this.current.p.id === id ? this.current : this.bound.get(id)!
  }

  process(id: ProcessId): Process | undefined {
    return this.world.processes.get(id)
  }

  crash(p: Process): void {
    this.stop(p, 'crashed')
    for (const c of allConns(this.world.network.conns)) {
      if (c.a === p.id && c.aOpen) this.hangUp(c, true, 'reset')
      else if (c.b === p.id && c.bOpen) this.hangUp(c, false, 'reset')
    }
  }

  /** Silence: no reset is sent; the other sides believe in their connections until they time out or hear a reset. */
  powerOff(p: Process): void {
    this.stop(p, 'off')
    const { conns } = this.world.network
    for (const c of allConns(conns)) {
      let left = c
      if (c.a === p.id) left = this.shut(left, true)
      if (c.b === p.id) left = this.shut(left, false)
      if (c.a === p.id) dropQueue(conns, left, true)
      if (c.b === p.id) dropQueue(conns, left, false)
      if (!left.aOpen && !left.bOpen) this.forget(left)
    }
  }

  private stop(p: Process, status: 'crashed' | 'off'): void {
    const b = this.behaviours[p.kind]
    if (p.state !== null) {
      const off = status === 'off'
      const { now } = this.world
      p.disk = { full: b.persist(p.state, false, off, now), empty: b.persist(p.state, true, off, now) }
    }
    p.status = status
    p.state = null
    p.timers.tokens.fill(0)
    p.inbox = []
    p.head = 0
    p.hold = null
  }

  start(p: Process, empty: boolean): void {
    const wasOff = p.status === 'off'
    p.status = 'up'
    p.incarnation++
    p.busyUntil = this.world.now
    const disk = p.disk ? (empty ? p.disk.empty : p.disk.full) : null
    p.disk = null
    this.boot(p, disk)
    if (wasOff) for (const c of allConns(this.world.network.conns)) if (c.a === p.id || c.b === p.id) this.flushLater(c, c.a !== p.id)
  }

  pause(p: Process): void {
    p.status = 'paused'
  }

  resume(p: Process): void {
    p.status = 'up'
    if (p.busyUntil < this.world.now) p.busyUntil = this.world.now
    const { conns } = this.world.network
    for (const c of allConns(conns)) if (flowOf(conns, c, c.a === p.id)?.paced === true) this.room(c, c.a === p.id, 0)
    if (p.inbox.length <= p.head) return
    p.inbox = inLoopOrder(p.inbox.slice(p.head))
    p.head = 0
    this.schedule(WORK, p.id, p.hold === null ? p.busyUntil : this.world.now, 0)
  }

  cut(from: ProcessId[], to: ProcessId[], bothWays: boolean): void {
    const n = this.world.network
    n.cuts.push(Object.freeze({ from, to, bothWays }))
    this.blockAll()
  }

  private blockAll(): void {
    const n = this.world.network
    n.blocked.clear()
    for (const cut of n.cuts)
      for (const f of cut.from)
        for (const t of cut.to) {
          n.blocked.add(pair(f, t))
          if (cut.bothWays) n.blocked.add(pair(t, f))
        }
  }

  /** Heals every cut; what was held arrives with the kernel's next retransmission. */
  heal(): void {
    const n = this.world.network
    n.cuts = []
    n.blocked.clear()
    for (const c of allConns(n.conns)) {
      this.flushLater(c, true)
      this.flushLater(c, false)
    }
  }

  /** What is held back one way goes out with the kernel's next retransmission. */
  private flushLater(c: Conn, fromA: boolean): void {
    const d = flowOf(this.world.network.conns, c, fromA)
    if (d !== null && d.held !== null) this.schedule(FLUSH, fromA ? c.a : c.b, nextRetransmission(d.heldSince, this.world.now), c.id)
  }

  /** Hands an action to one process. */
  act(p: Process, action: import('../action.ts').Action): void {
    if (p.status !== 'up' || p.state === null) return
    const bound = this.bind(p.id)
    if (!bound.b.act) return
    this.enter(bound, this.world.now)
    bound.b.act(p.state, action, this)
  }

  /** Hands a process a message from outside the simulated world, as an event of its own. */
  hand(p: Process, message: Message): void {
    if (p.status !== 'up') return
    this.beginAction()
    this.enter(this.bind(p.id), this.world.now)
    this.behaviours[p.kind].message[message.type](p.state, message as never, 0, this)
  }

  /** A fact about a process told by the world itself. */
  tell<T extends FactType>(process: ProcessId, type: T, data: Facts[T], because: readonly number[] = NOTHING): number {
    const id = this.world.events * FACTS_PER_EVENT + this.ordinal++
    const fact = { id, at: this.world.now, process, type, data, because } as Fact
    for (const o of this.observers) o.onFact?.(fact)
    return id
  }

  // ------------------------------------------------------------------ Context, for the handler that runs now

  get self(): ProcessId {
    return this.current!.p.id
  }
  get now(): Micros {
    return this.world.now
  }
  get event(): number {
    return this.world.events
  }
  get settings(): Settings {
    return this.world.settings
  }

  emit<T extends FactType>(type: T, data: Facts[T], because: readonly number[] = NOTHING): number {
    return this.tell(this.current!.p.id, type, data, because)
  }

  random(name?: string): Stream {
    const bound = this.current!
    if (name === undefined) return (bound.own ??= this.stream(bound.p.id))
    const place = placeOf(bound.streamNames, name)
    if (place >= 0) return bound.streams[place]
    const s = this.stream(bound.p.id + '.' + name)
    bound.streamNames.push(name)
    bound.streams.push(s)
    return s
  }

  stream(name: string): Stream {
    let s = this.world.streams.get(name)
    if (s === undefined) this.world.streams.set(name, (s = newStream(this.world.seed, name)))
    return s
  }

  peers(kind: ProcessKind): ProcessId[] {
    const out: ProcessId[] = []
    for (const p of this.world.processes.values()) if (p.kind === kind) out.push(p.id)
    return out
  }

  setTimer(name: string, after: Micros, data: unknown = null): void {
    const w = this.world
    const { p, number } = this.current!
    const token = w.nextToken++
    const { names, tokens } = p.timers
    let where = placeOf(names, name)
    if (where >= 0) tokens[where] = token
    else {
      where = names.push(name) - 1
      tokens.push(token)
    }
    const at = this.put(w.now + after, headOf(TIMER, number), p.incarnation, where, token)
    if (data !== null) keepItem(w.schedule, at, data)
  }

  clearTimer(name: string): void {
    const { names, tokens } = this.current!.p.timers
    const place = placeOf(names, name)
    if (place >= 0) tokens[place] = 0
  }

  connect(to: ProcessId, kind: ConnKind): ConnId {
    const n = this.world.network
    const { p } = this.current!
    const id = n.nextConn++
    const c: Conn = {
      id,
      kind,
      a: p.id,
      b: to,
      aNumber: this.current!.number,
      bNumber: this.bound.get(to)?.number ?? -1,
      aOpen: true,
      bOpen: false,
      established: false,
      aIncarnation: p.incarnation,
      bIncarnation: 0,
      flowing: false,
    }
    putConn(n.conns, c)
    if (kind === 'replication') for (const fromA of [true, false]) makeFlow(n.conns, c, fromA).paced = true
    this.schedule(SYN, to, this.departAt + this.latency(p.id, to), id)
    return id
  }

  close(conn: ConnId): void {
    const c = this.conn(conn)
    if (!c) return
    const isA = c.a === this.current!.p.id
    if (isA ? c.aOpen : c.bOpen) this.hangUp(c, isA, 'closed')
  }

  exit(): void {
    const { p } = this.current!
    this.crash(p)
    p.disk = null
    p.retired = true
  }

  send(conn: ConnId, message: Message): number {
    const c = this.conn(conn)
    if (c === null) return 0
    const isA = c.a === this.current!.p.id
    if ((isA ? c.aOpen : c.bOpen) === false) return 0
    if (c.flowing) {
      const flow = flowOf(this.world.network.conns, c, isA)
      if (flow !== null && flow.paced) return this.sendPaced(c, flow, isA, message)
    }
    this.transmit(c, isA, message, this.departAt)
    return 0
  }

  pace(conn: ConnId): void {
    const c = this.conn(conn)
    if (c !== null) makeFlow(this.world.network.conns, c, c.a === this.current!.p.id).paced = true
  }

  traffic(conn: ConnId): { waiting: number; read: number } | null {
    const c = this.conn(conn)
    if (c === null) return null
    const d = flowOf(this.world.network.conns, c, c.a === this.current!.p.id)
    return { waiting: d?.queued ?? 0, read: d?.read ?? 0 }
  }

  // ------------------------------------------------------------------ the wire

  private latency(from: ProcessId, to: ProcessId): Micros {
    const { latency } = this.world.settings
    const s = (this.wire ??= this.stream('network'))
    const n = this.world.network
    if (n.faults.size > 0) {
      const fault = n.faults.get(linkKey(from, to))
      if (fault) {
        let wait = fault.latency + nearest(uniform(s) * fault.latency * 0.1)
        // a lost segment costs a retransmission time-out, doubled for each loss in a row
        for (let rto = RTO; uniform(s) < fault.loss && rto < 30_000_000; rto *= 2) wait += rto
        return wait
      }
    }
    return latency.mean + nearest((uniform(s) - 0.5) * latency.spread)
  }

  private transmit(c: Conn, isA: boolean, message: Message, departs: Micros): void {
    const { conns } = this.world.network
    if (c.flowing) {
      const flow = flowOf(conns, c, isA)
      if (flow !== null && flow.held !== null) {
        flow.held.push(message)
        return
      }
    }
    const from = isA ? c.a : c.b
    const to = isA ? c.b : c.a
    const n = this.world.network
    if (n.blocked.size > 0 && n.blocked.has(pair(from, to))) {
      return this.holdBack(c, isA, message, departs)
    }
    const wait = this.latency(from, to)
    const limit = n.faults.size > 0 ? n.faults.get(linkKey(from, to))?.bandwidth : undefined
    const at = arrivalOf(conns, c, isA, departs, wait, message.size ?? 64, limit)
    const number = isA ? c.bNumber : c.aNumber
    const incarnation = isA ? c.bIncarnation : c.aIncarnation
    keepItem(this.world.schedule, this.put(at, headOf(DELIVER, number), incarnation, c.id, 0), message)
    if (n.taps.size > 0 && (n.taps.has(from) || n.taps.has(to))) this.copyToIntruder(c.kind, from, to, message, at)
  }

  /** A partition or a silent host: the sender's kernel keeps what it has not got through. */
  private holdBack(c: Conn, fromA: boolean, message: Message, since: Micros): void {
    const d = makeFlow(this.world.network.conns, c, fromA)
    if (d.held === null) {
      d.held = [message]
      d.heldSince = since
    } else d.held.push(message)
  }

  /** Who listens hears a message as it arrives; a connection's own signs say nothing. */
  private copyToIntruder(kind: ConnKind, from: ProcessId, to: ProcessId, message: Message, at: Micros): void {
    const intruder = this.bound.get('intruder')
    if (intruder === undefined || from === 'intruder' || to === 'intruder' || message.type.startsWith('$')) return
    const copy: Overheard = Object.freeze({ type: 'overheard', size: 0, kind, from, to, message })
    keepItem(this.world.schedule, this.put(at, headOf(OVERHEAR, intruder.number), intruder.p.incarnation, 0, 0), copy)
  }

  private overhear(bound: Bound, copy: Overheard): void {
    if (bound.p.status !== 'up') return
    this.enter(bound, this.world.now)
    bound.b.message['overheard'](bound.p.state, copy as never, 0, this)
  }

  /** Flow control: beyond what the kernels hold, bytes wait in the sender's process. */
  private sendPaced(c: Conn, d: Flow, isA: boolean, message: Message): number {
    const size = message.size ?? 64
    if (d.queue !== null || !hasRoom(d, size, message.bulk === true)) {
      ;(d.queue ??= []).push(message)
      if (message.bulk !== true) d.queued += size
      return d.queued
    }
    d.unread += size
    this.transmit(c, isA, message, this.departAt)
    return 0
  }

  /** A process read from a paced connection: once there is room, the sender hears of it. */
  private room(c: Conn, senderIsA: boolean, size: number): void {
    const d = flowOf(this.world.network.conns, c, senderIsA)
    if (d === null) return
    // what was on its way before the pacing began was not counted
    d.unread = Math.max(0, d.unread - size)
    d.read += size
    if (d.queue === null || d.draining || d.unread > SOCKET_BUFFER / 2) return
    d.draining = true
    const sender = senderIsA ? c.a : c.b
    this.schedule(DRAIN, sender, this.world.now + this.latency(sender, senderIsA ? c.b : c.a), c.id)
  }

  /** What waited in the sender's process goes out as far as there is room. */
  private drain(conn: ConnId, p: Process): void {
    const c = this.conn(conn)
    if (c === null) return
    const isA = c.a === p.id
    const d = flowOf(this.world.network.conns, c, isA)
    if (d === null) return
    d.draining = false
    if (d.queue === null || p.status !== 'up') return
    let i = 0
    for (; i < d.queue.length; i++) {
      const message = d.queue[i]
      const size = message.size ?? 64
      if (!hasRoom(d, size, message.bulk === true)) break
      d.unread += size
      if (message.bulk !== true) d.queued -= size
      this.transmit(c, isA, message, this.world.now)
    }
    d.queue = i === d.queue.length ? null : d.queue.slice(i)
  }

  /** One side closes; the other hears of it after the data already sent. */
  private hangUp(c: Conn, isA: boolean, reason: 'closed' | 'reset'): void {
    // an address where nobody lives hears nothing
    if (!this.world.processes.has(c.b)) return void this.forget(c)
    const left = this.shut(c, isA)
    dropQueue(this.world.network.conns, left, isA)
    if (isA ? left.bOpen || !left.established : left.aOpen)
      this.transmit(left, isA, CLOSED[reason], this.departAt > this.world.now ? this.departAt : this.world.now)
    if (!left.aOpen && !left.bOpen && left.established) this.forget(left)
  }

  private schedule(what: number, to: ProcessId, at: Micros, conn: ConnId, token = 0): void {
    const bound = this.bound.get(to)
    if (bound === undefined) this.put(at, headOf(what, -1), 0, conn, token)
    else this.put(at, headOf(what, bound.number), bound.p.incarnation, conn, token)
  }

  /** Puts an entry into the queue: the position of its record, still without an item. Its words: entries.ts. */
  private put(at: Micros, head: number, incarnation: number, where: number, token: number): number {
    const { schedule, now, events } = this.world
    const p = place(schedule, at)
    const { words } = schedule
    words[p | A] = head
    words[p | B] = incarnation
    words[p | C] = where
    words[p | D] = token | 0
    words[p | E] = events | 0
    words[p | F] = now | 0
    return p
  }

  // ------------------------------------------------------------------ events

  /** Handles the entry whose record stands at `at`; all of it is read before anything is pushed. */
  private handleEntry(at: number): void {
    const w = this.world
    const { schedule } = w
    const { words } = schedule
    const item = takeItem(schedule, at)
    w.now = this.departAt = schedule.hand
    w.events++
    this.ordinal = 0
    if (this.watchesEvents === true) this.tellEvent(words, at, item)
    const what = whatOf(words, at)
    const place = placeIn(words, at)
    if (what > WORK) return this.handleRare(what, place, words, at, item)
    const bound = this.bounds[receiverOf(words, at)]
    if (what === DELIVER) this.deliver(bound, place, words, at, item as Message)
    else if (what === TIMER) this.ring(bound, place, words, at, item)
    else this.work(bound, incarnationOf(words, at))
  }

  private handleRare(what: number, place: number, words: Int32Array, at: number, item: unknown): void {
    const to = receiverOf(words, at)
    switch (what) {
      case SYN:
        return this.arriveSyn(place, tokenOf(words, at), causeOf(words, at, this.world.events - 1))
      case FLUSH:
        return this.flush(place, to)
      case OVERHEAR:
        return this.overhear(this.bounds[to], item as Overheard)
      default:
        return this.drain(place, this.bounds[to].p)
    }
  }

  private tellEvent(words: Int32Array, at: number, item: unknown): void {
    const w = this.world
    const cause = causeOf(words, at, w.events - 1)
    const entry = entryAt(w, [...w.processes.keys()], w.now, words, at, item)
    for (const o of this.observers) o.onEvent?.(w.events, cause, entry, w)
  }

  private ring(bound: Bound, place: number, words: Int32Array, at: number, data: unknown): void {
    const { p, tokens } = bound
    if (p.incarnation !== incarnationOf(words, at) || (tokens[place] | 0) !== tokenOf(words, at)) return
    tokens[place] = 0
    const w = this.world
    if (p.status === 'paused' || p.busyUntil > w.now || p.inbox.length > p.head) {
      const message = { type: '$timer', size: 0, name: p.timers.names[place], data } as Message
      return this.enqueue(p, { conn: 0, message, cause: causeOf(words, at, w.events - 1), read: 0 })
    }
    this.current = bound
    this.fire(bound, place, data)
  }

  private enter(bound: Bound, departAt: Micros): void {
    this.current = bound
    this.departAt = departAt
  }

  spend(time: Micros): void {
    const { p } = this.current!
    const more = nearest(time * p.slow)
    if (more <= 0) return
    this.departAt += more
    if (p.busyUntil < this.departAt) p.busyUntil = this.departAt
  }

  get doneAt(): Micros {
    return this.departAt
  }

  hold(conn: ConnId, timer: string): void {
    const { p } = this.current!
    p.hold = { conn, timer }
    p.busyUntil = FOREVER
  }

  release(): void {
    const { p } = this.current!
    p.hold = null
    p.busyUntil = this.departAt
  }

  /** What a waiting thread waits for has come. */
  private handleAwaited(bound: Bound, item: InboxItem): void {
    const { p } = bound
    this.handle(bound, item.conn, item.message)
    if (p.hold !== null) p.busyUntil = FOREVER
    else if (p.inbox.length > p.head) this.schedule(WORK, p.id, p.busyUntil, 0)
  }

  private fire(bound: Bound, place: number, data: unknown): void {
    const { p, b, handlers } = bound
    while (handlers.length <= place) {
      const name = p.timers.names[handlers.length]
      const handler = b.timer[name]
      if (handler === undefined) throw new Error(`${p.kind} has no timer ${name}`)
      handlers.push(handler)
    }
    handlers[place](p.state, this, data)
  }

  private deliver(bound: Bound, conn: ConnId, words: Int32Array, at: number, message: Message): void {
    const w = this.world
    const c = this.conn(conn)
    if (c === null) return
    const { p } = bound
    const toA = c.a === p.id
    if (p.status === 'off' || p.status === 'crashed' || p.incarnation !== incarnationOf(words, at)) return this.deliverToNobody(c, toA, p, message)
    if ((toA ? c.aOpen : c.bOpen) === false) {
      if (isClosed(message)) this.forget(c)
      return
    }
    if (isClosed(message)) {
      const left = this.shut(c, toA)
      if (!left.aOpen && !left.bOpen) this.forget(left)
    } else if (message === CONNECTED) changeConn(w.network.conns, conn, { established: true })
    if (this.watchesDeliveries === true && (message as { size?: number }).size !== 0)
      for (const o of this.observers) o.onDelivered?.(toA ? c.b : c.a, p.id, message, w.now)
    const read = c.flowing && flowOf(w.network.conns, c, !toA)?.paced === true ? (message.size ?? 64) : 0
    if (p.status === 'paused' || p.busyUntil > w.now || p.inbox.length > p.head)
      return this.enqueue(p, { conn, message, cause: causeOf(words, at, w.events - 1), read })
    if (read > 0) this.room(c, !toA, read)
    this.handle(bound, c.id, message)
  }

  /** A host without the process: its kernel resets; a host without power says nothing and the sender's kernel keeps retransmitting. */
  private deliverToNobody(c: Conn, toA: boolean, p: Process, message: Message): void {
    if (isClosed(message)) {
      if (toA ? !c.bOpen : !c.aOpen) this.forget(c)
      return
    }
    const senderOpen = toA ? c.bOpen : c.aOpen
    if (!senderOpen) return
    if (p.status === 'off') {
      return this.holdBack(c, !toA, message, this.world.now)
    }
    this.sendReset(c, toA)
  }

  /** The kernel of A's (or B's) host answers a stray segment with a reset to the other side. */
  private sendReset(c: Conn, fromA: boolean): void {
    this.transmit(this.shut(c, fromA), fromA, CLOSED.reset, this.world.now)
  }

  private enqueue(p: Process, item: InboxItem): void {
    if (p.hold !== null && p.status === 'up' && isAwaited(p.hold, item)) return this.handleAwaited(this.bind(p.id), item)
    p.inbox.push(item)
    if (p.status !== 'paused' && p.hold === null && p.inbox.length === p.head + 1) this.schedule(WORK, p.id, p.busyUntil, 0)
  }

  private work(bound: Bound, incarnation: number): void {
    const w = this.world
    const { p } = bound
    if (p.incarnation !== incarnation || p.status !== 'up') return
    for (let item; p.hold !== null && (item = takeAwaited(p, p.hold)) !== null;) this.handleAwaited(bound, item)
    if (p.busyUntil > w.now) return
    while (p.inbox.length > p.head && p.busyUntil <= w.now && (p.status as string) === 'up') {
      const item = takeFirst(p)
      if (item.read > 0) {
        const c = this.conn(item.conn)
        if (c !== null) this.room(c, c.b === p.id, item.read)
      }
      this.handle(bound, item.conn, item.message)
    }
    if (p.hold === null && p.inbox.length > p.head) this.schedule(WORK, p.id, p.busyUntil, 0)
  }

  private handle(bound: Bound, conn: ConnId, message: Message): void {
    const { p, b } = bound
    const now = this.world.now
    const type = message.type
    const cost = b.cost === undefined ? 0 : nearest(b.cost(p.state, type, message, this) * p.slow)
    if (cost > 0) p.busyUntil = now + cost
    this.enter(bound, now + cost)
    if (type === bound.lastType) return bound.lastHandler!(p.state, message as never, conn, this)
    if (type.charCodeAt(0) === 36) {
      if (type === '$timer')
        return this.fire(
          bound,
          placeOf(p.timers.names, (message as unknown as { name: string }).name),
          (message as unknown as { data: unknown }).data,
        )
      if (type === '$connected') return b.connected?.(p.state, conn, this)
      if (type === '$closed') return b.closed?.(p.state, conn, (message as unknown as { reason: CloseReason }).reason, this)
      if (type === '$accepted') {
        const m = message as unknown as { from: ProcessId; kind: ConnKind }
        return b.accepted?.(p.state, conn, m.from, m.kind, this)
      }
    }
    const handler = b.message[type]
    if (handler === undefined) throw new Error(`${p.kind} does not understand ${type}`)
    bound.lastType = type
    bound.lastHandler = handler
    handler(p.state, message as never, conn, this)
  }

  private arriveSyn(conn: ConnId, before: number, cause: number): void {
    const w = this.world
    const c = this.conn(conn)
    if (c === null) return
    if (!c.aOpen) {
      this.forget(c)
      return
    }
    const p = w.processes.get(c.b)
    const blocked = w.network.blocked
    if (p === undefined || p.status === 'off' || (blocked.size > 0 && (blocked.has(pair(c.a, c.b)) || blocked.has(pair(c.b, c.a))))) {
      const attempt = before + 1
      if (attempt >= SYN_ATTEMPTS) return this.transmit(c, false, CLOSED.timeout, w.now)
      return this.schedule(SYN, c.b, w.now + SYN_RTO * (1 << before), c.id, attempt)
    }
    if (p.status === 'crashed') return this.transmit(c, false, CLOSED.refused, w.now)
    changeConn(w.network.conns, conn, { bOpen: true, bNumber: this.bind(c.b).number, bIncarnation: p.incarnation })
    this.transmit(c, false, CONNECTED, w.now)
    const accepted = { type: '$accepted', size: 0, from: c.a, kind: c.kind } as Message
    if (p.status === 'paused' || p.busyUntil > w.now || p.inbox.length > p.head)
      return this.enqueue(p, { conn: c.id, message: accepted, cause, read: 0 })
    this.handle(this.bind(c.b), c.id, accepted)
  }

  private flush(conn: ConnId, from: number): void {
    const w = this.world
    const c = this.conn(conn)
    if (c === null) return
    const isA = c.a === this.bounds[from].p.id
    const d = flowOf(w.network.conns, c, isA)
    const held = d === null ? null : d.held
    if (held === null || w.network.blocked.has(pair(isA ? c.a : c.b, isA ? c.b : c.a))) return
    const other = w.processes.get(isA ? c.b : c.a)
    if (other === undefined || other.status === 'off') return
    d!.held = null
    dropIdleFlow(w.network.conns, c, isA)
    if (other.incarnation !== (isA ? c.bIncarnation : c.aIncarnation)) return this.sendReset(c, !isA)
    for (const message of held) this.transmit(this.conn(conn)!, isA, message, w.now)
  }
}
