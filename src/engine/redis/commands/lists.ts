import type { Context } from '../../core/process.ts'
import { parseSmall } from '../numbers.ts'
import { OK, err, type Reply } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'
import { parseTimeout, signalReady, waitFor } from './blocking.ts'
import { NOT_INTEGER, NO_REPLY, NULL_ARRAY, ONE, SYNTAX, TWO, WRONG_TYPE, counted, spec, type CommandSpec, type Handler } from './spec.ts'
import { keyChanged } from '../watch.ts'
import { NOT_POSITIVE, NO_SUCH_KEY, OUT_OF_RANGE, changed, find, inPlace, own, put, remove, sliceOf, tellInstead, upper } from './values.ts'

type End = 'LEFT' | 'RIGHT'

const endOf = (word: string): End | null => {
  const end = upper(word)
  return end === 'LEFT' || end === 'RIGHT' ? end : null
}

const toRead = (state: NodeState, key: string, ctx: Context): string[] | null | typeof WRONG_TYPE => {
  const entry = find(state, key, ctx)
  return entry === undefined ? null : entry.type === 'list' ? (entry.value as string[]) : WRONG_TYPE
}

/** Pushes onto a list that exists or is made; its new length. */
const pushTo = (state: NodeState, s: Session, key: string, values: readonly string[], end: End, ctx: Context): number => {
  let list: string[]
  if (find(state, key, ctx) === undefined) {
    list = []
    put(state, key, { type: 'list', value: list, expireAt: -1 })
    signalReady(state, s.db, key)
  } else {
    list = own(state, key).value as string[]
    changed(state, key)
  }
  if (end === 'RIGHT') list.push(...values)
  else for (const value of values) list.unshift(value)
  return list.length
}

const push =
  (end: End, mustExist: boolean): Handler =>
  (state, s, argv, ctx) => {
    const entry = find(state, argv[1], ctx)
    if (entry === undefined && mustExist) return 0
    if (entry !== undefined && entry.type !== 'list') return WRONG_TYPE
    return pushTo(state, s, argv[1], argv.slice(2), end, ctx)
  }

/** Takes elements off a list known to be there. */
const popFrom = (state: NodeState, key: string, count: number, end: End): string[] => {
  const list = own(state, key).value as string[]
  const taken = end === 'LEFT' ? list.splice(0, count) : list.splice(Math.max(0, list.length - count)).reverse()
  if (list.length === 0) remove(state, key)
  else if (taken.length > 0) changed(state, key)
  return taken
}

const pop =
  (end: End): Handler =>
  (state, _s, argv, ctx) => {
    if (argv.length > 3) return err(`ERR wrong number of arguments for '${end === 'LEFT' ? 'lpop' : 'rpop'}' command`)
    const count = argv.length === 3 ? parseSmall(argv[2]) : null
    if (argv.length === 3 && (count === null || count < 0)) return NOT_POSITIVE
    const entry = find(state, argv[1], ctx)
    if (entry === undefined) return count === null ? null : NULL_ARRAY
    if (entry.type !== 'list') return WRONG_TYPE
    if (count === null) return popFrom(state, argv[1], 1, end)[0]
    return count === 0 ? [] : popFrom(state, argv[1], count, end)
  }

const llen: Handler = (state, _s, argv, ctx) => {
  const list = toRead(state, argv[1], ctx)
  return list === null ? 0 : Array.isArray(list) ? list.length : list
}

const lrange: Handler = (state, _s, argv, ctx) => {
  const start = parseSmall(argv[2])
  const end = parseSmall(argv[3])
  if (start === null || end === null) return NOT_INTEGER
  const list = toRead(state, argv[1], ctx)
  if (list === null) return []
  if (!Array.isArray(list)) return list
  const slice = sliceOf(list.length, start, end)
  return slice === null ? [] : list.slice(slice[0], slice[1] + 1)
}

const lindex: Handler = (state, _s, argv, ctx) => {
  const list = toRead(state, argv[1], ctx)
  if (list === null) return null
  if (!Array.isArray(list)) return list
  const n = parseSmall(argv[2])
  return n === null ? NOT_INTEGER : (list.at(n) ?? null)
}

const lset: Handler = (state, _s, argv, ctx) => {
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return NO_SUCH_KEY
  if (entry.type !== 'list') return WRONG_TYPE
  const n = parseSmall(argv[2])
  if (n === null) return NOT_INTEGER
  const list = own(state, argv[1]).value as string[]
  const at = n < 0 ? list.length + n : n
  if (at < 0 || at >= list.length) return OUT_OF_RANGE
  list[at] = argv[3]
  changed(state, argv[1])
  return OK
}

const linsert: Handler = (state, _s, argv, ctx) => {
  const where = upper(argv[2])
  if (where !== 'BEFORE' && where !== 'AFTER') return SYNTAX
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return 0
  if (entry.type !== 'list') return WRONG_TYPE
  const at = (entry.value as string[]).indexOf(argv[3])
  if (at < 0) return -1
  const list = own(state, argv[1]).value as string[]
  list.splice(where === 'BEFORE' ? at : at + 1, 0, argv[4])
  changed(state, argv[1])
  return list.length
}

const lrem: Handler = (state, _s, argv, ctx) => {
  const count = parseSmall(argv[2])
  if (count === null) return NOT_INTEGER
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return 0
  if (entry.type !== 'list') return WRONG_TYPE
  const list = own(state, argv[1]).value as string[]
  let left = count === 0 ? list.length : Math.abs(count)
  let removed = 0
  for (let i = count < 0 ? list.length - 1 : 0; left > 0 && i >= 0 && i < list.length;) {
    if (list[i] === argv[3]) {
      list.splice(i, 1)
      left--
      removed++
      if (count < 0) i--
    } else i += count < 0 ? -1 : 1
  }
  if (list.length === 0) remove(state, argv[1])
  else if (removed > 0) changed(state, argv[1])
  return removed
}

const ltrim: Handler = (state, _s, argv, ctx) => {
  const start = parseSmall(argv[2])
  const end = parseSmall(argv[3])
  if (start === null || end === null) return NOT_INTEGER
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return OK
  if (entry.type !== 'list') return WRONG_TYPE
  const slice = sliceOf((entry.value as string[]).length, start, end)
  if (slice === null) remove(state, argv[1])
  else if (slice[0] === 0 && slice[1] === (entry.value as string[]).length - 1) keyChanged(state, argv[1])
  else {
    const kept = own(state, argv[1])
    kept.value = (kept.value as string[]).slice(slice[0], slice[1] + 1)
    changed(state, argv[1])
  }
  return OK
}

const lpos: Handler = (state, _s, argv, ctx) => {
  let rank = 1
  let count = -1
  let most = 0
  for (let i = 3; i < argv.length; i += 2) {
    const word = upper(argv[i])
    if (i + 1 >= argv.length || !['RANK', 'COUNT', 'MAXLEN'].includes(word)) return SYNTAX
    const n = parseSmall(argv[i + 1])
    if (word === 'RANK') {
      if (n === null) return NOT_INTEGER
      if (n === 0)
        return err(
          "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
        )
      rank = n
    } else if (word === 'COUNT') {
      if (n === null || n < 0) return err("ERR COUNT can't be negative")
      count = n
    } else {
      if (n === null || n < 0) return err("ERR MAXLEN can't be negative")
      most = n
    }
  }
  const list = toRead(state, argv[1], ctx)
  if (list === null) return count < 0 ? null : []
  if (!Array.isArray(list)) return list
  const found: number[] = []
  const back = rank < 0
  let skip = Math.abs(rank) - 1
  const wanted = count < 0 ? 1 : count
  for (let k = 0; k < list.length && (most === 0 || k < most) && (wanted === 0 || found.length < wanted); k++) {
    const i = back ? list.length - 1 - k : k
    if (list[i] !== argv[2]) continue
    if (skip > 0) skip--
    else found.push(i)
  }
  return count < 0 ? (found[0] ?? null) : found
}

/** One element from an end of one list to an end of another; undefined when there is none. */
const moveOne = (state: NodeState, s: Session, from: string, to: string, out: End, into: End, ctx: Context): Reply | undefined => {
  const source = find(state, from, ctx)
  if (source === undefined) return undefined
  if (source.type !== 'list') return WRONG_TYPE
  const target = find(state, to, ctx)
  if (target !== undefined && target.type !== 'list') return WRONG_TYPE
  const list = own(state, from).value as string[]
  const value = (out === 'LEFT' ? list.shift() : list.pop())!
  if (list.length === 0 && from !== to) remove(state, from)
  else changed(state, from)
  pushTo(state, s, to, [value], into, ctx)
  return value
}

const lmove: Handler = (state, s, argv, ctx) => {
  const out = endOf(argv[3])
  const into = endOf(argv[4])
  if (out === null || into === null) return SYNTAX
  return moveOne(state, s, argv[1], argv[2], out, into, ctx) ?? null
}

const rpoplpush: Handler = (state, s, argv, ctx) => moveOne(state, s, argv[1], argv[2], 'RIGHT', 'LEFT', ctx) ?? null

/** numkeys key… LEFT|RIGHT [COUNT n], from word `at`; otherwise the error. */
const popMany = (argv: readonly string[], at: number): { keys: string[]; end: End; count: number } | { error: string } => {
  const n = parseSmall(argv[at])
  if (n === null || n <= 0) return { error: 'ERR numkeys should be greater than 0' }
  const end = at + 1 + n < argv.length ? endOf(argv[at + 1 + n]) : null
  if (end === null) return SYNTAX as { error: string }
  let count = 1
  const rest = argv.slice(at + 2 + n)
  if (rest.length > 0) {
    if (rest.length < 2 || upper(rest[0]) !== 'COUNT') return SYNTAX as { error: string }
    const k = parseSmall(rest[1])
    if (k === null || k <= 0) return { error: 'ERR count should be greater than 0' }
    if (rest.length > 2) return SYNTAX as { error: string }
    count = k
  }
  return { keys: argv.slice(at + 1, at + 1 + n), end, count }
}

const firstNonEmpty = (state: NodeState, keys: readonly string[], end: End, count: number, ctx: Context): Reply | undefined => {
  for (const key of keys) {
    const entry = find(state, key, ctx)
    if (entry === undefined) continue
    if (entry.type !== 'list') return WRONG_TYPE
    const taken = popFrom(state, key, count, end)
    tellInstead(end === 'LEFT' ? 'LPOP' : 'RPOP', key, String(taken.length))
    return [key, taken]
  }
  return undefined
}

const lmpop: Handler = (state, _s, argv, ctx) => {
  const o = popMany(argv, 1)
  return 'error' in o ? o : (firstNonEmpty(state, o.keys, o.end, o.count, ctx) ?? NULL_ARRAY)
}

// ------------------------------------------------------------------ waiting for an element

const blockingPop =
  (end: End): Handler =>
  (state, s, argv, ctx) => {
    const timeout = parseTimeout(argv[argv.length - 1])
    if (typeof timeout !== 'number') return timeout
    const keys = argv.slice(1, -1)
    for (const key of keys) {
      const entry = find(state, key, ctx)
      if (entry === undefined) continue
      if (entry.type !== 'list') return WRONG_TYPE
      tellInstead(end === 'LEFT' ? 'LPOP' : 'RPOP', key)
      return [key, popFrom(state, key, 1, end)[0]]
    }
    return waitFor(state, s, argv, keys, timeout, ctx) ? NO_REPLY : NULL_ARRAY
  }

const blockingMove =
  (out: End | null, into: End | null, timeoutAt: number): Handler =>
  (state, s, argv, ctx) => {
    const from = out ?? endOf(argv[3])
    const to = into ?? endOf(argv[4])
    if (from === null || to === null) return SYNTAX
    const timeout = parseTimeout(argv[timeoutAt])
    if (typeof timeout !== 'number') return timeout
    const moved = moveOne(state, s, argv[1], argv[2], from, to, ctx)
    if (moved !== undefined) {
      if (out !== null) tellInstead('RPOPLPUSH', argv[1], argv[2])
      // who has waited is served with the server's own words
      else if (s.blocked !== null) tellInstead('LMOVE', argv[1], argv[2], from.toLowerCase(), to.toLowerCase())
      else tellInstead('LMOVE', argv[1], argv[2], argv[3], argv[4])
      return moved
    }
    return waitFor(state, s, argv, [argv[1]], timeout, ctx) ? NO_REPLY : null
  }

const blmpop: Handler = (state, s, argv, ctx) => {
  const o = popMany(argv, 2)
  if ('error' in o) return o
  const timeout = parseTimeout(argv[1])
  if (typeof timeout !== 'number') return timeout
  return firstNonEmpty(state, o.keys, o.end, o.count, ctx) ?? (waitFor(state, s, argv, o.keys, timeout, ctx) ? NO_REPLY : NULL_ARRAY)
}

const RF = 'readonly fast'
const R = 'readonly'
const W = 'write denyoom'
const WF = 'write denyoom fast'
const LESS = 'write fast'
const BLOCK = 'write noscript blocking'
const HALF = [1, -2, 1] as const

export const LISTS: readonly CommandSpec[] = [
  spec('lpush', -3, WF, ONE, 'list', '1.0.0', 'Adds members at the head of a list.', inPlace(push('LEFT', false))),
  spec('rpush', -3, WF, ONE, 'list', '1.0.0', 'Adds members at the tail of a list.', inPlace(push('RIGHT', false))),
  spec('lpushx', -3, WF, ONE, 'list', '2.2.0', 'LPUSH onto a list that is there.', inPlace(push('LEFT', true))),
  spec('rpushx', -3, WF, ONE, 'list', '2.2.0', 'RPUSH onto a list that is there.', inPlace(push('RIGHT', true))),
  spec('lpop', -2, LESS, ONE, 'list', '1.0.0', 'Takes members from the head.', inPlace(pop('LEFT'))),
  spec('rpop', -2, LESS, ONE, 'list', '1.0.0', 'Takes members from the tail.', inPlace(pop('RIGHT'))),
  spec('llen', 2, RF, ONE, 'list', '1.0.0', 'Length of a list.', inPlace(llen)),
  spec('lrange', 4, R, ONE, 'list', '1.0.0', 'A part of a list.', inPlace(lrange)),
  spec('lindex', 3, R, ONE, 'list', '1.0.0', 'The member at a place.', inPlace(lindex)),
  spec('lset', 4, W, ONE, 'list', '1.0.0', 'Replaces the member at a place.', inPlace(lset)),
  spec('linsert', 5, W, ONE, 'list', '2.2.0', 'Adds a member beside another.', inPlace(linsert)),
  spec('lrem', 4, 'write', ONE, 'list', '1.0.0', 'Deletes equal members.', inPlace(lrem)),
  spec('ltrim', 4, 'write', ONE, 'list', '1.0.0', 'Keeps only a part.', inPlace(ltrim)),
  spec('lpos', -3, R, ONE, 'list', '6.0.6', 'Where a member stands.', inPlace(lpos)),
  spec('rpoplpush', 3, W, TWO, 'list', '1.2.0', 'Moves a tail to another list’s head.', inPlace(rpoplpush)),
  spec('lmove', 5, W, TWO, 'list', '6.2.0', 'Moves a member from list to list.', inPlace(lmove)),
  spec('lmpop', -4, 'write', null, 'list', '7.0.0', 'Takes members from the first list that has any.', inPlace(lmpop), {
    movable: counted(1),
  }),
  spec('blpop', -3, BLOCK, HALF, 'list', '2.0.0', 'LPOP that waits.', inPlace(blockingPop('LEFT'))),
  spec('brpop', -3, BLOCK, HALF, 'list', '2.0.0', 'RPOP that waits.', inPlace(blockingPop('RIGHT'))),
  spec('brpoplpush', 4, `${BLOCK} denyoom`, TWO, 'list', '2.2.0', 'RPOPLPUSH that waits.', inPlace(blockingMove('RIGHT', 'LEFT', 3))),
  spec('blmove', 6, `${BLOCK} denyoom`, TWO, 'list', '6.2.0', 'LMOVE that waits.', inPlace(blockingMove(null, null, 5))),
  spec('blmpop', -5, 'write blocking', null, 'list', '7.0.0', 'LMPOP that waits.', inPlace(blmpop), { movable: counted(2) }),
]
