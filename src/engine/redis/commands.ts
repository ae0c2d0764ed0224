import type { Context } from '../core/process.ts'
import { MS, SEC, type Micros } from '../core/time.ts'
import { cluster } from './cluster-commands.ts'
import { configCommand } from './config.ts'
import { keyIsGone, keyIsThere, lookup } from './expiry.ts'
import { countInSlot, deleteEntry, eachKey, flushKeys, getEntry, isExpired, keysInSlot, setEntry } from './keyspace.ts'
import { areWritesPaused } from './bus.ts'
import { migrate, restore } from './migrate.ts'
import { publish, subscribe, unsubscribe } from './pubsub.ts'
import { redirect } from './redirection.ts'
import { propagate } from './replication.ts'
import { OK, QUEUED, err, isError, type Reply } from './reply.ts'
import type { Entry, NodeState, Session } from './state.ts'

export type Handler = (state: NodeState, session: Session, argv: readonly string[], ctx: Context) => Reply

export interface CommandSpec {
  name: string
  /** number of words; negative: at least so many. */
  arity: number
  flags: readonly ('write' | 'readonly' | 'fast' | 'denyoom' | 'admin' | 'pubsub' | 'noasking' | 'loading' | 'stale')[]
  /** first key, last key (−1 = the last word), step; null = no keys. */
  keys: readonly [number, number, number] | null
  summary: string
  since: string
  group: string
  handler: Handler
}

export const NO_REPLY: Reply = Object.freeze({ none: true as const })
const SYNTAX = err('ERR syntax error')
const NOT_INTEGER = err('ERR value is not an integer or out of range')
export const WRONG_TYPE = err('WRONGTYPE Operation against a key holding the wrong kind of value')

const integer = (text: string): number | null => {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return null
  const n = Number(text)
  return Number.isSafeInteger(n) ? n : null
}

// ------------------------------------------------------------------ writing a key

/** Stores and tells the replicas the same command, or a plainer one that has the same effect. */
const store = (state: NodeState, key: string, entry: Entry, argv: readonly string[], ctx: Context): void => {
  setEntry(state.keys, key, entry)
  propagate(state, argv, ctx)
}

const stringOf = (state: NodeState, key: string, ctx: Context): string | null | typeof WRONG_TYPE => {
  const entry = lookup(state, key, ctx)
  if (entry === undefined) return null
  return typeof entry.value === 'string' ? entry.value : WRONG_TYPE
}

const get: Handler = (state, _s, argv, ctx) => {
  const entry = lookup(state, argv[1], ctx)
  if (entry === undefined) {
    state.stats.misses++
    return null
  }
  state.stats.hits++
  return typeof entry.value === 'string' ? entry.value : WRONG_TYPE
}

const set: Handler = (state, _s, argv, ctx) => {
  const key = argv[1]
  let expireAt: Micros = -1
  let keep = false
  let only: 'NX' | 'XX' | '' = ''
  let wantsOld = false
  for (let i = 3; i < argv.length; i++) {
    const option = argv[i].toUpperCase()
    if (option === 'NX' || option === 'XX') only = option
    else if (option === 'GET') wantsOld = true
    else if (option === 'KEEPTTL') keep = true
    else if (option === 'EX' || option === 'PX' || option === 'EXAT' || option === 'PXAT') {
      const n = integer(argv[++i] ?? '')
      if (n === null) return argv[i] === undefined ? SYNTAX : NOT_INTEGER
      if (n <= 0) return err("ERR invalid expire time in 'set' command")
      const unit = option.startsWith('EX') ? SEC : MS
      expireAt = option.endsWith('AT') ? n * unit : ctx.now + n * unit
    } else return SYNTAX
  }
  const old = lookup(state, key, ctx)
  if (wantsOld && old !== undefined && typeof old.value !== 'string') return WRONG_TYPE
  const before = wantsOld ? ((old?.value as string | undefined) ?? null) : null
  if ((only === 'NX' && old !== undefined) || (only === 'XX' && old === undefined)) return wantsOld ? before : null
  if (keep && old !== undefined) expireAt = old.expireAt
  const words = expireAt < 0 ? ['SET', key, argv[2]] : ['SET', key, argv[2], 'PXAT', String(Math.floor(expireAt / MS))]
  store(state, key, { type: 'string', value: argv[2], expireAt }, words, ctx)
  return wantsOld ? before : OK
}

const setWithTtl =
  (unit: Micros, name: string): Handler =>
  (state, s, argv, ctx) => {
    const n = integer(argv[2])
    if (n === null) return NOT_INTEGER
    if (n <= 0) return err(`ERR invalid expire time in '${name}' command`)
    return set(state, s, ['SET', argv[1], argv[3], unit === SEC ? 'EX' : 'PX', argv[2]], ctx)
  }

const mget: Handler = (state, _s, argv, ctx) =>
  argv.slice(1).map((key) => {
    const entry = lookup(state, key, ctx)
    return entry !== undefined && typeof entry.value === 'string' ? entry.value : null
  })

const mset: Handler = (state, _s, argv, ctx) => {
  if (argv.length % 2 === 0) return err("ERR wrong number of arguments for 'mset' command")
  for (let i = 1; i < argv.length; i += 2) setEntry(state.keys, argv[i], { type: 'string', value: argv[i + 1], expireAt: -1 })
  propagate(state, argv, ctx)
  return OK
}

const del: Handler = (state, _s, argv, ctx) => {
  let n = 0
  for (let i = 1; i < argv.length; i++) if (lookup(state, argv[i], ctx) !== undefined && deleteEntry(state.keys, argv[i])) n++
  if (n > 0) propagate(state, argv, ctx)
  return n
}

const exists: Handler = (state, _s, argv, ctx) => {
  let n = 0
  for (let i = 1; i < argv.length; i++) if (lookup(state, argv[i], ctx) !== undefined) n++
  return n
}

const addTo =
  (sign: 1 | -1, fixed: boolean): Handler =>
  (state, _s, argv, ctx) => {
    const by = fixed ? 1 : integer(argv[2])
    if (by === null) return NOT_INTEGER
    const old = stringOf(state, argv[1], ctx)
    if (old === WRONG_TYPE) return WRONG_TYPE
    const start = old === null ? 0 : integer(old as string)
    if (start === null) return NOT_INTEGER
    const value = start + sign * by
    store(state, argv[1], { type: 'string', value: String(value), expireAt: getEntry(state.keys, argv[1])?.expireAt ?? -1 }, argv, ctx)
    return value
  }

const append: Handler = (state, _s, argv, ctx) => {
  const old = stringOf(state, argv[1], ctx)
  if (old === WRONG_TYPE) return WRONG_TYPE
  const value = ((old as string | null) ?? '') + argv[2]
  store(state, argv[1], { type: 'string', value, expireAt: getEntry(state.keys, argv[1])?.expireAt ?? -1 }, argv, ctx)
  return value.length
}

const strlen: Handler = (state, _s, argv, ctx) => {
  const old = stringOf(state, argv[1], ctx)
  return old === WRONG_TYPE ? WRONG_TYPE : ((old as string | null)?.length ?? 0)
}

// ------------------------------------------------------------------ keys and their time to live

const expire =
  (unit: Micros, absolute: boolean): Handler =>
  (state, _s, argv, ctx) => {
    const n = integer(argv[2])
    if (n === null) return NOT_INTEGER
    const entry = lookup(state, argv[1], ctx)
    if (entry === undefined) return 0
    const at = absolute ? n * unit : ctx.now + n * unit
    const condition = argv[3]?.toUpperCase()
    const has = entry.expireAt >= 0
    if ((condition === 'NX' && has) || (condition === 'XX' && !has)) return 0
    if ((condition === 'GT' && (!has || at <= entry.expireAt)) || (condition === 'LT' && has && at >= entry.expireAt)) return 0
    if (at <= ctx.now) {
      deleteEntry(state.keys, argv[1])
      propagate(state, ['DEL', argv[1]], ctx)
    } else store(state, argv[1], { ...entry, expireAt: at }, ['PEXPIREAT', argv[1], String(Math.floor(at / MS))], ctx)
    return 1
  }

const ttl =
  (unit: Micros): Handler =>
  (state, _s, argv, ctx) => {
    const entry = lookup(state, argv[1], ctx)
    if (entry === undefined) return -2
    if (entry.expireAt < 0) return -1
    const left = Math.floor((entry.expireAt - ctx.now) / MS)
    return unit === MS ? left : Math.floor((left + 500) / 1000)
  }

const persist: Handler = (state, _s, argv, ctx) => {
  const entry = lookup(state, argv[1], ctx)
  if (entry === undefined || entry.expireAt < 0) return 0
  store(state, argv[1], { ...entry, expireAt: -1 }, argv, ctx)
  return 1
}

const type: Handler = (state, _s, argv, ctx) => ({ simple: lookup(state, argv[1], ctx)?.type ?? 'none' })

const flush: Handler = (state, _s, _argv, ctx) => {
  flushKeys(state)
  propagate(state, ['FLUSHALL'], ctx)
  return OK
}

const keysMatching: Handler = (state, _s, argv, ctx) => {
  const pattern = new RegExp('^' + argv[1].replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.') + '$', 's')
  const found: string[] = []
  eachKey(state.keys, (key, entry) => {
    if (!isExpired(entry, ctx.now) && pattern.test(key)) found.push(key)
    return true
  })
  return found
}

// ------------------------------------------------------------------ hashes

const hashOf = (state: NodeState, key: string, ctx: Context): Map<string, string> | null | typeof WRONG_TYPE => {
  const entry = lookup(state, key, ctx)
  return entry === undefined ? null : entry.value instanceof Map ? entry.value : WRONG_TYPE
}

const hset: Handler = (state, _s, argv, ctx) => {
  if (argv.length % 2 === 1) return err("ERR wrong number of arguments for 'hset' command")
  const old = hashOf(state, argv[1], ctx)
  if (old === WRONG_TYPE) return WRONG_TYPE
  const map = new Map(old as Map<string, string> | null)
  const before = map.size
  for (let i = 2; i < argv.length; i += 2) map.set(argv[i], argv[i + 1])
  store(state, argv[1], { type: 'hash', value: map, expireAt: getEntry(state.keys, argv[1])?.expireAt ?? -1 }, argv, ctx)
  return map.size - before
}

const hget: Handler = (state, _s, argv, ctx) => {
  const map = hashOf(state, argv[1], ctx)
  return map === WRONG_TYPE ? WRONG_TYPE : ((map as Map<string, string> | null)?.get(argv[2]) ?? null)
}

const hgetall: Handler = (state, _s, argv, ctx) => {
  const map = hashOf(state, argv[1], ctx)
  return map === WRONG_TYPE ? WRONG_TYPE : [...((map as Map<string, string> | null) ?? [])].flat()
}

const hdel: Handler = (state, _s, argv, ctx) => {
  const old = hashOf(state, argv[1], ctx)
  if (old === WRONG_TYPE) return WRONG_TYPE
  if (old === null) return 0
  const map = new Map(old as Map<string, string>)
  let n = 0
  for (const field of argv.slice(2)) if (map.delete(field)) n++
  if (n === 0) return 0
  if (map.size === 0) deleteEntry(state.keys, argv[1])
  else setEntry(state.keys, argv[1], { ...getEntry(state.keys, argv[1])!, value: map })
  propagate(state, argv, ctx)
  return n
}

// ------------------------------------------------------------------ the connection and the server

const multi: Handler = (_state, s) => {
  if (s.multi !== null) return err('ERR MULTI calls can not be nested')
  s.multi = []
  s.dirty = false
  return OK
}

const exec: Handler = (state, s, _argv, ctx) => {
  if (s.multi === null) return err('ERR EXEC without MULTI')
  const queued = s.multi
  const spoiled = s.dirty
  s.multi = null
  s.dirty = false
  if (spoiled) return err('EXECABORT Transaction discarded because of previous errors.')
  return queued.map((argv) => call(state, s, argv, ctx))
}

const discard: Handler = (_state, s) => {
  if (s.multi === null) return err('ERR DISCARD without MULTI')
  s.multi = null
  s.dirty = false
  return OK
}

const info: Handler = (state) =>
  ['# Server', 'redis_version:7.0.15', `redis_mode:${state.cluster ? 'cluster' : 'standalone'}`, '', '# Replication',
    `role:${state.repl.role === 'primary' ? 'master' : 'slave'}`, `master_repl_offset:${state.repl.offset}`, '',
    '# Keyspace', ...(state.keys.size > 0 ? [`db0:keys=${state.keys.size},expires=${state.keys.volatile},avg_ttl=0`] : []), ''].join('\r\n')

const shutdown: Handler = (_state, _s, _argv, ctx) => {
  ctx.exit()
  return NO_REPLY
}

const spec = (
  name: string, arity: number, flags: CommandSpec['flags'], keys: CommandSpec['keys'], group: string, since: string, summary: string, handler: Handler,
): CommandSpec => ({ name, arity, flags, keys, group, since, summary, handler })

const ONE = [1, 1, 1] as const
const ALL = [1, -1, 1] as const
const R = ['readonly', 'fast'] as const
const W = ['write', 'denyoom'] as const

export const COMMANDS: readonly CommandSpec[] = [
  spec('get', 2, R, ONE, 'string', '1.0.0', 'The value of a key.', get),
  spec('set', -3, W, ONE, 'string', '1.0.0', 'Sets a key, with options for expiry and condition.', set),
  spec('setex', 4, W, ONE, 'string', '2.0.0', 'Sets a key with a time to live in seconds.', setWithTtl(SEC, 'setex')),
  spec('psetex', 4, W, ONE, 'string', '2.6.0', 'Sets a key with a time to live in milliseconds.', setWithTtl(MS, 'psetex')),
  spec('setnx', 3, W, ONE, 'string', '1.0.0', 'Sets a key only if it is not there.', (st, s, a, c) => (set(st, s, ['SET', a[1], a[2], 'NX'], c) === null ? 0 : 1)),
  spec('mget', -2, R, ALL, 'string', '1.0.0', 'The values of several keys.', mget),
  spec('mset', -3, W, [1, -1, 2], 'string', '1.0.1', 'Sets several keys at once.', mset),
  spec('incr', 2, W, ONE, 'string', '1.0.0', 'Adds one.', addTo(1, true)),
  spec('decr', 2, W, ONE, 'string', '1.0.0', 'Takes one away.', addTo(-1, true)),
  spec('incrby', 3, W, ONE, 'string', '1.0.0', 'Adds a whole number.', addTo(1, false)),
  spec('decrby', 3, W, ONE, 'string', '1.0.0', 'Takes a whole number away.', addTo(-1, false)),
  spec('append', 3, W, ONE, 'string', '2.0.0', 'Appends to a string.', append),
  spec('strlen', 2, R, ONE, 'string', '2.2.0', 'Length of a string.', strlen),
  spec('del', -2, ['write'], ALL, 'generic', '1.0.0', 'Deletes keys.', del),
  spec('unlink', -2, ['write', 'fast'], ALL, 'generic', '4.0.0', 'Deletes keys, freeing them later.', del),
  spec('exists', -2, R, ALL, 'generic', '1.0.0', 'How many of the keys are there.', exists),
  spec('touch', -2, R, ALL, 'generic', '3.2.1', 'Marks keys as used.', exists),
  spec('expire', -3, ['write', 'fast'], ONE, 'generic', '1.0.0', 'Sets the time to live in seconds.', expire(SEC, false)),
  spec('pexpire', -3, ['write', 'fast'], ONE, 'generic', '2.6.0', 'Sets the time to live in milliseconds.', expire(MS, false)),
  spec('expireat', -3, ['write', 'fast'], ONE, 'generic', '1.2.0', 'Sets the moment of expiry in seconds.', expire(SEC, true)),
  spec('pexpireat', -3, ['write', 'fast'], ONE, 'generic', '2.6.0', 'Sets the moment of expiry in milliseconds.', expire(MS, true)),
  spec('ttl', 2, R, ONE, 'generic', '1.0.0', 'Seconds left to live.', ttl(SEC)),
  spec('pttl', 2, R, ONE, 'generic', '2.6.0', 'Milliseconds left to live.', ttl(MS)),
  spec('persist', 2, ['write', 'fast'], ONE, 'generic', '2.2.0', 'Takes the time to live away.', persist),
  spec('type', 2, R, ONE, 'generic', '1.0.0', 'Type of a value.', type),
  spec('keys', 2, ['readonly'], null, 'generic', '1.0.0', 'Keys that match a pattern; on this node only.', keysMatching),
  spec('dbsize', 1, R, null, 'server', '1.0.0', 'Number of keys on this node.', (st) => st.keys.size),
  spec('flushall', -1, ['write'], null, 'server', '1.0.0', 'Deletes every key.', flush),
  spec('flushdb', -1, ['write'], null, 'server', '1.0.0', 'Deletes every key.', flush),
  spec('hset', -4, W, ONE, 'hash', '2.0.0', 'Sets fields of a hash.', hset),
  spec('hget', 3, R, ONE, 'hash', '2.0.0', 'One field of a hash.', hget),
  spec('hgetall', 2, ['readonly'], ONE, 'hash', '2.0.0', 'All fields of a hash.', hgetall),
  spec('hdel', -3, ['write', 'fast'], ONE, 'hash', '2.0.0', 'Deletes fields of a hash.', hdel),
  spec('multi', 1, ['fast', 'loading', 'stale'], null, 'transactions', '1.2.0', 'Begins a transaction.', multi),
  spec('exec', 1, ['loading', 'stale'], null, 'transactions', '1.2.0', 'Runs the transaction.', exec),
  spec('discard', 1, ['fast', 'loading', 'stale'], null, 'transactions', '2.0.0', 'Drops the transaction.', discard),
  spec('publish', 3, ['pubsub', 'fast'], null, 'pubsub', '2.0.0', 'Sends a message to a channel.', publish),
  spec('subscribe', -2, ['pubsub'], null, 'pubsub', '2.0.0', 'Listens to channels.', subscribe),
  spec('unsubscribe', -1, ['pubsub'], null, 'pubsub', '2.0.0', 'Stops listening.', unsubscribe),
  spec('readonly', 1, ['fast'], null, 'cluster', '3.0.0', 'Lets this connection read from a replica.', (_st, s) => ((s.readonly = true), OK)),
  spec('readwrite', 1, ['fast'], null, 'cluster', '3.0.0', 'Ends READONLY.', (_st, s) => ((s.readonly = false), OK)),
  spec('asking', 1, ['fast'], null, 'cluster', '3.0.0', 'The next command follows an ASK.', (st, s) => {
    if (st.cluster === null) return err('ERR This instance has cluster support disabled')
    s.asking = true
    return OK
  }),
  spec('cluster', -2, ['admin'], null, 'cluster', '3.0.0', 'Asks about, or changes, the cluster.', cluster),
  spec('migrate', -6, ['write'], null, 'generic', '2.6.0', 'Moves keys to another node.', migrate),
  spec('restore-asking', -4, ['write', 'denyoom'], ONE, 'server', '3.0.0', 'Takes a migrated key.', restore),
  spec('config', -2, ['admin'], null, 'server', '2.0.0', 'Reads or sets directives.', configCommand),
  spec('info', -1, ['loading', 'stale'], null, 'server', '1.0.0', 'Facts about this node.', info),
  spec('ping', -1, ['fast'], null, 'connection', '1.0.0', 'Answers PONG.', (_st, _s, a) => (a.length > 1 ? a[1] : { simple: 'PONG' })),
  spec('echo', 2, ['fast'], null, 'connection', '1.0.0', 'Answers the same text.', (_st, _s, a) => a[1]),
  spec('select', 2, ['fast'], null, 'connection', '1.0.0', 'Chooses a database; a cluster has only 0.', (_st, _s, a) =>
    a[1] === '0' ? OK : err('ERR SELECT is not allowed in cluster mode')),
  spec('shutdown', -1, ['admin'], null, 'server', '1.0.0', 'Ends the process.', shutdown),
]

const BY_NAME = new Map<string, CommandSpec>()
for (const c of COMMANDS) {
  BY_NAME.set(c.name, c)
  BY_NAME.set(c.name.toUpperCase(), c)
}

export const commandNamed = (name: string): CommandSpec | undefined => BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase())

const call = (state: NodeState, session: Session, argv: readonly string[], ctx: Context): Reply => commandNamed(argv[0])!.handler(state, session, argv, ctx)

const NEVER_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset'])

/** What processCommand does, in its order: name and arity, redirection, READONLY, the queue of a transaction, the command. */
export const execute = (state: NodeState, session: Session, argv: readonly string[], ctx: Context): Reply => {
  const command = commandNamed(argv[0])
  const refuse = (reply: Reply): Reply => {
    if (session.multi !== null) session.dirty = true
    return reply
  }
  if (command === undefined) {
    const shown = argv.slice(1, 10).map((a) => `'${a.slice(0, 128)}' `).join('')
    return refuse(err(`ERR unknown command '${argv[0].slice(0, 128)}', with args beginning with: ${shown}`))
  }
  if (command.arity > 0 ? argv.length !== command.arity : argv.length < -command.arity)
    return refuse(err(`ERR wrong number of arguments for '${command.name}' command`))
  const asking = session.asking
  const isWrite = command.flags.includes('write')
  if (state.cluster !== null) {
    const elsewhere = redirect(state, session, command, argv, asking, ctx)
    if (elsewhere !== null) {
      if (command.name === 'exec') {
        session.multi = null
        session.dirty = false
      } else if (session.multi !== null) session.dirty = true
      session.asking = false
      return elsewhere
    }
  }
  if (isWrite && state.repl.role === 'replica') return refuse(err("READONLY You can't write against a read only replica."))
  if (session.multi !== null && !NEVER_QUEUED.has(command.name)) {
    session.multi.push([...argv])
    return QUEUED
  }
  if (isWrite && areWritesPaused(state, ctx.now)) {
    session.blocked = { why: 'pause', argv: [...argv], since: ctx.now, via: 0 }
    return NO_REPLY
  }
  const reply = command.handler(state, session, argv, ctx)
  // ASKING lasts one command, or one whole transaction
  if (asking && command.name !== 'asking' && session.multi === null) session.asking = false
  if (isWrite && command.name === 'set' && !isError(reply) && reply !== null)
    ctx.emit('write.acked', { key: argv[1], value: argv[2], offset: state.repl.offset, slot: 0 })
  return reply
}

export { countInSlot, keyIsGone, keyIsThere, keysInSlot }
