import type { Micros } from './core/time.ts'
import type { ProcessId } from './core/process.ts'
import type { AppPolicy, Load, OriginSettings } from './action.ts'
import type { LinkFault } from './core/network.ts'

/** A starting topology with its load and policies: plain data, validated by `checkScenario`. */
export interface Scenario {
  id: string
  title: string
  /** one sentence: what runs here and what to try. */
  about: string
  topology: Topology
  /** redis.conf directives of every node, spelled Redis's way; the rest is Redis's default. */
  config: Record<string, string>
  load: Load
  policy: AppPolicy
  origin: OriginSettings
  /** processes at whose port somebody listens from the start. */
  tapped?: ProcessId[]
  /** one-way latency of every link: mean, and the width of its uniform spread. */
  latency: { mean: Micros; spread: Micros }
  /** service times of a node's one thread. */
  service: { command: Micros; message: Micros }
  /** a scenario at scale 1:n says so on screen; 1 = life size. */
  scale: number
  /** fraction of `load.keys` present in the cache at the start, most popular first. */
  warm: number
  /** simulated time already passed when the learner arrives. */
  startAt: Micros
  /** default seed. */
  seed: number
  /** policies of single applications that differ from `policy`. */
  own?: Record<ProcessId, Partial<AppPolicy>>
  /** switch groups drawn (and cut) together, e.g. the failing switch of the 24 nodes. */
  groups?: { name: string; members: string[] }[]
  /** links that differ from the others from the start. */
  links?: LinkFault[]
  /** one string of so many bytes beside the keys of the load. */
  large?: { key: string; bytes: number }
  /** a migration that somebody left half done: these slots are open on both sides, and every other one's keys have gone over. */
  halfMoved?: { slots: [first: number, last: number]; from: ProcessId; to: ProcessId }
}

export interface Topology {
  /** false: one plain primary without cluster mode, and its replicas. */
  cluster: boolean
  primaries: number
  replicasPerPrimary: number
  apps: number
  /** explicit layout: replicas[i] = index of the primary that the i-th replica follows. Default: round robin. */
  replicaOf?: number[]
  /** Sentinels that watch the primary of a world without cluster mode. */
  sentinels?: SentinelTopology
}

export interface SentinelTopology {
  count: number
  /** how many must agree that the primary is down (ODOWN). */
  quorum: number
  downAfter: Micros
  failoverTimeout: Micros
  parallelSyncs: number
  /** the user and password they give the nodes. */
  authUser?: string
  authPass?: string
}

/** A run is a value. */
export interface Run {
  format: 1
  engine: string
  scenario: string
  seed: number
  actions: import('./action.ts').RecordedAction[]
  /** where the learner stood. */
  at: Micros
  events: number
}
