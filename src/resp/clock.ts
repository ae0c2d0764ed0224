import type { Simulation } from '../engine/core/simulation.ts'
import { MS, type Micros } from '../engine/core/time.ts'

/** Simulated seconds a second; `max` follows the wall clock too, and runs ahead of it whenever somebody waits for an answer. */
export type Speed = number | 'max'

/** The simulation may hold the event loop so long, in milliseconds. */
const SLICE = 8
/** A clock so far behind, in milliseconds, lets the rest go: the machine slept, or is too slow for this speed. */
const MOST_BEHIND = 1000
/** Longest rest, in milliseconds. */
const REST = 20
/** Events between two looks at the wall clock. */
const EVENTS = 64

/** Drives a simulation by the wall clock. */
export class Clock {
  private readonly sim: Simulation
  private readonly speed: Speed
  private readonly isAwaited: () => boolean
  private readonly afterTurn: () => void
  /** the moment at which both clocks were compared. */
  private since: Micros
  private sinceWall: number
  private timer: NodeJS.Timeout | null = null
  private immediate: NodeJS.Immediate | null = null
  private isStopped = false

  /** `isAwaited`: somebody waits for an answer; `afterTurn`: what arrived can be passed on. */
  constructor(sim: Simulation, speed: Speed, isAwaited: () => boolean, afterTurn: () => void) {
    this.sim = sim
    this.speed = speed
    this.isAwaited = isAwaited
    this.afterTurn = afterTurn
    this.since = sim.world.now
    this.sinceWall = performance.now()
  }

  /** Something came from outside: a turn as soon as what else came with it is in. */
  wake(): void {
    if (this.isStopped || this.immediate !== null) return
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.immediate = setImmediate(() => {
      this.immediate = null
      this.turn()
    })
  }

  stop(): void {
    this.isStopped = true
    if (this.timer !== null) clearTimeout(this.timer)
    if (this.immediate !== null) clearImmediate(this.immediate)
  }

  /** Runs on by so much at once, whatever the wall clock says. */
  skip(time: Micros): void {
    this.sim.runUntil(this.sim.world.now + time)
    this.compare()
    this.afterTurn()
    this.wake()
  }

  /** Simulated time as the wall clock has it now. */
  private get due(): Micros {
    const factor = this.speed === 'max' ? 1 : this.speed
    return this.since + Math.floor((performance.now() - this.sinceWall) * MS * factor)
  }

  private compare(): void {
    this.since = this.sim.world.now
    this.sinceWall = performance.now()
  }

  private turn(): void {
    const end = performance.now() + SLICE
    const { due } = this
    let isDone = false
    while (!isDone && performance.now() < end) isDone = this.sim.runUntil(due, EVENTS)
    if (isDone && this.speed === 'max') this.runAhead(end)
    if (!isDone && due - this.sim.world.now > MOST_BEHIND * MS * (this.speed === 'max' ? 1 : this.speed)) this.compare()
    this.afterTurn()
    if (!this.isStopped) this.rest()
  }

  /** Straight to the answers that are waited for. */
  private runAhead(end: number): void {
    let wasAhead = false
    for (let n = 0; this.isAwaited() && this.sim.step(); n++) {
      wasAhead = true
      if (n % EVENTS === 0 && performance.now() >= end) break
    }
    if (wasAhead) this.compare()
  }

  private rest(): void {
    if (this.isAwaited()) return this.wake()
    const factor = this.speed === 'max' ? 1 : this.speed
    const wait = (this.sim.nextEventAt() - this.due) / MS / factor
    this.timer = setTimeout(() => this.turn(), Math.min(REST, Math.max(1, Math.ceil(wait))))
  }
}
