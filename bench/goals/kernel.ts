import type { Behaviour } from '../../src/engine/core/process.ts'
import { exponentialWhole } from '../../src/engine/core/random.ts'
import { Simulation, type Behaviours } from '../../src/engine/core/simulation.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../src/engine/defaults.ts'
import type { Settings } from '../../src/engine/settings.ts'
import { goal } from '../lib/goal.ts'
import { compare, human, median } from '../lib/measure.ts'
import { named, peerCjs } from '../lib/peers.ts'
import { gated, raced, skipped, wrong, type Row } from '../lib/row.ts'
import { cppPeer, ns3Peer, simPyPeer, type SystemPeer } from '../lib/system.ts'

/** One server, Poisson arrivals, exponential service: as two timers of one process of the engine. Mean service 1 ms, ρ = 0.8. */
interface Queue {
  arrivals: number
  waiting: number[]
  head: number
  tail: number
  total: number
  served: number
}

const SERVICE = 1000
const GAP = 1250

const server: Behaviour<Queue> = {
  boot: (disk, ctx) => {
    ctx.setTimer('arrive', exponentialWhole(ctx.random('arrivals'), GAP))
    return { arrivals: disk as number, waiting: [], head: 0, tail: 0, total: 0, served: 0 }
  },
  persist: () => null,
  message: {},
  timer: {
    arrive: (s, ctx) => {
      if (s.head === s.tail) ctx.setTimer('done', exponentialWhole(ctx.random('service'), SERVICE))
      s.waiting[s.tail++] = ctx.now
      if (--s.arrivals > 0) ctx.setTimer('arrive', exponentialWhole(ctx.random('arrivals'), GAP))
    },
    done: (s, ctx) => {
      s.total += ctx.now - s.waiting[s.head++]
      s.served++
      if (s.head === s.tail) s.head = s.tail = 0
      else ctx.setTimer('done', exponentialWhole(ctx.random('service'), SERVICE))
    },
  },
}

const settings: Settings = {
  cluster: false,
  config: {},
  load: DEFAULT_LOAD,
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  warm: 0,
}

/**
 * Serves `customers`; the mean time in the system in units of the mean service time, and the events it took. The first one's world is
 * kept, as one is in the lab: with the last of its kind the collector takes the shapes of objects that compiled code relies on.
 */
const ourQueue = (customers: number, seed: number): { w: number; events: number; sim: Simulation } => {
  const sim = new Simulation({ origin: server } as unknown as Behaviours, settings, seed)
  let facts = 0
  sim.observe({ onFact: () => facts++ })
  const p = sim.spawn('origin', 'origin', customers)
  sim.runUntil(Number.MAX_SAFE_INTEGER)
  const state = p.state as Queue
  return { w: state.total / state.served / SERVICE, events: sim.world.events, sim }
}

interface SimJs {
  Sim: new () => { addEntity(entity: unknown): void; simulate(end: number, events: number): void }
  Random: new (seed: number) => { exponential(rate: number): number }
  Facility: new (name: string) => unknown
  Entity: new (...args: unknown[]) => {
    time(): number
    useFacility(facility: unknown, duration: number): { done(then: () => void): void }
    setTimer(duration: number): { done(then: () => void): void }
  }
}

/** The package is a browser bundle that leaves its names on `window`. */
const loadSimJs = (): SimJs => {
  const world = globalThis as { window?: { Sim?: SimJs } }
  world.window = {}
  peerCjs('simjs')
  const loaded = world.window.Sim!
  delete world.window
  return loaded
}

/** The same queue as simjs's own examples write it: an entity, a facility, a timer. */
const simJsQueue = ({ Sim, Random, Facility, Entity }: SimJs): ((customers: number, seed: number) => number) => {
  let random = new Random(1)
  let facility = new Facility('server')
  let left = 0
  let total = 0
  class Source extends Entity {
    start(): void {
      const came = this.time()
      this.useFacility(facility, random.exponential(1)).done(() => {
        total += this.time() - came
      })
      if (--left > 0) this.setTimer(random.exponential(SERVICE / GAP)).done(this.start)
    }
  }
  return (customers, seed) => {
    const sim = new Sim()
    random = new Random(seed)
    facility = new Facility('server')
    left = customers
    total = 0
    sim.addEntity(Source)
    sim.simulate(Infinity, Infinity)
    return total / customers
  }
}

const GOAL = 'G1 kernel, M/M/1 at ρ=0.8'
/** Half a million customers are a million events; the mean of that many is within a tenth of 1/(1−ρ) = 5. */
const FULL = 500_000
const right = (w: number): boolean => Math.abs(w - 5) < 0.5

const SYSTEM: [words: string, find: () => SystemPeer | null, target: number][] = [
  ['std::priority_queue (g++)', cppPeer, 0.5],
  ['SimPy', simPyPeer, 40],
  ['ns-3 Map scheduler', ns3Peer, 3],
]

/** Peers outside npm run as programs of their own and say how long they took. */
const againstSystem = (quick: boolean): Row[] =>
  SYSTEM.map(([words, find, target]) => {
    if (quick) return skipped(GOAL, words, target, 'a quick run has npm peers only')
    const peer = find()
    if (peer === null) return skipped(GOAL, words, target, 'not here')
    if (!right(peer.run(FULL, 1).w)) return wrong(GOAL, peer.name, "the peer's W is not 5")
    const rounds: [ours: number, theirs: number][] = []
    for (let round = 0; round < 7; round++) {
      const began = performance.now()
      ourQueue(FULL, 100 + round)
      const ours = (performance.now() - began) / 1000
      rounds.push([ours, peer.run(FULL, 100 + round).seconds])
    }
    const rate = (pick: 0 | 1): string => human(FULL / median(rounds.map((r) => r[pick])))
    return gated(GOAL, rate(0), `${peer.name} ${rate(1)}`, median(rounds.map(([a, b]) => b / a)), target, quick, 'customers a second')
  })

await goal(({ quick }) => {
  const simjs = simJsQueue(loadSimJs())
  const peer = named('simjs')
  const mine = ourQueue(FULL, 1)
  const again = ourQueue(FULL, 1)
  if (!right(mine.w) || mine.events !== 2 * FULL || again.w !== mine.w) return [wrong(GOAL, peer, `W = ${mine.w} in ${mine.events} events`)]
  const theirs = simjs(FULL, 1)
  if (!right(theirs)) return [wrong(GOAL, peer, `the peer's W = ${theirs}`)]
  let seed = 1
  const least = quick ? 50_000 : FULL
  const [ours, other] = compare(
    [
      { name: 'ringside', run: (n) => void ourQueue(n, seed++), least, most: FULL },
      { name: peer, run: (n) => void simjs(n, seed++), least, most: FULL },
    ],
    quick ? 7 : 11,
  )
  const words = `customers a second; W = ${mine.w.toFixed(2)} and ${theirs.toFixed(2)}`
  return [raced(GOAL, ours, other, 10, quick, words), ...againstSystem(quick)]
})
