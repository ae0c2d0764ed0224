import type { Timing } from './measure.ts'
import { human, ratioOf } from './measure.ts'

/** One line of the table. A goal without a target is reported; one whose answer is wrong fails whatever its speed. */
export interface Row {
  goal: string
  ours: string
  peer: string
  ratio: number | null
  target: number | null
  verdict: 'PASS' | 'FALLS SHORT' | 'REPORTED' | 'SKIP' | 'WRONG'
  note: string
}

/** A quick run is short and shares its machine: it gates at this share of a target. */
const QUICK_SHARE = 0.7

export const gated = (goal: string, ours: string, peer: string, ratio: number, target: number, quick: boolean, note = ''): Row => ({
  goal,
  ours,
  peer,
  ratio,
  target,
  verdict: ratio >= target * (quick ? QUICK_SHARE : 1) ? 'PASS' : 'FALLS SHORT',
  note,
})

export const raced = (goal: string, ours: Timing, theirs: Timing, target: number, quick: boolean, note = ''): Row =>
  gated(goal, human(ours.rate), `${theirs.name} ${human(theirs.rate)}`, ratioOf(ours, theirs), target, quick, note)

export const skipped = (goal: string, peer: string, target: number | null, why: string): Row => ({
  goal,
  ours: '',
  peer,
  ratio: null,
  target,
  verdict: 'SKIP',
  note: why,
})

export const wrong = (goal: string, peer: string, what: string): Row => ({
  goal,
  ours: '',
  peer,
  ratio: null,
  target: null,
  verdict: 'WRONG',
  note: what,
})

export const reported = (goal: string, ours: string, peer: string, ratio: number | null, note = ''): Row => ({
  goal,
  ours,
  peer,
  ratio,
  target: null,
  verdict: 'REPORTED',
  note,
})

const places = (n: number | null): string => (n === null ? '' : n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2))

export const line = (r: Row): string =>
  [r.goal, r.ours, r.peer, r.ratio === null ? '' : `${places(r.ratio)}×`, r.target === null ? '' : `≥ ${r.target}×`, r.verdict]
    .concat(r.note ? [r.note] : [])
    .join(' | ')
