import type { Check, FactPattern, Figure, Lesson, LawName, Measure, Option, Step, Unit } from '../content/lessons/types.ts'
import type { Fact } from '../engine/core/fact.ts'
import { SEC, type Micros } from '../engine/core/time.ts'
import { failoverBounds, failoverMean, lostInPartition, pollOutage, quorum, reshardSlots } from '../engine/laws/cluster.ts'
import { stampedeQueries } from '../engine/laws/stampede.ts'
import { WINDOW, type MetricWindow } from '../engine/observe/metrics.ts'
import type { Scenario } from '../engine/scenario.ts'

/** What a lesson looks at: the facts and windows of a run since a moment, and the scenario. */
export interface Evidence {
  facts: readonly Fact[]
  windows: readonly MetricWindow[]
  scenario: Scenario
  since: Micros
  now: Micros
}

const LAWS: Record<LawName, (...args: number[]) => number> = {
  stampede: (rate, took) => stampedeQueries(rate, took),
  failoverLeast: (timeout) => failoverBounds(timeout).least,
  failoverMost: (timeout) => failoverBounds(timeout).most,
  failoverMean: (primaries, timeout) => failoverMean(primaries, timeout),
  quorum: (primaries) => quorum(primaries),
  reshardSlots: (primaries) => reshardSlots(primaries),
  lostInPartition: (writes, partition, timeout) => lostInPartition(writes, partition, timeout),
  pollMost: (period) => pollOutage(period).most,
  pollMean: (period) => pollOutage(period).mean,
}

const fits = (fact: Fact, pattern: FactPattern): boolean => {
  if (fact.type !== pattern.type || (pattern.process !== undefined && fact.process !== pattern.process)) return false
  const data = fact.data as Record<string, unknown>
  return Object.entries(pattern.where ?? {}).every(([field, value]) => data[field] === value)
}

const first = (e: Evidence, pattern: FactPattern, from: Micros = e.since): Fact | undefined =>
  e.facts.find((f) => f.at >= from && f.at <= e.now && fits(f, pattern))

const last = (e: Evidence, pattern: FactPattern): Fact | undefined => e.facts.findLast((f) => f.at >= e.since && f.at <= e.now && fits(f, pattern))

/** The figure; null while the run does not know it (yet). */
export const measure = (m: Measure, e: Evidence): number | null => {
  switch (m.kind) {
    case 'law':
      return LAWS[m.law](...m.args)
    case 'setting':
      return setting(m.name, e.scenario)
    case 'count':
      return e.facts.filter((f) => f.at >= e.since && f.at <= e.now && fits(f, m.fact)).length
    case 'field': {
      const value = (last(e, m.fact)?.data as Record<string, unknown> | undefined)?.[m.field]
      return typeof value === 'number' ? value : null
    }
    case 'between': {
      const from = first(e, m.from)
      const to = from && first(e, m.to, from.at)
      return to === undefined || from === undefined ? null : (to.at - from.at) / SEC
    }
    case 'sum':
    case 'most': {
      const from = first(e, m.from)
      if (from === undefined) return null
      const end = from.at + m.for * SEC
      if (e.now < end) return null
      const values = e.windows.filter((w) => w.at + WINDOW > from.at && w.at < end).map((w) => w[m.metric])
      return m.kind === 'sum' ? values.reduce((a, b) => a + b, 0) : Math.max(0, ...values)
    }
    case 'until': {
      const from = first(e, m.from)
      if (from === undefined) return null
      const above = e.windows.findLast((w) => w.at + WINDOW > from.at && w.at <= e.now && w[m.metric] > m.above)
      if (above === undefined) return e.now > from.at + SEC ? 0 : null
      const end = above.at + WINDOW
      // it has ended only when a while has passed without
      return e.now - end < SETTLED ? null : (end - from.at) / SEC
    }
  }
}

/** A metric that stayed down this long is taken to be over. */
const SETTLED: Micros = 2.5 * SEC

const setting = (name: Extract<Measure, { kind: 'setting' }>['name'], s: Scenario): number => {
  switch (name) {
    case 'apps':
      return s.topology.apps
    case 'primaries':
      return s.topology.primaries
    case 'nodeTimeout':
      return Number(s.config['cluster-node-timeout'] ?? 15000) / 1000
    case 'rate':
      return s.load.rate
    case 'l1Ttl':
      return s.policy.l1Ttl / SEC
  }
}

export const holds = (check: Check, e: Evidence): boolean => {
  if (check.kind === 'happened') return first(e, check.fact) !== undefined
  const from = check.after ? first(e, check.after)?.at : e.since
  if (from === undefined) return false
  const needed = Math.round((check.hold * SEC) / WINDOW)
  const half = (e.scenario.load.rate * WINDOW) / SEC / 2
  let run = 0
  for (const w of e.windows) {
    if (w.at < from || w.at + WINDOW > e.now) continue
    const perSecond = check.metric === 'p99' ? w.p99 : (w[check.metric] * SEC) / WINDOW
    // a cluster without load proves nothing
    const good = w.requests >= half && (check.op === 'below' ? perSecond < check.value : perSecond > check.value)
    run = good ? run + 1 : 0
    if (run >= needed) return true
  }
  return false
}

export const format = (value: number, unit: Unit): string =>
  unit === 's' ? `${value.toFixed(value < 10 ? 1 : 0)} s` : String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f')

/** Prose with its figures put in; an unknown figure is a dash. */
export const fill = (text: string, figures: Record<string, Figure>, e: Evidence): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const figure = figures[name]
    if (figure === undefined) return whole
    const value = measure(figure.measure, e)
    return value === null ? '–' : format(value, figure.unit)
  })

/** The option that the run makes right; −1 while it is not decided. */
export const rightOption = (step: Step, value: number | null, over: boolean): number => {
  if (value === null) return over ? step.options.findIndex((o: Option) => o.range === undefined) : -1
  return step.options.findIndex((o) => o.range !== undefined && value >= o.range[0] && value < o.range[1])
}

// ------------------------------------------------------------------ the player

export type Phase = 'predict' | 'run' | 'explain'

/** Where a learner stands in a lesson: plain data. */
export interface PlayerState {
  lesson: string
  step: number
  phase: Phase
  guess: number | null
  /** simulated moment at which the run of this step began. */
  since: Micros
  hints: number
}

export type PlayerInput =
  | { type: 'guess'; option: number }
  | { type: 'begin'; at: Micros }
  | { type: 'hint' }
  | { type: 'explain' }
  | { type: 'next' }
  | { type: 'back' }
  | { type: 'again' }

export const startLesson = (lesson: Lesson): PlayerState => ({ lesson: lesson.id, step: 0, phase: 'predict', guess: null, since: 0, hints: 0 })

/** One input; what cannot be done now changes nothing. */
export const advance = (lesson: Lesson, s: PlayerState, input: PlayerInput): PlayerState => {
  const step = lesson.steps[s.step]
  if (step === undefined) return s
  switch (input.type) {
    case 'guess':
      return s.phase === 'predict' && input.option in step.options ? { ...s, guess: input.option } : s
    case 'begin':
      return s.phase === 'predict' && s.guess !== null ? { ...s, phase: 'run', since: input.at } : s
    case 'hint':
      return { ...s, hints: Math.min(s.hints + 1, step.hints.length) }
    case 'explain':
      return s.phase === 'run' ? { ...s, phase: 'explain' } : s
    case 'next':
      return s.phase === 'explain' && s.step + 1 < lesson.steps.length
        ? { ...s, step: s.step + 1, phase: 'predict', guess: null, hints: 0 }
        : s
    case 'back':
      if (s.phase === 'explain') return { ...s, phase: 'run' }
      if (s.phase === 'run') return { ...s, phase: 'predict' }
      return s.step > 0 ? { ...s, step: s.step - 1, phase: 'predict', guess: null, hints: 0 } : s
    case 'again':
      return { ...s, phase: 'predict', guess: null, hints: 0 }
  }
}

export const goalsReached = (step: Step, e: Evidence): boolean[] => step.goals.map((g) => holds(g.check, e))
