import { applyAction } from '../engine/apply.ts'
import { BEHAVIOURS, buildSimulation } from '../engine/build.ts'
import type { Fact } from '../engine/core/fact.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { below, newStream, uniform } from '../engine/core/random.ts'
import { Simulation } from '../engine/core/simulation.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import { nodeIdOf } from '../engine/redis/address.ts'
import type { NodeDisk } from '../engine/redis/node.ts'
import { getEntry } from '../engine/redis/keyspace.ts'
import { keySlot } from '../engine/redis/slots.ts'
import { slotOwner } from '../engine/redis/slots-config.ts'
import type { NodeState } from '../engine/redis/state.ts'
import type { Scenario } from '../engine/scenario.ts'

/** What a cluster decides, by the protocols of the recordings, one trial a seed: what came of it, and after how many ms. */

const cluster = (replicas: number): Scenario => ({
  id: 'recorded',
  title: 'the cluster of the recordings',
  about: 'Three primaries on one machine, node timeout 2 s.',
  topology: { cluster: true, primaries: 3, replicasPerPrimary: replicas, apps: 0 },
  config: { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' },
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

const stateOf = (sim: Simulation, id: ProcessId): NodeState => sim.process(id)!.state as NodeState
const nodesOf = (sim: Simulation): ProcessId[] => [...sim.world.processes.values()].filter((p) => p.kind === 'node').map((p) => p.id)
const isPrimary = (sim: Simulation, id: ProcessId): boolean => stateOf(sim, id).cluster!.peers[0].primary
const primaryOf = (sim: Simulation, id: ProcessId): ProcessId | null => {
  const { peers, replicaOf } = stateOf(sim, id).cluster!
  return replicaOf[0] < 0 ? null : peers[replicaOf[0]].process
}

const waitFor = (sim: Simulation, done: () => boolean, limit: Micros, step: Micros): boolean => {
  const end = sim.world.now + limit
  while (!done()) {
    if (sim.world.now >= end) return false
    sim.runUntil(sim.world.now + step)
  }
  return true
}

export interface Decided {
  outcome: string
  /** ms from the cause to the effect; null when there was none. */
  ms: number | null
}

/** `seen`: ms until the orphaned primary itself lists its new replica: what an observer of CLUSTER NODES measures. */
export interface Migrated extends Decided {
  seen: number | null
}

// ------------------------------------------------------------------ recording 16: replica migration

export const SMALLEST_MIGRATES = 'the replica with the smallest id of the best covered primaries moves'

/** Both replicas of a primary die: which replica moves to it, and when. */
export const replicaMigration = (seed: number): Migrated => {
  const sim = buildSimulation(cluster(2), seed)
  const s = newStream(seed, 'experimenter')
  let moved: Fact | null = null as Fact | null
  sim.observe({
    onFact: (f) => {
      if (f.type === 'role.changed' && f.data.role === 'replica') moved ??= f
    },
  })
  sim.runUntil(3 * SEC + Math.round(uniform(s) * 2 * SEC))
  const nodes = nodesOf(sim)
  const orphan = nodes.filter((id) => isPrimary(sim, id))[below(s, 3)]
  const replicas = nodes.filter((id) => !isPrimary(sim, id))
  const killed = replicas.filter((id) => primaryOf(sim, id) === orphan)
  const [smallest] = replicas.filter((id) => !killed.includes(id)).sort((a, b) => (nodeIdOf(a) < nodeIdOf(b) ? -1 : 1))
  const struck = sim.world.now
  for (const process of killed) applyAction(sim, { type: 'crash', process })
  waitFor(sim, () => moved !== null, 30 * SEC, 10 * MS)
  const fact = moved as Fact | null
  if (fact === null) return { outcome: 'nobody moves', ms: null, seen: null }
  const rightly = fact.process === smallest && primaryOf(sim, fact.process) === orphan
  const listed = (): boolean =>
    stateOf(sim, orphan).cluster!.peers.some((p, i) => p.process === fact.process && stateOf(sim, orphan).cluster!.replicaOf[i] === 0)
  waitFor(sim, listed, 10 * SEC, MS)
  return {
    outcome: rightly ? SMALLEST_MIGRATES : `${fact.process} moves`,
    ms: (fact.at - struck) / MS,
    seen: (sim.world.now - struck) / MS,
  }
}

// ------------------------------------------------------------------ recording 16: two primaries with one configEpoch

export const SMALLER_ID_BUMPS = 'the primary with the smaller id takes a new epoch'

/** Two empty nodes with configEpoch 5 meet: who takes a new one, and when. */
export const epochCollision = (seed: number): Decided => {
  const s = newStream(seed, 'experimenter')
  const { config, load, policy, origin, latency, service, warm } = cluster(0)
  const sim = new Simulation(BEHAVIOURS, { cluster: true, config, load, policy, origin, latency, service, warm }, seed)
  let bumped: Fact | null = null
  sim.observe({
    onFact: (f) => {
      if (f.type === 'epoch.collision') bumped ??= f
    },
  })
  sim.spawn('n1', 'node', { conf: null, keys: null, config: Object.entries(config) } satisfies NodeDisk)
  // processes started by hand are some way into their cron when they meet
  sim.runUntil(Math.round(uniform(s) * SEC))
  sim.spawn('n2', 'node', { conf: null, keys: null, config: Object.entries(config) } satisfies NodeDisk)
  sim.spawn('cli', 'console')
  sim.runUntil(SEC + Math.round(uniform(s) * SEC))
  const tell = (process: ProcessId, ...argv: string[]): void => void applyAction(sim, { type: 'command', process, argv })
  for (const id of ['n1', 'n2']) tell(id, 'CLUSTER', 'SET-CONFIG-EPOCH', '5')
  sim.runUntil(sim.world.now + 10 * MS)
  const [ip, port] = [stateOf(sim, 'n2').cluster!.peers[0].ip, stateOf(sim, 'n2').cluster!.peers[0].port]
  const met = sim.world.now
  tell('n1', 'CLUSTER', 'MEET', ip === '' ? '10.0.0.2' : ip, String(port))
  waitFor(sim, () => bumped !== null, 20 * SEC, MS)
  const fact = bumped as Fact | null
  if (fact === null) return { outcome: 'nobody takes a new epoch', ms: null }
  sim.runUntil(sim.world.now + 2 * SEC)
  const smaller = nodeIdOf('n1') < nodeIdOf('n2') ? 'n1' : 'n2'
  const epochs = ['n1', 'n2'].map((id) => stateOf(sim, id).cluster!.peers[0].configEpoch)
  const settled =
    Math.max(...epochs) === 6 && Math.min(...epochs) === 5 && ['n1', 'n2'].every((id) => stateOf(sim, id).cluster!.currentEpoch === 6)
  return { outcome: fact.process === smaller && settled ? SMALLER_ID_BUMPS : `${fact.process} takes a new epoch`, ms: (fact.at - met) / MS }
}

// ------------------------------------------------------------------ recording 07: manual failover

export type ManualMode = 'plain' | 'FORCE' | 'TAKEOVER'

export interface ManualFailover {
  outcome: string
  /** from the command to the promotion, ms. */
  promoted: number
  /** writes acknowledged by the old primary that the new one does not have. */
  lost: number
  /** the replica sat out the retry window of its shard's last election, or was refused a vote for the same primary. */
  waited: boolean
}

const WRITE_EVERY: Micros = Math.round(0.1 * MS)

/**
 * CLUSTER FAILOVER on the replica of a living primary that is written to all the time. `again`: there, back and there again
 * on one shard, as in the recording, where the retry window of its first election holds a replica back.
 */
export const manualFailover = (mode: ManualMode, seed: number, again = false): ManualFailover => {
  const sim = buildSimulation(cluster(1), seed)
  const s = newStream(seed, 'experimenter')
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  sim.runUntil(3 * SEC + Math.round(uniform(s) * SEC))
  const shard = below(s, 3)
  let result: ManualFailover | null = null
  for (let i = 0; i < (again ? 3 : 1); i++) {
    const members = [`n${shard + 1}`, `n${shard + 4}`]
    const primary = members.find((id) => isPrimary(sim, id))!
    const replica = members.find((id) => id !== primary)!
    result = handOver(sim, mode, primary, replica, facts)
    // the recording waits until all agree, 600 ms more, and writes for about two seconds: a primary hands over only to a replica that it knows for its own
    const knows = (id: ProcessId): boolean => {
      const { peers, replicaOf } = stateOf(sim, id).cluster!
      return peers.some((p, i) => p.process === primary && replicaOf[i] >= 0 && peers[replicaOf[i]].process === replica)
    }
    waitFor(sim, () => nodesOf(sim).every(knows) && stateOf(sim, primary).repl.linkState === 'connected', 20 * SEC, 10 * MS)
    sim.runUntil(sim.world.now + 600 * MS + Math.round((1.6 + uniform(s) * 0.8) * SEC))
  }
  return result!
}

const handOver = (sim: Simulation, mode: ManualMode, primary: ProcessId, replica: ProcessId, facts: Fact[]): ManualFailover => {
  let key = ''
  for (let i = 0; slotOwner(stateOf(sim, primary), keySlot(key)) !== 0; i++) key = `k${i}`
  let sent = 0
  const write = (): void => void applyAction(sim, { type: 'command', process: primary, argv: ['SET', key, String(++sent)] })
  for (let i = 0; i < 100; i++) {
    write()
    sim.runUntil(sim.world.now + WRITE_EVERY)
  }
  facts.length = 0
  const asked = sim.world.now
  applyAction(sim, {
    type: 'failover',
    process: replica,
    ...(mode === 'plain' ? {} : { mode: mode === 'FORCE' ? ('force' as const) : ('takeover' as const) }),
  })
  const promotion = (): Fact | undefined => facts.find((f) => f.type === 'failover.promoted' && f.process === replica)
  const end = asked + 6 * SEC
  for (let turn = 0; sim.world.now < end && (promotion() === undefined || isPrimary(sim, primary)); turn++) {
    // while it waits for its retry window, a write now and then is enough
    if (turn < 2000 || sim.world.now - asked > 1300 * MS) write()
    sim.runUntil(sim.world.now + (turn < 2000 ? WRITE_EVERY : 2 * MS))
  }
  sim.runUntil(sim.world.now + 100 * MS)
  const acked = facts
    .filter((f) => f.type === 'console.replied' && f.data.argv[0] === 'SET' && isOk(f.data.reply))
    .map((f) => Number((f.data as { argv: string[] }).argv[2]))
  const promoted = promotion()
  if (promoted === undefined) return { outcome: 'nobody is promoted', promoted: Number.NaN, lost: 0, waited: true }
  const kept = Number(getEntry(stateOf(sim, replica).keys, key)?.value ?? 0)
  const ms = (promoted.at - asked) / MS
  return {
    outcome: `promoted, ${acked.some((n) => n > kept) ? 'acknowledged writes lost' : 'no write lost'}`,
    promoted: ms,
    lost: acked.filter((n) => n > kept).length,
    waited: ms > 200,
  }
}

const isOk = (reply: unknown): boolean => typeof reply === 'object' && reply !== null && 'simple' in reply
