import { buildSimulation } from '../engine/build.ts'
import type { Fact, FactOf, FactType } from '../engine/core/fact.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { newStream, uniform } from '../engine/core/random.ts'
import type { Simulation } from '../engine/core/simulation.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import type { NodeState } from '../engine/redis/state.ts'
import type { Scenario } from '../engine/scenario.ts'

/** Failovers under Sentinel, measured the way the recordings were: one primary, two replicas, one strike. Times in ms from the strike. */

export interface SentinelSetting {
  sentinels: number
  quorum: number
  /** Sentinels that are dead when the primary is struck, as s2, s3 … */
  dead?: readonly ProcessId[]
  mode?: 'kill9' | 'sigstop'
  downAfterMs?: number
  failoverTimeoutMs?: number
  /** replica-priority of n2 and n3. */
  priorities?: readonly [number, number]
  /** recorded (the default): about 3.3 s after the Sentinels' first INFO. any: at any moment of their ten seconds between two. */
  strike?: 'recorded' | 'any'
  /** how long to look on. */
  watchMs?: number
  /** the old primary is brought back this long after the failover, and watched until it is a replica. */
  rejoinAfterMs?: number
}

export interface SentinelRun {
  outcome: 'failed over' | 'no failover'
  promoted: ProcessId | null
  /** by Sentinel. */
  sdown: Record<ProcessId, number>
  odown: Record<ProcessId, number>
  switched: Record<ProcessId, number>
  tried: number | null
  elected: number | null
  selected: number | null
  /** its leader saw it answer as a primary. */
  promotedAt: number | null
  ended: number | null
  /** first moment a write could have been taken through what the Sentinels say. */
  writable: number | null
  /** attempts begun, and votes that two candidates shared in one epoch. */
  attempts: number
  splitVotes: number
  notElected: number
  /** how long the old primary, brought back, went on taking writes. */
  writableOldMs: number | null
}

/** The recordings' world: three nodes and the Sentinels on one machine, no load. */
export const sentinelWorld = (setting: SentinelSetting): Scenario => ({
  id: 'recorded-sentinel',
  title: 'one primary, two replicas',
  about: 'The Sentinels of the recordings.',
  topology: {
    cluster: false,
    primaries: 1,
    replicasPerPrimary: 2,
    apps: 0,
    sentinels: {
      count: setting.sentinels,
      quorum: setting.quorum,
      downAfter: (setting.downAfterMs ?? 2000) * MS,
      failoverTimeout: (setting.failoverTimeoutMs ?? 10_000) * MS,
      parallelSyncs: 1,
    },
  },
  config: { 'repl-diskless-sync-delay': '0' },
  load: { ...DEFAULT_LOAD, rate: 0 },
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 100, spread: 60 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 0,
  startAt: 0,
  seed: 1,
})

const isPrimary = (sim: Simulation, id: ProcessId): boolean => {
  const p = sim.process(id)!
  return p.status === 'up' && (p.state as NodeState).repl.role === 'primary'
}

/** One failover of one seed. */
export const runSentinelFailover = (seed: number, setting: SentinelSetting): SentinelRun => {
  const sim = buildSimulation(sentinelWorld(setting), seed)
  const s = newStream(seed, 'experimenter')
  const { priorities, dead = [], mode = 'kill9' } = setting
  if (priorities !== undefined)
    priorities.forEach((priority, i) => (sim.process(`n${i + 2}`)!.state as NodeState).config.set('replica-priority', String(priority)))
  sim.runUntil(sim.world.now + 3_200 * MS)
  const down = (id: ProcessId): void => {
    sim.beginAction()
    sim.crash(sim.process(id)!)
  }
  for (const id of dead) down(id)
  if (dead.length > 0) sim.runUntil(sim.world.now + 5 * SEC)
  sim.runUntil(sim.world.now + Math.round(uniform(s) * (setting.strike === 'any' ? 10_000 : 400) * MS))
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  const struck = sim.world.now
  if (mode === 'kill9') down('n1')
  else {
    sim.beginAction()
    sim.pause(sim.process('n1')!)
  }
  const end = struck + (setting.watchMs ?? 8_000) * MS
  sim.runUntil(end)
  const run = summary(facts, struck)
  if (run.promoted !== null && setting.rejoinAfterMs !== undefined) run.writableOldMs = rejoin(sim, mode, setting.rejoinAfterMs)
  return run
}

const summary = (facts: readonly Fact[], struck: Micros): SentinelRun => {
  const ms = (at: Micros): number => (at - struck) / MS
  const all = <T extends FactType>(type: T): FactOf<T>[] => facts.filter((f) => f.type === type) as FactOf<T>[]
  const at = (type: FactType): number | null => {
    const f = facts.find((x) => x.type === type)
    return f === undefined ? null : ms(f.at)
  }
  const by = (list: readonly Fact[]): Record<ProcessId, number> => {
    const out: Record<ProcessId, number> = {}
    for (const f of list) out[f.process] ??= ms(f.at)
    return out
  }
  const switched = all('sentinel.switched')
  const promoted = all('sentinel.promoted')[0]
  const role = all('role.changed').find((f) => f.data.role === 'primary')
  const own = switched.find((f) => f.data.heardFrom === '')
  return {
    outcome: promoted === undefined ? 'no failover' : 'failed over',
    promoted: promoted?.data.replica ?? null,
    sdown: by(all('sentinel.sdown').filter((f) => f.data.about === 'n1')),
    odown: by(all('sentinel.odown')),
    switched: by(switched),
    tried: at('sentinel.tried'),
    elected: at('sentinel.elected'),
    selected: at('sentinel.selected'),
    promotedAt: promoted === undefined ? null : ms(promoted.at),
    ended: own === undefined ? null : ms(own.at),
    writable: promoted === undefined || role === undefined ? null : ms(Math.max(promoted.at, role.at)),
    attempts: all('sentinel.tried').length,
    splitVotes: splitVotes(all('sentinel.voted')),
    notElected: all('sentinel.aborted').filter((f) => f.data.reason === 'not elected').length,
    writableOldMs: null,
  }
}

/** Epochs in which two candidates had votes. */
const splitVotes = (votes: readonly FactOf<'sentinel.voted'>[]): number => {
  const candidates = new Map<number, Set<ProcessId>>()
  for (const f of votes) candidates.set(f.data.epoch, (candidates.get(f.data.epoch) ?? new Set()).add(f.data.to))
  return [...candidates.values()].filter((c) => c.size > 1).length
}

/** Brings the old primary back; how long it takes writes before it is made a replica. */
const rejoin = (sim: Simulation, mode: 'kill9' | 'sigstop', afterMs: number): number | null => {
  sim.runUntil(sim.world.now + afterMs * MS)
  const back = sim.world.now
  sim.beginAction()
  if (mode === 'kill9') sim.start(sim.process('n1')!, true)
  else sim.resume(sim.process('n1')!)
  while (isPrimary(sim, 'n1')) {
    if (sim.world.now > back + 60 * SEC) return null
    sim.runUntil(sim.world.now + MS)
  }
  return (sim.world.now - back) / MS
}
