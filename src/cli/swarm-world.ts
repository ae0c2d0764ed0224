import { applyAction } from '../engine/apply.ts'
import type { Fact } from '../engine/core/fact.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { below, type Stream } from '../engine/core/random.ts'
import type { Simulation } from '../engine/core/simulation.ts'
import { SEC } from '../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import { QUIET } from '../engine/facts.ts'

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
  /** acknowledged writes that are gone, by excuse (observe/histories.ts). */
  sentinelUnreplicated: number
  sentinelSuperseded: number
  sentinelEmptied: number
  sentinelUndone: number
  /** worlds in which an operator had to ask for a failover, because Sentinels named different primaries in one epoch. */
  sentinelMended: number
}

/** What need not happen in every swarm. */
export const RARE: ReadonlySet<keyof Tally> = new Set(['abandoned', 'mended', 'sentinelMended', 'sentinelEmptied', 'sentinelUndone'])

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
  sentinelUnreplicated: 0,
  sentinelSuperseded: 0,
  sentinelEmptied: 0,
  sentinelUndone: 0,
  sentinelMended: 0,
})

/** A random load and network, and all else as in every world of the swarm. */
export const surroundings = (s: Stream) => ({
  load: { ...DEFAULT_LOAD, rate: 20 + below(s, 80), keys: 300 },
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 100 + below(s, 400), spread: 100 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 0,
  startAt: 0,
  seed: 1,
})

/** What the keys begin with whose writes are followed. */
export const TRACKED = 'tracked:'

/** One of them. */
export const one = <T>(s: Stream, from: readonly T[]): T => from[below(s, from.length)]

/** A few of them, at least one, never all. */
export const some = (s: Stream, from: readonly ProcessId[]): ProcessId[] => {
  const many = 1 + below(s, Math.max(1, from.length >> 1))
  const left = [...from]
  return Array.from({ length: many }, () => left.splice(below(s, left.length), 1)[0])
}

/** Everything is put right again; these processes run, at full speed. */
export const healAll = (sim: Simulation, ids: readonly ProcessId[]): void => {
  applyAction(sim, { type: 'heal' })
  applyAction(sim, { type: 'resetLinks' })
  for (const id of ids) {
    const { status, slow } = sim.process(id)!
    if (slow !== 1) applyAction(sim, { type: 'slow', process: id, factor: 1 })
    if (status === 'paused') applyAction(sim, { type: 'resume', process: id })
    else if (status !== 'up') applyAction(sim, { type: 'restart', process: id })
  }
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
      if (f.type === 'redisCli.printed' || !(QUIET.has(f.type) || NOISE.has(f.type)))
        say(`${f.process} ${f.type} ${JSON.stringify(f.data)}`)
    },
  })
  return log
}

/** What would bury the rest, beside what the event list leaves out too. */
const NOISE: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
  'origin.refused',
  'console.replied',
  'row.updated',
  'action.applied',
  'invalidation.published',
  'invalidation.received',
  'client.refreshed',
  'client.connectionLost',
])
