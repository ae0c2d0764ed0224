import { Failure, type Effect, type Flow } from '../core/flow.ts'
import type { ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { Lost } from '../client/commands.ts'
import type { Reply } from '../redis/reply.ts'

/** One command to one node. */
export interface Call {
  readonly to: ProcessId
  readonly argv: readonly string[]
}

/** Several commands at once; the answers in their order. Commands to one node share a connection, so they run in order. */
export interface BatchEffect extends Effect {
  readonly op: 'batch'
  readonly calls: readonly Call[]
}
export interface PauseEffect extends Effect {
  readonly op: 'sleep'
  readonly time: Micros
}
/** Tells where the work stands. */
export interface ProgressEffect extends Effect {
  readonly op: 'progress'
  readonly slot: number | null
  readonly more: string
}

export type Answer = Reply | Lost

export function* batch(calls: readonly Call[], label: string): Flow<readonly Answer[]> {
  return (yield { op: 'batch', label, calls } as BatchEffect) as readonly Answer[]
}

export function* ask(to: ProcessId, argv: readonly string[], label: string): Flow<Answer> {
  return (yield* batch([{ to, argv }], label))[0]
}

export function* pause(time: Micros, label: string): Flow<void> {
  yield { op: 'sleep', label, time } as PauseEffect
}

export function* progress(label: string, slot: number | null = null, more = ''): Flow<void> {
  yield { op: 'progress', label, slot, more } as ProgressEffect
}

/** Why an answer is no success; null when it is one. */
export const complaint = (answer: Answer): string | null => {
  if (typeof answer !== 'object' || answer === null) return null
  if ('lost' in answer) return answer.lost
  return 'error' in answer ? answer.error : null
}

/** Ends the flow with a reason unless the answer is a success. */
export const demand = (answer: Answer, who: ProcessId): void => {
  const wrong = complaint(answer)
  if (wrong !== null) throw new Failure('error', wrong.startsWith(who) ? wrong : `${who}: ${wrong}`)
}

// ------------------------------------------------------------------ redis-cli's own

/** Prints on the operator's screen. */
export interface SayEffect extends Effect {
  readonly op: 'say'
  readonly text: string
}
/** Asks the person at the keyboard; the answer is the line typed. */
export interface PromptEffect extends Effect {
  readonly op: 'prompt'
  readonly text: string
}
/** A random whole number below `below`. */
export interface ChanceEffect extends Effect {
  readonly op: 'chance'
  readonly below: number
}

export function* say(text: string): Flow<void> {
  if (text !== '') yield { op: 'say', label: 'print', text } as SayEffect
}

export function* prompt(text: string): Flow<string> {
  return (yield { op: 'prompt', label: 'wait for an answer', text } as PromptEffect) as string
}

export function* chance(below: number): Flow<number> {
  return (yield { op: 'chance', label: 'draw', below } as ChanceEffect) as number
}
