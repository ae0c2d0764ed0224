import type { Context } from '../../core/process.ts'
import type { Micros } from '../../core/time.ts'
import { lookup, peek } from '../expiry.ts'
import { setEntry } from '../keyspace.ts'
import { addInt64, addLongDouble, parseInt64, parseLongDouble, parseSmall, printLongDouble, type Int64 } from '../numbers.ts'
import { offsetAhead, propagate } from '../replication.ts'
import { OK, err, type Reply } from '../reply.ts'
import { keySlot } from '../slots.ts'
import type { NodeState, Session } from '../state.ts'
import { keyChanged } from '../watch.ts'
import { ALL, NOT_FLOAT, NOT_INTEGER, ONE, SYNTAX, WRONG_TYPE, mapReply, spec, wrongArity, type CommandSpec, type Handler } from './spec.ts'
import { isReply, momentOf, momentTold, remove, store, stringAt } from './store.ts'
import { upper } from './values.ts'

/** A string was set for a client: from now on it may rely on it. */
const acknowledge = (state: NodeState, session: Session, key: string, value: string, slot: number, ctx: Context): void => {
  if (session.conn !== 0) ctx.emit('write.acked', { key, value, offset: offsetAhead(state), slot })
}

const get: Handler = (state, _s, argv, ctx, slot) => {
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry === undefined) {
    state.stats.misses++
    return null
  }
  state.stats.hits++
  return typeof entry.value === 'string' ? entry.value : WRONG_TYPE
}

const set: Handler = (state, session, argv, ctx, slot) => {
  const key = argv[1]
  if (argv.length === 3) {
    lookup(state, key, ctx, slot)
    store(state, key, { type: 'string', value: argv[2], expireAt: -1 }, slot, argv, ctx)
    acknowledge(state, session, key, argv[2], slot, ctx)
    return OK
  }
  return setWith(state, session, argv, ctx, slot)
}

const EXPIRIES = new Set(['EX', 'PX', 'EXAT', 'PXAT'])

const setWith: Handler = (state, session, argv, ctx, slot) => {
  const key = argv[1]
  let only = ''
  let until = ''
  let wantsOld = false
  let amount: string | null = null
  for (let i = 3; i < argv.length; i++) {
    const option = upper(argv[i])
    if ((option === 'NX' || option === 'XX') && (only === '' || only === option)) only = option
    else if (option === 'GET') wantsOld = true
    else if (option === 'KEEPTTL' && (until === '' || until === option)) until = option
    else if (EXPIRIES.has(option) && (until === '' || until === option) && i + 1 < argv.length) {
      until = option
      amount = argv[++i]
    } else return SYNTAX
  }
  let expireAt: Micros = -1
  if (amount !== null) {
    const at = momentOf(amount, until.startsWith('EX'), until.endsWith('AT'), true, 'set', ctx.now)
    if (isReply(at)) return at
    expireAt = at
  }
  const old = lookup(state, key, ctx, slot)
  if (wantsOld && old !== undefined && typeof old.value !== 'string') return WRONG_TYPE
  const before = wantsOld ? ((old?.value as string | undefined) ?? null) : null
  if ((only === 'NX' && old !== undefined) || (only === 'XX' && old === undefined)) return before
  if (until === 'KEEPTTL' && old !== undefined) expireAt = old.expireAt
  // a time is told as a moment, and nothing else with it; GET asks the primary alone
  const verbatim = wantsOld ? argv.filter((word, i) => i < 3 || upper(word) !== 'GET') : argv
  const words =
    amount === null ? verbatim : ['SET', key, argv[2], 'PXAT', momentTold(amount, until.startsWith('EX'), until.endsWith('AT'), ctx.now)]
  store(state, key, { type: 'string', value: argv[2], expireAt }, slot, words, ctx)
  acknowledge(state, session, key, argv[2], slot, ctx)
  return wantsOld ? before : OK
}

const setWithTtl =
  (seconds: boolean, name: string): Handler =>
  (state, session, argv, ctx, slot) => {
    const at = momentOf(argv[2], seconds, false, true, name, ctx.now)
    if (isReply(at)) return at
    lookup(state, argv[1], ctx, slot)
    store(
      state,
      argv[1],
      { type: 'string', value: argv[3], expireAt: at },
      slot,
      ['SET', argv[1], argv[3], 'PXAT', momentTold(argv[2], seconds, false, ctx.now)],
      ctx,
    )
    acknowledge(state, session, argv[1], argv[3], slot, ctx)
    return OK
  }

const setIfMissing: Handler = (state, session, argv, ctx, slot) => {
  if (lookup(state, argv[1], ctx, slot) !== undefined) return 0
  store(state, argv[1], { type: 'string', value: argv[2], expireAt: -1 }, slot, argv, ctx)
  acknowledge(state, session, argv[1], argv[2], slot, ctx)
  return 1
}

const getSet: Handler = (state, session, argv, ctx, slot) => {
  const old = stringAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  store(state, argv[1], { type: 'string', value: argv[2], expireAt: -1 }, slot, ['SET', argv[1], argv[2]], ctx)
  acknowledge(state, session, argv[1], argv[2], slot, ctx)
  return old
}

const getDel: Handler = (state, _s, argv, ctx, slot) => {
  const old = stringAt(state, argv[1], slot, ctx)
  if (old === undefined) return WRONG_TYPE
  if (old !== null) remove(state, argv[1], slot, ['DEL', argv[1]], ctx)
  return old
}

const getEx: Handler = (state, _s, argv, ctx, slot) => {
  const key = argv[1]
  let until = ''
  let amount: string | null = null
  for (let i = 2; i < argv.length; i++) {
    const option = upper(argv[i])
    if (option === 'PERSIST' && (until === '' || until === option)) until = option
    else if (EXPIRIES.has(option) && (until === '' || until === option) && i + 1 < argv.length) {
      until = option
      amount = argv[++i]
    } else return SYNTAX
  }
  const entry = lookup(state, key, ctx, slot)
  if (entry === undefined) return null
  if (typeof entry.value !== 'string') return WRONG_TYPE
  if (amount !== null) {
    const at = momentOf(amount, until.startsWith('EX'), until.endsWith('AT'), true, 'getex', ctx.now)
    if (isReply(at)) return at
    if (at <= ctx.now) remove(state, key, slot, ['DEL', key], ctx)
    else
      store(
        state,
        key,
        { ...entry, expireAt: at },
        slot,
        ['PEXPIREAT', key, momentTold(amount, until.startsWith('EX'), until.endsWith('AT'), ctx.now)],
        ctx,
      )
  } else if (until === 'PERSIST' && entry.expireAt >= 0) store(state, key, { ...entry, expireAt: -1 }, slot, ['PERSIST', key], ctx)
  return entry.value
}

/** Keys of a cluster's command share one slot; a standalone server hashes each for its own place. */
const slotOf = (state: NodeState, key: string, slot: number): number => (state.cluster === null ? keySlot(key) : slot)

const mget: Handler = (state, _s, argv, ctx, slot) => {
  const out: Reply[] = []
  for (let i = 1; i < argv.length; i++) {
    const entry = lookup(state, argv[i], ctx, slotOf(state, argv[i], slot))
    out.push(entry !== undefined && typeof entry.value === 'string' ? entry.value : null)
  }
  return out
}

const setAll: Handler = (state, session, argv, ctx, slot) => {
  for (let i = 1; i < argv.length; i += 2) {
    const at = slotOf(state, argv[i], slot)
    peek(state, argv[i], ctx, at)
    setEntry(state.keys, argv[i], { type: 'string', value: argv[i + 1], expireAt: -1 }, at)
    keyChanged(state, argv[i])
  }
  propagate(state, argv, ctx)
  for (let i = 1; i < argv.length; i += 2) acknowledge(state, session, argv[i], argv[i + 1], slotOf(state, argv[i], slot), ctx)
  return OK
}

const mset: Handler = (state, s, argv, ctx, slot) => (argv.length % 2 === 0 ? wrongArity('mset') : setAll(state, s, argv, ctx, slot))

const msetnx: Handler = (state, s, argv, ctx, slot) => {
  if (argv.length % 2 === 0) return wrongArity('msetnx')
  for (let i = 1; i < argv.length; i += 2) if (lookup(state, argv[i], ctx, slotOf(state, argv[i], slot)) !== undefined) return 0
  setAll(state, s, argv, ctx, slot)
  return 1
}

const OVERFLOW = err('ERR increment or decrement would overflow')

const addTo = (state: NodeState, argv: readonly string[], by: Int64, ctx: Context, slot: number): Reply => {
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry !== undefined && typeof entry.value !== 'string') return WRONG_TYPE
  const start = entry === undefined ? 0 : parseInt64(entry.value as string)
  if (start === null) return NOT_INTEGER
  const value = addInt64(start, by)
  if (value === null) return OVERFLOW
  store(state, argv[1], { type: 'string', value: String(value), expireAt: entry?.expireAt ?? -1 }, slot, argv, ctx)
  return value
}

const incrBy: Handler = (state, _s, argv, ctx, slot) => {
  const by = parseInt64(argv[2])
  return by === null ? NOT_INTEGER : addTo(state, argv, by, ctx, slot)
}

const decrBy: Handler = (state, _s, argv, ctx, slot) => {
  const by = parseInt64(argv[2])
  if (by === null) return NOT_INTEGER
  if (by === -9223372036854775808n) return err('ERR decrement would overflow')
  return addTo(state, argv, -by, ctx, slot)
}

const incrByFloat: Handler = (state, _s, argv, ctx, slot) => {
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry !== undefined && typeof entry.value !== 'string') return WRONG_TYPE
  const start = parseLongDouble((entry?.value as string | undefined) ?? '0')
  const by = parseLongDouble(argv[2])
  if (start === null || by === null) return NOT_FLOAT
  const sum = addLongDouble(start, by)
  if (sum === null) return err('ERR increment would produce NaN or Infinity')
  const value = printLongDouble(sum)
  store(
    state,
    argv[1],
    { type: 'string', value, expireAt: entry?.expireAt ?? -1, kept: 'text' },
    slot,
    ['SET', argv[1], value, 'KEEPTTL'],
    ctx,
  )
  return value
}

const append: Handler = (state, _s, argv, ctx, slot) => {
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry !== undefined && typeof entry.value !== 'string') return WRONG_TYPE
  const value = ((entry?.value as string | undefined) ?? '') + argv[2]
  const next = { type: 'string' as const, value, expireAt: entry?.expireAt ?? -1 }
  store(state, argv[1], entry === undefined ? next : { ...next, kept: 'raw' }, slot, argv, ctx)
  return value.length
}

const strlen: Handler = (state, _s, argv, ctx, slot) => {
  const old = stringAt(state, argv[1], slot, ctx)
  return old === undefined ? WRONG_TYPE : (old?.length ?? 0)
}

const getRange: Handler = (state, _s, argv, ctx, slot) => {
  const from = parseInt64(argv[2])
  const to = parseInt64(argv[3])
  if (from === null || to === null) return NOT_INTEGER
  const text = stringAt(state, argv[1], slot, ctx)
  if (text === undefined) return WRONG_TYPE
  if (text === null) return ''
  let start = Number(from)
  let end = Number(to)
  if (start < 0 && end < 0 && start > end) return ''
  if (start < 0) start = Math.max(0, start + text.length)
  if (end < 0) end = Math.max(0, end + text.length)
  return text.slice(start, Math.min(end, text.length - 1) + 1)
}

/** proto-max-bulk-len's default. */
const LONGEST = 536870912

const setRange: Handler = (state, _s, argv, ctx, slot) => {
  const offset = parseSmall(argv[2])
  if (offset === null) return NOT_INTEGER
  if (offset < 0) return err('ERR offset is out of range')
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry !== undefined && typeof entry.value !== 'string') return WRONG_TYPE
  const old = (entry?.value as string | undefined) ?? ''
  const patch = argv[3]
  if (patch.length === 0) return old.length
  if (offset + patch.length > LONGEST) return err('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
  const value = old.slice(0, offset).padEnd(offset, '\0') + patch + old.slice(offset + patch.length)
  store(state, argv[1], { type: 'string', value, expireAt: entry?.expireAt ?? -1, kept: 'raw' }, slot, argv, ctx)
  return value.length
}

/** LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]. */
const lcs: Handler = (state, session, argv, ctx, slot) => {
  const texts = [argv[1], argv[2]].map((key) => stringAt(state, key, slotOf(state, key, slot), ctx))
  if (texts.includes(undefined)) return err('ERR The specified keys must contain string values')
  const [a, b] = texts.map((t) => t ?? '')
  let wantsLength = false
  let wantsMatches = false
  let withLengths = false
  let shortest = 0
  for (let i = 3; i < argv.length; i++) {
    const option = upper(argv[i])
    if (option === 'LEN') wantsLength = true
    else if (option === 'IDX') wantsMatches = true
    else if (option === 'WITHMATCHLEN') withLengths = true
    else if (option === 'MINMATCHLEN' && i + 1 < argv.length) {
      const n = parseSmall(argv[++i])
      if (n === null) return NOT_INTEGER
      shortest = Math.max(0, n)
    } else return SYNTAX
  }
  if (wantsLength && wantsMatches) return err('ERR If you want both the length and indexes, please just use IDX.')
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      lengths[i * width + j] =
        a[i - 1] === b[j - 1] ? lengths[(i - 1) * width + j - 1] + 1 : Math.max(lengths[(i - 1) * width + j], lengths[i * width + j - 1])
  const total = lengths[a.length * width + b.length]
  if (wantsLength) return total
  let common = ''
  const matches: Reply[] = []
  let run: [number, number, number, number] | null = null
  const close = (): void => {
    if (run === null) return
    const [a0, a1, b0, b1] = run
    if (shortest === 0 || a1 - a0 + 1 >= shortest) matches.push([[a0, a1], [b0, b1], ...(withLengths ? [a1 - a0 + 1] : [])])
    run = null
  }
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      common = a[i - 1] + common
      if (run !== null && run[0] === i && run[2] === j) run = [i - 1, run[1], j - 1, run[3]]
      else {
        close()
        run = [i - 1, i - 1, j - 1, j - 1]
      }
      i--
      j--
    } else if (lengths[(i - 1) * width + j] > lengths[i * width + j - 1]) i--
    else j--
  }
  close()
  return wantsMatches
    ? mapReply(session, [
        ['matches', matches],
        ['len', total],
      ])
    : common
}

const W = 'write denyoom'
const WF = 'write denyoom fast'
const RF = 'readonly fast'

export const STRINGS: readonly CommandSpec[] = [
  spec('get', 2, RF, ONE, 'string', '1.0.0', 'The value of a key.', get),
  spec('set', -3, W, ONE, 'string', '1.0.0', 'Sets a key, with options for expiry and condition.', set),
  spec('setex', 4, W, ONE, 'string', '2.0.0', 'Sets a key with a time to live in seconds.', setWithTtl(true, 'setex')),
  spec('psetex', 4, W, ONE, 'string', '2.6.0', 'Sets a key with a time to live in milliseconds.', setWithTtl(false, 'psetex')),
  spec('setnx', 3, WF, ONE, 'string', '1.0.0', 'Sets a key only if it is not there.', setIfMissing),
  spec('getset', 3, WF, ONE, 'string', '1.0.0', 'Sets a key and answers what it held before.', getSet),
  spec('getdel', 2, 'write fast', ONE, 'string', '6.2.0', 'Deletes a key and answers what it held.', getDel),
  spec('getex', -2, 'write fast', ONE, 'string', '6.2.0', 'The value of a key, and a new time to live for it.', getEx),
  spec('mget', -2, RF, ALL, 'string', '1.0.0', 'The values of several keys.', mget),
  spec('mset', -3, W, [1, -1, 2], 'string', '1.0.1', 'Sets several keys at once.', mset),
  spec('msetnx', -3, W, [1, -1, 2], 'string', '1.0.1', 'Sets several keys, if none of them is there.', msetnx),
  spec('incr', 2, WF, ONE, 'string', '1.0.0', 'Adds one.', (st, _s, a, c, slot) => addTo(st, a, 1, c, slot)),
  spec('decr', 2, WF, ONE, 'string', '1.0.0', 'Takes one away.', (st, _s, a, c, slot) => addTo(st, a, -1, c, slot)),
  spec('incrby', 3, WF, ONE, 'string', '1.0.0', 'Adds a whole number.', incrBy),
  spec('decrby', 3, WF, ONE, 'string', '1.0.0', 'Takes a whole number away.', decrBy),
  spec('incrbyfloat', 3, WF, ONE, 'string', '2.6.0', 'Adds a decimal number.', incrByFloat),
  spec('append', 3, WF, ONE, 'string', '2.0.0', 'Appends to a string.', append),
  spec('strlen', 2, RF, ONE, 'string', '2.2.0', 'Length of a string in bytes.', strlen),
  spec('getrange', 4, 'readonly', ONE, 'string', '2.4.0', 'A part of a string.', getRange),
  spec('substr', 4, 'readonly', ONE, 'string', '1.0.0', 'GETRANGE under its old name.', getRange),
  spec('setrange', 4, W, ONE, 'string', '2.2.0', 'Overwrites a part of a string.', setRange),
  spec('lcs', -3, 'readonly', [1, 2, 1], 'string', '7.0.0', 'The longest common subsequence of two strings.', lcs),
]
