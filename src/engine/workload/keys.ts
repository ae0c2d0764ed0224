import { pow } from '../core/math.ts'
import { uniform, type Stream } from '../core/random.ts'

/** The key that the load's `hot` share goes to. */
export const HOT_KEY = 'item:hot'

const names: string[] = []
/** Name of the i-th most popular key, from 0. */
export const keyName = (i: number): string => {
  while (names.length <= i) names.push(`${PREFIX}${names.length}`)
  return names[i]
}

const PREFIX = 'item:'

/** The rank that `keyName` gives this name for; −1 for any other text. */
export const keyRank = (key: string): number => {
  const { length } = key
  if (length <= PREFIX.length || length > PREFIX.length + 9) return -1
  let rank = 0
  for (let i = PREFIX.length; i < length; i++) {
    const digit = key.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    rank = rank * 10 + digit
  }
  // mostly it is that very text
  if (rank < names.length && names[rank] === key) return rank
  return key === `${PREFIX}${rank}` ? rank : -1
}

/** For each place the share it keeps and, beside it, the rank that has the rest: a draw looks at both. */
type Alias = Float64Array
// A pure function's memory: a table follows from (n, exponent) alone, so it stands outside the state.
const tables = new Map<string, Alias>()
const KEPT = 8

/** Walker's alias table (Vose's construction, 1991): one draw of a Zipf rank costs two look-ups whatever n is. */
const tableOf = (n: number, exponent: number): Alias => {
  const name = `${n}/${exponent}`
  const known = tables.get(name)
  if (known !== undefined) return known
  const weight = new Float64Array(n)
  let sum = 0
  for (let i = 0; i < n; i++) sum += weight[i] = pow(i + 1, -exponent)
  const share = new Float64Array(n)
  const table = new Float64Array(2 * n)
  const small: number[] = []
  const large: number[] = []
  for (let i = 0; i < n; i++) {
    share[i] = (weight[i] * n) / sum
    ;(share[i] < 1 ? small : large).push(i)
  }
  while (small.length > 0 && large.length > 0) {
    const s = small.pop()!
    const l = large[large.length - 1]
    table[2 * s + 1] = l
    share[l] -= 1 - share[s]
    if (share[l] < 1) small.push(large.pop()!)
  }
  for (const i of small) share[i] = 1
  for (const i of large) share[i] = 1
  if (tables.size >= KEPT) tables.delete(tables.keys().next().value!)
  for (let i = 0; i < n; i++) table[2 * i] = share[i]
  tables.set(name, table)
  return table
}

let lastTable: Alias | null = null
let lastN = 0
let lastExponent = 0

/** A Zipf rank from 0 to n−1: P(i) ∝ (i+1)^−exponent; 0 is uniform. Always two draws, so that changing the exponent shifts nothing else. */
export const zipfRank = (stream: Stream, n: number, exponent: number): number => {
  const i = Math.floor(uniform(stream) * n)
  const u = uniform(stream)
  if (exponent === 0) return i
  if (lastTable === null || n !== lastN || exponent !== lastExponent) {
    lastTable = tableOf(n, exponent)
    lastN = n
    lastExponent = exponent
  }
  return u < lastTable[2 * i] ? i : lastTable[2 * i + 1]
}

/** Probability of each rank, for laws and views. */
export const zipfShares = (n: number, exponent: number): Float64Array => {
  const p = new Float64Array(n)
  let sum = 0
  for (let i = 0; i < n; i++) sum += p[i] = pow(i + 1, -exponent)
  for (let i = 0; i < n; i++) p[i] /= sum
  return p
}
