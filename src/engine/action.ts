import type { Micros } from './core/time.ts'
import type { ProcessId } from './core/process.ts'

/** How a client keeps its slot cache fresh; without a cluster, its primary's address: by asking Sentinels and following +switch-master, by polling them, or not. */
export type RefreshPolicy = 'moved' | 'timer' | 'ignore'

/** What happens when a cached value is missing: see `caching/`, one flow a policy. */
export type FillPolicy = 'none' | 'single-flight' | 'lock' | 'xfetch'

/** Which copy a client reads. */
export type ReadPreference = 'primary' | 'replica'

/** Everything a learner may turn on the applications. All times in microseconds. */
export interface AppPolicy {
  /** follow MOVED (and refresh the whole map once), poll on a timer, or ignore MOVED. */
  refresh: RefreshPolicy
  /** period of the poll when `refresh` is `timer`. */
  refreshEvery: Micros
  /** a command without an answer is given up after this. */
  timeout: Micros
  /** further attempts after the first. */
  retries: number
  /** first back-off; doubles each attempt, with full jitter. */
  backoff: Micros
  /** MOVED/ASK hops one command may take. */
  redirects: number
  readFrom: ReadPreference
  fill: FillPolicy
  /** TTL of a cached value. */
  ttl: Micros
  /** TTL of an L1 entry; 0 switches L1 off. */
  l1Ttl: Micros
  /** entries an application's L1 may hold. */
  l1Size: number
  /** XFetch's beta (Vattani et al. 2015). */
  beta: number
  /** how long a fill lock lives. */
  lockTtl: Micros
  /** the user a connection authenticates as; '' or missing: default. */
  user?: string
  /** the password it gives; '' or missing: it sends no AUTH. */
  password?: string
}

/** The open-loop load; shared out evenly among the applications. */
export interface Load {
  /** requests a second, all applications together. */
  rate: number
  /** share of reads, 0 to 1. */
  reads: number
  /** number of distinct keys. */
  keys: number
  /** Zipf exponent; 0 is uniform. */
  zipf: number
  /** share of requests that go to the one hot key `item:hot`, 0 to 1, on top of Zipf. */
  hot: number
}

/** The database behind the cache. */
export interface OriginSettings {
  workers: number
  /** mean service time of one query. */
  service: Micros
  /** every query takes exactly `service`; otherwise times are exponential. */
  fixed?: boolean
  /** queries that may wait; more are refused. */
  queue: number
  /** the application gives a query up after this. */
  timeout: Micros
}

/**
 * What the lab is asked to do. JSON: it travels in share links, exports, lessons and tests.
 * `process` names one process; an action that cannot be done emits `action.refused` with the reason and changes nothing.
 */
export type Action =
  | { type: 'crash'; process: ProcessId } // the kernel resets its connections
  | { type: 'powerOff'; process: ProcessId } // silence
  | { type: 'pause'; process: ProcessId } // SIGSTOP
  | { type: 'resume'; process: ProcessId }
  | { type: 'restart'; process: ProcessId } // its keys come back from disk
  | { type: 'restartEmpty'; process: ProcessId } // keeps nodes.conf, loses data
  | { type: 'slow'; process: ProcessId; factor: number } // 1 is full speed
  | { type: 'failover'; process: ProcessId; mode?: 'force' | 'takeover' } // CLUSTER FAILOVER [FORCE|TAKEOVER] on a replica
  | { type: 'partition'; inside: ProcessId[] } // inside and outside lose each other, both ways
  | { type: 'cut'; from: ProcessId[]; to: ProcessId[] } // one way: what `from` sends does not reach `to`
  | { type: 'heal' } // all partitions and cuts
  | { type: 'link'; a: ProcessId; b: ProcessId; latency: Micros; loss: number; bandwidth?: number } // both ways; latency one way, loss 0..0.9, bytes a second
  | { type: 'resetLinks' }
  | { type: 'command'; process: ProcessId; argv: string[]; cluster?: boolean } // redis-cli on a node; cluster = -c
  | { type: 'config'; process: ProcessId | '*'; directive: string; value: string } // CONFIG SET
  | { type: 'addNode'; replica?: boolean; nodes?: ProcessId[] } // `nodes`: the processes started for it, filled in as it is applied
  | { type: 'removeNode'; process: ProcessId }
  | { type: 'cancelReshard' }
  | { type: 'redisCli'; argv: string[] } // the operator types redis-cli --cluster …; n1 stands for its address
  | { type: 'redisCliInput'; text: string } // a line for the question it asks
  | { type: 'redisCliStop' } // Ctrl-C: whatever is half done stays so
  | { type: 'expireHot' } // DEL of the hot key on its owner
  | { type: 'updateRow'; key?: string } // write the origin, delete, publish
  | { type: 'subscription'; process: ProcessId; on: boolean } // cut or restore one application's invalidation subscription
  | { type: 'load'; set: Partial<Load> }
  | { type: 'policy'; process: ProcessId | '*'; set: Partial<AppPolicy> }
  | { type: 'listen'; process: ProcessId; on: boolean } // somebody hears all that comes to and leaves this process
  | { type: 'knock'; process: ProcessId; argv: string[] } // from a host of its own the intruder says a command to a node
  | { type: 'forge'; what: 'fail' | 'slots'; process: ProcessId } // tells the other nodes, in one's name, that it failed, or that its slots moved
  | { type: 'origin'; set: Partial<OriginSettings> }

export type ActionType = Action['type']

/** An action in its exact place: its time, and the events processed before it (several actions may share a microsecond). */
export interface RecordedAction {
  at: Micros
  events: number
  action: Action
}
