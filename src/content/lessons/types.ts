import type { Action } from '../../engine/action.ts'
import type { FactType } from '../../engine/core/fact.ts'
import type { ProcessId } from '../../engine/core/process.ts'

/**
 * Lessons are data: no functions, so that they serialise, diff and lint. `lab/lesson-player.ts` reads them. Times in seconds.
 * Any text may hold {name} of a figure of its step; what a learner reads before the run uses laws and settings only.
 */

/** A fact by type, process and fields of its data; a field may be a path (`action.type`). */
export interface FactPattern {
  type: FactType
  process?: ProcessId
  where?: Record<string, string | number | boolean>
  /** a text field begins so. */
  begins?: Record<string, string>
  /** a list holds this. */
  includes?: Record<string, string>
}

export type MetricName =
  'requests' | 'errors' | 'hits' | 'misses' | 'l1Hits' | 'originQueries' | 'originQueue' | 'moved' | 'ask' | 'stale' | 'lost' | 'p99'

export type LawName =
  | 'stampede'
  | 'singleFlight'
  | 'xfetchMean'
  | 'failoverLeast'
  | 'failoverMost'
  | 'failoverMean'
  | 'quorum'
  | 'reshardSlots'
  | 'lostInPartition'
  | 'pollMost'
  | 'pollMean'
  | 'sleepOnceLock'
  | 'publishFirst'
  | 'product'
  | 'sum'
  | 'ratio'

export type SettingName =
  'apps' | 'nodeTimeout' | 'primaries' | 'nodes' | 'rate' | 'hotRate' | 'queryTime' | 'l1Ttl' | 'ttl' | 'clientTimeout'

/** A figure taken from the run, or from a law. Seconds, counts or shares. */
export type Measure =
  /** from the first fact to the first later one. */
  | { kind: 'between'; from: FactPattern; to: FactPattern }
  /** a number in a fact's data; `field` of the last such fact. */
  | { kind: 'field'; fact: FactPattern; field: string }
  | { kind: 'count'; fact: FactPattern }
  /** a metric added up, or its greatest value: from a fact on (`skip` seconds later), for so long or until another fact. */
  | { kind: 'sum' | 'most'; metric: MetricName; from: FactPattern; skip?: number; for?: number; to?: FactPattern }
  /** from a fact until the metric was last above a level (p99 in seconds); unknown while it still is. */
  | { kind: 'until'; metric: MetricName; above: number; from: FactPattern }
  | { kind: 'law'; law: LawName; args: (number | Measure)[] }
  | { kind: 'setting'; name: SettingName }

export type Unit = 's' | 'count' | 'share'
export interface Figure {
  measure: Measure
  unit: Unit
}

/** One answer to the question. Right when the measure lies in `range` [from, to), or the fact happened; with neither, when nothing else was right. */
export interface Option {
  text: string
  range?: [from: number, to: number]
  fact?: FactPattern
  /** where this guess stands on the axis of the bars. */
  at?: number
  /** what this guess believes: a name, and one or two sentences. */
  belief: { name: string; text: string }
}

/** A claim on the run that decides a goal. */
export type Check =
  | { kind: 'happened'; fact: FactPattern; after?: FactPattern }
  /** the metric, per second (p99 in seconds), stays so for `hold` seconds while at least half the load is served. */
  | { kind: 'holds'; metric: MetricName; op: 'below' | 'above'; value: number; hold: number; after?: FactPattern }
  /** for so long after a fact, another did not happen, while at least half the load was offered. */
  | { kind: 'absent'; fact: FactPattern; after: FactPattern; for: number }

export interface Goal {
  text: string
  check: Check
}

export interface Move {
  label: string
  action: Action
}

/** One line of the table: what happened, in this run, by the law. */
export interface Row {
  what: string
  run: string
  law?: string
}

export interface Step {
  id: string
  title: string
  /** another cluster than the lesson's own. */
  scenario?: string
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
  /** acts that reach every goal, seconds after the run began. */
  solution: { after: number; action: Action }[]
  /** seconds after which the solution has reached them. */
  wait: number
  /** the sentence over the explanation. */
  verdict: string
  /** the same when the measure has no value. */
  verdictNone?: string
  /** paragraphs with {figures}. */
  explain: string[]
  figures: Record<string, Figure>
  /** bars under the guess: theory and recordings. */
  theory?: { label: string; least: Measure; most: Measure }
  recorded?: { label: string; source: string; values: number[] }
  /** show the parts of the outage as a table. */
  parts?: boolean
  table?: Row[]
  /** the same acts under other policies, measured each in a run of its own. */
  variants?: { title: string; list: { label: string; before: Action[]; law?: string }[] }
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
