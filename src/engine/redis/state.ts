import type { CommandStats } from './command-stats.ts'
import type { Handover } from './handover.ts'
import type { Pages } from '../core/clone.ts'
import type { ConnId } from '../core/network.ts'
import type { Message, ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { Reply } from './reply.ts'

/**
 * One Redis node as plain data. Node ids are 40 hex digits derived from the process's name; addresses are 10.0.0.i:6379.
 * Each mechanism's file owns its part; `node.ts` puts the handlers together.
 */
export interface NodeState {
  self: ProcessId
  id: NodeId
  ip: string
  port: number
  cport: number
  /** directives as set; a missing one has its default (config.ts). */
  config: Map<string, string>
  bootedAt: Micros
  /** `run_id` of INFO: 40 hex digits, another at every start. */
  runid: string
  keys: Keyspace
  /** databases other than the one in use, by number (databases.ts). */
  parked: Map<number, Keyspace>
  /** the database in use: 0 but while a command runs in another. */
  db: number
  /** files on the disk; null while no directive speaks of them: then a restart loses nothing (persistence.ts). */
  persistence: Persistence | null
  sessions: Map<ConnId, Session>
  nextClientId: number
  pubsub: PubSub
  /** key → connections that WATCH it. */
  watchers: Map<string, Set<ConnId>>
  /** who is told of which key's changes; null while nobody ever asked. */
  tracking: Tracking | null
  /** `db key` → connections that wait for an element of it, in order of arrival (commands/blocking.ts). */
  awaited: Map<string, ConnId[]>
  /** names in `awaited` that came to be in the command under way. */
  ready: string[]
  /** scripts by their digest. */
  scripts: Map<string, string>
  /** libraries of functions (scripting/libraries.ts); replaced when they change. */
  libraries: import('./scripting/libraries.ts').Libraries
  /** state of the scripts' math.random: 48 bits. */
  scriptRandom: number
  /** the MIGRATE under way: its thread waits for the target's answers. */
  migration: import('./migrate.ts').Migration | null
  /** by host:port: connections kept for the next MIGRATE. */
  migrationSockets: Map<string, import('./migrate.ts').MigrationSocket>
  /** the script that goes on while everybody hears BUSY. */
  script: import('./scripting/busy.ts').BusyScript | null
  /** who listens to every command (MONITOR); null = nobody. */
  monitors: Set<ConnId> | null
  /** connections of programs that said SYNC: the stream goes to them too; null = nobody. */
  feeds: Set<ConnId> | null
  /** SLOWLOG and LATENCY. */
  slow: import('./slowlog.ts').SlowLog
  /** CLIENT PAUSE, while it lasts. */
  pause: import('./pause.ts').ClientPause | null
  /** DEBUG SET-ACTIVE-EXPIRE 0. */
  activeExpiryOff?: boolean
  /** when a stall of its thread was last told (stall.ts). */
  stallToldAt: Micros
  /** null in cluster mode, while there is no limit and nobody asked for a key's use. */
  memory: MemoryState | null
  cluster: ClusterState | null
  repl: ReplicationState
  /** users and refusals; null while there is but the default user as the directives have it (acl.ts). */
  acl: import('./acl.ts').AclState | null
  /** hosts that protected mode refused, each told once. */
  refusedHosts?: ProcessId[]
  stats: NodeStats
  calls: CommandStats
  /** bytes sent that their receivers have not taken yet, of the connections that are watched for it (client-output.ts). */
  output: number
  /** the server cron's last tick, after which it comes no more for want of anything to do (rest.ts); −1 = it comes. */
  restsSince: Micros
}

export type NodeId = string

// ------------------------------------------------------------------ keyspace (keyspace.ts, expiry.ts)

/** A stored value. Strings are replaced; the others are changed in place on an owned page, and never stay empty. */
export interface Entry {
  type: 'string' | 'hash' | 'list' | 'set' | 'zset'
  /** string: one char a byte; hash: field to value; sorted set: member to score. */
  value: string | Map<string, string> | string[] | Set<string> | Map<string, number>
  /** when it logically expires; -1 = never. */
  expireAt: Micros
  /** raw: has left its small encoding (an appended string, a hash that was large once). text: no integer, though it looks like one. own: a copy, which shares no integer. */
  kept?: 'raw' | 'text' | 'own'
}

/** Pages by key slot, `PAGES` of them: slot >> 6 in cluster mode, so that a slot's keys stand together. */
export interface Keyspace {
  table: Pages<Map<string, Entry>>
  size: number
  /** keys per slot, for COUNTKEYSINSLOT and the slot map. */
  perSlot: Pages<Uint16Array>
  /** keys per 256 slots: a node of many has keys in few of them. */
  perBlock: Uint32Array
  /** number of keys with a TTL. */
  volatile: number
  /** where active expiry goes on. */
  expireCursor: number
  /** an estimate of what the keys take (weight.ts), those in `unweighed` left out: their values were changed in place. */
  bytes: number
  unweighed: Set<string>
  /** when and how often each key was used; null while nothing asks for it. */
  use: KeyUse | null
}

/** Keys in rows, in no order, so that one can be drawn at random (use.ts). */
export interface Roster {
  count: number
  names: Pages<string[]>
  /** key → row, by the page of its slot. */
  rows: Pages<Map<string, number>>
  /** how many keys share a bucket of the hash table, as many buckets as keys and up to twice that. */
  chains: Pages<Uint8Array>
}

/** What eviction goes by. */
export interface KeyUse {
  all: Roster
  /** keys with a time to live. */
  volatile: Roster
  /** a row's access time: seconds in 24 bits, or for LFU minutes in 16 and a logarithmic counter in 8. */
  times: Pages<Uint32Array>
  /** what a key begins with now. */
  fresh: number
  /** an overwritten key keeps its counter (LFU). */
  keeps: boolean
}

/** maxmemory and its policy (eviction.ts). */
export interface MemoryState {
  /** bytes; 0 = no limit. */
  limit: number
  policy: string
  rank: 'lru' | 'lfu' | 'ttl' | 'random' | 'none'
  volatileOnly: boolean
  samples: number
  factor: number
  decay: number
  /** keys evicted at one go at most. */
  most: number
  /** the best candidates seen, worst first. */
  pool: Candidate[]
  /** database whose turn it is, for random eviction. */
  turn: number
  /** the last look found no room and nothing to evict. */
  full: boolean
  /** eviction goes on by a timer. */
  running: boolean
  /** when the last key was evicted, the last command refused; −1 never, or long ago. */
  evictedAt: Micros
  refusedAt: Micros
  /** keys evicted, commands refused in this spell, and the fact it began with. */
  evicted: number
  refused: number
  evictionFact: number
  refusalFact: number
}

export interface Candidate {
  key: string
  db: number
  /** the larger, the sooner it goes. */
  score: number
}

// ------------------------------------------------------------------ clients (session.ts)

/** One client connection as the node sees it. */
export interface Session {
  conn: ConnId
  /** it gave the password, or none was asked for when it began. */
  authenticated: boolean
  /** name of the user it speaks as. */
  user: string
  clientId: number
  peer: ProcessId
  /** its address, as CLIENT LIST shows it. */
  source: string
  name: string
  resp: 2 | 3
  /** queued commands while in MULTI; null outside. */
  multi: string[][] | null
  /** a queued command was refused: EXEC will answer EXECABORT. */
  dirty: boolean
  asking: boolean
  readonly: boolean
  /** watched keys, and whether each had expired when the watch began. */
  watched: Map<string, boolean>
  /** a watched key was touched: EXEC will answer nothing. */
  touched: boolean
  /** a transaction's commands run right now: none of them waits. */
  running: boolean
  /** the chosen database. */
  db: number
  /** the command it said last, 'NULL' before the first. */
  cmd: string
  /** CLIENT NO-EVICT on. */
  noEvict: boolean
  /** what SYNC sends it (REPLCONF rdb-filter-only). */
  syncs: 'all' | 'functions' | 'nothing'
  /** it wants the file and nothing after it (REPLCONF rdb-only). */
  fileOnly: boolean
  /** sends no replies (CLIENT REPLY): on; off; skip = not the next one. */
  replies: 'on' | 'off' | 'skip'
  tracking: SessionTracking | null
  /** channels, patterns and sharded channels it listens to. */
  subscriptions: number
  /** offset of the stream after its last command, for WAIT. */
  wrote: number
  /** replies to this connection wait here while a command blocks (MIGRATE, paused writes, WAIT). */
  blocked: Blocked | null
  waiting: string[][]
  closing: boolean
  /** what it hears while its own transaction runs: it stands between the replies of EXEC. */
  within: Reply[] | null
  /** bytes it has not taken yet, of what was sent to it as a subscriber; since when that is over the soft limit (−1 = it is not). */
  output: number
  softSince: Micros
}

export interface Blocked {
  why: 'migrate' | 'pause' | 'wait' | 'pop' | 'script'
  argv: string[]
  since: Micros
  /** WAIT: replicas wanted, the offset they must have reached, and when it gives up (0 = never). */
  want?: number
  offset?: number
  until?: Micros
  /** the keys it waits for: BLPOP and its like. */
  keys?: readonly string[]
  /** the other connection it waits on, for MIGRATE. */
  via: ConnId
}

/** A connection's CLIENT TRACKING. */
export interface SessionTracking {
  bcast: boolean
  optIn: boolean
  optOut: boolean
  noLoop: boolean
  /** the next command is an exception (CLIENT CACHING). */
  caching: boolean
  /** client id that is told instead; 0 = itself. */
  redirect: number
  prefixes: string[]
  broken: boolean
}

/** What a node remembers for those it tells (tracking.ts). */
export interface Tracking {
  /** key → who read it. */
  keys: Map<string, Set<ConnId>>
  /** prefix → who is told of every change. */
  prefixes: Map<string, Set<ConnId>>
  /** changed by the command that runs now; told when it is over. */
  changed: string[]
  flushed: boolean
}

export interface PubSub {
  /** channel → connections, in order of subscription. */
  channels: Map<string, Set<ConnId>>
  patterns: Map<string, Set<ConnId>>
  shards: Map<string, Set<ConnId>>
}

// ------------------------------------------------------------------ messages on client connections

export interface CommandMessage extends Message {
  readonly type: 'command'
  readonly argv: readonly string[]
  /** slot of its second word where the client has reckoned it, for the node need not do it again; −1 or absent = not reckoned. */
  readonly slot?: number
}
export interface ReplyMessage extends Message {
  readonly type: 'reply'
  readonly reply: Reply
}
/** Out of band: pub/sub frames, in RESP2 arrays or RESP3 pushes. */
export interface PushMessage extends Message {
  readonly type: 'push'
  readonly reply: Reply
}

// ------------------------------------------------------------------ cluster (cluster.ts, gossip.ts, failover.ts …)

/** This node's own view of the cluster. Index 0 of `peers` is this node itself; an index is never reused while the node runs. */
export interface ClusterState {
  /** this node's own address, as its messages tell it. */
  me: Readonly<{ process: ProcessId; ip: string; port: number; cport: number; number: number }>
  peers: readonly Peer[]
  /** how many of them are not gone. */
  known: number
  /** owner of each slot as index into `peers`; -1 = unbound. Copy before changing: shared between clones by pages. */
  slots: Pages<Int16Array>
  /** slots whose owner no longer claims them: bound to it still, so that clients are sent somewhere, but anybody's claim wins. */
  unclaimed: Set<number>
  /** slot → peer index, open slots. */
  migrating: Map<number, number>
  importing: Map<number, number>
  currentEpoch: number
  lastVoteEpoch: number
  state: 'ok' | 'fail'
  /** slot-owning primaries as of the last update. */
  size: number
  /** id → when a FORGET ban ends. */
  banned: Map<NodeId, Micros>
  /** inbound bus connections of which it is not known yet who speaks on them. */
  strangers: Set<ConnId>
  /** ticks of the cron so far; when the last one was; how far apart the next ones are drawn to be; for which one the timer is set. */
  cron: number
  tickAt: Micros
  gaps: number[]
  armedFor: Micros
  /** when this primary was last without a majority (−1 never); first update after boot. */
  minorityAt: Micros
  firstUpdateAt: Micros
  pfails: number
  election: Election
  manual: ManualFailover | null
  todo: number
  /** messages of the bus by kind (wire.ts). */
  sent: Float64Array
  received: Float64Array
  /**
   * What changes with every message, or is another in each table, stands in columns by peer index: when its last pong came, though
   * gossip may tell of a later one (`pongOf`); since when a ping waits for its pong (0 = none does); when anything was last heard from
   * it; the peer index of the primary it replicates, -1 none; the offset it last told.
   */
  pongs: Float64Array
  pinged: Float64Array
  heard: Float64Array
  replicaOf: Int16Array
  replOffset: Float64Array
  /** what gossip says of it while it is sound, and of its last pong, in one word (sections.ts); its code is 0 when that is to be looked up anew. */
  mentions: Int32Array
  /** our link to it, 0 = none; whether that is established (1), and when it was opened. */
  link: Int32Array
  linkUp: Uint8Array
  linkCreatedAt: Float64Array
  /** the connection on which it speaks to us, 0 = none. */
  inboundOf: Int32Array
  /** written to a link before it was up. */
  outboxes: Map<number, Message[]>
  /** failure reports: about whom → by whom → when. */
  reports: Map<number, Map<number, Micros>>
  /** process number → peer index. */
  byNumber: Int16Array
  /** some peer may have failure reports. */
  reported: boolean
  /** by peer index: whether the cron looks at it at once, when its pong has grown old, or never (peers.ts). */
  look: Uint8Array
  /** who stands on each day of the calendar first, and by peer index who after it; the day it was last read (due.ts). */
  days: Int16Array
  after: Int16Array
  today: number
  /** a time before which the cron need not look at anybody, and the node timeout that it was reckoned with. */
  nextDue: Micros
  dueTimeout: Micros
  /** a handshake's stand-in ids are numbered. */
  handshakes: number
}

/** What gossip says of one node, but for its last pong. `fact` is the one behind its PFAIL or FAIL. Frozen. */
export interface GossipEntry {
  readonly id: NodeId
  readonly process: ProcessId
  readonly ip: string
  readonly port: number
  readonly cport: number
  readonly primary: boolean
  readonly pfail: boolean
  readonly fail: boolean
  readonly noAddr: boolean
  readonly fact: number
}

/** An immutable set of slots as runs: from, to, from, to … */
export interface SlotSet {
  readonly count: number
  readonly ranges: readonly number[]
}

/**
 * What a node holds of another and what seldom changes. Frozen: all tables that hold the same share one record, and whoever sees a
 * change puts another in its place (`change` in peers.ts).
 */
export interface Peer {
  readonly id: NodeId
  /** simulated process behind the address; what the address book resolves to. */
  readonly process: ProcessId
  readonly ip: string
  readonly port: number
  readonly cport: number
  readonly primary: boolean
  readonly pfail: boolean
  readonly fail: boolean
  readonly handshake: boolean
  readonly noAddr: boolean
  readonly migrateTo: boolean
  readonly failAt: Micros
  readonly votedAt: Micros
  readonly configEpoch: number
  readonly orphanedAt: Micros
  readonly createdAt: Micros
  /** fact that told of the present PFAIL / FAIL, for "why?". */
  readonly pfailFact: number
  readonly failFact: number
  /** forgotten: the index stays taken, everything else about it is meaningless. Skip these. */
  readonly gone: boolean
  /** the slots that `slots` binds to it, as a set, and how many they are. */
  readonly bound: SlotSet
  readonly numSlots: number
  /** its first message is a MEET: the other side does not know us yet. */
  readonly meets: boolean
  /** 7 for n7; 0 for a process of another name. */
  readonly number: number
  /** what gossip says of it (sections.ts). */
  readonly code: number
}

export interface Election {
  /** when it starts; 0 = none was ever scheduled (failover_auth_time). */
  at: Micros
  sent: boolean
  votes: number
  voters: ProcessId[]
  rank: number
  epoch: number
  /** last reason not to act, logged when it changes. */
  cannot: string
  /** fact of the last step, which the next one names. */
  fact: number
}

export interface ManualFailover {
  /** aborted after this. */
  until: Micros
  /** on the primary: writes wait until then at the latest. */
  pausedUntil: Micros
  /** on the primary: writes pause for this replica (peer index, -1 on the replica's side). */
  replica: number
  /** on the replica: the offset to reach; -1 not told yet. */
  offset: number
  canStart: boolean
  /** fact of the last step. */
  fact: number
}

// ------------------------------------------------------------------ replication (replication.ts)

export interface ReplicationState {
  role: 'primary' | 'replica'
  replid: string
  /** the history before the last promotion is known too, up to `secondOffset`. */
  replid2: string
  secondOffset: number
  offset: number
  /** replica: its primary's peer process, connection and state. */
  primary: ProcessId | null
  link: ConnId
  linkState: 'none' | 'connecting' | 'handshake' | 'syncing' | 'connected'
  linkDownSince: Micros
  lastIo: Micros
  /** primary: its replicas by connection. */
  replicas: Map<ConnId, ReplicaLink>
  /** database the stream has selected, whoever speaks; -1 = the next command needs a SELECT first. */
  db: number
  /** primary: what the command under way has written, where several writes may go out together; null = each goes at once. */
  unit: { writes: { readonly db: number; readonly argv: readonly string[] }[]; size: number; muted: boolean } | null
  /** replica: a command of the stream is applied right now. */
  applying: boolean
  /** replica: a transaction of the stream that has begun and not ended; it is applied, and counted, as a whole. */
  transaction: StreamItem[] | null
  /** the newest part of the stream, for partial resynchronisations; null until a replica was there. */
  backlog: Backlog | null
  /** replication ids given out so far: each promotion begins a new history. */
  histories: number
  /** the fact the link went down with. */
  linkFact: number
  cron: number
  /** replica: the transfer of a full sync under way, and how it last got in step. */
  transfer: { total: number; read: number; at: Micros } | null
  lastSync: { kind: 'partial' | 'full'; at: Micros; bytes: number } | null
  /** primary: good replicas as of the last count (min-replicas-to-write); -1 = count anew. */
  good: number
  /** the fact with which writes began to be refused for lack of good replicas; 0 = they are taken. */
  fenced: number
  /** since when it has had no replica (repl-backlog-ttl). */
  aloneSince: Micros
  /** links closed because their output buffer was full, since that replica was last in step. */
  overruns: Map<ProcessId, number>
  /** INFO stats: sync_full, sync_partial_ok, sync_partial_err. */
  syncs: { full: number; partial: number; refused: number }
  /** replica: why its primary did not take it, when it last asked; '' = it did, or was not asked. */
  refusal: string
  /** a replica by directive that found no file: it has no history to offer. */
  strange: boolean
  /** primary: FAILOVER is under way. */
  failover: Handover | null
}

export interface Backlog {
  /** first offset still held. */
  from: number
  /** full blocks, oldest first, never changed; then the block being filled, with its bytes. */
  chunks: StreamItem[][]
  tail: StreamItem[]
  filled: number
  /** bytes of a block. */
  block: number
}

/** One command of the stream, as it travels and as it is kept; `offset` after it. */
export interface StreamItem extends Message {
  readonly type: 'replication'
  readonly offset: number
  readonly size: number
  readonly argv: readonly string[]
}

export interface ReplicaLink {
  conn: ConnId
  process: ProcessId
  /** the user it authenticated as. */
  user: string
  /** waiting: for a full sync to begin (repl-diskless-sync-delay). */
  state: 'handshake' | 'waiting' | 'syncing' | 'online'
  /** offset last acknowledged. */
  ack: number
  ackAt: Micros
  /** when it asked. */
  since: Micros
  /** why it needs a full sync. */
  reason: string
  /** since when its output buffer is over the soft limit; -1 = it is not. */
  softSince: Micros
  /** offset of the file it is being sent: the stream goes on from there once it has loaded it. */
  from: number
  /** bytes of ours it had read at the last look. */
  read: number
  /** the fact behind what happens on this link. */
  fact: number
}

// ------------------------------------------------------------------ files (persistence.ts)

/** A whole data set at one moment, and where it stands in its history. */
export interface Snapshot {
  readonly keys: Keyspace
  readonly parked: readonly (readonly [number, Keyspace])[]
  readonly libraries: NodeState['libraries']
  readonly replid: string
  readonly offset: number
  readonly db: number
  readonly at: Micros
}

export interface Persistence {
  /** dump.rdb. */
  snapshot: Snapshot | null
  /** a BGSAVE under way. */
  saving: Snapshot | null
  savingSince: Micros
  /** what of the append-only file would outlive a loss of power. */
  synced: Snapshot | null
  /** changes when the file was last forced to the disk. */
  syncedChanges: number
  /** changes when the last snapshot began. */
  savedChanges: number
  lastSave: Micros
  saves: number
  lastTook: Micros
}

export interface NodeStats {
  commands: number
  hits: number
  misses: number
  expired: number
  evicted: number
  /** clients closed for maxmemory-clients. */
  evictedClients: number
  /** commands refused for want of memory. */
  refusedForMemory: number
  connections: number
  /** changes to the data since the start. */
  changes: number
  /** operations in the running second and the last full one. */
  opsSecond: number
  opsNow: number
  opsLast: number
}

/** Ports and addresses: a process's place in the address book (all nodes were born in order n1, n2, …). */
export interface Address {
  ip: string
  port: number
  cport: number
}
