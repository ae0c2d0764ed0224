import type { Fact } from '../engine/core/fact.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { below, type Stream } from '../engine/core/random.ts'
import type { Simulation } from '../engine/core/simulation.ts'
import { SEC } from '../engine/core/time.ts'

/** What random worlds share: how things are drawn, counted and written down. */

export interface Tally {
  failovers: number
  manual: number
  partitions: number
  crashes: number
  migrations: number
  writes: number
  lost: number
  /** clusters that stay down because an operator had an owner of slots forgotten. */
  abandoned: number
  /** clusters that an operator's `redis-cli --cluster fix` made whole. */
  mended: number
  /** worlds under Sentinel (swarm-sentinel.ts). */
  sentinelFailovers: number
  /** epochs in which two Sentinels had votes. */
  splitVotes: number
  /** attempts given up for want of votes. */
  notElected: number
  /** old primaries that came back and were made replicas. */
  converted: number
  sentinelWrites: number
  sentinelLost: number
  /** worlds in which an operator had to ask for a failover, because Sentinels named different primaries in one epoch. */
  sentinelMended: number
}

/** What need not happen in every swarm. */
export const RARE: ReadonlySet<keyof Tally> = new Set(['abandoned', 'mended', 'sentinelMended'])

export const newTally = (): Tally => ({
  failovers: 0,
  manual: 0,
  partitions: 0,
  crashes: 0,
  migrations: 0,
  writes: 0,
  lost: 0,
  abandoned: 0,
  mended: 0,
  sentinelFailovers: 0,
  splitVotes: 0,
  notElected: 0,
  converted: 0,
  sentinelWrites: 0,
  sentinelLost: 0,
  sentinelMended: 0,
})

/** One of them. */
export const one = <T>(s: Stream, from: readonly T[]): T => from[below(s, from.length)]

/** A few of them, at least one, never all. */
export const some = (s: Stream, from: readonly ProcessId[]): ProcessId[] => {
  const many = 1 + below(s, Math.max(1, from.length >> 1))
  const left = [...from]
  return Array.from({ length: many }, () => left.splice(below(s, left.length), 1)[0])
}

export interface Outcome {
  broken: string[]
  log: string[]
  sim: Simulation
}

/** What happens in it, a line each, written as it happens: for --verbose. */
export const logOf = (sim: Simulation): string[] => {
  const log: string[] = []
  const say = (text: string): void => void log.push(`${(sim.world.now / SEC).toFixed(3)} ${text}`)
  sim.observe({
    onFact(f: Fact) {
      if (f.type === 'action.applied' && (f.data.action.type !== 'command' || f.data.action.argv[0] === 'SENTINEL'))
        say(JSON.stringify(f.data.action))
      if (!QUIET.has(f.type)) say(`${f.process} ${f.type} ${JSON.stringify(f.data)}`)
    },
  })
  return log
}

const QUIET: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
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
  'keys.migrated',
  'slot.opened',
  'slot.closed',
  'console.replied',
  'row.updated',
  'action.applied',
  'invalidation.published',
  'invalidation.received',
  'client.refreshed',
  'client.connectionLost',
  'origin.refused',
])
