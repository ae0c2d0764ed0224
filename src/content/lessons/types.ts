import type { Action } from '../../engine/action.ts'
import type { FactType } from '../../engine/core/fact.ts'
import type { ProcessId } from '../../engine/core/process.ts'

/** Lessons are data: no functions, so that they serialise, diff and lint. `lab/lesson-player.ts` reads them. Times in seconds. */

/** A fact by type, process and fields of its data. */
export interface FactPattern {
  type: FactType
  process?: ProcessId
  where?: Record<string, string | number | boolean>
}

export type MetricName =
  | 'requests' | 'errors' | 'hits' | 'misses' | 'l1Hits' | 'originQueries' | 'originQueue' | 'moved' | 'ask' | 'stale' | 'lost' | 'p99'

export type LawName =
  | 'stampede' | 'failoverLeast' | 'failoverMost' | 'failoverMean' | 'quorum' | 'reshardSlots' | 'lostInPartition' | 'pollMost' | 'pollMean'

/** A figure taken from the run, or from a law. Seconds, counts or shares. */
export type Measure =
  /** from the first fact to the first later one. */
  | { kind: 'between'; from: FactPattern; to: FactPattern }
  /** a number in a fact's data; `field` of the last such fact. */
  | { kind: 'field'; fact: FactPattern; field: string }
  | { kind: 'count'; fact: FactPattern }
  /** a metric added up (or its greatest value), from a fact on, for so long. */
  | { kind: 'sum' | 'most'; metric: MetricName; from: FactPattern; for: number }
  /** from a fact until the metric was last above a level; unknown while it still is. */
  | { kind: 'until'; metric: MetricName; above: number; from: FactPattern }
  | { kind: 'law'; law: LawName; args: number[] }
  /** applications, node-timeout (s) and the like, as the scenario has them. */
  | { kind: 'setting'; name: 'apps' | 'nodeTimeout' | 'primaries' | 'rate' | 'l1Ttl' }

export type Unit = 's' | 'count' | 'slots'
export interface Figure {
  measure: Measure
  unit: Unit
}

export interface Option {
  text: string
  /** right when the measure lies in [from, to). Without a range it is right when the measure has no value. */
  range?: [from: number, to: number]
  /** what a wrong guess believed: a name, and one or two sentences. */
  belief: { name: string; text: string }
}

/** A claim on the run that decides a goal. */
export type Check =
  | { kind: 'happened'; fact: FactPattern }
  /** the metric, per second, stays so for `hold` seconds while at least half the scenario's load is served. */
  | { kind: 'holds'; metric: MetricName; op: 'below' | 'above'; value: number; hold: number; after?: FactPattern }

export interface Goal {
  text: string
  check: Check
}

export interface Move {
  label: string
  action: Action
}

export interface Step {
  id: string
  title: string
  /** the step begins in the scenario's first moment with these acts done; otherwise it goes on where the last one ended. */
  fresh?: Action[]
  question: string
  options: Option[]
  /** decides which option is right. */
  measure: Measure
  unit: Unit
  /** the run: what to do, in one or two sentences. */
  task: string
  moves: Move[]
  goals: Goal[]
  hints: string[]
  /** acts that reach every goal, seconds after the run began; `wait` = how long until they are reached. */
  solution: { after: number; action: Action }[]
  wait: number
  /** the sentence over the explanation; {answer} is the measure. */
  verdict: string
  /** paragraphs with {figures}. */
  explain: string[]
  figures: Record<string, Figure>
  /** bars under the guess: theory and recordings. */
  theory?: { label: string; least: Measure; most: Measure }
  recorded?: { label: string; values: number[] }
  /** show the parts of the outage as a table. */
  parts?: boolean
  /** the same acts under other policies, measured each in a run of its own. */
  variants?: { label: string; before: Action[] }[]
}

export interface Lesson {
  id: string
  title: string
  /** one sentence for the list. */
  about: string
  minutes: number
  scenario: string
  seed: number
  steps: Step[]
}
