import type { Context } from '../../core/process.ts'
import { globMatches } from '../glob.ts'
import { formatDouble, parseDouble, parseSmall } from '../numbers.ts'
import { number } from '../peers.ts'
import { err, type Reply } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'
import { parseTimeout, signalReady, waitFor } from './blocking.ts'
import {
  NOT_FLOAT,
  NOT_INTEGER,
  NO_REPLY,
  NULL_ARRAY,
  ONE,
  SYNTAX,
  TWO,
  WRONG_TYPE,
  counted,
  spec,
  type CommandSpec,
  type Handler,
} from './spec.ts'
import {
  NOT_POSITIVE,
  changed,
  draw,
  find,
  inPlace,
  meet,
  own,
  put,
  remove,
  sliceOf,
  tellInstead,
  upper,
  walk,
  type Wrong,
  BAD_CURSOR,
  isCursor,
} from './values.ts'
import { inScores, nameRange, rangeOptions, rangeTest, runOfNames, scoreRange, sorted, type RangeQuery, type Row } from './zset-range.ts'

type Scores = Map<string, number>

const toRead = (state: NodeState, key: string, ctx: Context): Scores | null | Wrong => {
  const entry = find(state, key, ctx)
  return entry === undefined ? null : entry.type === 'zset' ? (entry.value as Scores) : (WRONG_TYPE as Wrong)
}

/** A score: a double in RESP3, its seventeen digits in RESP2. */
const scoreReply = (s: Session, score: number): Reply => (s.resp === 3 ? { double: score } : formatDouble(score))

const rowsReply = (s: Session, rows: readonly Row[], withScores: boolean): Reply => {
  if (!withScores) return rows.map(([member]) => member)
  if (s.resp === 3) return rows.map(([member, score]): Reply => [member, { double: score }])
  return rows.flatMap(([member, score]) => [member, formatDouble(score)])
}

const keep = (state: NodeState, s: Session, key: string, scores: Scores, isNew: boolean): void => {
  if (isNew) {
    put(state, key, { type: 'zset', value: scores, expireAt: -1 })
    signalReady(state, s.db, key)
  } else changed(state, key)
  settle(state, key, scores)
}

const settle = (state: NodeState, key: string, scores: Scores): void => {
  const longest = number(state, 'zset-max-listpack-value', 64)
  if (scores.size > number(state, 'zset-max-listpack-entries', 128) || [...scores.keys()].some((m) => m.length > longest))
    own(state, key).kept = 'raw'
  // the small encoding holds whole numbers as such, and they have one zero
  else if (own(state, key).kept !== 'raw') for (const [member, score] of scores) if (Object.is(score, -0)) scores.set(member, 0)
}

const store = (state: NodeState, s: Session, key: string, rows: Iterable<Row>): number => {
  const scores: Scores = new Map(rows)
  if (scores.size === 0) remove(state, key)
  else {
    put(state, key, { type: 'zset', value: scores, expireAt: -1 })
    signalReady(state, s.db, key)
    settle(state, key, scores)
  }
  return scores.size
}

interface AddOptions {
  only: '' | 'NX' | 'XX'
  than: '' | 'GT' | 'LT'
  changes: boolean
  increment: boolean
}

const NAN = err('ERR resulting score is not a number (NaN)')

const add = (state: NodeState, s: Session, key: string, o: AddOptions, pairs: readonly string[], ctx: Context): Reply => {
  const news: [string, number][] = []
  for (let i = 0; i < pairs.length; i += 2) {
    const score = parseDouble(pairs[i])
    if (score === null) return NOT_FLOAT
    news.push([pairs[i + 1], score])
  }
  const entry = find(state, key, ctx)
  if (entry !== undefined && entry.type !== 'zset') return WRONG_TYPE
  if (entry === undefined && o.only === 'XX') return o.increment ? null : 0
  const scores: Scores = entry === undefined ? new Map() : (own(state, key).value as Scores)
  let added = 0
  let updated = 0
  let result: Reply = null
  for (const [member, given] of news) {
    const old = scores.get(member)
    if (old === undefined) {
      if (o.only === 'XX') continue
      scores.set(member, given)
      added++
      result = scoreReply(s, given)
      continue
    }
    if (o.only === 'NX') continue
    const score = o.increment ? old + given : given
    if (Number.isNaN(score)) return NAN
    if ((o.than === 'GT' && score <= old) || (o.than === 'LT' && score >= old)) continue
    result = scoreReply(s, score)
    if (score === old) continue
    scores.set(member, score)
    updated++
  }
  if (added + updated > 0) keep(state, s, key, scores, entry === undefined)
  return o.increment ? result : o.changes ? added + updated : added
}

const zadd: Handler = (state, s, argv, ctx) => {
  const o: AddOptions = { only: '', than: '', changes: false, increment: false }
  let nx = false
  let xx = false
  let gt = false
  let lt = false
  let i = 2
  for (; i < argv.length; i++) {
    const word = upper(argv[i])
    if (word === 'NX') nx = true
    else if (word === 'XX') xx = true
    else if (word === 'GT') gt = true
    else if (word === 'LT') lt = true
    else if (word === 'CH') o.changes = true
    else if (word === 'INCR') o.increment = true
    else break
  }
  const pairs = argv.slice(i)
  if (pairs.length === 0 || pairs.length % 2 === 1) return SYNTAX
  if (nx && xx) return err('ERR XX and NX options at the same time are not compatible')
  if ((gt && lt) || (nx && (gt || lt))) return err('ERR GT, LT, and/or NX options at the same time are not compatible')
  if (o.increment && pairs.length > 2) return err('ERR INCR option supports a single increment-element pair')
  o.only = nx ? 'NX' : xx ? 'XX' : ''
  o.than = gt ? 'GT' : lt ? 'LT' : ''
  return add(state, s, argv[1], o, pairs, ctx)
}

/** It reads ZADD's options too, and then lacks a score or a member. */
const zincrby: Handler = (state, s, argv, ctx) =>
  /^(nx|xx|gt|lt|ch|incr)$/i.test(argv[2])
    ? SYNTAX
    : add(state, s, argv[1], { only: '', than: '', changes: false, increment: true }, argv.slice(2), ctx)

const zrem: Handler = (state, _s, argv, ctx) => removeWhere(state, argv[1], (row) => argv.indexOf(row[0], 2) >= 0, ctx)

/** Removes the rows a test names; how many. */
const removeWhere = (state: NodeState, key: string, test: (row: Row, rank: number, size: number) => boolean, ctx: Context): Reply => {
  const entry = find(state, key, ctx)
  if (entry === undefined) return 0
  if (entry.type !== 'zset') return WRONG_TYPE
  const scores = own(state, key).value as Scores
  const rows = sorted(scores)
  let n = 0
  rows.forEach((row, rank) => {
    if (!test(row, rank, rows.length)) return
    scores.delete(row[0])
    n++
  })
  if (scores.size === 0) remove(state, key)
  else if (n > 0) changed(state, key)
  return n
}

const zremrangebyrank: Handler = (state, _s, argv, ctx) => {
  const start = parseSmall(argv[2])
  const end = parseSmall(argv[3])
  if (start === null || end === null) return NOT_INTEGER
  return removeWhere(
    state,
    argv[1],
    (_row, rank, size) => {
      const slice = sliceOf(size, start, end)
      return slice !== null && rank >= slice[0] && rank <= slice[1]
    },
    ctx,
  )
}

const zremrangebyscore: Handler = (state, _s, argv, ctx) => {
  const range = scoreRange(argv[2], argv[3])
  return 'error' in range ? range : removeWhere(state, argv[1], ([, score]) => inScores(range, score), ctx)
}

const zremrangebylex: Handler = (state, _s, argv, ctx) => {
  const range = nameRange(argv[2], argv[3])
  if ('error' in range) return range
  const entry = find(state, argv[1], ctx)
  const run = entry?.type === 'zset' ? runOfNames(range, sorted(entry.value as Scores)) : []
  return removeWhere(state, argv[1], ([member]) => run.some((row) => row[0] === member), ctx)
}

const zcard: Handler = (state, _s, argv, ctx) => {
  const scores = toRead(state, argv[1], ctx)
  return scores === null ? 0 : 'error' in scores ? scores : scores.size
}

const zscore: Handler = (state, s, argv, ctx) => {
  const scores = toRead(state, argv[1], ctx)
  if (scores === null) return null
  if ('error' in scores) return scores
  const score = scores.get(argv[2])
  return score === undefined ? null : scoreReply(s, score)
}

const zmscore: Handler = (state, s, argv, ctx) => {
  const scores = toRead(state, argv[1], ctx)
  if (scores !== null && 'error' in scores) return scores
  return argv.slice(2).map((member) => {
    const score = scores?.get(member)
    return score === undefined ? null : scoreReply(s, score)
  })
}

const rank =
  (reverse: boolean): Handler =>
  (state, _s, argv, ctx) => {
    const scores = toRead(state, argv[1], ctx)
    if (scores === null) return null
    if ('error' in scores) return scores
    const place = sorted(scores).findIndex(([member]) => member === argv[2])
    return place < 0 ? null : reverse ? scores.size - 1 - place : place
  }

const count =
  (by: 'score' | 'name'): Handler =>
  (state, _s, argv, ctx) => {
    const range = by === 'score' ? scoreRange(argv[2], argv[3]) : nameRange(argv[2], argv[3])
    if ('error' in range) return range
    const scores = toRead(state, argv[1], ctx)
    if (scores === null) return 0
    if ('error' in scores) return scores
    if (!('min' in range)) return runOfNames(range, sorted(scores)).length
    let n = 0
    for (const score of scores.values()) if (inScores(range, score)) n++
    return n
  }

const range =
  (fixed: Partial<RangeQuery> | null): Handler =>
  (state, s, argv, ctx) => {
    const q = rangeOptions(argv, 4, fixed, false)
    if ('error' in q) return q
    const select = rangeTest(q, argv[2], argv[3])
    if (typeof select !== 'function') return select
    const scores = toRead(state, argv[1], ctx)
    if (scores === null) return []
    return 'error' in scores ? scores : rowsReply(s, select(sorted(scores)), q.withScores)
  }

const zrangestore: Handler = (state, s, argv, ctx) => {
  const q = rangeOptions(argv, 5, null, true)
  if ('error' in q) return q
  const select = rangeTest(q, argv[3], argv[4])
  if (typeof select !== 'function') return select
  const scores = toRead(state, argv[2], ctx)
  if (scores !== null && 'error' in scores) return scores
  meet(state, argv[1], ctx)
  return store(state, s, argv[1], scores === null ? [] : select(sorted(scores)))
}

/** Takes members with the lowest or highest scores off a sorted set that is there. */
const takeFrom = (state: NodeState, key: string, most: number, max: boolean): Row[] => {
  const scores = own(state, key).value as Scores
  const rows = sorted(scores)
  if (max) rows.reverse()
  const taken = rows.slice(0, most)
  for (const [member] of taken) scores.delete(member)
  if (scores.size === 0) remove(state, key)
  else if (taken.length > 0) changed(state, key)
  return taken
}

const zpop =
  (max: boolean): Handler =>
  (state, s, argv, ctx) => {
    if (argv.length > 3) return SYNTAX
    const most = argv.length > 2 ? parseSmall(argv[2]) : null
    if (argv.length > 2 && (most === null || most < 0)) return NOT_POSITIVE
    const entry = find(state, argv[1], ctx)
    if (entry === undefined) return []
    if (entry.type !== 'zset') return WRONG_TYPE
    if (most === 0) return []
    const taken = takeFrom(state, argv[1], most ?? 1, max)
    if (s.resp === 3 && most === null) return [taken[0][0], { double: taken[0][1] }]
    return rowsReply(s, taken, true)
  }

const bzpop =
  (max: boolean): Handler =>
  (state, s, argv, ctx) => {
    const timeout = parseTimeout(argv[argv.length - 1])
    if (typeof timeout !== 'number') return timeout
    const keys = argv.slice(1, -1)
    for (const key of keys) {
      const entry = find(state, key, ctx)
      if (entry === undefined) continue
      if (entry.type !== 'zset') return WRONG_TYPE
      const [[member, score]] = takeFrom(state, key, 1, max)
      tellInstead(max ? 'ZPOPMAX' : 'ZPOPMIN', key)
      return [key, member, scoreReply(s, score)]
    }
    return waitFor(state, s, argv, keys, timeout, ctx) ? NO_REPLY : NULL_ARRAY
  }

/** numkeys key… MIN|MAX [COUNT n]; `wait` is how long, for the one that blocks. */
const zmpopFrom = (state: NodeState, s: Session, argv: readonly string[], at: number, wait: string | null, ctx: Context): Reply => {
  const n = parseSmall(argv[at])
  if (n === null || n <= 0) return err('ERR numkeys should be greater than 0')
  const which = at + 1 + n < argv.length ? upper(argv[at + 1 + n]) : ''
  if (which !== 'MIN' && which !== 'MAX') return SYNTAX
  const rest = argv.slice(at + 2 + n)
  let most = 1
  if (rest.length > 0) {
    if (rest.length < 2 || upper(rest[0]) !== 'COUNT') return SYNTAX
    const k = parseSmall(rest[1])
    if (k === null || k <= 0) return err('ERR count should be greater than 0')
    if (rest.length > 2) return SYNTAX
    most = k
  }
  const timeout = wait === null ? -1 : parseTimeout(wait)
  if (typeof timeout !== 'number') return timeout
  const keys = argv.slice(at + 1, at + 1 + n)
  for (const key of keys) {
    const entry = find(state, key, ctx)
    if (entry === undefined) continue
    if (entry.type !== 'zset') return WRONG_TYPE
    const taken = takeFrom(state, key, most, which === 'MAX')
    tellInstead(which === 'MAX' ? 'ZPOPMAX' : 'ZPOPMIN', key, String(taken.length))
    return [key, taken.map(([member, score]): Reply => [member, scoreReply(s, score)])]
  }
  return timeout >= 0 && waitFor(state, s, argv, keys, timeout, ctx) ? NO_REPLY : NULL_ARRAY
}

const zmpop: Handler = (state, s, argv, ctx) => zmpopFrom(state, s, argv, 1, null, ctx)

const bzmpop: Handler = (state, s, argv, ctx) => zmpopFrom(state, s, argv, 2, argv[1], ctx)

type How = 'union' | 'inter' | 'diff'

/** numkeys key… [WEIGHTS …] [AGGREGATE …] [WITHSCORES] from word `at`: the rows, and whether scores are wanted; otherwise the error. */
const aggregate = (
  state: NodeState,
  argv: readonly string[],
  at: number,
  how: How,
  name: string,
  stores: boolean,
  ctx: Context,
): { rows: Row[]; withScores: boolean } | Wrong => {
  const n = parseSmall(argv[at])
  if (n === null) return NOT_INTEGER as Wrong
  if (n < 1) return { error: `ERR at least 1 input key is needed for '${name}' command` }
  if (n > argv.length - at - 1) return SYNTAX as Wrong
  const sources: (Scores | null)[] = []
  for (const key of argv.slice(at + 1, at + 1 + n)) {
    const entry = find(state, key, ctx)
    if (entry !== undefined && entry.type !== 'zset' && entry.type !== 'set') return WRONG_TYPE as Wrong
    sources.push(
      entry === undefined
        ? null
        : entry.type === 'zset'
          ? (entry.value as Scores)
          : new Map([...(entry.value as Set<string>)].map((m) => [m, 1])),
    )
  }
  const weights = new Array<number>(n).fill(1)
  let fold = (a: number, b: number): number => {
    const sum = a + b
    return Number.isNaN(sum) ? 0 : sum
  }
  let withScores = false
  for (let i = at + 1 + n; i < argv.length;) {
    const word = upper(argv[i])
    if (how !== 'diff' && word === 'WEIGHTS' && i + n < argv.length) {
      for (let k = 0; k < n; k++) {
        const w = parseDouble(argv[i + 1 + k])
        if (w === null) return { error: 'ERR weight value is not a float' }
        weights[k] = w
      }
      i += n + 1
    } else if (how !== 'diff' && word === 'AGGREGATE' && i + 1 < argv.length) {
      const by = upper(argv[i + 1])
      if (by === 'MIN') fold = Math.min
      else if (by === 'MAX') fold = Math.max
      else if (by !== 'SUM') return SYNTAX as Wrong
      i += 2
    } else if (!stores && word === 'WITHSCORES') {
      withScores = true
      i++
    } else return SYNTAX as Wrong
  }
  return { rows: sorted(combined(sources, weights, fold, how)), withScores }
}

const combined = (sources: (Scores | null)[], weights: readonly number[], fold: (a: number, b: number) => number, how: How): Scores => {
  const out: Scores = new Map()
  const weighted = (score: number, weight: number): number => (Number.isNaN(score * weight) ? 0 : score * weight)
  if (how === 'diff') {
    for (const [member, score] of sources[0] ?? []) if (!sources.slice(1).some((x) => x?.has(member))) out.set(member, score)
    return out
  }
  sources.forEach((source, i) => {
    for (const [member, score] of source ?? []) {
      const old = out.get(member)
      out.set(member, old === undefined ? weighted(score, weights[i]) : fold(old, weighted(score, weights[i])))
    }
  })
  if (how === 'inter') for (const member of [...out.keys()]) if (!sources.every((x) => x?.has(member))) out.delete(member)
  return out
}

const combine =
  (how: How, name: string): Handler =>
  (state, s, argv, ctx) => {
    const found = aggregate(state, argv, 1, how, name, false, ctx)
    return 'error' in found ? found : rowsReply(s, found.rows, found.withScores)
  }

const combineAndStore =
  (how: How, name: string): Handler =>
  (state, s, argv, ctx) => {
    const found = aggregate(state, argv, 2, how, name, true, ctx)
    if ('error' in found) return found
    meet(state, argv[1], ctx)
    return store(state, s, argv[1], found.rows)
  }

const zintercard: Handler = (state, _s, argv, ctx) => {
  const n = parseSmall(argv[1])
  if (n === null) return NOT_INTEGER
  if (n <= 0) return err("ERR at least 1 input key is needed for 'zintercard' command")
  if (n > argv.length - 2) return SYNTAX
  const found = aggregate(state, argv.slice(0, 2 + n), 1, 'inter', 'zintercard', false, ctx)
  if ('error' in found) return found
  const rest = argv.slice(2 + n)
  let limit = 0
  for (let i = 0; i < rest.length; i += 2) {
    if (upper(rest[i]) !== 'LIMIT' || i + 1 >= rest.length) return SYNTAX
    const most = parseSmall(rest[i + 1])
    if (most === null || most < 0) return err("ERR LIMIT can't be negative")
    limit = most
  }
  return limit > 0 ? Math.min(limit, found.rows.length) : found.rows.length
}

const zrandmember: Handler = (state, s, argv, ctx) => {
  const wanted = argv.length > 2 ? parseSmall(argv[2]) : null
  if (argv.length > 2 && wanted === null) return NOT_INTEGER
  if (argv.length > 4 || (argv.length === 4 && upper(argv[3]) !== 'WITHSCORES')) return SYNTAX
  const scores = toRead(state, argv[1], ctx)
  if (scores === null) return wanted === null ? null : []
  if ('error' in scores) return scores
  const rows = [...scores]
  const drawn = draw(rows.length, wanted ?? 1, ctx).map((i) => rows[i])
  return wanted === null ? drawn[0][0] : rowsReply(s, drawn, argv.length === 4)
}

const zscan: Handler = (state, _s, argv, ctx) => {
  if (!isCursor(argv[2])) return BAD_CURSOR
  const scores = toRead(state, argv[1], ctx)
  if (scores !== null && 'error' in scores) return scores
  const found = walk(argv, scores && sorted(scores), find(state, argv[1], ctx)?.kept !== 'raw')
  if ('error' in found) return found
  const hits = found.rows.filter(([member]) => found.match === null || globMatches(found.match, member))
  return [found.next, hits.flatMap(([member, score]) => [member, formatDouble(score)])]
}

const RF = 'readonly fast'
const R = 'readonly'
const W = 'write denyoom'
const WF = 'write denyoom fast'
const LESS = 'write fast'
const BLOCK = 'write noscript blocking'
const HALF = [1, -2, 1] as const

export const SORTED_SETS: readonly CommandSpec[] = [
  spec('zadd', -4, WF, ONE, 'sorted-set', '1.2.0', 'Adds members with scores.', inPlace(zadd)),
  spec('zrem', -3, LESS, ONE, 'sorted-set', '1.2.0', 'Deletes members.', inPlace(zrem)),
  spec('zscore', 3, RF, ONE, 'sorted-set', '1.2.0', 'A member’s score.', inPlace(zscore)),
  spec('zmscore', -3, RF, ONE, 'sorted-set', '6.2.0', 'Scores of several members.', inPlace(zmscore)),
  spec('zincrby', 4, WF, ONE, 'sorted-set', '1.2.0', 'Adds to a score.', inPlace(zincrby)),
  spec('zcard', 2, RF, ONE, 'sorted-set', '1.2.0', 'Number of members.', inPlace(zcard)),
  spec('zcount', 4, RF, ONE, 'sorted-set', '2.0.0', 'Members between two scores, counted.', inPlace(count('score'))),
  spec('zlexcount', 4, RF, ONE, 'sorted-set', '2.8.9', 'Members between two names, counted.', inPlace(count('name'))),
  spec('zrank', 3, RF, ONE, 'sorted-set', '2.0.0', 'A member’s place from below.', inPlace(rank(false))),
  spec('zrevrank', 3, RF, ONE, 'sorted-set', '2.0.0', 'A member’s place from above.', inPlace(rank(true))),
  spec('zrange', -4, R, ONE, 'sorted-set', '1.2.0', 'A range of members.', inPlace(range(null))),
  spec('zrevrange', -4, R, ONE, 'sorted-set', '1.2.0', 'A range from above.', inPlace(range({ reverse: true }))),
  spec('zrangebyscore', -4, R, ONE, 'sorted-set', '1.0.5', 'Members between two scores.', inPlace(range({ by: 'score' }))),
  spec(
    'zrevrangebyscore',
    -4,
    R,
    ONE,
    'sorted-set',
    '2.2.0',
    'Members between two scores, from above.',
    inPlace(range({ by: 'score', reverse: true })),
  ),
  spec('zrangebylex', -4, R, ONE, 'sorted-set', '2.8.9', 'Members between two names.', inPlace(range({ by: 'name' }))),
  spec(
    'zrevrangebylex',
    -4,
    R,
    ONE,
    'sorted-set',
    '2.8.9',
    'Members between two names, from above.',
    inPlace(range({ by: 'name', reverse: true })),
  ),
  spec('zrangestore', -5, W, TWO, 'sorted-set', '6.2.0', 'Keeps a range.', inPlace(zrangestore)),
  spec('zremrangebyrank', 4, 'write', ONE, 'sorted-set', '2.0.0', 'Deletes a range by place.', inPlace(zremrangebyrank)),
  spec('zremrangebyscore', 4, 'write', ONE, 'sorted-set', '1.2.0', 'Deletes a range by score.', inPlace(zremrangebyscore)),
  spec('zremrangebylex', 4, 'write', ONE, 'sorted-set', '2.8.9', 'Deletes a range by name.', inPlace(zremrangebylex)),
  spec('zpopmin', -2, LESS, ONE, 'sorted-set', '5.0.0', 'Takes the lowest members.', inPlace(zpop(false))),
  spec('zpopmax', -2, LESS, ONE, 'sorted-set', '5.0.0', 'Takes the highest members.', inPlace(zpop(true))),
  spec('bzpopmin', -3, `${BLOCK} fast`, HALF, 'sorted-set', '5.0.0', 'ZPOPMIN that waits.', inPlace(bzpop(false))),
  spec('bzpopmax', -3, `${BLOCK} fast`, HALF, 'sorted-set', '5.0.0', 'ZPOPMAX that waits.', inPlace(bzpop(true))),
  spec('zmpop', -4, 'write', null, 'sorted-set', '7.0.0', 'Takes members from the first sorted set that has any.', inPlace(zmpop), {
    movable: counted(1),
  }),
  spec('bzmpop', -5, 'write blocking', null, 'sorted-set', '7.0.0', 'ZMPOP that waits.', inPlace(bzmpop), { movable: counted(2) }),
  spec('zrandmember', -2, R, ONE, 'sorted-set', '6.2.0', 'Members at random.', inPlace(zrandmember)),
  spec('zscan', -3, R, ONE, 'sorted-set', '2.8.0', 'Walks through the members.', inPlace(zscan)),
  spec('zinter', -3, R, null, 'sorted-set', '6.2.0', 'Members of all the sorted sets.', inPlace(combine('inter', 'zinter')), {
    movable: counted(1),
  }),
  spec('zintercard', -3, R, null, 'sorted-set', '7.0.0', 'How many members ZINTER finds.', inPlace(zintercard), { movable: counted(1) }),
  spec('zunion', -3, R, null, 'sorted-set', '6.2.0', 'Members of any of the sorted sets.', inPlace(combine('union', 'zunion')), {
    movable: counted(1),
  }),
  spec('zdiff', -3, R, null, 'sorted-set', '6.2.0', 'Members of the first sorted set only.', inPlace(combine('diff', 'zdiff')), {
    movable: counted(1),
  }),
  spec('zinterstore', -4, W, null, 'sorted-set', '2.0.0', 'Keeps what ZINTER finds.', inPlace(combineAndStore('inter', 'zinterstore')), {
    movable: counted(2, [1]),
  }),
  spec('zunionstore', -4, W, null, 'sorted-set', '2.0.0', 'Keeps what ZUNION finds.', inPlace(combineAndStore('union', 'zunionstore')), {
    movable: counted(2, [1]),
  }),
  spec('zdiffstore', -4, W, null, 'sorted-set', '6.2.0', 'Keeps what ZDIFF finds.', inPlace(combineAndStore('diff', 'zdiffstore')), {
    movable: counted(2, [1]),
  }),
]
