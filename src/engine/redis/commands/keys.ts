import { clone } from '../../core/clone.ts'
import { below } from '../../core/random.ts'
import type { Micros } from '../../core/time.ts'
import { unixMs } from '../clock.ts'
import { databaseAt } from '../databases.ts'
import { encodingOf } from '../encoding.ts'
import { lookup, peek } from '../expiry.ts'
import { globMatches } from '../glob.ts'
import { PAGE_COUNT, deleteEntry, eachKey, getEntry, isExpired, pageKeys, setEntry } from '../keyspace.ts'
import { decayed, idleSeconds, keptUse } from '../memory.ts'
import { migrate } from '../migrate.ts'
import { parseInt32 } from '../numbers.ts'
import { propagate } from '../replication.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import { keySlot } from '../slots.ts'
import type { Entry, MemoryState, NodeState } from '../state.ts'
import { accessOf } from '../use.ts'
import { keyChanged } from '../watch.ts'
import { signalReady } from './blocking.ts'
import { scanOptions } from './hashes.ts'
import { BAD_CURSOR, isCursor } from './values.ts'
import { ALL, ONE, SYNTAX, TWO, container, helpOf, spec, type CommandSpec, type Handler } from './spec.ts'
import { isReply, momentOf, momentTold, remove, store } from './store.ts'
import { dump, restore } from './restore.ts'
import { wait } from './wait.ts'

const slotOf = (state: NodeState, key: string, slot: number): number => (state.cluster === null ? keySlot(key) : slot)

const del: Handler = (state, _s, argv, ctx, slot) => {
  let n = 0
  for (let i = 1; i < argv.length; i++) {
    const at = slotOf(state, argv[i], slot)
    if (lookup(state, argv[i], ctx, at) === undefined || !deleteEntry(state.keys, argv[i], at)) continue
    keyChanged(state, argv[i])
    n++
  }
  if (n > 0) propagate(state, argv, ctx)
  return n
}

const exists: Handler = (state, _s, argv, ctx, slot) => {
  let n = 0
  for (let i = 1; i < argv.length; i++) if (peek(state, argv[i], ctx, slotOf(state, argv[i], slot)) !== undefined) n++
  return n
}

const touch: Handler = (state, _s, argv, ctx, slot) => {
  let n = 0
  for (let i = 1; i < argv.length; i++) if (lookup(state, argv[i], ctx, slotOf(state, argv[i], slot)) !== undefined) n++
  return n
}

// ------------------------------------------------------------------ times to live

const expire =
  (seconds: boolean, absolute: boolean): Handler =>
  (state, _s, argv, ctx, slot) => {
    const only = { NX: false, XX: false, GT: false, LT: false }
    for (let i = 3; i < argv.length; i++) {
      const option = argv[i].toUpperCase()
      if (!(option in only)) return errAbout`ERR Unsupported option ${argv[i]}`
      only[option as keyof typeof only] = true
    }
    if (only.NX && (only.XX || only.GT || only.LT)) return err('ERR NX and XX, GT or LT options at the same time are not compatible')
    if (only.GT && only.LT) return err('ERR GT and LT options at the same time are not compatible')
    const at = momentOf(argv[2], seconds, absolute, false, argv[0].toLowerCase(), ctx.now)
    if (isReply(at)) return at
    const entry = lookup(state, argv[1], ctx, slot)
    if (entry === undefined) return 0
    const has = entry.expireAt >= 0
    if ((only.NX && has) || (only.XX && !has)) return 0
    if ((only.GT && (!has || at <= entry.expireAt)) || (only.LT && has && at >= entry.expireAt)) return 0
    if (at <= ctx.now) remove(state, argv[1], slot, ['DEL', argv[1]], ctx)
    else
      store(
        state,
        argv[1],
        { ...entry, expireAt: at },
        slot,
        ['PEXPIREAT', argv[1], momentTold(argv[2], seconds, absolute, ctx.now), ...argv.slice(3)],
        ctx,
      )
    return 1
  }

/** What a key's end is as a number, or −2 without the key and −1 without an end. */
const timeOf =
  (tell: (expireAt: Micros, now: Micros) => number): Handler =>
  (state, _s, argv, ctx, slot) => {
    const entry = peek(state, argv[1], ctx, slot)
    if (entry === undefined) return -2
    return entry.expireAt < 0 ? -1 : tell(entry.expireAt, ctx.now)
  }

const millisLeft = (at: Micros, now: Micros): number => Math.max(0, unixMs(at) - unixMs(now))
/** To the nearest second, as Redis rounds. */
const nearest = (millis: number): number => Math.floor((millis + 500) / 1000)

const persist: Handler = (state, _s, argv, ctx, slot) => {
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry === undefined || entry.expireAt < 0) return 0
  store(state, argv[1], { ...entry, expireAt: -1 }, slot, argv, ctx)
  return 1
}

// ------------------------------------------------------------------ names

const NO_KEY = err('ERR no such key')

const rename =
  (onlyNew: boolean): Handler =>
  (state, session, argv, ctx, slot) => {
    const from = slotOf(state, argv[1], slot)
    const to = slotOf(state, argv[2], slot)
    const entry = lookup(state, argv[1], ctx, from)
    if (entry === undefined) return NO_KEY
    if (argv[1] === argv[2]) return onlyNew ? 0 : OK
    if (lookup(state, argv[2], ctx, to) !== undefined && onlyNew) return 0
    deleteEntry(state.keys, argv[1], from)
    setEntry(state.keys, argv[2], entry, to)
    keyChanged(state, argv[1])
    keyChanged(state, argv[2])
    propagate(state, argv, ctx)
    arrived(state, session.db, argv[2], entry)
    return onlyNew ? 1 : OK
  }

/** A copy that shares nothing that is changed in place. */
const duplicate = (entry: Entry): Entry => ({
  ...entry,
  value: clone(entry.value),
  kept: entry.kept ?? (entry.type === 'string' ? 'own' : undefined),
})

/** A key has come to be under another command's hands: whoever waits for its elements is served. */
const arrived = (state: NodeState, db: number, key: string, entry: Entry): void => {
  if (entry.type === 'list' || entry.type === 'zset') signalReady(state, db, key)
}

const copy: Handler = (state, session, argv, ctx, slot) => {
  let replace = false
  let db = session.db
  for (let i = 3; i < argv.length; i++) {
    const option = argv[i].toUpperCase()
    if (option === 'REPLACE') replace = true
    else if (option === 'DB' && i + 1 < argv.length) {
      const n = parseInt32(argv[++i])
      if (typeof n !== 'number') return n
      if (n < 0 || n > 15) return err('ERR DB index is out of range')
      db = n
    } else return SYNTAX
  }
  if (state.cluster !== null && db !== 0) return err('ERR Copying to another database is not allowed in cluster mode')
  if (argv[1] === argv[2] && db === session.db) return err('ERR source and destination objects are the same')
  const entry = lookup(state, argv[1], ctx, slotOf(state, argv[1], slot))
  if (entry === undefined) return 0
  const target = databaseAt(state, db, session.db)
  const to = keySlot(argv[2])
  if (db === session.db) peek(state, argv[2], ctx, to)
  const there = getEntry(target, argv[2], to)
  if (there !== undefined && !isExpired(there, ctx.now) && !replace) return 0
  setEntry(target, argv[2], duplicate(entry), to)
  keyChanged(state, argv[2], db)
  arrived(state, db, argv[2], entry)
  propagate(state, argv, ctx)
  return 1
}

const move: Handler = (state, session, argv, ctx, slot) => {
  if (state.cluster !== null) return err('ERR MOVE is not allowed in cluster mode')
  const db = parseInt32(argv[2])
  if (typeof db !== 'number') return db
  if (db < 0 || db > 15) return err('ERR DB index is out of range')
  if (db === session.db) return err('ERR source and destination objects are the same')
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry === undefined) return 0
  const target = databaseAt(state, db, session.db)
  const there = getEntry(target, argv[1], slot)
  if (there !== undefined && !isExpired(there, ctx.now)) return 0
  setEntry(target, argv[1], entry, slot)
  remove(state, argv[1], slot, argv, ctx)
  keyChanged(state, argv[1], db)
  arrived(state, db, argv[1], entry)
  return 1
}

const type: Handler = (state, _s, argv, ctx, slot) => ({ simple: peek(state, argv[1], ctx, slot)?.type ?? 'none' })

const keysMatching: Handler = (state, _s, argv, ctx) => {
  const found: string[] = []
  eachKey(state.keys, (key, entry) => {
    if (!isExpired(entry, ctx.now) && globMatches(argv[1], key)) found.push(key)
    return true
  })
  return found
}

/** SCAN cursor [MATCH pattern] [COUNT n] [TYPE type]: the cursor is a page of the keyspace. */
const scan: Handler = (state, _s, argv, ctx) => {
  if (!isCursor(argv[1])) return BAD_CURSOR
  const options = scanOptions(argv, 2, true)
  if ('error' in options) return options
  // a cursor is an unsigned number: a negative one lies beyond the end
  let page = argv[1].includes('-') ? PAGE_COUNT : Number(argv[1])
  let seen = 0
  const found: string[] = []
  const dead: string[] = []
  for (; page < PAGE_COUNT && seen < options.count; page++)
    for (const [key, entry] of pageKeys(state.keys, page)) {
      seen++
      if (options.match !== null && !globMatches(options.match, key)) continue
      if (isExpired(entry, ctx.now)) dead.push(key)
      else if (options.type === null || entry.type === options.type) found.push(key)
    }
  // a primary deletes what it meets
  for (const key of dead) lookup(state, key, ctx)
  while (page < PAGE_COUNT && pageKeys(state.keys, page).size === 0) page++
  return [page >= PAGE_COUNT ? '0' : String(page), found]
}

const randomKey: Handler = (state, _s, _argv, ctx) => {
  const { keys } = state
  if (keys.size === 0) return null
  // a page at random, then the next one that holds a live key
  const start = below(ctx.random('pick'), PAGE_COUNT)
  for (let i = 0; i < PAGE_COUNT; i++) {
    const live = [...pageKeys(keys, (start + i) % PAGE_COUNT)].filter(([, entry]) => !isExpired(entry, ctx.now))
    if (live.length > 0) return live[below(ctx.random('pick'), live.length)][0]
  }
  return null
}

// ------------------------------------------------------------------ OBJECT

const SHARED_INTEGERS = 10_000
/** Small integers are shared by all keys that hold them, unless eviction goes by a use that each key must keep for itself. */
export const referencesTo = ({ memory }: NodeState, entry: Entry): number => {
  if (entry.kept !== undefined || encodingOf(entry) !== 'int') return 1
  const n = Number(entry.value)
  const keepsUse = memory !== null && memory.limit > 0 && (memory.rank === 'lru' || memory.rank === 'lfu')
  return n >= 0 && n < SHARED_INTEGERS && !keepsUse ? 2147483647 : 1
}

const aboutKey =
  (tell: (state: NodeState, entry: Entry) => Reply): Handler =>
  (state, _s, argv, ctx, slot) => {
    const entry = peek(state, argv[2], ctx, slot)
    return entry === undefined ? null : tell(state, entry)
  }

/** OBJECT IDLETIME and FREQ, as far as the policy keeps them. */
const aboutUse =
  (lfu: boolean, tell: (time: number, m: MemoryState, now: Micros) => number, other: Reply): Handler =>
  (state, _s, argv, ctx) => {
    if (peek(state, argv[2], ctx) === undefined) return null
    if ((state.memory?.rank === 'lfu') !== lfu) return other
    const time = accessOf(keptUse(state, ctx), argv[2], keySlot(argv[2]))
    return tell(time!, state.memory!, ctx.now)
  }

const NO_LFU = err(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
)
const NO_LRU = err(
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
)

const SECOND = Object.freeze([2, 2, 1] as const)

const OBJECT_HELP = [
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
]

const OBJECT = container('object', 'generic', '2.2.3', 'How a value is kept.', [
  spec(
    'object|encoding',
    3,
    'readonly',
    SECOND,
    'generic',
    '2.2.3',
    'The representation Redis would choose for a value.',
    aboutKey((_st, e) => encodingOf(e)),
  ),
  spec('object|refcount', 3, 'readonly', SECOND, 'generic', '2.2.3', 'References to a value.', aboutKey(referencesTo)),
  spec(
    'object|idletime',
    3,
    'readonly',
    SECOND,
    'generic',
    '2.2.3',
    'Seconds since a key was used.',
    aboutUse(false, (time, _m, now) => idleSeconds(time, now), NO_LRU),
  ),
  spec(
    'object|freq',
    3,
    'readonly',
    SECOND,
    'generic',
    '4.0.0',
    'How often a key is used, on a logarithmic scale.',
    aboutUse(true, (time, m, now) => decayed(time, m.decay, now), NO_LFU),
  ),
  spec('object|help', 2, 'loading stale', null, 'generic', '6.2.0', 'The subcommands of OBJECT.', () => helpOf('OBJECT', OBJECT_HELP)),
])

// ------------------------------------------------------------------ the table

/** MIGRATE's keys: the third word, or all after KEYS. */
const migrated = (argv: readonly string[]): string[] => {
  for (let i = 6; i < argv.length; i++) {
    const option = argv[i].toUpperCase()
    if (option === 'KEYS' && argv[3] === '') return argv.slice(i + 1)
    if (option === 'AUTH') i++
    else if (option === 'AUTH2') i += 2
  }
  return [argv[3]]
}

const RF = 'readonly fast'
const WF = 'write fast'

export const KEYS: readonly CommandSpec[] = [
  spec('del', -2, 'write', ALL, 'generic', '1.0.0', 'Deletes keys.', del),
  spec('unlink', -2, WF, ALL, 'generic', '4.0.0', 'Deletes keys, freeing them later.', del),
  spec('exists', -2, RF, ALL, 'generic', '1.0.0', 'How many of the keys are there.', exists),
  spec('touch', -2, RF, ALL, 'generic', '3.2.1', 'Marks keys as used.', touch),
  spec('expire', -3, WF, ONE, 'generic', '1.0.0', 'Sets the time to live in seconds.', expire(true, false)),
  spec('pexpire', -3, WF, ONE, 'generic', '2.6.0', 'Sets the time to live in milliseconds.', expire(false, false)),
  spec('expireat', -3, WF, ONE, 'generic', '1.2.0', 'Sets the moment of expiry in seconds.', expire(true, true)),
  spec('pexpireat', -3, WF, ONE, 'generic', '2.6.0', 'Sets the moment of expiry in milliseconds.', expire(false, true)),
  spec(
    'ttl',
    2,
    RF,
    ONE,
    'generic',
    '1.0.0',
    'Seconds left to live.',
    timeOf((at, now) => nearest(millisLeft(at, now))),
  ),
  spec('pttl', 2, RF, ONE, 'generic', '2.6.0', 'Milliseconds left to live.', timeOf(millisLeft)),
  spec(
    'expiretime',
    2,
    RF,
    ONE,
    'generic',
    '7.0.0',
    'The moment of expiry, in seconds.',
    timeOf((at) => nearest(unixMs(at))),
  ),
  spec(
    'pexpiretime',
    2,
    RF,
    ONE,
    'generic',
    '7.0.0',
    'The moment of expiry, in milliseconds.',
    timeOf((at) => unixMs(at)),
  ),
  spec('persist', 2, WF, ONE, 'generic', '2.2.0', 'Takes the time to live away.', persist),
  spec('type', 2, RF, ONE, 'generic', '1.0.0', 'Type of a value.', type),
  spec('rename', 3, 'write', TWO, 'generic', '1.0.0', 'Gives a key another name.', rename(false)),
  spec('renamenx', 3, WF, TWO, 'generic', '1.0.0', 'Gives a key another name, if that name is free.', rename(true)),
  spec('copy', -3, 'write denyoom', TWO, 'generic', '6.2.0', 'Copies a value to another key.', copy),
  spec('move', 3, WF, ONE, 'generic', '1.0.0', 'Moves a key to another database.', move),
  spec('keys', 2, 'readonly', null, 'generic', '1.0.0', 'Keys that match a pattern; on this node only.', keysMatching),
  spec('scan', -2, 'readonly', null, 'generic', '2.8.0', 'Walks through the keys of this node.', scan),
  spec('randomkey', 1, 'readonly', null, 'generic', '1.0.0', 'A key of this node, picked at random.', randomKey),
  OBJECT,
  spec('wait', 3, 'noscript', null, 'generic', '3.0.0', 'Waits until so many replicas have this client’s writes.', wait),
  spec('migrate', -6, 'write', null, 'generic', '2.6.0', 'Moves keys to another node.', migrate, { movable: migrated }),
  spec('restore-asking', -4, 'write denyoom asking', ONE, 'server', '3.0.0', 'Takes a migrated key.', restore),
  spec('dump', 2, 'readonly', ONE, 'generic', '2.6.0', 'A value in the form that RESTORE takes.', dump),
  spec('restore', -4, 'write denyoom', ONE, 'generic', '2.6.0', 'Makes a key of what DUMP wrote.', restore),
]
