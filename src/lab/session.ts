import { reshardOf, type AdminState } from '../engine/admin/admin.ts'
import type { Action, RecordedAction } from '../engine/action.ts'
import { applyAction, type Outcome } from '../engine/apply.ts'
import { buildSimulation } from '../engine/build.ts'
import { clone } from '../engine/core/clone.ts'
import type { Fact } from '../engine/core/fact.ts'
import type { Observer, Simulation } from '../engine/core/simulation.ts'
import type { World } from '../engine/core/world.ts'
import { SEC, type Micros } from '../engine/core/time.ts'
import { QUIET } from '../engine/facts.ts'
import { Metrics, WINDOW, type MetricsState, type MetricWindow } from '../engine/observe/metrics.ts'
import type { Run, Scenario } from '../engine/scenario.ts'
import { HOT_KEY } from '../engine/workload/keys.ts'
import type { Mark } from './frame.ts'
import { ENGINE_VERSION } from './version.ts'

interface Keyframe {
  at: Micros
  events: number
  world: World
  metrics: MetricsState
  facts: number
  windows: number
  /** how many actions had been applied. */
  applied: number
}

/** Facts at which auto pacing must look again before going on. */
const DECISIVE: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
  'node.pfail',
  'node.fail',
  'election.scheduled',
  'election.started',
  'election.granted',
  'election.won',
  'failover.promoted',
  'cluster.state',
  'invalidation.published',
  'hot.expired',
  'row.updated',
  'process.crashed',
  'role.changed',
  'action.applied',
])

/** A keyframe every so often, sooner where so much happens, and never sooner than that: what a step back has to run again stays short. */
const KEYFRAME = { every: 3 * SEC, events: 60_000, least: SEC }

/**
 * One run with its past: the simulation, what was observed, keyframes, and the list of actions.
 * Host-neutral: it never looks at the wall clock.
 */
export class Session {
  readonly scenario: Scenario
  readonly seed: number
  readonly sim: Simulation
  readonly metrics: Metrics
  facts: Fact[] = []
  marks: Mark[] = []
  /** every action of this run; those from `applied` on are the old future. */
  actions: RecordedAction[]
  applied = 0
  /** the furthest moment ever computed. */
  end: Micros
  /** set when a decisive fact was told; auto pacing clears it. */
  decisive = false
  /** least index of facts / windows that changed since it was last reset: what a reader must take again. */
  factsChangedFrom = 0
  windowsChangedFrom = 0
  private keyframes: Keyframe[] = []
  /** all that was ever told of this run, also after now: for going forward to a keyframe. */
  private known: { facts: Fact[]; windows: MetricWindow[] } = { facts: [], windows: [] }
  private undone: RecordedAction[][] = []
  private readonly observer: Observer

  constructor(scenario: Scenario, seed: number, actions: RecordedAction[] = []) {
    this.scenario = scenario
    this.seed = seed
    this.actions = actions.slice()
    this.sim = buildSimulation(scenario, seed)
    this.metrics = new Metrics(0)
    this.observer = {
      onFact: (fact) => {
        this.metrics.onFact(fact)
        // by far the most of what is quiet
        if (fact.type === 'request.done' || QUIET.has(fact.type) || this.isNoise(fact)) return
        this.facts.push(fact)
        this.mark(fact)
        if (DECISIVE.has(fact.type)) this.decisive = true
      },
    }
    this.sim.observe(this.observer)
    this.keep()
    this.end = 0
    this.advance(scenario.startAt)
    this.end = scenario.startAt
  }

  /** Refreshes that brought nothing new; the thousand small steps of a resharding; updates and invalidations that the load itself makes, but for a key the learner touched. */
  private isNoise(fact: Fact): boolean {
    if (fact.type === 'client.refreshed') return fact.data.changed === 0 || this.isResharding()
    if (fact.type === 'slots.rebound') return this.isResharding()
    if (fact.type !== 'row.updated' && fact.type !== 'invalidation.published' && fact.type !== 'invalidation.received') return false
    const { key } = fact.data
    for (let i = this.applied; i >= 0; i--) {
      const a = this.actions[i]?.action
      if (a && (a.type === 'updateRow' || a.type === 'expireHot') && ((a.type === 'updateRow' && a.key) || HOT_KEY) === key) return false
    }
    return true
  }

  private isResharding(): boolean {
    const admin = this.sim.process('admin')
    return admin?.state ? reshardOf(admin.state as AdminState) !== null : false
  }

  get now(): Micros {
    return this.sim.world.now
  }
  get events(): number {
    return this.sim.world.events
  }

  // ------------------------------------------------------------------ forward

  /**
   * Runs to `target`, applying recorded actions in their exact places. Stops early after `most` events, or (when asked) right after
   * a decisive fact. Returns true when `target` was reached.
   */
  advance(target: Micros, most = Infinity, stopAtDecisive = false): boolean {
    const stopAt = this.events + most
    if (stopAtDecisive) this.decisive = false
    for (;;) {
      const w = this.sim.world
      const next = this.actions[this.applied]
      const boundary = this.metrics.state.windowAt + WINDOW
      const limit = Math.min(target, boundary)
      const due = next !== undefined && next.at <= limit
      // a recording of another engine may disagree about the count of events: then its time decides
      if (due && (w.events >= next.events || !this.sim.nextEventBy(next.at))) {
        if (w.events >= stopAt) return false
        w.now = Math.max(w.now, next.at)
        applyAction(this.sim, next.action)
        this.applied++
      } else {
        const most = Math.min(stopAt, due ? next.events : Infinity) - w.events
        if (most <= 0) return false
        if (this.runSome(due ? next.at : limit, most, stopAtDecisive) && !due) {
          if (w.now > this.end) this.end = w.now
          if (target <= boundary) return true
          this.metrics.roll(w)
          this.keep()
        }
      }
      if (w.now > this.end) this.end = w.now
      if (stopAtDecisive && this.decisive) return false
    }
  }

  private runSome(limit: Micros, most: number, stopAtDecisive: boolean): boolean {
    if (!stopAtDecisive) return this.sim.runUntil(limit, most)
    for (let left = most; left > 0; left--) {
      if (!this.sim.step(limit)) return this.sim.runUntil(limit)
      if (this.decisive) return false
    }
    return false
  }

  /** Acts now. Acting in the past drops the old future. */
  dispatch(action: Action): Outcome {
    const place: RecordedAction = { at: this.now, events: this.events, action }
    const before = this.facts.length
    const outcome = applyAction(this.sim, action)
    if (!outcome.accepted) {
      // a refusal is told but is no part of the run: it changed nothing
      this.sim.world.events--
      this.facts.length = before
      this.factsChangedFrom = Math.min(this.factsChangedFrom, before)
      return outcome
    }
    this.dropFuture()
    this.actions.push(place)
    this.applied = this.actions.length
    this.undone = []
    return outcome
  }

  private dropFuture(): void {
    if (this.applied < this.actions.length || this.end > this.now) {
      this.actions.length = this.applied
      this.keyframes = this.keyframes.filter((k) => k.events < this.events)
      this.marks = this.marks.filter((m) => m.at <= this.now)
      this.end = this.now
      this.known = { facts: [], windows: [] }
    }
  }

  // ------------------------------------------------------------------ backward

  /** To any moment of the run, forwards or backwards. */
  seek(at: Micros): void {
    const target = Math.max(this.scenario.startAt, Math.min(at, Math.max(this.end, this.now)))
    if (target < this.now) this.restore(this.keyframeBefore((k) => k.at <= target))
    else {
      const ahead = this.keyframeBefore((k) => k.at <= target)
      if (ahead.at > this.now + SEC) this.restore(ahead)
    }
    this.advance(target)
  }

  /** To the exact place of an action, with it not yet applied. */
  private seekToAction(index: number): void {
    const place = this.actions[index]
    this.restore(this.keyframeBefore((k) => k.applied <= index && k.events <= place.events && k.at <= place.at))
    const tail = this.actions.splice(index)
    this.arrive(place)
    this.actions.push(...tail)
  }

  /** Forwards to an exact place: its time, with just so many events processed. */
  arrive(place: { at: Micros; events: number }): void {
    this.advance(place.at, place.events - this.events)
    while (this.metrics.state.windowAt + WINDOW < place.at) {
      this.sim.world.now = this.metrics.state.windowAt + WINDOW
      this.metrics.roll(this.sim.world)
    }
    this.sim.world.now = Math.max(this.now, place.at)
    if (this.now > this.end) this.end = this.now
  }

  undo(): boolean {
    if (this.applied === 0) return false
    const index = this.applied - 1
    const removed = this.actions.slice(index)
    this.seekToAction(index)
    this.actions.length = index
    this.keyframes = this.keyframes.filter((k) => k.applied <= index)
    this.marks = this.marks.filter((m) => m.at <= this.now)
    this.end = this.now
    this.known = { facts: [], windows: [] }
    this.undone.push(removed)
    return true
  }

  redo(): boolean {
    const back = this.undone.pop()
    if (!back) return false
    this.actions.length = this.applied
    this.actions.push(...back)
    const last = back[back.length - 1]
    this.end = Math.max(this.end, last.at)
    this.advance(last.at)
    return true
  }

  private keyframeBefore(fits: (k: Keyframe) => boolean): Keyframe {
    for (let i = this.keyframes.length - 1; i >= 0; i--) if (fits(this.keyframes[i])) return this.keyframes[i]
    return this.keyframes[0]
  }

  private keep(): void {
    const w = this.sim.world
    const last = this.keyframes[this.keyframes.length - 1]
    if (last) {
      const since = w.now - last.at
      if (since < KEYFRAME.least || (since < KEYFRAME.every && w.events - last.events < KEYFRAME.events)) return
    }
    this.keyframes.push({
      at: w.now,
      events: w.events,
      world: this.sim.snapshot(),
      metrics: clone(this.metrics.state),
      facts: this.facts.length,
      windows: this.metrics.windows.length,
      applied: this.applied,
    })
    this.thin(w.now)
  }

  /** Keyframes stand at distances that grow with their age, a fortieth of it: about a hundred for a run of some minutes. */
  private thin(now: Micros): void {
    if (this.keyframes.length < 40) return
    const kept: Keyframe[] = []
    for (const k of this.keyframes) {
      const before = kept[kept.length - 1]
      if (before === undefined || k.at - before.at >= (now - k.at) / 40) kept.push(k)
    }
    this.keyframes = kept
  }

  private restore(k: Keyframe): void {
    const { metrics, known } = this
    this.sim.restore(k.world)
    metrics.state = clone(k.metrics)
    metrics.clearWindow()
    if (this.facts.length > known.facts.length) known.facts = this.facts.slice()
    if (metrics.windows.length > known.windows.length) known.windows = metrics.windows.slice()
    this.facts = known.facts.slice(0, k.facts)
    metrics.windows = known.windows.slice(0, k.windows)
    this.factsChangedFrom = Math.min(this.factsChangedFrom, this.facts.length)
    this.windowsChangedFrom = Math.min(this.windowsChangedFrom, this.metrics.windows.length)
    this.applied = k.applied
  }

  // ------------------------------------------------------------------ the run as a value

  run(): Run {
    return {
      format: 1,
      engine: ENGINE_VERSION,
      scenario: this.scenario.id,
      seed: this.seed,
      actions: this.actions.slice(0, this.applied),
      at: this.now,
      events: this.events,
    }
  }

  /** A world of the past to look at: the newest keyframe at or before an event, with the actions that follow it. */
  keyframeBeforeEvent(event: number): { world: World; applied: number } {
    const k = this.keyframeBefore((f) => f.events < event)
    return { world: k.world, applied: k.applied }
  }

  private mark(fact: Fact): void {
    const mark = markOf(fact)
    if (mark === null || (fact.at <= this.end && this.marks.some((m) => m.factId === mark.factId))) return
    this.marks.push(mark)
  }
}

const markOf = (fact: Fact): Mark | null => {
  const mark = (kind: Mark['kind'], label: string): Mark => ({ at: fact.at, factId: fact.id, kind, label })
  switch (fact.type) {
    case 'action.applied': {
      const a = fact.data.action
      return a.type === 'command' ? null : mark('action', 'process' in a ? `${a.type} ${a.process}` : a.type)
    }
    case 'node.pfail':
      return mark('pfail', `${fact.process} PFAIL ${fact.data.about}`)
    case 'node.fail':
      return mark('fail', `${fact.data.about} FAIL`)
    case 'election.scheduled':
      return mark('election', `${fact.process} waits its turn`)
    case 'election.started':
      return mark('election', `${fact.process} asks for votes`)
    case 'election.granted':
      return mark('vote', `${fact.process} votes for ${fact.data.to}`)
    case 'failover.promoted':
      return mark('promoted', `${fact.process} promoted`)
    case 'sentinel.sdown':
      return fact.data.what === 'primary' ? mark('pfail', `${fact.process} SDOWN ${fact.data.about}`) : null
    case 'sentinel.odown':
      return mark('fail', `${fact.data.about} ODOWN`)
    case 'sentinel.tried':
      return mark('election', `${fact.process} asks to lead`)
    case 'sentinel.voted':
      return mark('vote', `${fact.process} votes for ${fact.data.to}`)
    case 'sentinel.promoted':
      return mark('promoted', `${fact.data.replica} promoted`)
    case 'sentinel.converted':
      return mark('state', `${fact.data.about} made a replica`)
    case 'cluster.state':
      return mark('state', `${fact.process} ${fact.data.state}`)
    default:
      return null
  }
}
