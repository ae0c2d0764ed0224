import type { Micros } from '../engine/core/time.ts'
import type { ProcessId } from '../engine/core/process.ts'
import type { Fact } from '../engine/core/fact.ts'
import type { Action, AppPolicy, Load, OriginSettings, RecordedAction } from '../engine/action.ts'
import type { MetricWindow } from '../engine/observe/metrics.ts'
import type { Reply } from '../engine/redis/reply.ts'

export { WINDOW, type MetricWindow } from '../engine/observe/metrics.ts'

/**
 * What the page draws from: a whole snapshot of what is small, plus the tail of what grows.
 * Pulled by the page, one outstanding, at most one a display frame. A dropped frame cannot corrupt the picture.
 */
export interface Frame {
  /** rises by one a frame. */
  seq: number
  at: Micros
  /** events processed so far: with `at`, the exact place. */
  events: number
  /** the furthest point of this run that was ever computed (scrubbing back keeps it). */
  end: Micros
  scenario: string
  seed: number
  playing: boolean
  /** simulated seconds per wall second at this moment. */
  speed: number
  pace: Pace
  processes: ProcessFace[]
  /** delivered since the last frame, by link and kind: drawn as a pulse. */
  traffic: Traffic[]
  /** in flight now; drawn as shapes where a flight lasts at least 150 ms of wall time at this speed. */
  messages: MessageFace[]
  /** true when `messages` are drawn one by one, false when only `traffic` is. */
  eachMessage: boolean
  /** notable facts; `factsFrom` is the index of facts[0] in the whole list, so a consumer replaces its tail. */
  facts: Fact[]
  factsFrom: number
  /** metric windows; `windowsFrom` likewise. */
  windows: MetricWindow[]
  windowsFrom: number
  partitions: Partition[]
  linkFaults: { a: ProcessId; b: ProcessId; latency: Micros; loss: number; bandwidth?: number }[]
  reshard: ReshardProgress | null
  redisCli: RedisCliFace | null
  intruder: IntruderFace | null
  load: Load
  policy: AppPolicy
  origin: OriginSettings
  nodeTimeout: Micros
  /** actions of this run so far, in order; those after `at` are the old future after scrubbing back. */
  actions: RecordedAction[]
  /** one clear sentence when the lab recovered from trouble. */
  notice: string | null
  /** moments worth a mark on the tape over the whole run (also after `at`). */
  marks: Mark[]
}

/** Somebody who listens on the network, and what he has learnt. */
export interface IntruderFace {
  /** where he listens. */
  at: ProcessId[]
  /** messages read, and counted only because they were encrypted. */
  heard: Record<'client' | 'bus' | 'replication', { read: number; sealed: number }>
  /** user ('' where none was named) and password. */
  passwords: [user: string, password: string][]
  /** the newest first; null: the value was not heard. */
  keys: [key: string, value: string | null][]
  knownKeys: number
  /** nodes in whose name he could speak on the bus. */
  nodes: ProcessId[]
}

export interface Mark {
  at: Micros
  factId: number
  kind: 'action' | 'pfail' | 'fail' | 'election' | 'vote' | 'promoted' | 'state' | 'other'
  label: string
}

export interface Pace {
  mode: 'auto' | 'fixed'
  /** the speed asked for: the fixed one, or auto's base. */
  base: number
  /** why auto slowed or hurried, in a few words; '' at the base speed. */
  reason: string
}

export type ProcessKind = 'node' | 'sentinel' | 'app' | 'origin' | 'admin' | 'console' | 'outside' | 'intruder'
export type Status = 'up' | 'crashed' | 'off' | 'paused'

export interface ProcessFace {
  id: ProcessId
  kind: ProcessKind
  status: Status
  /** service-time factor; 1 = full speed. */
  slow: number
  node?: NodeFace
  app?: AppFace
  database?: OriginFace
  sentinel?: SentinelFace
}

/** What a Sentinel believes of the primary it watches. */
export interface SentinelFace {
  /** where it sends clients. */
  primary: ProcessId | null
  epoch: number
  quorum: number
  /** Sentinels it ever met, itself included; how many of them answer. */
  known: number
  usable: number
  /** whom it holds to be down. */
  sdown: ProcessId[]
  odown: boolean
  /** how many hold the primary to be down. */
  agree: number
  phase: 'none' | 'asking' | 'promoting' | 'pointing'
  /** whom it promotes. */
  promoted: ProcessId | null
  votes: number
  needed: number
  /** whom it voted for last; '' = nobody. */
  votedFor: ProcessId
  tilt: boolean
  /** the others, for the way of its votes. */
  others: ProcessId[]
}

export interface NodeFace {
  role: 'primary' | 'replica'
  /** whom it replicates, by its own view. */
  primary: ProcessId | null
  /** 0-based shard: primaries in order of birth; a replica shows its primary's; letter = 'ABC…'[shard], then A2, B2… */
  shard: number
  slots: number
  /** '0-5460' or '0-122,124-5460'; shortened with … past three ranges. */
  ranges: string
  address: string
  configEpoch: number
  currentEpoch: number
  /** replication offset. */
  offset: number
  /** bytes behind its primary's offset as last heard; 0 for a primary. */
  lag: number
  linkUp: boolean
  state: 'ok' | 'fail'
  keys: number
  /** operations in the last full second. */
  ops: number
  /** commands waiting for its one thread. */
  backlog: number
  /** what this node thinks of others; absent = fine. */
  suspects: { about: ProcessId; flag: 'pfail' | 'fail' }[]
  /** who holds this node to be down. */
  suspectedBy: { by: ProcessId; flag: 'pfail' | 'fail' | 'sdown' | 'odown' }[]
  /** it stands outside cluster mode. */
  alone?: boolean
  election: ElectionFace | null
  migrating: number
  importing: number
}

export interface ElectionFace {
  phase: 'waiting' | 'asking' | 'won'
  epoch: number
  startsAt: Micros
  votes: { voter: ProcessId; state: 'granted' | 'travelling' | 'waiting' | 'down' }[]
  needed: number
}

export interface AppFace {
  /** its slot cache as runs: from slot, to slot, believed owner. */
  belief: { from: number; to: number; owner: ProcessId | null }[]
  /** slots where it differs from the node that really serves them. */
  wrongSlots: number
  inFlight: number
  /** over the last second. */
  hitRatio: number
  l1Ratio: number
  l1Size: number
  errors: number
  subscribed: boolean
  policy: AppPolicy
}

export interface OriginFace {
  busy: number
  workers: number
  queue: number
  /** queries in the last second. */
  load: number
}

export type MessageKind =
  | 'command'
  | 'reply'
  | 'error'
  | 'origin'
  | 'originReply'
  | 'ping'
  | 'pong'
  | 'meet'
  | 'fail'
  | 'update'
  | 'voteRequest'
  | 'vote'
  | 'manualFailover'
  | 'replication'
  | 'sync'
  | 'publish'
  | 'message'
  | 'migrate'
  | 'other'

export interface MessageFace {
  id: number
  from: ProcessId
  to: ProcessId
  kind: MessageKind
  sentAt: Micros
  /** arrival; Infinity while a partition holds it. */
  deliverAt: Micros
  /** short text for the decisive one: 'vote', 'GET item:7', 'MOVED 5061'. */
  label: string
}

export interface Traffic {
  from: ProcessId
  to: ProcessId
  kind: MessageKind
  count: number
}

export interface Partition {
  from: ProcessId[]
  to: ProcessId[]
  bothWays: boolean
}

/** The operator's screen: the run of redis-cli --cluster under way, or the last one. */
export interface RedisCliFace {
  run: number
  argv: readonly string[]
  /** the last lines; the last one may still be written on. */
  screen: string[]
  /** lines ahead of them that have left the screen. */
  scrolled: number
  asking: boolean
  /** null while it runs. */
  exit: number | null
}

export interface ReshardProgress {
  kind: 'add' | 'remove' | 'redis-cli'
  node: ProcessId
  done: number
  total: number
  step: string
  slot: number | null
}

// ---------------------------------------------------------------- asked for on demand

export interface SlotView {
  /** owner per slot: index into `owners`, -1 unbound. */
  owner: Int16Array
  owners: ProcessId[]
  /** 1 where the slot holds keys on the node that owns it in the truth. */
  filled: Uint8Array
  /** open slots in this process's own view. */
  open: { slot: number; state: 'migrating' | 'importing'; peer: ProcessId }[]
}

export interface KeyRow {
  key: string
  type: string
  /** bytes shown as text, shortened. */
  value: string
  /** microseconds left; null = no TTL. */
  ttl: Micros | null
  slot: number
}

export interface FoundKey {
  key: string
  slot: number
  /** the part hashed: the tag or the whole key. */
  hashed: string
  /** the node that serves it, null when nobody does. */
  owner: ProcessId | null
  /** who holds a copy: nodes and L1s, with its value's version where known. */
  copies: { process: ProcessId; tier: 'primary' | 'replica' | 'L1' | 'origin'; value: string; stale: boolean; ttl: Micros | null }[]
  /** who believes what. */
  beliefs: { process: ProcessId; owner: ProcessId | null }[]
}

/** The inspector's view of one process, in its own words. */
export interface Inspection {
  process: ProcessId
  /** label, value rows: epochs, offsets, directives. */
  rows: { label: string; value: string }[]
  /** why it is (not) acting, one headline and its evidence. */
  why: WhyNot | null
  /** a node: its table of peers. */
  peers: { id: ProcessId; role: string; flag: string; lastPong: Micros; pingSent: Micros; epoch: number; reports: ProcessId[] }[]
  /** an app: flows waiting, by step label. */
  waiting: { flow: string; step: string; count: number; oldest: Micros }[]
  keys: number
  /** a node: its users in the words of redis.conf; isOpen: nobody is asked for a password. */
  users?: { isOpen: boolean; list: { name: string; rules: string; connections: number }[] }
  /** a node: whom it refused lately, newest first. */
  refusals?: { text: string; count: number; ago: Micros }[]
}

export interface WhyNot {
  headline: string
  evidence: { mark: 'yes' | 'no' | 'wait'; who: string; text: string; figure: string }[]
}

/** One link of the chain that answers "why?", newest first; the last is a learner's action, a workload arrival, or the run's start. */
export interface Cause {
  at: Micros
  process: ProcessId
  /** for a step that is no fact (a message delivered, the run's start); a fact says its own sentence, and this is ''. */
  text: string
  factId: number | null
  fact: Fact | null
  /** how it follows from the next: 'because', 'sent by', 'after waiting'. */
  link: string
}

/** The source of a flow with live counts: text from `?raw`, lines by step label. */
export interface FlowSource {
  flow: string
  source: string
  steps: { label: string; line: number; waiting: number }[]
}

export type Query =
  | { type: 'slots'; process: ProcessId }
  | { type: 'truth' } // slots as actually served: per slot the primary with the greatest configEpoch that accepts it
  | { type: 'keys'; process: ProcessId; match: string; limit: number }
  | { type: 'find'; key: string }
  | { type: 'inspect'; process: ProcessId }
  | { type: 'why'; factId: number }
  | { type: 'waiting' } // all applications together: FlowSource[]
  | { type: 'digest' }
  | { type: 'run' }

export interface ConsoleAnswer {
  process: ProcessId
  argv: string[]
  reply: Reply
  at: Micros
  took: Micros
  /** -c: '-> Redirected to slot [12182] located at 10.0.0.3:6379' lines. */
  notes: string[]
}

export type { Action, Fact }
