import type { Micros } from '../../engine/core/time.ts'
import type { MetricWindow } from '../../lab/frame.ts'
import { count, percent, span } from '../design/format.ts'

/** Length of a metric window in microseconds, as the engine cuts them. */
export const WINDOW_US: Micros = 250_000
const PER_SECOND = 1_000_000 / WINDOW_US

/** Reads answered by the cache or an L1, of all reads; null when nothing was read. */
export const hitRatio = (w: Pick<MetricWindow, 'hits' | 'l1Hits' | 'misses'>): number | null => {
  const reads = w.hits + w.l1Hits + w.misses
  return reads === 0 ? null : (w.hits + w.l1Hits) / reads
}

export interface Trace {
  id: 'hits' | 'p99' | 'origin' | 'redirects'
  label: string
  alertText: string
  alert: number | null
  /** an alert is a value below (hit ratio) or above. */
  alertBelow: boolean
  value(w: MetricWindow): number | null
  show(value: number | null): string
  /** 0 at the bottom of its row, 1 at the top. */
  scale(value: number, top: number): number
  floorTop: number
}

const linear = (value: number, top: number) => Math.min(1, value / top)
/** Latencies span four decades: 0.5 ms at the bottom. */
const logarithmic = (value: number, top: number) => {
  const low = Math.log(500)
  return Math.max(0, Math.min(1, (Math.log(Math.max(500, value)) - low) / (Math.log(top) - low)))
}

export const TRACES: readonly Trace[] = [
  {
    id: 'hits',
    label: 'hit ratio',
    alertText: 'alert below 80 %',
    alert: 0.8,
    alertBelow: true,
    value: hitRatio,
    show: (v) => (v === null ? '–' : percent(v)),
    scale: (v) => v,
    floorTop: 1,
  },
  {
    id: 'p99',
    label: 'p99 latency',
    alertText: 'alert above 100 ms',
    alert: 100_000,
    alertBelow: false,
    value: (w) => (w.requests - w.errors > 0 ? w.p99 : null),
    show: (v) => (v === null ? '–' : span(v)),
    scale: logarithmic,
    floorTop: 2_000_000,
  },
  {
    id: 'origin',
    label: 'origin load',
    alertText: 'alert above 200/s',
    alert: 200,
    alertBelow: false,
    value: (w) => w.originQueries * PER_SECOND,
    show: (v) => (v === null ? '–' : `${count(v)}/s`),
    scale: linear,
    floorTop: 260,
  },
  {
    id: 'redirects',
    label: 'redirects',
    alertText: 'MOVED and ASK',
    alert: null,
    alertBelow: false,
    value: (w) => (w.moved + w.ask) * PER_SECOND,
    show: (v) => (v === null ? '–' : `${count(v)}/s`),
    scale: linear,
    floorTop: 20,
  },
]

export const alerting = (trace: Trace, value: number | null): boolean =>
  value !== null && trace.alert !== null && (trace.alertBelow ? value < trace.alert : value > trace.alert)

/** Several windows as one: counts add up, percentiles take the worst. */
export const together = (windows: readonly MetricWindow[]): MetricWindow | null => {
  const last = windows.at(-1)
  if (!last) return null
  const sum = {
    ...last,
    requests: 0,
    errors: 0,
    hits: 0,
    misses: 0,
    l1Hits: 0,
    p50: 0,
    p99: 0,
    originQueries: 0,
    moved: 0,
    ask: 0,
    stale: 0,
    lag: 0,
    evicted: 0,
    oom: 0,
  }
  sum.ops = {}
  for (const w of windows) {
    sum.requests += w.requests
    sum.errors += w.errors
    sum.hits += w.hits
    sum.misses += w.misses
    sum.l1Hits += w.l1Hits
    sum.originQueries += w.originQueries
    sum.moved += w.moved
    sum.ask += w.ask
    sum.stale += w.stale
    sum.evicted += w.evicted
    sum.oom += w.oom
    sum.p50 = Math.max(sum.p50, w.p50)
    sum.p99 = Math.max(sum.p99, w.p99)
    sum.lag = Math.max(sum.lag, w.lag)
    for (const [node, ops] of Object.entries(w.ops)) sum.ops[node] = (sum.ops[node] ?? 0) + ops
  }
  sum.at = windows[0]!.at
  return sum
}

/** What a trace shows now: over the last second. */
export const valueNow = (trace: Trace, windows: readonly MetricWindow[]): number | null => {
  const second = windows.slice(-PER_SECOND)
  const all = together(second)
  if (!all) return null
  const value = trace.value(all)
  if (value === null) return null
  return trace.id === 'origin' || trace.id === 'redirects' ? value / second.length : value
}

/** Requests a second over the last seconds, as a round figure. */
export const requestRate = (windows: readonly MetricWindow[]): number | null => {
  const some = windows.slice(-4 * PER_SECOND)
  if (some.length < PER_SECOND) return null
  const rate = (some.reduce((sum, w) => sum + w.requests, 0) / some.length) * PER_SECOND
  const unit = rate >= 100 ? 10 : 1
  return Math.round(rate / unit) * unit
}

/** At most `most` rows, neighbours joined: what a chart can carry. */
export const thin = (windows: readonly MetricWindow[], most: number): { window: MetricWindow; joined: number }[] => {
  const size = Math.max(1, Math.ceil(windows.length / most))
  const out: { window: MetricWindow; joined: number }[] = []
  for (let i = 0; i < windows.length; i += size) {
    const part = windows.slice(i, i + size)
    const window = together(part)
    if (window) out.push({ window, joined: part.length })
  }
  return out
}
