import type { Bound, Decision, Fidelity, RareEvent, Ratio, ReplyCount, Timing, Traffic } from '../../content/fidelity.ts'
import {
  holm,
  clopperPearson,
  equivalence,
  ksDistance,
  ksPValue,
  median,
  medianDifference,
  overlap,
  quantile,
  sorted,
} from './statistics.ts'

/** Part of a section's work that one process does alone: seeds `from` to `from + count − 1` of one setting. */
export interface Job {
  setting: string
  from: number
  count: number
}

/** What a section adds to the report. Timings get their Holm correction when all sections are in. */
export interface Findings {
  replies?: ReplyCount[]
  decisions?: Decision[]
  timings?: Timing[]
  ratios?: Ratio[]
  traffic?: Traffic[]
  rare?: RareEvent[]
  bounds?: Bound[]
}

/** One kind of recording held beside the engine. A new one is a file here and a row in sections.ts. */
export interface Section<Part = unknown> {
  name: string
  jobs(options: Options): Job[]
  /** Runs in a process of its own; what it returns must survive JSON. */
  run(job: Job, options: Options): Part
  report(parts: ReadonlyMap<string, readonly Part[]>, options: Options): Findings
}

export interface Options {
  /** seeds a setting. */
  seeds: number
  /** recordings of replies. */
  golden: string
}

/** Cuts the seeds of each setting into pieces small enough to keep all processes busy to the end. */
export const cutSeeds = (settings: readonly string[], seeds: number, piece: number): Job[] =>
  settings.flatMap((setting) =>
    Array.from({ length: Math.ceil(seeds / piece) }, (_, i) => ({
      setting,
      from: 1 + i * piece,
      count: Math.min(piece, seeds - i * piece),
    })),
  )

/** Holds a simulated sample beside a recorded one. */
export const timing = (
  file: string,
  setting: string,
  name: string,
  recorded: readonly number[],
  simulated: readonly number[],
  bound: number,
): Timing => {
  const ascending = sorted(simulated)
  const at = (q: number): number => tenth(quantile(ascending, q))
  const ks = ksDistance(simulated, recorded)
  const interval = medianDifference(simulated, recorded)
  const p = ksPValue(ks, simulated.length, recorded.length)
  return {
    file,
    setting,
    name,
    recorded: recorded.map(tenth),
    simulated: {
      n: simulated.length,
      least: at(0),
      p5: at(0.05),
      q1: at(0.25),
      median: at(0.5),
      q3: at(0.75),
      p95: at(0.95),
      most: at(1),
    },
    ks,
    p,
    pHolm: p,
    bound,
    ...interval,
    verdict: equivalence(interval, bound),
  }
}

const tenth = (x: number): number => Math.round(x * 10) / 10

/** How far the simulated median is from the recorded one, in ms. */
export const apart = (t: Timing): number => t.simulated.median - median(t.recorded)

export const rareEvent = (name: string, file: string, recorded: [k: number, n: number], simulated: [k: number, n: number]): RareEvent => {
  const share = ([k, n]: [number, number]): RareEvent['recorded'] => ({ k, n, ...clopperPearson(k, n) })
  const [a, b] = [share(recorded), share(simulated)]
  return { name, file, recorded: a, simulated: b, overlap: overlap(a, b) }
}

/** Counts outcomes by name, recorded beside simulated. What is in `allowed` is allowed; so is what was recorded. */
export const decision = (
  file: string,
  setting: string,
  words: string,
  recorded: readonly string[],
  simulated: readonly string[],
  allowed: readonly string[] = [],
): Decision => {
  const names = [...new Set([...recorded, ...allowed, ...simulated])]
  const count = (list: readonly string[], name: string): number => list.reduce((n, x) => n + (x === name ? 1 : 0), 0)
  return {
    file,
    setting,
    allowed: words,
    outcomes: names.map((name) => ({
      name,
      recorded: count(recorded, name),
      simulated: count(simulated, name),
      allowed: recorded.includes(name) || allowed.includes(name),
    })),
  }
}

/** Every sentence with how often it was looked at and how often it did not hold. */
export class Bounds {
  readonly found = new Map<string, Bound & { examples: string[] }>()

  check(name: string, holds: boolean, example: string): void {
    const b = this.found.get(name) ?? { name, checked: 0, broken: 0, examples: [] }
    this.found.set(name, b)
    b.checked++
    if (holds) return
    b.broken++
    if (b.examples.length < 3) b.examples.push(example)
  }

  static merge(lists: readonly (readonly Bound[])[]): Bound[] {
    const out = new Map<string, Bound>()
    for (const b of lists.flat()) {
      const known = out.get(b.name) ?? { name: b.name, checked: 0, broken: 0, examples: [] }
      out.set(b.name, {
        name: b.name,
        checked: known.checked + b.checked,
        broken: known.broken + b.broken,
        examples: [...known.examples, ...b.examples].slice(0, 3),
      })
    }
    return [...out.values()]
  }

  list(): Bound[] {
    return [...this.found.values()]
  }
}

/** Puts the findings of all sections together. */
export const assemble = (findings: readonly Findings[], about: Pick<Fidelity, 'engine' | 'redis' | 'seeds'>): Fidelity => {
  const timings = findings.flatMap((f) => f.timings ?? [])
  const corrected = holm(timings.map((t) => t.p))
  return {
    ...about,
    replies: findings.flatMap((f) => f.replies ?? []),
    decisions: findings.flatMap((f) => f.decisions ?? []),
    timings: timings.map((t, i) => ({ ...t, pHolm: corrected[i] })),
    ratios: findings.flatMap((f) => f.ratios ?? []),
    traffic: findings.flatMap((f) => f.traffic ?? []),
    rare: findings.flatMap((f) => f.rare ?? []),
    bounds: Bounds.merge(findings.map((f) => f.bounds ?? [])),
  }
}

/** What makes the command fail, a sentence each. */
export const failuresOf = (f: Fidelity): string[] => [
  ...f.replies
    .filter((r) => r.passed + r.unsupported < r.total)
    .map((r) => `${r.file}: ${r.total - r.passed - r.unsupported} replies differ`),
  ...f.decisions.flatMap((d) =>
    d.outcomes.filter((o) => !o.allowed && o.simulated > 0).map((o) => `${d.file} ${d.setting}: ${o.name}, ${o.simulated} times`),
  ),
  ...f.timings
    .filter((t) => t.verdict === 'beyond' || Math.abs(apart(t)) > t.bound)
    .map((t) => `${t.file} ${t.setting}, ${t.name}: medians ${apart(t).toFixed(0)} ms apart, more than ${t.bound} ms`),
  ...f.ratios
    .filter((r) => Math.abs(r.simulated - r.recorded) > RATIO_BOUND)
    .map((r) => `12 ${r.name}: hit ratio ${r.simulated} beside ${r.recorded}`),
  ...f.traffic
    .filter((t) => Math.abs(t.simulated / t.recorded - 1) > TRAFFIC_BOUND)
    .map((t) => `bus traffic of ${t.nodes} nodes at ${t.timeout} ms: ${t.simulated.toFixed(1)} messages a second beside ${t.recorded}`),
  ...f.rare
    .filter((r) => !r.overlap)
    .map((r) => `${r.name}: rate ${r.simulated.k} of ${r.simulated.n} beside ${r.recorded.k} of ${r.recorded.n}`),
  ...f.bounds.filter((b) => b.broken > 0).map((b) => `${b.name}: broken ${b.broken} times (${b.examples.join('; ')})`),
]

export const RATIO_BOUND = 0.01
export const TRAFFIC_BOUND = 0.2
