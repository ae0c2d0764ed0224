import type { FactType } from './fact.ts'
import type { Micros } from './time.ts'
import type { Stream } from './random.ts'
import type { ConnId, ConnKind, CloseReason } from './network.ts'
import type { Facts } from '../facts.ts'
import type { Settings } from '../settings.ts'

/** Name of a process: n1, n2 … nodes; s1, s2 … Sentinels; app1 … applications; origin; admin; cli; outside: programs of the real world; intruder: who listens; both where there are any. */
export type ProcessId = string

export type ProcessKind = 'node' | 'sentinel' | 'app' | 'origin' | 'admin' | 'console' | 'outside' | 'intruder'

/** crashed: the process is gone, its kernel answers with resets. off: silence. paused: SIGSTOP. */
export type Status = 'up' | 'crashed' | 'off' | 'paused'

/** What travels. Never changed once sent; `size` in bytes counts against bandwidth (default 64). */
export interface Message {
  readonly type: string
  readonly size?: number
  /** read from a file as the connection takes it: no output buffer holds it. */
  readonly bulk?: boolean
}

/** A copy of what passes where somebody listens. */
export interface Overheard extends Message {
  readonly type: 'overheard'
  readonly kind: ConnKind
  readonly from: ProcessId
  readonly to: ProcessId
  readonly message: Message
}

/** A handler's only door to the world. */
export interface Context {
  readonly self: ProcessId
  readonly now: Micros
  /** event number of the delivery being handled; with an ordinal it makes fact ids. */
  readonly event: number
  readonly settings: Settings
  /**
   * Sends on an open connection; it leaves when the handler's service time is over. Lost without a word when the connection is
   * closed. Returns the bytes that wait in this process because the other side does not read (paced connections).
   */
  send(conn: ConnId, message: Message): number
  /** From now on what this side sends on the connection waits here while the other side does not read. */
  pace(conn: ConnId): void
  /** How a paced connection gets on: bytes that wait in this process, and bytes the other side has read; null when closed. */
  traffic(conn: ConnId): { waiting: number; read: number } | null
  /** Opens a connection; later `connected` or `closed` is called, or nothing while the other host is silent. */
  connect(to: ProcessId, kind: ConnKind): ConnId
  close(conn: ConnId): void
  /** The message in hand takes so much longer than `cost` foresaw: what is sent from now on leaves later. Before the slowness factor. */
  spend(time: Micros): void
  /** When the message in hand is done, as far as is known yet. */
  readonly doneAt: Micros
  /**
   * From when this message is done the thread waits in one system call: nothing else is handled, timers neither, but what comes on
   * `conn` and the timer of this name; until `release`.
   */
  hold(conn: ConnId, timer: string): void
  release(): void
  /** Ends this process for good (SHUTDOWN of a removed node): its connections are reset and it leaves the stage. */
  exit(): void
  /** One timer a name; setting it again moves it. `data` is plain. */
  setTimer(name: string, after: Micros, data?: unknown): void
  clearTimer(name: string): void
  /** Tells a past-tense fact; returns its id for a later fact's `because`. */
  emit<T extends FactType>(type: T, data: Facts[T], because?: readonly number[]): number
  /** The named random stream: `name` is appended to the process's own id. */
  random(name?: string): Stream
  /** Ids of all processes of a kind, in order of birth: for configuration (seed addresses), not for state. */
  peers(kind: ProcessKind): ProcessId[]
}

/** A process as handlers over plain data. A handler changes only its own state. */
export interface Behaviour<S = unknown> {
  boot(disk: unknown, ctx: Context): S
  /** What survives a crash; `boot` gets it back. `empty`: the data is lost, the configuration stays. `powerLost`: the kernel's cache too. */
  persist(state: S, empty: boolean, powerLost: boolean, now: Micros): unknown
  /** By message type. `conn` is the connection it came on. */
  message: Record<string, (state: S, message: never, conn: ConnId, ctx: Context) => void>
  timer: Record<string, (state: S, ctx: Context, data: unknown) => void>
  connected?(state: S, conn: ConnId, ctx: Context): void
  accepted?(state: S, conn: ConnId, from: ProcessId, kind: ConnKind, ctx: Context): void
  closed?(state: S, conn: ConnId, reason: CloseReason, ctx: Context): void
  /** A learner's action for this process. */
  act?(state: S, action: import('../action.ts').Action, ctx: Context): void
  /** Time its one thread needs for a message; 0 = not a bottleneck. Before the process's slowness factor. */
  cost?(state: S, type: string, message: Message, ctx: Context): Micros
}

/** A process as the world holds it. */
export interface Process {
  id: ProcessId
  kind: ProcessKind
  status: Status
  /** ended by its own will; never comes back. */
  retired: boolean
  /** rises with every start: connections remember it. */
  incarnation: number
  /** service-time factor; 1 = full speed. */
  slow: number
  state: unknown
  /** what a crash left behind, both ways of losing. */
  disk: { full: unknown; empty: unknown } | null
  /** names of timers ever set, and the token that each one's last entry carries; 0 = not set. */
  timers: { names: string[]; tokens: number[] }
  /** what waits for its thread, from `head`. */
  inbox: InboxItem[]
  head: number
  busyUntil: Micros
  /** what its thread waits for, and for nothing else; null = it serves what comes. */
  hold: Hold | null
}

export interface Hold {
  readonly conn: ConnId
  readonly timer: string
}

export interface InboxItem {
  conn: ConnId
  message: Message
  cause: number
  /** bytes that count as read when it is taken (replication connections). */
  read: number
}
