import { useEffect, useMemo, useState } from 'react'
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { Mark, MetricWindow } from '../../lab/frame.ts'
import { count, span } from '../design/format.ts'
import { shardColour } from '../design/shard.ts'
import { useStore } from '../store/store.ts'
import { hitRatio, thin } from './series.ts'
import s from './charts.module.css'

/** Charts are drawn at most this often; the tape shows what is fast. */
const EVERY_MS = 700
const MOST_POINTS = 120

type Row = Record<string, number | null>
interface SeriesOf {
  key: string
  label: string
  colour?: string
  dash?: string
  value(w: MetricWindow, seconds: number): number | null
}
interface Chart {
  title: string
  unit: (value: number) => string
  /** where the scale ends, if the quantity has an end. */
  most?: number
  alert?: number
  series: SeriesOf[]
}

const perSecond = (n: number) => `${count(n)}/s`
const CHARTS: readonly Chart[] = [
  {
    title: 'Hit ratio',
    unit: (v) => `${Math.round(v)} %`,
    most: 100,
    alert: 80,
    series: [
      { key: 'all', label: 'all', value: (w) => (hitRatio(w) ?? NaN) * 100 },
      {
        key: 'l1',
        label: 'of it L1',
        dash: '4 3',
        value: (w) => (w.l1Hits / Math.max(1, w.hits + w.l1Hits + w.misses)) * 100,
      },
    ],
  },
  {
    title: 'Latency',
    unit: span,
    alert: 100_000,
    series: [
      { key: 'p99', label: 'p99', value: (w) => w.p99 },
      { key: 'p50', label: 'p50', dash: '4 3', value: (w) => w.p50 },
    ],
  },
  {
    title: 'Origin load and queue',
    unit: (v) => count(v),
    alert: 200,
    series: [
      { key: 'load', label: 'queries a second', value: (w, sec) => w.originQueries / sec },
      { key: 'queue', label: 'queued', dash: '4 3', value: (w) => w.originQueue },
    ],
  },
  {
    title: 'Redirects',
    unit: perSecond,
    series: [
      { key: 'moved', label: 'MOVED', value: (w, sec) => w.moved / sec },
      { key: 'ask', label: 'ASK', dash: '4 3', value: (w, sec) => w.ask / sec },
    ],
  },
  {
    title: 'Errors',
    unit: perSecond,
    series: [{ key: 'errors', label: 'failed requests', value: (w, sec) => w.errors / sec }],
  },
  {
    title: 'Stale reads',
    unit: perSecond,
    series: [{ key: 'stale', label: 'older than the database', value: (w, sec) => w.stale / sec }],
  },
  {
    title: 'Replication lag',
    unit: (v) => `${count(v)} bytes`,
    series: [{ key: 'lag', label: 'worst replica', value: (w) => w.lag }],
  },
]

/** Where a limit is set. */
const MEMORY: readonly Chart[] = [
  {
    title: 'Memory of the primaries',
    unit: (v) => `${(v / 1e6).toFixed(2)} MB`,
    series: [
      { key: 'memory', label: 'used', value: (w) => w.memory },
      { key: 'maxmemory', label: 'maxmemory', dash: '4 3', value: (w) => (w.maxmemory > 0 ? w.maxmemory : null) },
    ],
  },
  {
    title: 'Evictions',
    unit: perSecond,
    series: [
      { key: 'evicted', label: 'keys', value: (w, sec) => w.evicted / sec },
      { key: 'oom', label: 'commands answered OOM', dash: '4 3', value: (w, sec) => w.oom / sec },
    ],
  },
]

/** At most this many nodes get a line of their own. */
const MOST_LINES = 8

const View = ({ chart, rows, marks, table }: { chart: Chart; rows: Row[]; marks: readonly Mark[]; table: boolean }) => {
  const last = rows.at(-1)
  const figures = chart.series.map((x) => {
    const v = last?.[x.key]
    return `${x.label} ${typeof v === 'number' && Number.isFinite(v) ? chart.unit(v) : '–'}`
  })
  return (
    <figure className={s.chart}>
      <figcaption>
        <b>{chart.title}</b>
        <span>{figures.join(', ')}</span>
      </figcaption>
      {table ? (
        <div className={s.scroll} tabIndex={0} role="region" aria-label={`${chart.title} as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">s</th>
                {chart.series.map((x) => (
                  <th scope="col" key={x.key}>
                    {x.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(-40).map((r) => (
                <tr key={r['t']}>
                  <th scope="row">{r['t']?.toFixed(2)}</th>
                  {chart.series.map((x) => {
                    const v = r[x.key]
                    return <td key={x.key}>{typeof v === 'number' && Number.isFinite(v) ? chart.unit(v) : '–'}</td>
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div className={s.plot} role="img" aria-label={`${chart.title}: ${figures.join(', ')}`}>
          <ResponsiveContainer width="100%" height="100%">
            <LineChart data={rows} margin={{ top: 6, right: 6, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <CartesianGrid stroke="var(--line)" vertical={false} />
              <XAxis
                dataKey="t"
                type="number"
                domain={['dataMin', 'dataMax']}
                tick={{ fontSize: 11, fill: 'var(--ink2)' }}
                tickFormatter={(t: number) => `${Math.round(t)} s`}
                stroke="var(--line)"
                minTickGap={40}
              />
              <YAxis
                width={52}
                tick={{ fontSize: 11, fill: 'var(--ink2)' }}
                tickFormatter={chart.unit}
                stroke="transparent"
                tickCount={4}
                {...(chart.most ? { ticks: [0, chart.most / 2, chart.most] } : {})}
                domain={[0, chart.most ?? 'auto']}
                allowDataOverflow={false}
              />
              <Tooltip
                isAnimationActive={false}
                formatter={(v) => (typeof v === 'number' ? chart.unit(v) : String(v))}
                labelFormatter={(t) => `${Number(t).toFixed(2)} s`}
                contentStyle={{
                  background: 'var(--stage)',
                  border: '1px solid var(--line)',
                  borderRadius: 6,
                  fontSize: 12,
                }}
              />
              {chart.alert !== undefined && (
                <ReferenceLine y={chart.alert} stroke="var(--signal)" strokeDasharray="2 3" ifOverflow="hidden" />
              )}
              {marks.map((m) => (
                <ReferenceLine
                  key={m.factId}
                  x={m.at / 1e6}
                  stroke={m.kind === 'action' ? 'var(--signal)' : 'var(--edge)'}
                  strokeDasharray="2 3"
                  ifOverflow="hidden"
                />
              ))}
              {chart.series.map((x) => (
                <Line
                  key={x.key}
                  dataKey={x.key}
                  name={x.label}
                  dot={false}
                  isAnimationActive={false}
                  stroke={x.colour ?? 'var(--ink)'}
                  strokeWidth={1.75}
                  {...(x.dash ? { strokeDasharray: x.dash } : {})}
                  connectNulls={false}
                />
              ))}
            </LineChart>
          </ResponsiveContainer>
        </div>
      )}
    </figure>
  )
}

/** The run's metrics over time; the tape's traces with scales, and those that the tape leaves out. */
const Charts = () => {
  const [look, setLook] = useState(() => useStore.getState())
  const [table, setTable] = useState(false)
  useEffect(() => {
    const timer = setInterval(
      () =>
        setLook((before) => {
          const now = useStore.getState()
          return now.windows === before.windows && now.frame?.marks.length === before.frame?.marks.length ? before : now
        }),
      EVERY_MS,
    )
    return () => clearInterval(timer)
  }, [])
  const nodes = useMemo(() => (look.frame?.processes ?? []).filter((p) => p.node), [look])
  const isLimited = look.windows.some((w) => w.maxmemory > 0 || w.evicted > 0)
  const charts = useMemo<Chart[]>(() => {
    const shown = nodes.length <= MOST_LINES ? nodes : nodes.filter((n) => n.node?.role === 'primary').slice(0, MOST_LINES)
    const ops: Chart = {
      title: nodes.length > shown.length ? `Operations a node (${shown.length} of ${nodes.length})` : 'Operations a node',
      unit: perSecond,
      series: shown.map((n) => ({
        key: `ops ${n.id}`,
        label: n.id,
        colour: shardColour(n.node?.shard ?? -1),
        ...(n.node?.role === 'replica' ? { dash: '4 3' } : {}),
        value: (w, sec) => (w.ops[n.id] ?? 0) / sec,
      })),
    }
    return [...CHARTS.slice(0, 3), ...(isLimited ? MEMORY : []), ops, ...CHARTS.slice(3)]
  }, [nodes, isLimited])
  const rows = useMemo<Row[]>(() => {
    const start = look.windows.findIndex((w) => w.requests > 0)
    return thin(look.windows.slice(Math.max(0, start)), MOST_POINTS).map(({ window, joined }) => {
      const row: Row = { t: window.at / 1e6 }
      for (const chart of charts)
        for (const x of chart.series) {
          const v = x.value(window, joined / 4)
          row[x.key] = v === null || Number.isNaN(v) ? null : v
        }
      return row
    })
  }, [look, charts])
  const marks = (look.frame?.marks ?? []).filter((m) => m.kind === 'action' || m.kind === 'fail' || m.kind === 'promoted').slice(-12)
  return (
    <section className={s.charts} aria-label="Charts" tabIndex={0}>
      <label className={s.toggle}>
        <input type="checkbox" checked={table} onChange={(e) => setTable(e.target.checked)} /> as tables
      </label>
      {rows.length < 2 ? (
        <p className="quiet">Nothing measured yet. Press play.</p>
      ) : (
        <div className={s.grid}>
          {charts.map((chart) => (
            <View key={chart.title} chart={chart} rows={rows} marks={marks} table={table} />
          ))}
        </div>
      )}
    </section>
  )
}

export default Charts
