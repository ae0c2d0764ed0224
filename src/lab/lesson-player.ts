import type { Check, FactPattern, Figure, Lesson, LawName, Measure, SettingName, Step, Unit } from '../content/lessons/types.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import type { RecordedAction } from '../engine/action.ts'
import type { Fact } from '../engine/core/fact.ts'
import { SEC, type Micros } from '../engine/core/time.ts'
import { failoverBounds, failoverMean, lostInPartition, pollOutage, quorum, reshardSlots } from '../engine/laws/cluster.ts'
import { singleFlightQueries, sleepOnceLockQueries, staleFillShare, stampedeQueries, xfetchMean } from '../engine/laws/stampede.ts'
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
  singleFlight: (processes) => singleFlightQueries(processes),
  xfetchMean: (beta) => xfetchMean(beta),
  sleepOnceLock: (rate, took, sleep) => sleepOnceLockQueries(rate, took, sleep),
  // a reader in the gap between the message and the delete is a Poisson arrival, as an update in a fill's window is
  publishFirst: (rate, gap) => staleFillShare(rate, gap),
  failoverLeast: (timeout) => failoverBounds(timeout).least,
  failoverMost: (timeout) => failoverBounds(timeout).most,
  failoverMean: (primaries, timeout) => failoverMean(primaries, timeout),
  quorum: (primaries) => quorum(primaries),
  reshardSlots: (primaries) => reshardSlots(primaries),
  lostInPartition: (writes, partition, timeout) => lostInPartition(writes, partition, timeout),
  pollMost: (period) => pollOutage(period).most,
  pollMean: (period) => pollOutage(period).mean,
  product: (...args) => args.reduce((a, b) => a * b, 1),
  sum: (...args) => args.reduce((a, b) => a + b, 0),
  ratio: (part, whole) => part / whole,
}

const at = (data: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((o, name) => (typeof o === 'object' && o !== null ? (o as Record<string, unknown>)[name] : undefined), data)

const all = <T>(wanted: Record<string, T> | undefined, fits: (field: string, value: T) => boolean): boolean =>
  wanted === undefined || Object.entries(wanted).every(([field, value]) => fits(field, value))

const fits = (fact: Fact, p: FactPattern): boolean =>
  fact.type === p.type &&
  (p.process === undefined || fact.process === p.process) &&
  all(p.where, (field, value) => at(fact.data, field) === value) &&
  all(p.begins, (field, start) => String(at(fact.data, field) ?? '').startsWith(start)) &&
  all(p.includes, (field, item) => {
    const list = at(fact.data, field)
    return Array.isArray(list) && list.includes(item)
  })

const first = (e: Evidence, pattern: FactPattern, from: Micros = e.since): Fact | undefined =>
  e.facts.find((f) => f.at >= from && f.at <= e.now && fits(f, pattern))

const last = (e: Evidence, pattern: FactPattern): Fact | undefined =>
  e.facts.findLast((f) => f.at >= e.since && f.at <= e.now && fits(f, pattern))

/** A window's figure; latencies in seconds. */
const valueOf = (w: MetricWindow, metric: keyof MetricWindow): number => (metric === 'p99' ? w.p99 / SEC : Number(w[metric]))

/** A metric that stayed down this long is taken to be over. */
const SETTLED: Micros = 2.5 * SEC

/** The figure; null while the run does not know it (yet). */
export const measure = (m: Measure, e: Evidence): number | null => {
  switch (m.kind) {
    case 'law': {
      const args = m.args.map((a) => (typeof a === 'number' ? a : measure(a, e)))
      const value = args.every((a) => a !== null) ? LAWS[m.law](...args) : NaN
      return Number.isFinite(value) ? value : null
    }
    case 'setting':
      return setting(m.name, e.scenario)
    case 'count':
      return e.facts.filter((f) => f.at >= e.since && f.at <= e.now && fits(f, m.fact)).length
    case 'field': {
      const fact = last(e, m.fact)
      const value = fact && at(fact.data, m.field)
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
      const start = from.at + (m.skip ?? 0) * SEC
      const end = m.to ? first(e, m.to, from.at)?.at : start + (m.for ?? 0) * SEC
      if (end === undefined || e.now < end) return null
      const values = e.windows.filter((w) => w.at + WINDOW > start && w.at < end).map((w) => valueOf(w, m.metric))
      return m.kind === 'sum' ? values.reduce((a, b) => a + b, 0) : Math.max(0, ...values)
    }
    case 'until': {
      const from = first(e, m.from)
      if (from === undefined) return null
      const above = e.windows.findLast((w) => w.at + WINDOW > from.at && w.at <= e.now && valueOf(w, m.metric) > m.above)
      if (above === undefined) return e.now > from.at + SEC ? 0 : null
      const end = above.at + WINDOW
      return e.now - end < SETTLED ? null : (end - from.at) / SEC
    }
  }
}

const setting = (name: SettingName, s: Scenario): number => {
  switch (name) {
    case 'apps':
      return s.topology.apps
    case 'primaries':
      return s.topology.primaries
    case 'nodes':
      return s.topology.primaries * (1 + s.topology.replicasPerPrimary)
    case 'nodeTimeout':
      return Number(s.config['cluster-node-timeout'] ?? 15000) / 1000
    case 'rate':
      return s.load.rate
    case 'hotRate':
      return s.load.rate * s.load.hot
    case 'queryTime':
      return s.origin.service / SEC
    case 'l1Ttl':
      return s.policy.l1Ttl / SEC
    case 'ttl':
      return s.policy.ttl / SEC
    case 'clientTimeout':
      return s.policy.timeout / SEC
  }
}

/** Requests a window of a run that still has its load: half of what the scenario (or a lesson's own act) asks for. */
const halfLoad = (e: Evidence): number => {
  let { rate } = e.scenario.load
  for (const f of e.facts) {
    if (f.at > e.since) break
    if (f.type === 'action.applied' && f.data.action.type === 'load') rate = f.data.action.set.rate ?? rate
  }
  return (rate * WINDOW) / SEC / 2
}

export const holds = (check: Check, e: Evidence): boolean => {
  const from = 'after' in check && check.after ? first(e, check.after)?.at : e.since
  if (from === undefined) return false
  if (check.kind === 'happened') return first(e, check.fact, from) !== undefined
  const half = halfLoad(e)
  if (check.kind === 'absent') {
    const end = from + check.for * SEC
    const windows = e.windows.filter((w) => w.at >= from && w.at + WINDOW <= end)
    // a quiet second is no missing load: look at it as a whole
    const served = windows.reduce((n, w) => n + w.requests, 0)
    const fact = first(e, check.fact, from)
    return e.now >= end && served >= windows.length * half && (fact === undefined || fact.at > end)
  }
  const needed = Math.round((check.hold * SEC) / WINDOW)
  let run: number[] = []
  for (const w of e.windows) {
    if (w.at < from || w.at + WINDOW > e.now) continue
    const perSecond = check.metric === 'p99' ? w.p99 / SEC : (valueOf(w, check.metric) * SEC) / WINDOW
    const good = check.op === 'below' ? perSecond < check.value : perSecond > check.value
    run = good ? [...run.slice(-needed + 1), w.requests] : []
    // a cluster without load proves nothing
    if (run.length >= needed && run.reduce((a, b) => a + b, 0) >= half * needed) return true
  }
  return false
}

/** Digits a person would say: 0.6 ms, 0.04 s, 7.5 s, 61 s. */
export const format = (value: number, unit: Unit): string => {
  if (unit === 'share') return `${value < 0.1 && value > 0 ? (value * 100).toFixed(1) : Math.round(value * 100)} %`
  if (unit === 'count')
    return (value < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, '\u202f')
  if (value !== 0 && value < 0.01) return `${(value * 1000).toFixed(1)} ms`
  if (value !== 0 && value < 0.1) return `${value.toFixed(2)} s`
  return `${Number.isInteger(value) || value >= 20 ? Math.round(value) : value.toFixed(1)} s`
}

/** Prose with its figures put in; an unknown figure is a dash. */
export const fill = (text: string, figures: Record<string, Figure>, e: Evidence): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const figure = figures[name]
    if (figure === undefined) return whole
    const value = measure(figure.measure, e)
    return value === null ? '–' : format(value, figure.unit)
  })

/** The option that the run makes right; −1 while it is not decided. `over`: the run is through, so what did not happen will not. */
export const rightOption = (step: Step, e: Evidence, over: boolean): number => {
  const value = measure(step.measure, e)
  const told = step.options.findIndex(
    (o) =>
      (value !== null && o.range !== undefined && value >= o.range[0] && value < o.range[1]) ||
      (o.fact !== undefined && first(e, o.fact) !== undefined),
  )
  if (told >= 0 || !over) return told
  return step.options.findIndex((o) => o.range === undefined && o.fact === undefined)
}

export const verdict = (step: Step, e: Evidence): string =>
  fill(step.verdictNone !== undefined && measure(step.measure, e) === null ? step.verdictNone : step.verdict, step.figures, e)

// ------------------------------------------------------------------ places

/** After every event that is due before its time. */
const LAST = Number.MAX_SAFE_INTEGER

export interface Place {
  scenario: Scenario
  /** what was done before the step began. */
  actions: RecordedAction[]
  /** when it begins. */
  at: Micros
}

/** Where a step begins: the scenario's first moment, or the end of the steps before it, done by their own solutions. */
export const placeOf = (lesson: Lesson, index: number): Place => {
  let from = index
  while (lesson.steps[from].fresh === undefined && from > 0) from--
  const scenario = scenarioById(lesson.steps[from].scenario ?? lesson.scenario)
  if (scenario === undefined) throw new Error(`The lesson ${lesson.id} has no scenario.`)
  const actions: RecordedAction[] = []
  let at = scenario.startAt
  for (let i = from; i <= index; i++) {
    const step = lesson.steps[i]
    for (const action of step.fresh ?? []) actions.push({ at, events: LAST, action })
    if (i === index) break
    for (const { after, action } of step.solution) actions.push({ at: at + after * SEC, events: LAST, action })
    at += step.wait * SEC
  }
  return { scenario, actions, at }
}

/** The step played by its own solution, other acts first: what a run of its own is opened with. */
export const playedOut = (lesson: Lesson, index: number, before: readonly RecordedAction['action'][] = []): Place => {
  const step = lesson.steps[index]
  const { scenario, actions, at } = placeOf(lesson, index)
  for (const action of before) actions.push({ at, events: LAST, action })
  for (const { after, action } of step.solution) actions.push({ at: at + after * SEC, events: LAST, action })
  return { scenario, actions, at: at + step.wait * SEC }
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
  | { type: 'step'; to: number }
  | { type: 'back' }
  | { type: 'again' }

export const startLesson = (lesson: Lesson, step = 0): PlayerState => ({
  lesson: lesson.id,
  step,
  phase: 'predict',
  guess: null,
  since: 0,
  hints: 0,
})

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
    case 'step':
      return input.to in lesson.steps ? startLesson(lesson, input.to) : s
    case 'back':
      if (s.phase === 'explain') return { ...s, phase: 'run' }
      return s.phase === 'run' ? { ...s, phase: 'predict' } : s
    case 'again':
      return { ...s, phase: 'predict', guess: null, hints: 0 }
  }
}

export const goalsReached = (step: Step, e: Evidence): boolean[] => step.goals.map((g) => holds(g.check, e))
