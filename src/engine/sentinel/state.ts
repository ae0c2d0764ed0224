import type { ConnId } from '../core/network.ts'
import type { Message, ProcessId } from '../core/process.ts'
import { MS, SEC, type Micros } from '../core/time.ts'

/**
 * One Sentinel as plain data: what it watches, and what it has heard. Rules and constants are those of sentinel.c, Redis 7.0.15.
 * Code says primary and replica; master and slave stand only where Sentinel's own texts need them.
 */
export interface SentinelState {
  self: ProcessId
  /** `sentinel myid`, 40 hex digits. */
  id: string
  ip: string
  port: number
  bootedAt: Micros
  currentEpoch: number
  /** watched primaries by the name clients ask for. */
  primaries: Map<string, Primary>
  /** own connections: whose they are. */
  conns: Map<ConnId, Owner>
  sessions: Map<ConnId, SentinelSession>
  nextClientId: number
  commands: number
  /** when its timer last ran: a clock that jumps means that it cannot trust itself. */
  lastTick: Micros
  tilt: boolean
  tiltSince: Micros
}

/** Which instance a connection belongs to; `name` is '' for the primary itself. */
export interface Owner {
  primary: string
  kind: InstanceKind
  name: string
}

export type InstanceKind = 'primary' | 'replica' | 'sentinel'

/** What every watched instance has: a primary, one of its replicas, or another Sentinel of the same primary. */
export interface Instance {
  kind: InstanceKind
  /** primary: its name; replica: ip:port; Sentinel: its id. */
  name: string
  runid: string
  process: ProcessId
  ip: string
  port: number
  link: Link
  sdown: boolean
  sdownSince: Micros
  /** it was told to kill its script since it went down. */
  scriptKillSent: boolean
  /** fact of the present SDOWN, for "why?". */
  sdownFact: number
  /** when a PUBLISH of the hello was last answered. */
  publishedAt: Micros
  /** when INFO was last answered, 0 = never; and what it said. */
  infoAt: Micros
  info: string
  roleReported: 'primary' | 'replica'
  roleReportedAt: Micros
}

/** The command connection and the one that listens to hellos. */
export interface Link {
  command: ConnId
  commandUp: boolean
  commandAt: Micros
  hello: ConnId
  helloAt: Micros
  helloActivity: Micros
  /** one of the two is missing. */
  disconnected: boolean
  lastReconnect: Micros
  /** first PING that has no answer yet, 0 = none. */
  pingPending: Micros
  lastPing: Micros
  /** last valid answer to a PING (PONG, LOADING, MASTERDOWN), and last answer of any kind. */
  lastAvailable: Micros
  lastPong: Micros
  /** what each awaited reply is for, oldest first. */
  awaited: Asked[]
  /** written before the connection stood. */
  unsent: (readonly string[])[]
}

export type Asked = 'ping' | 'info' | 'hello' | 'ask' | 'other'

export interface Primary extends Instance {
  kind: 'primary'
  quorum: number
  downAfter: Micros
  failoverTimeout: Micros
  parallelSyncs: number
  /** what it says to the primary and the replicas (sentinel auth-user, auth-pass); '' = nothing. */
  authUser: string
  authPass: string
  configEpoch: number
  odown: boolean
  odownSince: Micros
  odownFact: number
  replicas: Map<string, Replica>
  sentinels: Map<string, Peer>
  /** whom this Sentinel voted for, '' = nobody, and in which epoch. */
  leader: string
  leaderEpoch: number
  failover: Failover
}

export type FailoverPhase = 'none' | 'waitStart' | 'selectReplica' | 'sendNoOne' | 'waitPromotion' | 'reconfReplicas' | 'updateConfig'

export interface Failover {
  inProgress: boolean
  /** SENTINEL FAILOVER: no votes are needed. */
  forced: boolean
  phase: FailoverPhase
  changedAt: Micros
  /** start of the last attempt, or of the one it voted for; 0 = it may begin at once. */
  startedAt: Micros
  epoch: number
  /** attempt for which the waiting was told. */
  delayTold: Micros
  /** name of the replica being promoted, '' = none. */
  promoted: string
  /** last reason for not acting, told when it changes. */
  cannot: string
  /** fact of the last step. */
  fact: number
}

export interface Replica extends Instance {
  kind: 'replica'
  priority: number
  offset: number
  /** whom it says it follows. */
  primaryHost: string
  primaryPort: number
  primaryLinkUp: boolean
  primaryLinkDown: Micros
  confChangedAt: Micros
  /** how far it has been pointed at the promoted one. */
  reconf: 'none' | 'sent' | 'inProgress' | 'done'
  reconfSentAt: Micros
}

export interface Peer extends Instance {
  kind: 'sentinel'
  /** it answered that it holds the primary to be down. */
  primaryDown: boolean
  answeredAt: Micros
  /** whom it voted for, as it last answered; '' = nobody. */
  leader: string
  leaderEpoch: number
  lastHello: Micros
}

/** A client connection as the Sentinel sees it. */
export interface SentinelSession {
  conn: ConnId
  clientId: number
  peer: ProcessId
  name: string
  resp: 2 | 3
  channels: Set<string>
  patterns: Set<string>
}

// ------------------------------------------------------------------ what survives a restart (sentinel.conf)

export interface SentinelDisk {
  currentEpoch: number
  primaries: PrimaryConf[]
}

export interface PrimaryConf {
  name: string
  ip: string
  port: number
  quorum: number
  downAfter: Micros
  failoverTimeout: Micros
  parallelSyncs: number
  authUser?: string
  authPass?: string
  configEpoch: number
  leaderEpoch: number
  replicas: [ip: string, port: number][]
  sentinels: [id: string, ip: string, port: number][]
}

// ------------------------------------------------------------------ messages on its connections

export interface CommandOut extends Message {
  readonly type: 'command'
  readonly argv: readonly string[]
}

// ------------------------------------------------------------------ constants of sentinel.c

export const PING_PERIOD: Micros = SEC
export const INFO_PERIOD: Micros = 10 * SEC
export const ASK_PERIOD: Micros = SEC
export const PUBLISH_PERIOD: Micros = 2 * SEC
export const ELECTION_TIMEOUT: Micros = 10 * SEC
export const RECONF_TIMEOUT: Micros = 10 * SEC
export const MAX_DESYNC_MS = 1000
export const TILT_TRIGGER: Micros = 2 * SEC
export const TILT_PERIOD: Micros = 30 * SEC
export const RECONNECT_PERIOD: Micros = 15 * SEC
export const MAX_PENDING = 100
export const DEFAULT_DOWN_AFTER: Micros = 30 * SEC
export const DEFAULT_FAILOVER_TIMEOUT: Micros = 180 * SEC
/** The name under which a scenario's Sentinels watch its primary. */
export const PRIMARY_NAME = 'mymaster'
export const HELLO_CHANNEL = '__sentinel__:hello'
/** Before any run began: what never happened was then. */
export const LONG_AGO: Micros = -86_400 * SEC
/** The timer's period for 10 to 19 calls a second, in whole milliseconds. */
export const tickOf = (hz: number): Micros => Math.floor(1000 / hz) * MS
