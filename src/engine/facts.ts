import type { Action } from './action.ts'
import type { ProcessId } from './core/process.ts'
import type { Micros } from './core/time.ts'
import type { Reply } from './redis/reply.ts'
import type { InstanceKind } from './sentinel/state.ts'

/**
 * Every fact and what it carries, in one list: each is emitted from exactly one file.
 * `process` of the fact is who it happened to or who says so.
 */
export interface Facts {
  // --- the learner, and the world's faults (core/faults)
  'action.applied': { action: Action }
  'action.refused': { action: Action; reason: string }
  'process.crashed': Record<string, never>
  'process.poweredOff': Record<string, never>
  'process.paused': Record<string, never>
  'process.resumed': Record<string, never>
  'process.restarted': { empty: boolean; keys: number }
  'process.slowed': { factor: number }
  'process.joined': { kind: string }
  'network.cut': { from: ProcessId[]; to: ProcessId[]; bothWays: boolean }
  'network.healed': Record<string, never>
  'network.link': { a: ProcessId; b: ProcessId; latency: Micros; loss: number; bandwidth?: number }

  // --- somebody on the network (intruder)
  'wire.tapped': { on: boolean }
  /** told once for each kind of news; `text`: what was read. */
  'wire.heard': { what: string; kind: string; from: ProcessId; to: ProcessId; text: string }
  'wire.answered': { node: ProcessId; argv: string[]; reply: Reply }
  'wire.forged': { what: 'fail' | 'slots'; about: ProcessId; as: ProcessId; to: ProcessId[] }
  /** TLS: no certificate, no word. */
  'wire.locked': { process: ProcessId; port: 'client' | 'bus' }

  // --- the cluster bus (redis/gossip, failure detection)
  'node.pfail': { about: ProcessId; silent: Micros }
  'node.pfailCleared': { about: ProcessId }
  'node.reported': { about: ProcessId; by: ProcessId; reports: number; needed: number }
  'node.fail': { about: ProcessId; reports: number; needed: number; by: ProcessId[] }
  'node.failHeard': { about: ProcessId; from: ProcessId }
  'node.failCleared': { about: ProcessId; why: string }
  'node.met': { peer: ProcessId }
  'node.forgot': { peer: ProcessId }
  'cluster.state': { state: 'ok' | 'fail'; reason: string }
  'epoch.bumped': { epoch: number; why: string }
  'epoch.collision': { with: ProcessId; epoch: number }
  'slots.rebound': { count: number; from: ProcessId | null; to: ProcessId; epoch: number }
  'role.changed': { role: 'primary' | 'replica'; of: ProcessId | null; why: string }

  // --- election (redis/failover)
  'election.cannot': { reason: string }
  'election.scheduled': { delay: Micros; fixed: Micros; drawn: Micros; rank: number; offset: number; at: Micros }
  'election.delayed': { rank: number; by: Micros }
  'election.started': { epoch: number; needed: number }
  'election.granted': { to: ProcessId; epoch: number }
  'election.denied': { to: ProcessId; epoch: number; reason: string }
  'election.counted': { from: ProcessId; epoch: number; votes: number; needed: number }
  'election.won': { epoch: number; votes: number; needed: number; voters: ProcessId[] }
  'election.expired': { epoch: number; votes: number; needed: number }
  'failover.promoted': { epoch: number; slots: number; from: ProcessId; offset: number; manual: boolean }
  'failover.manual': { phase: 'asked' | 'paused' | 'caughtUp' | 'aborted' }

  // --- replication
  'replication.linkDown': { primary: ProcessId; why: string }
  /** the primary answers the replica's handshake with an error; told once for each reason. */
  'replication.transactionDropped': { primary: ProcessId; commands: number }
  'replication.refused': { primary: ProcessId; reason: string }
  'replication.syncStarted': { primary: ProcessId }
  'replication.synced': { primary: ProcessId; offset: number; keys: number; dropped: number }
  /** a replica goes on where it stopped; `second`: by the history before the last promotion. */
  'replication.partial': { replica: ProcessId; missed: number; second: boolean }
  'replication.full': { replica: ProcessId; bytes: number; reason: string }
  /** a replica has `own` bytes of history after offset `at` that its primary does not share. */
  'replication.diverged': { replica: ProcessId; at: number; own: number }
  'replication.backlogOverflow': { replica: ProcessId; missed: number; kept: number }
  'replication.bufferClosed': {
    replica: ProcessId
    waiting: number
    limit: number
    kind: 'hard' | 'soft'
    syncing: boolean
    times: number
  }
  /** writes are refused for lack of good replicas (`on`), or taken again. */
  'replication.fenced': { on: boolean; good: number; wanted: number; maxLag: number }

  // --- users (redis/acl)
  /** what a user may not do; while it goes on, told every ten seconds at most. */
  'acl.denied': {
    user: string
    client: ProcessId
    command: string
    reason: 'command' | 'key' | 'channel'
    /** the command, key or channel. */
    object: string
    context: 'toplevel' | 'multi' | 'lua'
  }
  /** protected mode does not let another host in; told once for each. */
  'node.hostRefused': { client: ProcessId }
  /** a wrong password, or no such user. */
  'acl.authFailed': { user: string; client: ProcessId }
  /** rules in words, null = deleted; connections closed by that. */
  'acl.changed': { user: string; rules: string | null; closed: number }

  // --- files (redis/persistence)
  'persistence.saved': { keys: number; took: Micros }
  /** what a start found; `lost` keys of those at the stop are gone or older. */
  'persistence.loaded': { from: 'nothing' | 'snapshot' | 'append-only file'; keys: number; lost: number; age: Micros }

  // --- Sentinel (sentinel/): who it says is down, who agrees, who leads, what it does
  'sentinel.met': { about: ProcessId; what: InstanceKind }
  'sentinel.sdown': { about: ProcessId; what: InstanceKind; silent: Micros }
  'sentinel.sdownCleared': { about: ProcessId; what: InstanceKind }
  'sentinel.odown': { about: ProcessId; agree: number; quorum: number; by: ProcessId[] }
  'sentinel.odownCleared': { about: ProcessId }
  'sentinel.cannot': { about: ProcessId; agree: number; quorum: number }
  'sentinel.delayed': { until: Micros; wait: Micros }
  'sentinel.tried': { about: ProcessId; epoch: number; needed: number }
  'sentinel.voted': { to: ProcessId; epoch: number; own: boolean }
  'sentinel.voteHeard': { from: ProcessId; to: ProcessId; epoch: number; own: boolean }
  'sentinel.elected': { epoch: number; votes: number; needed: number }
  'sentinel.aborted': { reason: string; detail: string; epoch: number }
  'sentinel.selected': { replica: ProcessId; priority: number; offset: number; among: number }
  'sentinel.promoted': { replica: ProcessId; epoch: number; took: Micros }
  'sentinel.pointed': { replica: ProcessId; to: ProcessId }
  'sentinel.follows': { about: ProcessId; to: ProcessId }
  /** heardFrom: whose hello said so; '' = its own failover is over. */
  'sentinel.switched': { name: string; from: ProcessId; to: ProcessId; epoch: number; heardFrom: ProcessId }
  'sentinel.converted': { about: ProcessId; to: ProcessId; after: Micros }
  'sentinel.corrected': { about: ProcessId; to: ProcessId }
  'sentinel.tilt': { on: boolean }

  // --- memory (redis/eviction)
  /** the first key of a spell of evictions; how many follow, the metrics count. */
  'eviction.began': { key: string; policy: string; used: number; limit: number }
  'eviction.ended': { keys: number; used: number; limit: number }
  'memory.refused': { command: string; policy: string; used: number; limit: number; why: string }
  'memory.accepted': { refused: number }
  /** a subscriber read too slowly (redis/client-output). */
  /** maxmemory-clients: it took the most. */
  'client.evicted': { client: ProcessId; bytes: number; used: number; limit: number }
  'client.bufferClosed': { client: ProcessId; waiting: number; limit: number; kind: 'hard' | 'soft' }

  // --- resharding
  'slot.opened': { slot: number; state: 'migrating' | 'importing'; peer: ProcessId }
  'slot.closed': { slot: number; owner: ProcessId }
  /** CLIENT PAUSE: all clients wait, or those that would write; how many did when it was over. */
  'clients.paused': { all: boolean; lasts: Micros }
  'clients.resumed': { held: number }
  /** a script outlasts busy-reply-threshold: from now on others hear BUSY (redis/scripting/busy.ts). */
  /** `script`: its digest, or a function's name. */
  'script.slow': { script: string; isFunction: boolean; ran: Micros; wrote: boolean; endless: boolean }
  'script.unkillable': { script: string; isFunction: boolean }
  'script.ended': { script: string; isFunction: boolean; ran: Micros; killed: boolean }
  /** how many libraries and functions it holds now; on a replica, what its primary's stream told. */
  'functions.changed': { how: 'loaded' | 'deleted' | 'flushed' | 'restored'; libraries: number; functions: number }
  /** one command kept its thread: nobody was served meanwhile (redis/stall.ts). */
  'node.stalled': { command: 'MIGRATE' | 'RESTORE'; key: string; bytes: number; took: Micros }
  'keys.migrated': { slot: number; count: number; to: ProcessId }
  'reshard.started': { kind: 'add' | 'remove'; node: ProcessId; slots: number }
  'reshard.progress': { done: number; total: number; slot: number | null; step: string }
  'reshard.finished': { kind: 'add' | 'remove'; node: ProcessId; moved: number; cancelled: boolean; took: Micros }
  'reshard.refused': { reason: string }
  'redisCli.started': { run: number; argv: string[] }
  'redisCli.printed': { run: number; text: string }
  'redisCli.finished': { run: number; argv: string[]; exit: number; stopped: boolean; took: Micros }

  // --- clients (client/)
  'client.redirected': { kind: 'MOVED' | 'ASK'; slot: number; from: ProcessId; to: ProcessId }
  'client.refreshed': { from: ProcessId; changed: number; why: string }
  /** a client behind Sentinels uses another primary from now on. */
  'client.switched': { from: ProcessId; to: ProcessId; by: ProcessId; why: string }
  /** a node does not let this client in: no password, a wrong one, or protected mode; told every ten seconds at most. */
  'client.refused': { by: ProcessId; error: string }
  'client.connectionLost': { to: ProcessId; why: string }
  /** one request, end to end. Quiet. `version`/`latest`: the row's version served and the origin's at that moment (reads). */
  'request.done': {
    op: 'read' | 'write'
    key: string
    outcome: 'l1' | 'hit' | 'miss' | 'written' | 'error'
    error: string
    latency: Micros
    version: number
    attempts: number
    node: ProcessId | null
  }
  /** a primary acknowledged a write to a client. Quiet. */
  'write.acked': { key: string; value: string; offset: number; slot: number }
  'origin.query': { key: string; queue: number; busy: number }
  'origin.answered': { key: string; waited: Micros }
  'origin.refused': { key: string; why: 'queue full' | 'timeout' }
  'row.updated': { key: string; version: number }
  'hot.expired': { key: string; existed: boolean }
  'fill.started': { key: string; policy: string; early: boolean }
  'fill.joined': { key: string; policy: string }
  'invalidation.published': { key: string; receivers: number }
  'invalidation.received': { key: string; had: boolean }
  'subscription.changed': { on: boolean; why: string }
  'stale.served': { key: string; version: number; latest: number; tier: 'L1' | 'cache' }
  'console.replied': { node: ProcessId; argv: string[]; reply: Reply; took: Micros; notes: string[] }
}

/** Facts too many for the event list: metrics and invariants see them, the list does not keep them. */
export const QUIET: ReadonlySet<keyof Facts> = new Set<keyof Facts>([
  'request.done',
  'write.acked',
  'origin.query',
  'origin.answered',
  'fill.started',
  'fill.joined',
  'client.redirected',
  'stale.served',
  'node.reported',
  'reshard.progress',
  'redisCli.printed',
  'keys.migrated',
  'slot.opened',
  'slot.closed',
])
