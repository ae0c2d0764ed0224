import { scenarioById } from '../content/scenarios/index.ts'
import type { Action } from '../engine/action.ts'
import type { Outcome } from '../engine/apply.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { checkScenario } from '../engine/scenario-check.ts'
import type { Run, Scenario } from '../engine/scenario.ts'
import type { By, Speed, StepKind } from './lab.ts'
import type { Cause, ConsoleAnswer, FlowSource, FoundKey, Frame, Inspection, KeyRow, MessageKind, Pace, SlotView } from './frame.ts'
import { paceOf } from './pacer.ts'
import { Session } from './session.ts'
import { ENGINE_VERSION } from './version.ts'
import { Traffic } from './traffic.ts'
import { flowSources } from './flow-source.ts'
import { inspect } from './inspect.ts'
import { intruderFace } from './intruder.ts'
import { findKey, inspectKeys, kindsInFlight, messagesInFlight, processFaces, redisCliFace, reshardProgress, slotView } from './view.ts'
import { explain } from './why.ts'

/** What may be called by name from the page. */
export const HOST_METHODS = [
  'open',
  'dispatch',
  'play',
  'pause',
  'setSpeed',
  'step',
  'runTo',
  'seek',
  'undo',
  'redo',
  'reset',
  'run',
  'digest',
  'frame',
  'command',
  'slots',
  'keys',
  'find',
  'inspect',
  'why',
  'waiting',
] as const
export type HostMethod = (typeof HOST_METHODS)[number]

/** A flight that lasts at least this long on the wall is drawn as a shape. */
const VISIBLE_FLIGHT_MS = 150
/** Events between two looks at the wall clock. */
const CHUNK = 1500
/** A pause of the page longer than this is not made up for. */
const LONGEST_TICK_MS = 100
const COMMAND_PATIENCE: Micros = 2 * SEC

/** The session and its pace; whoever owns a clock calls `tick`. */
export class LabHost {
  session: Session | null = null
  playing = false
  /** true when the last tick ran out of time before reaching its target. */
  behind = false
  private speed: Speed = 'auto'
  private current = 1
  private pace: Pace = { mode: 'auto', base: 1, reason: '' }
  private clock = 0
  private fraction = 0
  private seq = 0
  private notice: string | null = null
  private traffic = new Traffic()

  call(method: HostMethod, args: unknown[]): unknown {
    if (!HOST_METHODS.includes(method)) throw new Error(`The lab has no ${method}.`)
    return (this[method] as (...a: unknown[]) => unknown).apply(this, args)
  }

  private get now(): Session {
    if (this.session === null) throw new Error('No scenario is open.')
    return this.session
  }

  // ------------------------------------------------------------------ session

  open(scenario: string | Scenario, options: { seed?: number; run?: Run } = {}): void {
    const found = typeof scenario === 'string' ? scenarioById(scenario) : scenario
    if (!found) throw new Error(`There is no scenario called ${String(scenario)} here. Your lab is unchanged.`)
    const wrong = checkScenario(found)
    if (wrong) throw new Error(wrong)
    const { run } = options
    const session = new Session(found, run?.seed ?? options.seed ?? found.seed, run?.actions ?? [])
    if (run) session.arrive(run)
    this.attach(session)
    this.notice =
      run && run.engine !== ENGINE_VERSION
        ? `This run was recorded by engine ${run.engine}; here is ${ENGINE_VERSION}. It may go differently.`
        : null
  }

  private attach(session: Session): void {
    this.session = session
    this.fraction = 0
    this.traffic = new Traffic()
    session.sim.observe(this.traffic)
    this.repace()
  }

  dispatch(action: Action, _by: By = 'you'): Outcome {
    const outcome = this.now.dispatch(action)
    this.repace()
    return outcome
  }

  play(speed?: Speed): void {
    if (speed !== undefined) this.speed = speed
    this.playing = true
    this.repace()
  }

  pause(): void {
    this.playing = false
    this.behind = false
  }

  setSpeed(speed: Speed): void {
    this.speed = speed
    this.repace()
  }

  step(kind: StepKind): void {
    const s = this.now
    this.playing = false
    if (kind === 'millisecond') s.advance(s.now + MS)
    else if (kind === 'event') s.advance(Infinity, 1)
    else {
      const before = this.traffic.delivered
      for (let i = 0; i < 100_000 && this.traffic.delivered === before; i++) s.advance(Infinity, 1)
    }
    this.repace()
  }

  runTo(at: Micros): void {
    this.pause()
    this.now.advance(at)
    this.repace()
  }

  seek(at: Micros): void {
    this.now.seek(at)
    this.traffic.clear()
    this.fraction = 0
    this.repace()
  }

  undo(): boolean {
    const done = this.now.undo()
    this.playing = false
    this.traffic.clear()
    this.repace()
    return done
  }

  redo(): boolean {
    const done = this.now.redo()
    this.repace()
    return done
  }

  reset(): void {
    const { scenario, seed } = this.now
    this.attach(new Session(scenario, seed))
  }

  run(): Run {
    return this.now.run()
  }

  digest(): string {
    return this.now.sim.digest()
  }

  // ------------------------------------------------------------------ clock

  startClock(wallMs: number): void {
    this.clock = wallMs
  }

  /** Runs as far as the pace asks, for at most `budgetMs` of the wall. */
  tick(wallMs: number, budgetMs: number): void {
    const s = this.session
    const elapsed = Math.min(wallMs - this.clock, LONGEST_TICK_MS)
    this.clock = wallMs
    if (s === null || !this.playing || elapsed <= 0) return
    const asked = elapsed * MS * this.current + this.fraction
    const whole = Math.floor(asked)
    this.fraction = asked - whole
    const target = s.now + whole
    const deadline = performance.now() + budgetMs
    this.behind = false
    try {
      for (;;) {
        const reached = s.advance(target, CHUNK, this.speed === 'auto')
        if (reached) break
        if (this.speed === 'auto' && s.decisive) break
        if (performance.now() > deadline) {
          this.behind = true
          break
        }
      }
    } catch (error) {
      this.recover(error)
    }
    this.repace()
  }

  /** A defect in the engine must not cost the learner the run: step back a little and say so. */
  private recover(error: unknown): void {
    this.playing = false
    const s = this.now
    const at = Math.max(s.scenario.startAt, s.now - SEC)
    this.notice = `The simulation met an error (${error instanceof Error ? error.message : String(error)}). It went back one second and stopped; your run is kept.`
    s.seek(at)
  }

  private repace(): void {
    const s = this.session
    if (s === null) return
    const { speed, pace } = paceOf(this.speed, {
      now: s.now,
      facts: s.facts,
      inFlight: this.speed === 'auto' ? kindsInFlight(s.sim.world) : NONE,
      faulty: faulty(s),
      clusterFailed: s.facts.length > 0 && lastState(s) === 'fail',
    })
    this.current = speed
    this.pace = pace
  }

  // ------------------------------------------------------------------ looking

  frame(): Frame {
    const s = this.now
    const w = s.sim.world
    const facts = s.facts.slice(s.factsChangedFrom)
    const factsFrom = s.factsChangedFrom
    s.factsChangedFrom = s.facts.length
    const windows = s.metrics.windows.slice(s.windowsChangedFrom)
    const windowsFrom = s.windowsChangedFrom
    s.windowsChangedFrom = s.metrics.windows.length
    const eachMessage = w.settings.latency.mean / MS / this.current >= VISIBLE_FLIGHT_MS || !this.playing
    return {
      seq: ++this.seq,
      at: s.now,
      events: s.events,
      end: s.end,
      scenario: s.scenario.id,
      seed: s.seed,
      playing: this.playing,
      speed: this.current,
      pace: this.pace,
      processes: processFaces(w, s),
      traffic: this.traffic.take(),
      messages: messagesInFlight(w),
      eachMessage,
      facts,
      factsFrom,
      windows,
      windowsFrom,
      partitions: w.network.cuts,
      linkFaults: [...w.network.faults.values()],
      reshard: reshardProgress(w),
      redisCli: redisCliFace(w),
      intruder: intruderFace(w),
      load: w.settings.load,
      policy: w.settings.policy,
      origin: w.settings.origin,
      nodeTimeout: Number(w.settings.config['cluster-node-timeout'] ?? 15000) * MS,
      actions: s.actions,
      notice: this.notice,
      marks: s.marks,
    }
  }

  command(process: ProcessId, argv: string[], cluster = false): ConsoleAnswer {
    const s = this.now
    const before = s.facts.length
    const outcome = this.dispatch({ type: 'command', process, argv, cluster })
    if (!outcome.accepted) throw new Error(outcome.reason)
    const since = s.now
    for (;;) {
      for (let i = before; i < s.facts.length; i++) {
        const f = s.facts[i]
        if (f.type === 'console.replied' && f.data.argv.length > 0)
          return { process: f.data.node, argv: f.data.argv, reply: f.data.reply, at: f.at, took: f.data.took, notes: f.data.notes }
      }
      if (s.now - since > COMMAND_PATIENCE * 2) throw new Error(`${process} does not answer.`)
      s.advance(s.now + COMMAND_PATIENCE, 1)
    }
  }

  slots(process: ProcessId | 'truth'): SlotView {
    return slotView(this.now.sim.world, process)
  }
  keys(process: ProcessId, match = '*', limit = 100): KeyRow[] {
    return inspectKeys(this.now.sim.world, process, match, limit)
  }
  find(key: string): FoundKey {
    return findKey(this.now.sim.world, key)
  }
  inspect(process: ProcessId): Inspection {
    return inspect(this.now.sim.world, process)
  }
  why(factId: number): Cause[] {
    return explain(this.now, factId)
  }
  waiting(): FlowSource[] {
    return flowSources(this.now.sim.world)
  }
}

const NONE: ReadonlySet<MessageKind> = new Set()

const faulty = (s: Session): boolean => {
  if (s.sim.world.network.cuts.length > 0) return true
  for (const p of s.sim.world.processes.values()) if (p.status !== 'up' && !p.retired) return true
  return false
}

const lastState = (s: Session): 'ok' | 'fail' => {
  for (let i = s.facts.length - 1; i >= 0; i--) {
    const f = s.facts[i]
    if (f.type === 'cluster.state') return f.data.state
  }
  return 'ok'
}
