import type { Micros } from '../engine/core/time.ts'
import type { ProcessId } from '../engine/core/process.ts'
import type { Action } from '../engine/action.ts'
import type { Run, Scenario } from '../engine/scenario.ts'
import type { Cause, ConsoleAnswer, FlowSource, FoundKey, Frame, Inspection, KeyRow, SlotView } from './frame.ts'

/** What one press of "step" advances by. */
export type StepKind = 'event' | 'message' | 'millisecond'

/** Whose hand an action came from; shown in the event list, never read by the engine. */
export type By = 'you' | 'lesson' | 'console' | 'test' | 'swarm'

/** 'auto' lets the pacer slow at decisive moments and skim empty time; a number is simulated seconds per wall second. */
export type Speed = 'auto' | number

export const SPEEDS: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]

/**
 * A session with one run, wherever it computes (this thread or a worker). Every way in (a menu, a shortcut, a console line,
 * a lesson, a test) ends in `dispatch`. All promises settle; a refusal is a value or a rejected Error with one clear sentence.
 */
export interface Lab {
  /** Opens a scenario by id or whole; actions, when given, are replayed up to `at`. */
  open(scenario: string | Scenario, options?: { seed?: number; run?: Run }): Promise<void>
  dispatch(action: Action, by?: By): Promise<{ accepted: boolean; reason: string }>
  play(speed?: Speed): void
  pause(): void
  /** Changes the speed without starting or stopping. */
  setSpeed(speed: Speed): void
  step(kind: StepKind): Promise<void>
  /** Runs on to a moment as fast as the machine can, and stops there. */
  runTo(at: Micros): Promise<void>
  /** Anywhere from 0 to now or the run's end; acting there drops (later: forks) the old future. */
  seek(at: Micros): Promise<void>
  /** Back to just before the last action; `redo` while nothing new was done. */
  undo(): Promise<boolean>
  redo(): Promise<boolean>
  /** Back to the start of the scenario, no actions. */
  reset(): Promise<void>
  run(): Promise<Run>
  digest(): Promise<string>
  frame(): Promise<Frame>
  /** redis-cli: runs until the answer arrives (or two simulated seconds), also while paused. */
  command(process: ProcessId, argv: string[], cluster?: boolean): Promise<ConsoleAnswer>
  /** owner per slot in the process's own view; 'truth' = as served. */
  slots(process: ProcessId | 'truth'): Promise<SlotView>
  keys(process: ProcessId, match?: string, limit?: number): Promise<KeyRow[]>
  find(key: string): Promise<FoundKey>
  inspect(process: ProcessId): Promise<Inspection>
  why(factId: number): Promise<Cause[]>
  /** flows of the applications with how many requests wait on each line. */
  waiting(): Promise<FlowSource[]>
  close(): void
}
