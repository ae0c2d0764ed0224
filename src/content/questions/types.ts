import type { Action } from '../../engine/action.ts'

/** Questions are data: no functions. `lab/compute.ts` and `lab/measure.ts` know the computations by name. */

/** A computation of the engine's laws; each gives `answer`, and further values for the explanation. */
export type ComputeName =
  | 'ringMoved'
  | 'moduloMoved'
  | 'ringSpread'
  | 'staleFills'
  | 'stampede'
  | 'sleepOnceLock'
  | 'failover'
  | 'missedInvalidation'
  | 'usableMemory'
  | 'askReplies'
  | 'reshardSlots'
  | 'xfetchMean'
  | 'xfetchOne'
  | 'spreadNodes'
  | 'digitSuffixes'
  | 'hotNode'
  | 'isolatedLoss'
  | 'rawMemory'
  | 'leastShards'

export type Params = Record<string, number>

/** Values a parameter may take: a range with its step, or a list. */
export type Range = { from: number; to: number; step: number } | { of: number[] }

export interface Question {
  id: string
  title: string
  prompt: string
  /** what a good answer says; texts may hold {figures}. */
  points: Point[]
  /** often heard, and not so. */
  corrections: Correction[]
  choice: { ask: string; options: Choice[] }
  numbers: Numeric[]
  /** numbers in the prose: never typed in. */
  figures?: Record<string, { compute: ComputeName; params: Params; value?: string }>
}

export interface Point {
  id: string
  text: string
  why: string
  source: string
}

export interface Correction {
  says: string
  truth: string
  source: string
  /** row of the list of errata; data only. */
  erratum: string
}

export interface Choice {
  text: string
  right: boolean
  /** why it is right, or what it believes. */
  why: string
}

export interface Numeric {
  id: string
  /** the question, with {params}. */
  ask: string
  compute: ComputeName
  params: Record<string, Range>
  unit: string
  /** accepted distance, relative to the answer; 0 means to the last shown digit. Values `least` and `most` of the computation widen it. */
  tolerance: number
  /** digits after the point of the answer. */
  digits: number
  /** the answer lies in here, whatever the numbers. */
  plausible: [number, number]
  /** the solution, line by line, with {params} and {values}. */
  steps: string[]
  /** a value of the computation that a known mistake gives, and what it forgot. */
  mistakes: { value: string; says: string }[]
  source: string
  see: See | null
}

/** Where it can be seen running. */
export interface See {
  scenario: string
  /** what to do there. */
  hint: string
  /** set before the learner arrives. */
  setup: Action[]
}
