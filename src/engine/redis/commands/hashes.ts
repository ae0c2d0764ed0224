import type { Context } from '../../core/process.ts'
import { below } from '../../core/random.ts'
import { globMatches } from '../glob.ts'
import { ownEntry, setEntry } from '../keyspace.ts'
import { addInt64, addLongDouble, parseInt64, parseLongDouble, parseSmall, printLongDouble } from '../numbers.ts'
import { number } from '../peers.ts'
import { propagate } from '../replication.ts'
import { OK, err, type Reply } from '../reply.ts'
import type { NodeState } from '../state.ts'
import { keyChanged } from '../watch.ts'
import { NOT_FLOAT, NOT_INTEGER, ONE, SYNTAX, WRONG_TYPE, mapReply, spec, wrongArity, type CommandSpec, type Handler } from './spec.ts'
import { hashAt, remove } from './store.ts'
import { BAD_CURSOR, isCursor } from './values.ts'

/** hash-max-listpack-entries and -value: beyond them a hash is a hash table, and stays one. */
export const SMALL_FIELDS = 512
export const SMALL_BYTES = 64

/** Writes fields in place, on a page of this node's own. */
const write = (
  state: NodeState,
  key: string,
  slot: number,
  fields: readonly (readonly [string, string])[],
  words: readonly string[],
  ctx: Context,
): void => {
  let entry = ownEntry(state.keys, key, slot)
  if (entry === undefined) setEntry(state.keys, key, (entry = { type: 'hash', value: new Map(), expireAt: -1 }), slot)
  const map = entry.value as Map<string, string>
  const longest = number(state, 'hash-max-listpack-value', SMALL_BYTES)
  for (const [field, value] of fields) {
    map.set(field, value)
    if (field.length > longest || value.length > longest) entry.kept = 'raw'
  }
  if (map.size > number(state, 'hash-max-listpack-entries', SMALL_FIELDS)) entry.kept = 'raw'
  keyChanged(state, key)
  propagate(state, words, ctx)
}

const hset: Handler = (state, _s, argv, ctx, slot) => {
  if (argv.length % 2 === 1) return wrongArity(argv[0].toLowerCase())
  const old = hashAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  const before = old?.size ?? 0
  const fields: [string, string][] = []
  for (let i = 2; i < argv.length; i += 2) fields.push([argv[i], argv[i + 1]])
  write(state, argv[1], slot, fields, argv, ctx)
  return (hashAt(state, argv[1], slot, ctx)?.size ?? 0) - before
}

const hmset: Handler = (state, s, argv, ctx, slot) => {
  const reply = hset(state, s, argv, ctx, slot)
  return typeof reply === 'number' ? OK : reply
}

const hsetnx: Handler = (state, _s, argv, ctx, slot) => {
  const old = hashAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  if (old !== null && old.has(argv[2])) return 0
  write(state, argv[1], slot, [[argv[2], argv[3]]], argv, ctx)
  return 1
}

const read =
  (nothing: Reply, pick: (map: ReadonlyMap<string, string>, argv: readonly string[]) => Reply): Handler =>
  (state, _s, argv, ctx, slot) => {
    const map = hashAt(state, argv[1], slot, ctx)
    return map === undefined ? WRONG_TYPE : map === null ? nothing : pick(map, argv)
  }

const hmget: Handler = (state, _s, argv, ctx, slot) => {
  const map = hashAt(state, argv[1], slot, ctx)
  return map === undefined ? WRONG_TYPE : argv.slice(2).map((field) => map?.get(field) ?? null)
}

const hgetall: Handler = (state, session, argv, ctx, slot) => {
  const map = hashAt(state, argv[1], slot, ctx)
  return map === undefined ? WRONG_TYPE : mapReply(session, map === null ? [] : [...map])
}

const hdel: Handler = (state, _s, argv, ctx, slot) => {
  const old = hashAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  if (old === null) return 0
  const gone = new Set<string>()
  for (let i = 2; i < argv.length; i++) if (old.has(argv[i])) gone.add(argv[i])
  if (gone.size === 0) return 0
  if (gone.size === old.size) {
    remove(state, argv[1], slot, argv, ctx)
    return gone.size
  }
  const map = ownEntry(state.keys, argv[1], slot)!.value as Map<string, string>
  for (const field of gone) map.delete(field)
  keyChanged(state, argv[1])
  propagate(state, argv, ctx)
  return gone.size
}

const hincrby: Handler = (state, _s, argv, ctx, slot) => {
  const by = parseInt64(argv[3])
  if (by === null) return NOT_INTEGER
  const old = hashAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  const start = parseInt64(old?.get(argv[2]) ?? '0')
  if (start === null) return err('ERR hash value is not an integer')
  const value = addInt64(start, by)
  if (value === null) return err('ERR increment or decrement would overflow')
  write(state, argv[1], slot, [[argv[2], String(value)]], argv, ctx)
  return value
}

const hincrbyfloat: Handler = (state, _s, argv, ctx, slot) => {
  const by = parseLongDouble(argv[3])
  if (by === null) return NOT_FLOAT
  if (typeof by === 'string') return err('ERR value is NaN or Infinity')
  const old = hashAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  const start = parseLongDouble(old?.get(argv[2]) ?? '0')
  if (start === null) return err('ERR hash value is not a float')
  const sum = addLongDouble(start, by)
  if (sum === null) return err('ERR increment would produce NaN or Infinity')
  const value = printLongDouble(sum)
  write(state, argv[1], slot, [[argv[2], value]], ['HSET', argv[1], argv[2], value], ctx)
  return value
}

/** HSCAN key cursor [MATCH pattern] [COUNT n]: a hash is answered whole, as Redis does with a small one. */
const hscan: Handler = (state, _s, argv, ctx, slot) => {
  if (!isCursor(argv[2])) return BAD_CURSOR
  const map = hashAt(state, argv[1], slot, ctx)
  if (map === null) return ['0', []]
  if (map === undefined) return WRONG_TYPE
  const options = scanOptions(argv, 3)
  if ('error' in options) return options
  const found: string[] = []
  for (const [field, value] of map) if (options.match === null || globMatches(options.match, field)) found.push(field, value)
  return ['0', found]
}

/** MATCH and COUNT (and TYPE, for SCAN). */
export const scanOptions = (
  argv: readonly string[],
  from: number,
  withType = false,
): { match: string | null; count: number; type: string | null } | { error: string } => {
  const options = { match: null as string | null, count: 10, type: null as string | null }
  for (let i = from; i < argv.length; i += 2) {
    const name = argv[i].toUpperCase()
    const value: string | undefined = argv[i + 1]
    if (value === undefined) return SYNTAX as { error: string }
    if (name === 'MATCH') options.match = value
    else if (name === 'TYPE' && withType) options.type = value.toLowerCase()
    else if (name === 'COUNT') {
      const n = parseSmall(value)
      if (n === null) return NOT_INTEGER as { error: string }
      if (n < 1) return SYNTAX as { error: string }
      options.count = n
    } else return SYNTAX as { error: string }
  }
  return options
}

/** HRANDFIELD key [count [WITHVALUES]]: a negative count may repeat fields. */
const hrandfield: Handler = (state, session, argv, ctx, slot) => {
  if (argv.length === 2) {
    const map = hashAt(state, argv[1], slot, ctx)
    if (map === undefined) return WRONG_TYPE
    return map === null ? null : [...map.keys()][below(ctx.random('pick'), map.size)]
  }
  const count = parseInt64(argv[2])
  if (count === null) return NOT_INTEGER
  if (argv.length > 4 || (argv.length === 4 && argv[3].toUpperCase() !== 'WITHVALUES')) return SYNTAX
  const withValues = argv.length === 4
  if (withValues && (count < -4611686018427387903n || count > 4611686018427387903n)) return err('ERR value is out of range')
  if (count < -9223372036854775807n)
    return err('ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807')
  const map = hashAt(state, argv[1], slot, ctx)
  if (map === undefined) return WRONG_TYPE
  if (map === null || count === 0) return []
  if (typeof count !== 'number' && count < 0) return err('ERR value is out of range')
  const fields = [...map.keys()]
  const picked: string[] = []
  if (count < 0) for (let i = 0; i < -Number(count); i++) picked.push(fields[below(ctx.random('pick'), fields.length)])
  else
    while (fields.length > 0 && picked.length < count) {
      const at = count >= map.size ? 0 : below(ctx.random('pick'), fields.length)
      picked.push(...fields.splice(at, 1))
    }
  if (!withValues) return picked
  return session.resp === 3 ? picked.map((f) => [f, map.get(f)!]) : picked.flatMap((f) => [f, map.get(f)!])
}

const RF = 'readonly fast'
const WF = 'write denyoom fast'

export const HASHES: readonly CommandSpec[] = [
  spec('hset', -4, WF, ONE, 'hash', '2.0.0', 'Sets fields of a hash.', hset),
  spec('hmset', -4, WF, ONE, 'hash', '2.0.0', 'Sets fields of a hash; HSET under its old name.', hmset),
  spec('hsetnx', 4, WF, ONE, 'hash', '2.0.0', 'Sets a field only if it is not there.', hsetnx),
  spec(
    'hget',
    3,
    RF,
    ONE,
    'hash',
    '2.0.0',
    'One field of a hash.',
    read(null, (m, a) => m.get(a[2]) ?? null),
  ),
  spec('hmget', -3, RF, ONE, 'hash', '2.0.0', 'Several fields of a hash.', hmget),
  spec('hgetall', 2, 'readonly', ONE, 'hash', '2.0.0', 'All fields of a hash and their values.', hgetall),
  spec('hdel', -3, 'write fast', ONE, 'hash', '2.0.0', 'Deletes fields of a hash.', hdel),
  spec(
    'hexists',
    3,
    RF,
    ONE,
    'hash',
    '2.0.0',
    'Whether a field is there.',
    read(0, (m, a) => (m.has(a[2]) ? 1 : 0)),
  ),
  spec(
    'hlen',
    2,
    RF,
    ONE,
    'hash',
    '2.0.0',
    'Number of fields.',
    read(0, (m) => m.size),
  ),
  spec(
    'hkeys',
    2,
    'readonly',
    ONE,
    'hash',
    '2.0.0',
    'Names of all fields.',
    read([], (m) => [...m.keys()]),
  ),
  spec(
    'hvals',
    2,
    'readonly',
    ONE,
    'hash',
    '2.0.0',
    'Values of all fields.',
    read([], (m) => [...m.values()]),
  ),
  spec(
    'hstrlen',
    3,
    RF,
    ONE,
    'hash',
    '3.2.0',
    'Length of a field’s value.',
    read(0, (m, a) => m.get(a[2])?.length ?? 0),
  ),
  spec('hincrby', 4, WF, ONE, 'hash', '2.0.0', 'Adds a whole number to a field.', hincrby),
  spec('hincrbyfloat', 4, WF, ONE, 'hash', '2.6.0', 'Adds a decimal number to a field.', hincrbyfloat),
  spec('hscan', -3, 'readonly', ONE, 'hash', '2.8.0', 'Walks through the fields of a hash.', hscan),
  spec('hrandfield', -2, 'readonly', ONE, 'hash', '6.2.0', 'Fields of a hash, picked at random.', hrandfield),
]
