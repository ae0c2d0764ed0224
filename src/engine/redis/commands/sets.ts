import type { Context } from '../../core/process.ts'
import { globMatches } from '../glob.ts'
import { parseInt64, parseSmall } from '../numbers.ts'
import { number } from '../peers.ts'
import { err } from '../reply.ts'
import type { NodeState } from '../state.ts'
import { ALL, NOT_INTEGER, ONE, SYNTAX, TWO, WRONG_TYPE, counted, setReply, spec, type CommandSpec, type Handler } from './spec.ts'
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
  tellEachInstead,
  tellInstead,
  upper,
  walk,
  type Wrong,
  BAD_CURSOR,
  isCursor,
} from './values.ts'

type Members = Set<string>

const toRead = (state: NodeState, key: string, ctx: Context): Members | null | Wrong => {
  const entry = find(state, key, ctx)
  return entry === undefined ? null : entry.type === 'set' ? (entry.value as Members) : (WRONG_TYPE as Wrong)
}

/** A set of whole numbers only stays compact up to set-max-intset-entries. */
const settle = (state: NodeState, key: string, added: readonly string[], size: number): void => {
  if (size > number(state, 'set-max-intset-entries', 512) || added.some((m) => parseInt64(m) === null)) own(state, key).kept = 'raw'
}

const store = (state: NodeState, key: string, members: Members): void => {
  if (members.size === 0) {
    remove(state, key)
    return
  }
  put(state, key, { type: 'set', value: members, expireAt: -1 })
  settle(state, key, [...members], members.size)
}

const sadd: Handler = (state, _s, argv, ctx) => {
  const entry = find(state, argv[1], ctx)
  if (entry !== undefined && entry.type !== 'set') return WRONG_TYPE
  const members = argv.slice(2)
  if (entry === undefined) {
    const set = new Set(members)
    store(state, argv[1], set)
    return set.size
  }
  const set = own(state, argv[1]).value as Members
  const before = set.size
  for (const member of members) set.add(member)
  if (set.size > before) {
    changed(state, argv[1])
    settle(state, argv[1], members, set.size)
  }
  return set.size - before
}

const srem: Handler = (state, _s, argv, ctx) => {
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return 0
  if (entry.type !== 'set') return WRONG_TYPE
  const set = own(state, argv[1]).value as Members
  let n = 0
  for (let i = 2; i < argv.length; i++) if (set.delete(argv[i])) n++
  if (set.size === 0) remove(state, argv[1])
  else if (n > 0) changed(state, argv[1])
  return n
}

const smembers: Handler = (state, s, argv, ctx) => {
  const set = toRead(state, argv[1], ctx)
  return set !== null && 'error' in set ? set : setReply(s, set === null ? [] : [...set])
}

const scard: Handler = (state, _s, argv, ctx) => {
  const set = toRead(state, argv[1], ctx)
  return set === null ? 0 : 'error' in set ? set : set.size
}

const sismember: Handler = (state, _s, argv, ctx) => {
  const set = toRead(state, argv[1], ctx)
  return set === null ? 0 : 'error' in set ? set : Number(set.has(argv[2]))
}

const smismember: Handler = (state, _s, argv, ctx) => {
  const set = toRead(state, argv[1], ctx)
  if (set !== null && 'error' in set) return set
  return argv.slice(2).map((member) => Number(set?.has(member) ?? false))
}

const smove: Handler = (state, _s, argv, ctx) => {
  const from = find(state, argv[1], ctx)
  if (from === undefined) return 0
  const to = find(state, argv[2], ctx)
  if (from.type !== 'set' || (to !== undefined && to.type !== 'set')) return WRONG_TYPE
  if (!(from.value as Members).has(argv[3])) return 0
  if (argv[1] === argv[2]) return 1
  const source = own(state, argv[1]).value as Members
  source.delete(argv[3])
  if (source.size === 0) remove(state, argv[1])
  else changed(state, argv[1])
  if (to === undefined) store(state, argv[2], new Set([argv[3]]))
  else {
    const target = own(state, argv[2]).value as Members
    target.add(argv[3])
    changed(state, argv[2])
    settle(state, argv[2], [argv[3]], target.size)
  }
  return 1
}

const spop: Handler = (state, s, argv, ctx) => {
  const count = argv.length > 2 ? parseSmall(argv[2]) : null
  if (argv.length > 3) return SYNTAX
  if (argv.length > 2 && (count === null || count < 0)) return NOT_POSITIVE
  const entry = find(state, argv[1], ctx)
  if (entry === undefined) return count === null ? null : setReply(s, [])
  if (entry.type !== 'set') return WRONG_TYPE
  if (count === 0) return setReply(s, [])
  const members = [...(entry.value as Members)]
  const taken = draw(members.length, count ?? 1, ctx).map((i) => members[i])
  const set = own(state, argv[1]).value as Members
  for (const member of taken) set.delete(member)
  if (count !== null && set.size === 0) tellInstead('DEL', argv[1])
  else tellEachInstead(taken.map((member) => ['SREM', argv[1], member]))
  if (set.size === 0) remove(state, argv[1])
  else changed(state, argv[1])
  return count === null ? taken[0] : setReply(s, taken)
}

const srandmember: Handler = (state, _s, argv, ctx) => {
  const count = argv.length > 2 ? parseSmall(argv[2]) : null
  if (argv.length > 3) return SYNTAX
  if (argv.length > 2 && count === null) return NOT_INTEGER
  const set = toRead(state, argv[1], ctx)
  if (set === null) return count === null ? null : []
  if ('error' in set) return set
  const members = [...set]
  const drawn = draw(members.length, count ?? 1, ctx).map((i) => members[i])
  return count === null ? drawn[0] : drawn
}

type Combine = (sets: (Members | null)[]) => Members

const intersection: Combine = (sets) => {
  const out = new Set<string>()
  const [first, ...others] = sets
  if (first !== null) for (const member of first) if (others.every((set) => set !== null && set.has(member))) out.add(member)
  return out
}
const union: Combine = (sets) => {
  const out = new Set<string>()
  for (const set of sets) if (set !== null) for (const member of set) out.add(member)
  return out
}
const difference: Combine = (sets) => {
  const out = new Set<string>(sets[0])
  for (const set of sets.slice(1)) if (set !== null) for (const member of set) out.delete(member)
  return out
}

const gather = (state: NodeState, keys: readonly string[], ctx: Context): (Members | null)[] | Wrong => {
  const sets: (Members | null)[] = []
  for (const key of keys) {
    const set = toRead(state, key, ctx)
    if (set !== null && 'error' in set) return set
    sets.push(set)
  }
  return sets
}

const combine =
  (how: Combine): Handler =>
  (state, s, argv, ctx) => {
    const sets = gather(state, argv.slice(1), ctx)
    return 'error' in sets ? sets : setReply(s, [...how(sets)])
  }

const combineAndStore =
  (how: Combine): Handler =>
  (state, _s, argv, ctx) => {
    const sets = gather(state, argv.slice(2), ctx)
    if ('error' in sets) return sets
    const members = how(sets)
    meet(state, argv[1], ctx)
    store(state, argv[1], members)
    return members.size
  }

const sintercard: Handler = (state, _s, argv, ctx) => {
  const n = parseSmall(argv[1])
  if (n === null || n <= 0) return err('ERR numkeys should be greater than 0')
  if (n > argv.length - 2) return err("ERR Number of keys can't be greater than number of args")
  let limit = 0
  const rest = argv.slice(2 + n)
  for (let i = 0; i < rest.length; i += 2) {
    if (upper(rest[i]) !== 'LIMIT' || i + 1 >= rest.length) return SYNTAX
    const most = parseSmall(rest[i + 1])
    if (most === null || most < 0) return err("ERR LIMIT can't be negative")
    limit = most
  }
  const sets = gather(state, argv.slice(2, 2 + n), ctx)
  if ('error' in sets) return sets
  const size = intersection(sets).size
  return limit > 0 ? Math.min(limit, size) : size
}

const sscan: Handler = (state, _s, argv, ctx) => {
  if (!isCursor(argv[2])) return BAD_CURSOR
  const set = toRead(state, argv[1], ctx)
  if (set !== null && 'error' in set) return set
  const found = walk(argv, set && [...set], find(state, argv[1], ctx)?.kept !== 'raw')
  return 'error' in found ? found : [found.next, found.rows.filter((m) => found.match === null || globMatches(found.match, m))]
}

const RF = 'readonly fast'
const R = 'readonly'
const W = 'write denyoom'
const WF = 'write denyoom fast'
const LESS = 'write fast'

export const SETS: readonly CommandSpec[] = [
  spec('sadd', -3, WF, ONE, 'set', '1.0.0', 'Adds members to a set.', inPlace(sadd)),
  spec('srem', -3, LESS, ONE, 'set', '1.0.0', 'Deletes members.', inPlace(srem)),
  spec('smembers', 2, R, ONE, 'set', '1.0.0', 'All members.', inPlace(smembers)),
  spec('sismember', 3, RF, ONE, 'set', '1.0.0', 'Whether a member is there.', inPlace(sismember)),
  spec('smismember', -3, RF, ONE, 'set', '6.2.0', 'Which of several members are there.', inPlace(smismember)),
  spec('scard', 2, RF, ONE, 'set', '1.0.0', 'Number of members.', inPlace(scard)),
  spec('spop', -2, LESS, ONE, 'set', '1.0.0', 'Takes members at random.', inPlace(spop)),
  spec('srandmember', -2, R, ONE, 'set', '1.0.0', 'Members at random.', inPlace(srandmember)),
  spec('smove', 4, LESS, TWO, 'set', '1.0.0', 'Moves a member from set to set.', inPlace(smove)),
  spec('sscan', -3, R, ONE, 'set', '2.8.0', 'Walks through the members.', inPlace(sscan)),
  spec('sinter', -2, R, ALL, 'set', '1.0.0', 'Members of all the sets.', inPlace(combine(intersection))),
  spec('sinterstore', -3, W, ALL, 'set', '1.0.0', 'Keeps what SINTER finds.', inPlace(combineAndStore(intersection))),
  spec('sintercard', -3, R, null, 'set', '7.0.0', 'How many members SINTER finds.', inPlace(sintercard), { movable: counted(1) }),
  spec('sunion', -2, R, ALL, 'set', '1.0.0', 'Members of any of the sets.', inPlace(combine(union))),
  spec('sunionstore', -3, W, ALL, 'set', '1.0.0', 'Keeps what SUNION finds.', inPlace(combineAndStore(union))),
  spec('sdiff', -2, R, ALL, 'set', '1.0.0', 'Members of the first set only.', inPlace(combine(difference))),
  spec('sdiffstore', -3, W, ALL, 'set', '1.0.0', 'Keeps what SDIFF finds.', inPlace(combineAndStore(difference))),
]
