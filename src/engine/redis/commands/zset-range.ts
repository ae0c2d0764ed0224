import { parseBound, parseSmall } from '../numbers.ts'
import { cString } from '../reply.ts'
import { SYNTAX } from './spec.ts'
import { upper, type Wrong } from './values.ts'

/** What ZRANGE and its relatives ask for: by rank, by score or by name. */

export type Row = readonly [member: string, score: number]

/** In order of score, then of bytes. */
export const sorted = (members: ReadonlyMap<string, number>): Row[] =>
  [...members].sort((x, y) => x[1] - y[1] || (x[1] === y[1] ? (x[0] < y[0] ? -1 : 1) : 0))

export interface ScoreRange {
  min: number
  max: number
  minOpen: boolean
  maxOpen: boolean
}

const BAD_SCORES: Wrong = { error: 'ERR min or max is not a float' }
const BAD_NAMES: Wrong = { error: 'ERR min or max not valid string range item' }

export const scoreRange = (low: string, high: string): ScoreRange | Wrong => {
  const minOpen = low.startsWith('(')
  const maxOpen = high.startsWith('(')
  const min = parseBound(cString(minOpen ? low.slice(1) : low))
  const max = parseBound(cString(maxOpen ? high.slice(1) : high))
  return min === null || max === null ? BAD_SCORES : { min, max, minOpen, maxOpen }
}

export const inScores = (r: ScoreRange, score: number): boolean =>
  (r.minOpen ? score > r.min : score >= r.min) && (r.maxOpen ? score < r.max : score <= r.max)

export interface NameRange {
  low: string
  high: string
}

export const nameRange = (low: string, high: string): NameRange | Wrong => {
  const valid = (word: string): boolean => word === '-' || word === '+' || word.startsWith('[') || word.startsWith('(')
  return valid(low) && valid(high) ? { low, high } : BAD_NAMES
}

const isAbove = (low: string, member: string): boolean =>
  low === '-' || (low !== '+' && (low.startsWith('[') ? member >= low.slice(1) : member > low.slice(1)))
const isBelow = (high: string, member: string): boolean =>
  high === '+' || (high !== '-' && (high.startsWith('[') ? member <= high.slice(1) : member < high.slice(1)))

/** By name is meant for members of one score: Redis takes the first run that fits, in the order of the set. */
export const runOfNames = ({ low, high }: NameRange, rows: readonly Row[], reverse = false): Row[] => {
  const last = rows.length - 1
  const isEmpty = low === '+' || high === '-' || (low !== '-' && high !== '+' && low.slice(1) > high.slice(1))
  if (isEmpty || last < 0 || !isAbove(low, rows[last][0]) || !isBelow(high, rows[0][0])) return []
  if (low !== '-' && high !== '+' && low.slice(1) === high.slice(1) && (low.startsWith('(') || high.startsWith('('))) return []
  const out: Row[] = []
  if (reverse) {
    for (let i = rows.findLastIndex(([m]) => isBelow(high, m)); i >= 0 && isAbove(low, rows[i][0]); i--) out.push(rows[i])
    return out
  }
  for (let i = rows.findIndex(([m]) => isAbove(low, m)); i >= 0 && i <= last && isBelow(high, rows[i][0]); i++) out.push(rows[i])
  return out
}

export interface RangeQuery {
  by: 'rank' | 'score' | 'name'
  reverse: boolean
  withScores: boolean
  offset: number
  /** −1 = all. */
  count: number
}

/** Options after min and max; `fixed` says what an older command means by its name. */
export const rangeOptions = (
  argv: readonly string[],
  from: number,
  fixed: Partial<RangeQuery> | null,
  store: boolean,
): RangeQuery | Wrong => {
  const q: RangeQuery = { by: 'rank', reverse: false, withScores: false, offset: 0, count: -1, ...fixed }
  let limited = false
  for (let i = from; i < argv.length; i++) {
    const word = upper(argv[i])
    if (word === 'WITHSCORES' && !store) q.withScores = true
    else if (word === 'LIMIT' && i + 2 < argv.length) {
      const offset = parseSmall(argv[++i])
      const count = parseSmall(argv[++i])
      if (offset === null || count === null) return { error: 'ERR value is not an integer or out of range' }
      q.offset = offset
      q.count = count
      limited = true
    } else if (fixed === null && word === 'BYSCORE' && q.by === 'rank') q.by = 'score'
    else if (fixed === null && word === 'BYLEX' && q.by === 'rank') q.by = 'name'
    else if (fixed === null && word === 'REV' && !q.reverse) q.reverse = true
    else return SYNTAX as Wrong
  }
  if (limited && q.by === 'rank' && q.count !== -1)
    return { error: 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX' }
  if (q.withScores && q.by === 'name') return { error: 'ERR syntax error, WITHSCORES not supported in combination with BYLEX' }
  return q
}

/** The rows a query names, in its order; the error of its limits. Checked before the key is looked at. */
export const rangeTest = (q: RangeQuery, first: string, second: string): ((rows: Row[]) => Row[]) | Wrong => {
  const [low, high] = q.reverse && q.by !== 'rank' ? [second, first] : [first, second]
  if (q.by === 'rank') {
    const start = parseSmall(first)
    const end = parseSmall(second)
    if (start === null || end === null) return { error: 'ERR value is not an integer or out of range' }
    return (rows) => {
      const all = q.reverse ? rows.toReversed() : rows
      const from = Math.max(0, start < 0 ? all.length + start : start)
      const to = end < 0 ? all.length + end : end
      return from > to ? [] : all.slice(from, to + 1)
    }
  }
  const range = q.by === 'score' ? scoreRange(low, high) : nameRange(low, high)
  if ('error' in range) return range
  return (rows) => {
    let hits: Row[]
    if ('min' in range) {
      hits = rows.filter(([, score]) => inScores(range, score))
      if (q.reverse) hits.reverse()
    } else hits = runOfNames(range, rows, q.reverse)
    if (q.offset < 0) return []
    return hits.slice(q.offset, q.count < 0 ? undefined : q.offset + q.count)
  }
}
