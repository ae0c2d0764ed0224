import { Simulation, type Behaviours } from './core/simulation.ts'
import { adminBehaviour } from './admin/admin.ts'
import { consoleBehaviour } from './admin/console.ts'
import { appBehaviour } from './client/app.ts'
import { encodeTimed, encodeValue } from './caching/values.ts'
import { PRIMARY_NAME, type SentinelDisk } from './sentinel/state.ts'
import { instanceAddress, sentinelIdOf } from './sentinel/address.ts'
import { sentinelBehaviour } from './sentinel/sentinel.ts'
import { intruderBehaviour } from './intruder/intruder.ts'
import { originBehaviour } from './origin/origin.ts'
import { linkKey } from './core/network.ts'
import type { Behaviour, ProcessId } from './core/process.ts'
import { uniform } from './core/random.ts'
import { addressOf, nodeIdOf } from './redis/address.ts'
import { slotOwner, type NodesConf } from './redis/bus.ts'
import { setEntry } from './redis/keyspace.ts'
import { nodeBehaviour, type NodeDisk } from './redis/node.ts'
import { keySlot } from './redis/slots.ts'
import type { NodeState } from './redis/state.ts'
import type { Scenario } from './scenario.ts'
import type { Settings } from './settings.ts'
import { HOT_KEY, keyName } from './workload/keys.ts'

export const BEHAVIOURS: Behaviours = {
  node: nodeBehaviour,
  sentinel: sentinelBehaviour,
  app: appBehaviour,
  origin: originBehaviour,
  admin: adminBehaviour,
  console: consoleBehaviour,
  intruder: intruderBehaviour,
} as unknown as Behaviours

/** Programs of the real world as one process of this one: how it behaves, and by which addresses they know the nodes. */
export interface Outside {
  behaviour: Behaviour
  addresses: Record<string, ProcessId>
}

/** The scenario's world before any process was started: for restoring a snapshot into. */
export const emptySimulation = (scenario: Scenario, seed: number, outside?: Outside): Simulation =>
  new Simulation(
    outside === undefined ? BEHAVIOURS : { ...BEHAVIOURS, outside: outside.behaviour },
    {
      cluster: scenario.topology.cluster,
      // its hosts stand in a network of their own: a scenario that wants protected mode says so
      config: { 'protected-mode': 'no', ...scenario.config },
      load: scenario.load,
      policy: scenario.policy,
      origin: scenario.origin,
      latency: scenario.latency,
      service: scenario.service,
      warm: scenario.warm,
      ...(outside === undefined ? {} : { addresses: outside.addresses }),
    },
    seed,
  )

/** How the nodes stand at the start: primaries n1…, then replicas, slots cut evenly (5461, 5462, 5461 for three). */
const initialConf = (scenario: Scenario, addresses: Settings['addresses']): NodesConf => {
  const { primaries, replicasPerPrimary, replicaOf } = scenario.topology
  const followers = replicaOf ?? Array.from({ length: primaries * replicasPerPrimary }, (_, i) => i % primaries)
  const perNode = 16384 / primaries
  let cursor = 0
  const nodes: NodesConf['nodes'] = []
  for (let i = 0; i < primaries; i++) {
    // redis-cli's arithmetic: a floating cursor, rounded; the last node takes what is left
    const first = Math.round(cursor)
    const last = i === primaries - 1 ? 16383 : Math.round(cursor + perNode - 1)
    cursor += perNode
    nodes.push({ process: `n${i + 1}`, primary: true, replicaOf: null, slots: [[first, last]], configEpoch: i + 1 })
  }
  followers.forEach((primary, i) => {
    nodes.push({ process: `n${primaries + i + 1}`, primary: false, replicaOf: `n${primary + 1}`, slots: [], configEpoch: 0 })
  })
  const { halfMoved } = scenario
  for (let slot = halfMoved?.slots[0] ?? 0; halfMoved !== undefined && slot <= halfMoved.slots[1]; slot++) {
    const of = (id: ProcessId) => nodes.find((n) => n.process === id)!
    ;(of(halfMoved.from).migrating ??= []).push([slot, nodeIdOf(halfMoved.to)])
    ;(of(halfMoved.to).importing ??= []).push([slot, nodeIdOf(halfMoved.from)])
  }
  if (addresses !== undefined) for (const n of nodes) [n.ip, n.port] = addressOf(n.process, addresses)
  return { nodes, currentEpoch: nodes.length }
}

/** sentinel.conf of a Sentinel that has been running: it knows the replicas and the other Sentinels. */
const sentinelConf = (scenario: Scenario, self: ProcessId, nodes: readonly ProcessId[], addresses: Settings['addresses']): SentinelDisk => {
  const { count, ...watch } = scenario.topology.sentinels!
  const [ip, port] = instanceAddress(nodes[0], addresses)
  const sentinels: [string, string, number][] = []
  for (let i = 1; i <= count; i++) if (`s${i}` !== self) sentinels.push([sentinelIdOf(`s${i}`), ...instanceAddress(`s${i}`, addresses)])
  const replicas = nodes.slice(1).map((n) => instanceAddress(n, addresses))
  const primary = { name: PRIMARY_NAME, ip, port, ...watch, configEpoch: 0, leaderEpoch: 0, replicas, sentinels }
  return { currentEpoch: 0, primaries: [primary] }
}

/** A running world: processes started in a fixed order, links and offsets as if they had always been there, the cache warm. */
export const buildSimulation = (scenario: Scenario, seed: number, outside?: Outside): Simulation => {
  const sim = emptySimulation(scenario, seed, outside)
  const { topology } = scenario
  const { addresses } = sim.world.settings
  const alone = !topology.cluster && topology.replicasPerPrimary === 0
  const conf = alone ? null : { ...initialConf(scenario, addresses), settled: true }
  const nodes = conf === null ? ['n1'] : conf.nodes.map((n) => n.process)
  for (const link of scenario.links ?? []) sim.world.network.faults.set(linkKey(link.a, link.b), Object.freeze({ ...link }))
  sim.spawn('origin', 'origin')
  const shared = Object.entries(sim.world.settings.config)
  const follows: [string, string][] = [['replicaof', instanceAddress('n1', addresses).join(' ')]]
  for (const id of nodes) {
    const config = topology.cluster || id === 'n1' ? shared : [...shared, ...follows]
    sim.spawn(id, 'node', { conf, keys: null, config } satisfies NodeDisk)
  }
  warmUp(sim, scenario, nodes)
  const sentinels = topology.sentinels?.count ?? 0
  for (let i = 1; i <= sentinels; i++) sim.spawn(`s${i}`, 'sentinel', sentinelConf(scenario, `s${i}`, nodes, addresses))
  for (let i = 1; i <= topology.apps; i++) sim.spawn(`app${i}`, 'app', scenario.own?.[`app${i}`])
  if (topology.cluster) sim.spawn('admin', 'admin')
  sim.spawn('cli', 'console')
  if (outside !== undefined) sim.spawn('outside', 'outside')
  if (scenario.tapped !== undefined) {
    sim.spawn('intruder', 'intruder')
    for (const id of scenario.tapped) sim.world.network.taps.add(id)
  }
  return sim
}

/** Of the slots of a migration left half done, the keys of every other one have gone over. */
const hasMoved = ({ halfMoved }: Scenario, slot: number): boolean =>
  halfMoved !== undefined && slot >= halfMoved.slots[0] && slot <= halfMoved.slots[1] && (slot - halfMoved.slots[0]) % 2 === 0

/** The most popular keys are cached already, their remaining times to live spread evenly, as after hours of traffic. */
const warmUp = (sim: Simulation, scenario: Scenario, nodes: readonly string[]): void => {
  const { load, policy, warm } = scenario
  const stream = sim.stream('warm')
  const keys: string[] = load.hot > 0 ? [HOT_KEY] : []
  for (let i = 0; i < Math.round(load.keys * warm); i++) keys.push(keyName(i))
  const states = nodes.map((id) => sim.process(id)!.state as NodeState)
  for (const key of keys) {
    const expireAt = sim.world.now + Math.max(1, Math.round(uniform(stream) * policy.ttl))
    const value = policy.fill === 'xfetch' ? encodeTimed(key, 1, scenario.origin.service, expireAt) : encodeValue(key, 1)
    const slot = keySlot(key)
    for (const state of states) if (holds(scenario, state, slot)) setEntry(state.keys, key, { type: 'string', value, expireAt })
  }
  if (scenario.large === undefined) return
  const { key, bytes } = scenario.large
  const value = 'x'.repeat(bytes)
  for (const state of states) if (holds(scenario, state, keySlot(key))) setEntry(state.keys, key, { type: 'string', value, expireAt: -1 })
}

/** Whether a slot's keys stand on this node: it owns the slot, or follows the owner. */
const holds = (scenario: Scenario, state: NodeState, slot: number): boolean => {
  const { cluster } = state
  if (cluster === null) return true
  const { halfMoved } = scenario
  const owner = hasMoved(scenario, slot) ? cluster.peers.findIndex((p) => p.process === halfMoved!.to) : slotOwner(state, slot)
  return owner === 0 || cluster.replicaOf[0] === owner
}
