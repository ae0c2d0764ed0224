import type { Fact, FactOf, FactType } from '../../core/fact.ts'
import { newPages } from '../../core/clone.ts'
import type { Behaviour, Context, ProcessId } from '../../core/process.ts'
import { Simulation, type Behaviours } from '../../core/simulation.ts'
import type { Micros } from '../../core/time.ts'
import { MS } from '../../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../defaults.ts'
import type { Action } from '../../action.ts'
import {
  bootCluster,
  busAccepted,
  busClosed,
  busConnected,
  busMessages,
  busTimers,
  persistCluster,
  startManualFailover,
  type NodeConf,
  type NodesConf,
} from '../bus.ts'
import { newCommandStats } from '../command-stats.ts'
import { replAccepted, replClosed, replConnected, replMessages, replTimers } from '../replication.ts'
import { newSlowLog } from '../slowlog.ts'
import type { NodeState } from '../state.ts'

/** A node that has the bus and replication and nothing else: what the protocol's tests run on. */
export const bareNode: Behaviour<NodeState> = {
  boot(disk, ctx) {
    const state = {
      self: ctx.self,
      id: '',
      ip: '',
      port: 0,
      cport: 0,
      config: new Map(Object.entries(ctx.settings.config)),
      bootedAt: ctx.now,
      keys: {
        table: newPages(1, () => new Map()),
        size: 0,
        perSlot: newPages(1, () => new Uint16Array(1)),
        perBlock: new Uint32Array(1),
        volatile: 0,
        expireCursor: 0,
        bytes: 0,
        unweighed: new Set(),
        use: null,
      },
      sessions: new Map(),
      nextClientId: 1,
      parked: new Map(),
      libraries: new Map(),
      db: 0,
      persistence: null,
      watchers: new Map(),
      tracking: null,
      pubsub: { channels: new Map(), patterns: new Map(), shards: new Map() },
      cluster: null,
      repl: {},
      script: null,
      pause: null,
      monitors: null,
      feeds: null,
      slow: newSlowLog(),
      acl: null,
      calls: newCommandStats(),
      stats: {
        commands: 0,
        hits: 0,
        misses: 0,
        expired: 0,
        evicted: 0,
        refusedForMemory: 0,
        connections: 0,
        changes: 0,
        opsSecond: 0,
        opsNow: 0,
        opsLast: 0,
      },
    } as unknown as NodeState
    bootCluster(state, disk as NodesConf | null, ctx)
    return state
  },
  persist: (state, empty) => persistCluster(state, !empty),
  message: { ...busMessages, ...replMessages } as unknown as Behaviour<NodeState>['message'],
  timer: { ...busTimers, ...replTimers },
  connected: (state, conn, ctx) => void (busConnected(state, conn, ctx) || replConnected(state, conn, ctx)),
  accepted: (state, conn, from, kind, ctx) => void (busAccepted(state, conn, from, kind, ctx) || replAccepted(state, conn, from, ctx)),
  closed: (state, conn, reason, ctx) => void (busClosed(state, conn, reason, ctx) || replClosed(state, conn, reason, ctx)),
  act(state, action: Action, ctx: Context) {
    if (action.type === 'failover') startManualFailover(state, 'plain', ctx)
  },
  cost: (_state, _type, _message, ctx) => ctx.settings.service.message,
}

/** Primaries n1…, then their replicas in rounds; slots shared out as redis-cli does. */
export const layout = (primaries: number, replicas: number): NodesConf => {
  const nodes: NodeConf[] = []
  let from = 0
  for (let i = 0; i < primaries; i++) {
    const to = i === primaries - 1 ? 16383 : Math.round(((i + 1) * 16384) / primaries) - 1
    nodes.push({ process: `n${i + 1}`, primary: true, replicaOf: null, slots: [[from, to]], configEpoch: i + 1 })
    from = to + 1
  }
  for (let r = 0; r < replicas; r++)
    for (let i = 0; i < primaries; i++)
      nodes.push({ process: `n${nodes.length + 1}`, primary: false, replicaOf: `n${i + 1}`, slots: [], configEpoch: 0 })
  return { nodes, currentEpoch: primaries, settled: true }
}

export interface Rig {
  sim: Simulation
  facts: Fact[]
  node(id: ProcessId): NodeState
  /** runs for so many milliseconds. */
  run(milliseconds: number): void
  /** runs until a fact of the type satisfies the test, at most `limit` ms. */
  until<T extends FactType>(type: T, test: (fact: FactOf<T>) => boolean, limit?: number): FactOf<T>
  of<T extends FactType>(type: T): FactOf<T>[]
}

export const rig = (conf: NodesConf, seed: number, config: Record<string, string> = {}): Rig => {
  const none = {} as Behaviour
  const behaviours = { node: bareNode, app: none, origin: none, admin: none, console: none } as unknown as Behaviours
  const sim = new Simulation(
    behaviours,
    {
      cluster: true,
      config,
      load: DEFAULT_LOAD,
      policy: DEFAULT_POLICY,
      origin: DEFAULT_ORIGIN,
      latency: { mean: 100, spread: 50 },
      service: { command: 10, message: 5 },
      warm: 0,
    },
    seed,
  )
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  for (const n of conf.nodes) sim.spawn(n.process, 'node', conf)
  const later = (t: number): Micros => sim.world.now + Math.round(t * MS)
  return {
    sim,
    facts,
    node: (id) => sim.process(id)!.state as NodeState,
    run: (t) => void sim.runUntil(later(t)),
    until(type, test, limit = 120_000) {
      const end = later(limit)
      let seen = facts.length
      while (sim.step(end)) {
        for (; seen < facts.length; seen++) {
          const f = facts[seen]
          if (f.type === type && test(f as never)) return f as never
        }
      }
      throw new Error(`no ${type} within ${limit} ms`)
    },
    of: (type) => facts.filter((f) => f.type === type) as never,
  }
}
