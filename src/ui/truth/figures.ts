import { count } from '../design/format.ts'
import type { Fidelity, ReplyCount, Share, Timing } from '../../content/fidelity.ts'

/** What the page reckons from the report: sums, groups, positions on an axis. */

export const middle = (values: readonly number[]): number => {
  const ascending = [...values].sort((a, b) => a - b)
  const at = (ascending.length - 1) / 2
  return ((ascending[Math.floor(at)] ?? 0) + (ascending[Math.ceil(at)] ?? 0)) / 2
}

/** The recordings of replies by the number in front of their name. */
const FAMILIES: Readonly<Record<string, string>> = {
  '01': 'Which slot a key is in',
  '02': 'Redirections, transactions, errors',
  '03': 'A slot on its way, in every state',
  '05': 'A shard lost; a primary alone',
  '07': 'Manual failover',
  '08': 'WAIT, min-replicas',
  '09': 'CLUSTER NODES, SLOTS, SHARDS, INFO; defaults',
  '10': 'Pub/sub, sharded pub/sub, tracking',
  '11': 'Commands of one node, TTLs, errors',
  '14': 'redis-cli --cluster: what it plans, what it leaves behind',
  '16': 'Partial and full resynchronisation',
  '17': 'Random scripts against one node',
  '18': 'Random scripts against a cluster that moves slots',
}

export interface Family extends Omit<ReplyCount, 'file'> {
  name: string
  number: string
  files: number
}

export const families = (replies: readonly ReplyCount[]): Family[] => {
  const out = new Map<string, Family>()
  for (const r of replies) {
    const number = r.file.slice(0, 2)
    const f = out.get(number) ?? { name: FAMILIES[number] ?? r.file, number, files: 0, passed: 0, total: 0, unsupported: 0, volatile: 0 }
    out.set(number, f)
    f.files++
    f.passed += r.passed
    f.total += r.total
    f.unsupported += r.unsupported
    f.volatile += r.volatile
  }
  return [...out.values()]
}

export interface Sums {
  passed: number
  total: number
  unsupported: number
  volatile: number
  outcomes: number
  outside: number
  checks: number
  broken: number
  /** recorded failovers, and how far the medians of their whole length are apart at most, in ms. */
  failovers: number
  apart: number
}

export const sums = (f: Fidelity): Sums => {
  const add = <T>(list: readonly T[], pick: (x: T) => number): number => list.reduce((n, x) => n + pick(x), 0)
  const outcomes = f.decisions.flatMap((d) => d.outcomes)
  const wholes = f.timings.filter((t) => t.file === '04' && t.name.endsWith('in all'))
  return {
    passed: add(f.replies, (r) => r.passed),
    total: add(f.replies, (r) => r.total),
    unsupported: add(f.replies, (r) => r.unsupported),
    volatile: add(f.replies, (r) => r.volatile),
    outcomes: add(outcomes, (o) => o.simulated),
    outside: add(
      outcomes.filter((o) => !o.allowed),
      (o) => o.simulated,
    ),
    checks: add(f.bounds, (b) => b.checked),
    broken: add(f.bounds, (b) => b.broken),
    failovers: add(wholes, (t) => t.recorded.length),
    apart: Math.max(0, ...wholes.map((t) => Math.abs(difference(t)))),
  }
}

/** Simulated median less the recorded one, ms. */
export const difference = (t: Timing): number => t.simulated.median - middle(t.recorded)

export const isApart = (t: Timing): boolean => t.verdict === 'beyond' || Math.abs(difference(t)) > t.bound

/** From where to where a row's axis goes; an outlier of the recordings is told in words and does not squash the rest. */
export const axisOf = (t: Timing): { from: number; to: number } => {
  const ascending = [...t.recorded].sort((a, b) => a - b)
  const usual = ascending[Math.floor((ascending.length - 1) * 0.95)] ?? 0
  const m = middle(ascending)
  const from = Math.min(ascending[0] ?? 0, t.simulated.p5, Math.max(0, m - t.bound))
  const reach = Math.max(usual, t.simulated.p95, m + t.bound)
  const last = ascending.at(-1) ?? reach
  const to = last <= reach + 0.35 * (reach - from) ? Math.max(last, reach) : reach
  const room = (to - from) * 0.03 || 1
  return { from: Math.max(0, from - room), to: to + room }
}

/** A rate in plain words: not once in 200 runs, about one run in 18, about 3 runs in 10. */
export const inWords = ({ k, n }: Share): string => {
  if (k === 0) return `not once in ${count(n)} runs`
  const [oneIn, inTen] = [Math.round(n / k), Math.round((10 * k) / n)]
  return oneIn > 5 ? `about one run in ${count(oneIn)}` : `about ${inTen} runs in 10`
}

/** A part of the file src/ARCHITECTURE.md, so that the page says it in the same words. */
export const leftOut = (architecture: string): string[] => {
  const part = architecture.split(/^## /m).find((p) => p.startsWith('What the model leaves out')) ?? ''
  return part
    .split('\n\n')
    .slice(1)
    .map((p) => p.replaceAll('\n', ' ').trim())
    .filter((p) => p !== '')
}
