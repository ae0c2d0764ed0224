import type { ComputeName, Params } from '../content/questions/types.ts'
import { applyAction } from '../engine/apply.ts'
import { buildSimulation } from '../engine/build.ts'
import { planAdd, type Member } from '../engine/admin/survey.ts'
import { expiresEarly } from '../engine/caching/xfetch.ts'
import type { Fact, FactOf, FactType } from '../engine/core/fact.ts'
import { below, exponential, newStream, uniform } from '../engine/core/random.ts'
import type { Simulation } from '../engine/core/simulation.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import { DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import { isError } from '../engine/redis/reply.ts'
import { keySlot, SLOTS } from '../engine/redis/slots.ts'
import type { Scenario } from '../engine/scenario.ts'
import { buildRing, equalServers, keyHash, ringOwner, type Server } from '../engine/sharding/ring.ts'

/**
 * Measurements beside the laws: the engine's own parts are set going with a question's numbers and counted. The long ones are
 * generators, so that a page may take them in slices.
 */
export interface Measurement {
  /** what was done, after the number: 'of 20 000 keys on a ring with 150 points a node'. */
  how: string
  run(p: Params, seed: number): number | Generator<undefined, number>
}

const quietScenario = (set: Partial<Scenario>): Scenario => ({
  id: 'measure',
  title: '',
  about: '',
  topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 0 },
  config: {},
  load: { rate: 0, reads: 1, keys: 1, zipf: 0, hot: 0 },
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 1,
  startAt: 0,
  seed: 1,
  ...set,
})

const watched = (scenario: Scenario, seed: number): { sim: Simulation; facts: Fact[] } => {
  const sim = buildSimulation(scenario, seed)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => void facts.push(f) })
  return { sim, facts }
}

const SLICE = 500

function* runTo(sim: Simulation, at: Micros): Generator<undefined, void> {
  while (!sim.runUntil(at, SLICE)) yield
}

/** Until a fact of that type passes the test. */
function* until<T extends FactType>(
  sim: Simulation,
  facts: Fact[],
  type: T,
  test: (f: FactOf<T>) => boolean,
  limit: Micros,
): Generator<undefined, FactOf<T> | null> {
  let seen = 0
  for (let at = sim.world.now; at < limit;) {
    at = Math.min(limit, at + 100 * MS)
    yield* runTo(sim, at)
    for (; seen < facts.length; seen++) {
      const f = facts[seen]
      if (f.type === type && test(f as FactOf<T>)) return f as FactOf<T>
    }
  }
  return null
}

/** Keys asked of a placement; many are sampled. */
const SAMPLE = 20_000

function* movedOf(p: Params, ownersOf: (key: string) => boolean): Generator<undefined, number> {
  const sample = Math.min(p.keys, SAMPLE)
  let moved = 0
  for (let i = 0; i < sample; i++) {
    if (ownersOf(`item:${i}`)) moved++
    if (i % 2000 === 1999) yield
  }
  return (moved * p.keys) / sample
}

/** The node of a key where the slots are shared out evenly. */
const nodeOf = (key: string, nodes: number): number => Math.floor((keySlot(key) * nodes) / SLOTS)

/** Servers of a ring; another seed names others, so that the ring is another. */
const servers = (count: number, seed: number): Server[] => equalServers(Array.from({ length: count }, (_, i) => `cache${seed}-${i}:6379`))

const timeout = (p: Params) => ({ 'cluster-node-timeout': String(p.timeout * 1000) })

export const MEASURE: Partial<Record<ComputeName, Measurement>> = {
  ringMoved: {
    how: 'on a ring built here, 160 points a node',
    *run(p, seed) {
      const [before, after] = [buildRing(servers(p.nodes, seed)), buildRing(servers(p.nodes + 1, seed))]
      yield
      return yield* movedOf(p, (key) => {
        const hash = keyHash(key)
        return ringOwner(before, hash) !== ringOwner(after, hash)
      })
    },
  },
  moduloMoved: {
    how: 'with keys hashed here',
    *run(p, seed) {
      return yield* movedOf(p, (key) => {
        const hash = keyHash(`${key}/${seed}`)
        return hash % p.nodes !== hash % (p.nodes + 1)
      })
    },
  },
  staleFills: {
    how: 'in one hour of updates and fills drawn here',
    run(p, seed) {
      const stream = newStream(seed, 'updates')
      const gap = 60_000 / p.updates
      let stale = 0
      for (let i = 0; i < p.fills; i++) if (exponential(stream, gap) < p.window) stale++
      return stale
    },
  },
  stampede: {
    how: 'queries in a run of five applications without a lock',
    *run(p, seed) {
      const service = p.took * MS
      const scenario = quietScenario({
        topology: { cluster: true, primaries: 3, replicasPerPrimary: 0, apps: 5 },
        load: { rate: p.rate, reads: 1, keys: 1, zipf: 0, hot: 1 },
        origin: { workers: 10_000, service, fixed: true, queue: 10_000, timeout: 60 * SEC },
        policy: { ...DEFAULT_POLICY, ttl: 86_400 * SEC },
      })
      const { sim, facts } = watched(scenario, seed)
      yield* runTo(sim, SEC)
      applyAction(sim, { type: 'expireHot' })
      yield* runTo(sim, 2 * SEC + 2 * service)
      return facts.filter((f) => f.type === 'origin.query' && f.at >= SEC).length
    },
  },
  sleepOnceLock: {
    how: 'queries with arrivals drawn here',
    run(p, seed) {
      const stream = newStream(seed, 'arrivals')
      let queries = 1
      // a loser looks again 100 ms later: it asks for itself when the value is not there yet
      for (let t = exponential(stream, 1000 / p.rate); t + 100 < p.took; t += exponential(stream, 1000 / p.rate)) queries++
      return queries
    },
  },
  failover: {
    how: 's in one run of this cluster',
    *run(p, seed) {
      const scenario = quietScenario({
        config: timeout(p),
        topology: { cluster: true, primaries: p.primaries, replicasPerPrimary: 1, apps: 0 },
      })
      const { sim, facts } = watched(scenario, seed)
      // anywhere in the rhythm of the pings
      const at = Math.round(p.timeout * (1 + uniform(newStream(seed, 'moment'))) * SEC)
      yield* runTo(sim, at)
      applyAction(sim, { type: 'powerOff', process: 'n1' })
      const won = yield* until(sim, facts, 'failover.promoted', (f) => f.data.from === 'n1', at + 4 * p.timeout * SEC)
      return won === null ? Number.NaN : (won.at - at) / SEC
    },
  },
  missedInvalidation: {
    how: '% of 5 000 updates drawn here',
    run(p, seed) {
      const stream = newStream(seed, 'losses')
      let missed = 0
      for (let i = 0; i < 5000; i++) {
        let any = false
        for (let listener = 0; listener < p.listeners; listener++) any = uniform(stream) * 100 < p.loss || any
        if (any) missed++
      }
      return missed / 50
    },
  },
  askReplies: {
    how: 'ASK replies from a node whose slot is on the move',
    *run(p, seed) {
      // sixteen keys stand for the slot's keys; the replies are the engine's own
      const keys = 16
      const { sim, facts } = watched(quietScenario({ topology: { cluster: true, primaries: 3, replicasPerPrimary: 0, apps: 0 } }), seed)
      const tell = (process: string, ...argv: string[]) => applyAction(sim, { type: 'command', process, argv })
      yield* runTo(sim, SEC)
      const slot = keySlot('x')
      const per = SLOTS / 3
      const source = `n${Math.floor(slot / per) + 1}`
      const target = source === 'n1' ? 'n2' : 'n1'
      const idOf = function* (process: string): Generator<undefined, string> {
        const from = facts.length
        tell(process, 'CLUSTER', 'MYID')
        yield* runTo(sim, sim.world.now + 50 * MS)
        const answer = facts.slice(from).find((f) => f.type === 'console.replied')
        return answer?.type === 'console.replied' ? String(answer.data.reply) : ''
      }
      const [sourceId, targetId] = [yield* idOf(source), yield* idOf(target)]
      const stay = Math.round(keys * (1 - p.moved / p.keys))
      tell(target, 'CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', sourceId)
      for (let i = 0; i < stay; i++) tell(source, 'SET', `{x}:${i}`, 'v')
      yield* runTo(sim, sim.world.now + 100 * MS)
      tell(source, 'CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', targetId)
      yield* runTo(sim, sim.world.now + 100 * MS)
      const from = facts.length
      for (let i = 0; i < keys; i++) tell(source, 'GET', `{x}:${i}`)
      yield* runTo(sim, sim.world.now + 200 * MS)
      const asked = facts
        .slice(from)
        .filter((f) => f.type === 'console.replied' && isError(f.data.reply) && f.data.reply.error.startsWith('ASK '))
      return (asked.length / keys) * p.requests
    },
  },
  reshardSlots: {
    how: 'slots in the plan redis-cli’s rules give',
    run(p) {
      const share = SLOTS / p.primaries
      const members: Member[] = Array.from({ length: p.primaries }, (_, i) => {
        const first = Math.round(i * share)
        const last = i === p.primaries - 1 ? SLOTS - 1 : Math.round((i + 1) * share) - 1
        return {
          process: `n${i + 1}`,
          id: String(i).padStart(3, '0'),
          myself: i === 0,
          primary: true,
          replicaOf: '-',
          down: false,
          handshake: false,
          ranges: [[first, last]],
          slots: last - first + 1,
          open: [],
        }
      })
      return planAdd(members, 'new').length
    },
  },
  xfetchMean: {
    how: 'queries a cycle: 400 cycles, 100 reads a second',
    *run(p, seed) {
      const counts = yield* xfetchCycles(p.beta, seed)
      return counts.reduce((a, b) => a + b, 0) / counts.length
    },
  },
  xfetchOne: {
    how: '% of 400 cycles, 100 reads a second',
    *run(p, seed) {
      const counts = yield* xfetchCycles(p.beta, seed)
      return (100 * counts.filter((n) => n === 1).length) / counts.length
    },
  },
  spreadNodes: {
    how: 'nodes on average, 500 keys, each copy under a random name in its real slot',
    run(p, seed) {
      const stream = newStream(seed, 'names')
      let sum = 0
      for (let key = 0; key < 500; key++) {
        const hit = new Set<number>()
        for (let copy = 0; copy < p.copies; copy++) hit.add(nodeOf(`hot:${key}:${below(stream, 1_000_000_000)}`, p.nodes))
        sum += hit.size
      }
      return sum / 500
    },
  },
  hotNode: {
    how: '× the mean, 20 000 requests over 10 000 keys in real slots',
    run(p, seed) {
      const stream = newStream(seed, 'requests')
      const load = new Float64Array(p.nodes)
      const hot = nodeOf('item:hot', p.nodes)
      for (let i = 0; i < 20_000; i++) load[uniform(stream) * 100 < p.share ? hot : nodeOf(`item:${below(stream, 10_000)}`, p.nodes)]++
      return load[hot] / (20_000 / p.nodes)
    },
  },
  isolatedLoss: {
    how: 'writes at that rate until the cut-off primary of this run stopped',
    *run(p, seed) {
      const { sim, facts } = watched(quietScenario({ config: timeout(p) }), seed)
      const at = Math.round((p.timeout + 0.37) * SEC)
      yield* runTo(sim, at)
      applyAction(sim, { type: 'partition', inside: ['n1'] })
      const end = at + p.partition * SEC
      const stopped = yield* until(sim, facts, 'cluster.state', (f) => f.process === 'n1' && f.data.state === 'fail', end)
      yield* runTo(sim, end)
      if (!facts.some((f) => f.type === 'failover.promoted' && f.at <= end)) return 0
      return (p.writes * ((stopped?.at ?? end) - at)) / SEC
    },
  },
}

/** Recomputations in each of 400 cycles by the engine's own rule: 100 reads a second, one second a query, a long TTL. */
function* xfetchCycles(beta: number, seed: number): Generator<undefined, number[]> {
  const took = SEC
  const expiry = 60 * SEC
  const stream = newStream(seed, 'xfetch')
  const counts: number[] = []
  for (let cycle = 0; cycle < 400; cycle++) {
    let first = Infinity
    let count = 0
    // earlier than this nobody throws low enough: the chance of one read is e^−10
    for (let at = expiry - 10 * took * beta; ;) {
      at += exponential(stream, SEC / 100)
      if (at >= first + took) break
      if (!expiresEarly(at, took, beta, 1 - uniform(stream), expiry)) continue
      first = Math.min(first, at)
      count++
    }
    counts.push(count)
    if (cycle % 20 === 19) yield
  }
  return counts
}

/** All at once. */
export const finish = (run: number | Generator<undefined, number>): number => {
  if (typeof run === 'number') return run
  for (;;) {
    const step = run.next()
    if (step.done) return step.value
  }
}
