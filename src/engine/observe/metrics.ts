import type { Fact } from '../core/fact.ts'
import type { ProcessId } from '../core/process.ts'
import type { Observer } from '../core/simulation.ts'
import type { World } from '../core/world.ts'
import type { Micros } from '../core/time.ts'
import { memoryUse } from '../redis/memory.ts'
import type { NodeState } from '../redis/state.ts'
import type { OriginState } from '../origin/origin.ts'
import { newVersions, setVersion, versionIn, type Versions } from '../workload/versions.ts'
import { bucketOf, newHistogram, quantileOf } from './histogram.ts'

/** Length of a metric window, µs. */
export const WINDOW: Micros = 250_000

/** One window. Ratios are left to the reader: counts add up over windows. Times in µs. */
export interface MetricWindow {
  at: Micros
  requests: number
  errors: number
  hits: number
  misses: number
  l1Hits: number
  p50: Micros
  p99: Micros
  originQueries: number
  originQueue: number
  moved: number
  ask: number
  /** reads that returned an older version than the origin held at that moment. */
  stale: number
  /** the largest lag of any replica with its link up, bytes. */
  lag: number
  ops: Record<ProcessId, number>
  /** by application: [errors, L1 hits, hits, misses]. */
  apps: Record<ProcessId, [number, number, number, number]>
  /** acknowledged writes known to be lost so far in this run. */
  lost: number
  /** keys evicted, and commands refused for want of memory. */
  evicted: number
  oom: number
  /** memory of all primaries, bytes, and how much they may use together; 0 = at least one has no limit. */
  memory: number
  maxmemory: number
}

export interface MetricsState {
  windowAt: Micros
  requests: number
  errors: number
  hits: number
  misses: number
  l1Hits: number
  originQueries: number
  moved: number
  ask: number
  stale: number
  lost: number
  /** newest version of each row, as the origin told. */
  versions: Versions
  /** acknowledged writes a primary's replicas may not have: per primary their offsets, newest last. */
  unconfirmed: Map<ProcessId, number[]>
  /** primaries that were replaced and do not know yet: what they acknowledge is lost. */
  deposed: Set<ProcessId>
  commandsBefore: Map<ProcessId, number>
  /** by node: keys evicted and commands refused so far. */
  evictedBefore: Map<ProcessId, [number, number]>
  apps: Map<ProcessId, [number, number, number, number]>
  samples: number
}

/** Newest acknowledged writes kept a primary: far more than any replica can be behind by at the lab's loads. */
const KEPT = 4096

/** Folds facts into metric windows. `roll` must be called at each window's end with the world of that moment. */
export class Metrics implements Observer {
  state: MetricsState
  windows: MetricWindow[] = []
  private readonly histogram = newHistogram()

  constructor(at: Micros) {
    this.state = {
      windowAt: at - (at % WINDOW),
      requests: 0,
      errors: 0,
      hits: 0,
      misses: 0,
      l1Hits: 0,
      originQueries: 0,
      moved: 0,
      ask: 0,
      stale: 0,
      lost: 0,
      versions: newVersions(),
      unconfirmed: new Map(),
      deposed: new Set(),
      commandsBefore: new Map(),
      evictedBefore: new Map(),
      apps: new Map(),
      samples: 0,
    }
  }

  onFact(fact: Fact): void {
    const s = this.state
    switch (fact.type) {
      case 'request.done': {
        const d = fact.data
        s.requests++
        let app = s.apps.get(fact.process)
        if (app === undefined) s.apps.set(fact.process, (app = [0, 0, 0, 0]))
        if (d.outcome === 'error') {
          s.errors++
          app[0]++
        } else {
          this.histogram[bucketOf(d.latency)]++
          s.samples++
          if (d.op === 'read') {
            if (d.outcome === 'l1') {
              s.l1Hits++
              app[1]++
            } else if (d.outcome === 'hit') {
              s.hits++
              app[2]++
            } else {
              s.misses++
              app[3]++
            }
            if (d.version < versionIn(s.versions, d.key)) s.stale++
          }
        }
        return
      }
      case 'origin.query':
        s.originQueries++
        return
      case 'client.redirected':
        if (fact.data.kind === 'MOVED') s.moved++
        else s.ask++
        return
      case 'row.updated':
        setVersion(s.versions, fact.data.key, fact.data.version)
        return
      case 'write.acked': {
        if (s.deposed.has(fact.process)) {
          s.lost++
          return
        }
        let list = s.unconfirmed.get(fact.process)
        if (list === undefined) s.unconfirmed.set(fact.process, (list = []))
        list.push(fact.data.offset)
        if (list.length > 2 * KEPT) list.splice(0, KEPT)
        return
      }
      case 'failover.promoted': {
        const { from, offset } = fact.data
        const list = s.unconfirmed.get(from) ?? []
        for (const acked of list) if (acked > offset) s.lost++
        s.unconfirmed.delete(from)
        s.unconfirmed.delete(fact.process)
        s.deposed.delete(fact.process)
        s.deposed.add(from)
        return
      }
      case 'role.changed':
      case 'process.restarted':
        s.deposed.delete(fact.process)
        s.unconfirmed.delete(fact.process)
        return
      default:
        return
    }
  }

  /** Forgets the running window's latencies: keyframes stand at window ends, where there are none. */
  clearWindow(): void {
    this.histogram.fill(0)
  }

  /** Closes the running window. Call exactly when simulated time stands at its end. */
  roll(world: World): void {
    const s = this.state
    const ops: Record<ProcessId, number> = {}
    let lag = 0
    let originQueue = 0
    const room = { evicted: 0, oom: 0, memory: 0, maxmemory: 0 }
    let isLimited = true
    for (const p of world.processes.values()) {
      if (p.kind === 'origin' && p.state !== null) originQueue = (p.state as OriginState).queue.length
      if (p.kind !== 'node' || p.state === null) continue
      const n = p.state as NodeState
      ops[p.id] = Math.max(0, n.stats.commands - (s.commandsBefore.get(p.id) ?? 0))
      s.commandsBefore.set(p.id, n.stats.commands)
      if (n.repl.role === 'primary') {
        const [evicted, refused] = s.evictedBefore.get(p.id) ?? [0, 0]
        room.evicted += Math.max(0, n.stats.evicted - evicted)
        room.oom += Math.max(0, n.stats.refusedForMemory - refused)
        if (n.stats.evicted > 0 || n.stats.refusedForMemory > 0) s.evictedBefore.set(p.id, [n.stats.evicted, n.stats.refusedForMemory])
        room.memory += memoryUse(n).total
        const limit = n.memory?.limit ?? 0
        room.maxmemory += limit
        if (limit === 0) isLimited = false
      }
      if (n.repl.role === 'replica' && n.repl.linkState === 'connected' && n.repl.primary !== null) {
        const primary = world.processes.get(n.repl.primary)?.state as NodeState | null | undefined
        if (primary) lag = Math.max(lag, primary.repl.offset - n.repl.offset)
      }
    }
    this.windows.push({
      at: s.windowAt,
      requests: s.requests,
      errors: s.errors,
      hits: s.hits,
      misses: s.misses,
      l1Hits: s.l1Hits,
      p50: quantileOf(this.histogram, s.samples, 0.5),
      p99: quantileOf(this.histogram, s.samples, 0.99),
      originQueries: s.originQueries,
      originQueue,
      moved: s.moved,
      ask: s.ask,
      stale: s.stale,
      lag,
      ops,
      apps: Object.fromEntries(s.apps),
      lost: s.lost,
      ...room,
      maxmemory: isLimited ? room.maxmemory : 0,
    })
    s.windowAt += WINDOW
    s.requests = s.errors = s.hits = s.misses = s.l1Hits = s.originQueries = s.moved = s.ask = s.stale = s.samples = 0
    s.apps.clear()
    this.histogram.fill(0)
  }
}
