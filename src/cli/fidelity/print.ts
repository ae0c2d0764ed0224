import type { Fidelity, Share } from '../../content/fidelity.ts'
import { RATIO_BOUND, TRAFFIC_BOUND, apart, failuresOf } from './section.ts'
import { median } from './statistics.ts'

/** The report as text: one table a kind of claim. */
export const printed = (f: Fidelity): string => {
  const out: string[] = []
  const head = (title: string, columns: string): void => void out.push('', title, columns)
  const n = (x: number, width: number, digits = 0): string => x.toFixed(digits).padStart(width)
  const pct = (x: number): string => (x * 100).toFixed(x < 0.001 ? 2 : 1)
  const share = (s: Share): string => `${s.k}/${s.n} (${pct(s.low)} to ${pct(s.high)} %)`

  if (f.replies.length > 0) {
    head('REPLIES: every recorded step replayed', `${'file'.padEnd(38)} passed/total  unsupported  volatile`)
    for (const r of f.replies)
      out.push(`${r.file.padEnd(38)} ${`${r.passed}/${r.total}`.padStart(12)} ${n(r.unsupported, 12)} ${n(r.volatile, 9)}`)
    const sum = (pick: (r: Fidelity['replies'][number]) => number): number => f.replies.reduce((a, r) => a + pick(r), 0)
    out.push(
      `${'in all'.padEnd(38)} ${`${sum((r) => r.passed)}/${sum((r) => r.total)}`.padStart(12)} ${n(
        sum((r) => r.unsupported),
        12,
      )} ${n(
        sum((r) => r.volatile),
        9,
      )}`,
    )
  }
  if (f.decisions.length > 0) {
    head('DECISIONS: every outcome in the recorded or allowed set', `${'recording, setting'.padEnd(48)} outcome: recorded, simulated`)
    for (const d of f.decisions) {
      out.push(`${`${d.file} ${d.setting}`.padEnd(48)} ${d.allowed}`)
      for (const o of d.outcomes) out.push(`${''.padEnd(48)}   ${o.allowed ? '' : 'NOT ALLOWED '}${o.name}: ${o.recorded}, ${o.simulated}`)
    }
  }
  if (f.timings.length > 0) {
    head(
      'TIMINGS, ms: median (least to most); 90 % interval of the difference of medians; KS and its p after Holm',
      `${''.padEnd(34)} ${'recorded'.padStart(26)} ${'simulated'.padStart(26)} ${'difference'.padStart(19)} bound    KS  p Holm  verdict`,
    )
    let setting = ''
    for (const t of f.timings) {
      if (setting !== `${t.file} ${t.setting}`) out.push((setting = `${t.file} ${t.setting}`))
      const range = (middle: number, low: number, high: number, size: number): string =>
        `${middle.toFixed(0)} (${low.toFixed(0)} to ${high.toFixed(0)}) n=${size}`.padStart(26)
      const s = t.simulated
      const verdict = Math.abs(apart(t)) > t.bound ? 'TOO FAR APART' : t.verdict === 'not shown' ? 'not shown: too few recorded' : t.verdict
      out.push(
        `  ${t.name.padEnd(32)} ${range(median(t.recorded), Math.min(...t.recorded), Math.max(...t.recorded), t.recorded.length)} ${range(s.median, s.least, s.most, s.n)} ${`${n(apart(t), 5)} (${t.low.toFixed(0)} to ${t.high.toFixed(0)})`.padStart(19)} ±${String(t.bound).padEnd(5)} ${t.ks.toFixed(2)} ${t.pHolm < 0.001 ? ' <0.001' : n(t.pHolm, 7, 3)}  ${verdict}`,
      )
    }
  }
  if (f.ratios.length > 0) {
    head(`HIT RATIOS: within ${RATIO_BOUND}`, `${'run'.padEnd(40)} recorded  simulated  difference`)
    for (const r of f.ratios)
      out.push(`${r.name.padEnd(40)} ${n(r.recorded, 8, 4)} ${n(r.simulated, 10, 4)} ${n(r.simulated - r.recorded, 11, 4)}`)
  }
  if (f.traffic.length > 0) {
    head(`BUS TRAFFIC, messages a second: within ${TRAFFIC_BOUND * 100} %`, 'nodes  node-timeout  recorded  simulated  ratio')
    for (const t of f.traffic)
      out.push(
        `${n(t.nodes, 5)} ${`${t.timeout / 1000} s`.padStart(13)} ${n(t.recorded, 9, 1)} ${n(t.simulated, 10, 1)} ${n(t.simulated / t.recorded, 6, 2)}`,
      )
  }
  if (f.rare.length > 0) {
    head('RARE EVENTS: possible, and at a rate the recordings allow (95 % intervals after Clopper and Pearson)', '')
    for (const r of f.rare)
      out.push(`${r.name}`, `   recorded ${share(r.recorded)}, simulated ${share(r.simulated)}: ${r.overlap ? 'overlap' : 'APART'}`)
  }
  if (f.bounds.length > 0) {
    head('HARD BOUNDS: in every simulated run', '')
    for (const b of f.bounds) out.push(`${b.broken === 0 ? 'held  ' : 'BROKEN'} ${String(b.checked).padStart(7)} times  ${b.name}`)
  }
  const failures = failuresOf(f)
  out.push(
    '',
    failures.length === 0 ? 'Everything within its bound.' : `${failures.length} beyond their bound:`,
    ...failures.map((x) => `  ${x}`),
  )
  return out.join('\n')
}
