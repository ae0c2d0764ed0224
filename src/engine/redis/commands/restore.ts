import { MS, type Micros } from '../../core/time.ts'
import { fromUnixMs } from '../clock.ts'
import { lookup } from '../expiry.ts'
import { deleteEntry, setEntry } from '../keyspace.ts'
import { parseInt64 } from '../numbers.ts'
import { dumpExactly, restoreEntry } from '../rdb.ts'
import { propagate } from '../replication.ts'
import { dumpTime, tellStall } from '../stall.ts'
import { OK, err } from '../reply.ts'
import type { Entry } from '../state.ts'
import { keyChanged } from '../watch.ts'
import { signalReady } from './blocking.ts'
import { SMALL_BYTES, SMALL_FIELDS } from './hashes.ts'
import { NOT_INTEGER, SYNTAX, type Handler } from './spec.ts'
import { asUnixMs } from './store.ts'

/** A value as one string, and back: what MIGRATE sends. */

export const dump: Handler = (state, _s, argv, ctx, slot) => {
  const entry = lookup(state, argv[1], ctx, slot)
  if (entry === undefined) return null
  const payload = dumpExactly(entry)
  ctx.spend(dumpTime(entry, payload))
  return payload
}

const BUSY = err('BUSYKEY Target key name already exists.')
const BAD_PAYLOAD = err('ERR DUMP payload version or checksum are wrong')

/** RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME s] [FREQ n]; RESTORE-ASKING is the same on an importing slot. */
export const restore: Handler = (state, session, argv, ctx, slot) => {
  let replace = false
  let absolute = false
  let use = ''
  for (let i = 4; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'REPLACE') replace = true
    else if (word === 'ABSTTL') absolute = true
    else if ((word === 'IDLETIME' || word === 'FREQ') && i + 1 < argv.length && (use === '' || use === word)) {
      use = word
      const n = parseInt64(argv[++i])
      if (n === null) return NOT_INTEGER
      if (word === 'FREQ' && (n < 0 || n > 255)) return err('ERR Invalid FREQ value, must be >= 0 and <= 255')
      if (n < 0) return err('ERR Invalid IDLETIME value, must be >= 0')
    } else return SYNTAX
  }
  const key = argv[1]
  const old = lookup(state, key, ctx, slot)
  if (!replace && old !== undefined) return BUSY
  const time = parseInt64(argv[2])
  if (time === null) return NOT_INTEGER
  if (time < 0) return err('ERR Invalid TTL value, must be >= 0')
  const entry = restoreEntry(argv[3])
  if (entry === null) return BAD_PAYLOAD
  const expireAt: Micros = time === 0 ? -1 : absolute ? fromUnixMs(Number(time)) : ctx.now - (ctx.now % MS) + Number(time) * MS
  if (expireAt >= 0 && expireAt <= ctx.now) {
    // what is over already is not made at all
    if (old === undefined) return OK
    deleteEntry(state.keys, key, slot)
    keyChanged(state, key)
    propagate(state, ['DEL', key], ctx)
    return OK
  }
  const took = dumpTime(entry, argv[3])
  ctx.spend(took)
  tellStall(state, 'RESTORE', key, argv[3].length, took, ctx)
  setEntry(state.keys, key, { ...entry, expireAt, kept: isLarge(entry) ? 'raw' : undefined }, slot)
  keyChanged(state, key)
  propagate(state, expireAt < 0 ? argv : ['RESTORE', key, asUnixMs(expireAt), argv[3], 'REPLACE', 'ABSTTL'], ctx)
  if (entry.type === 'list' || entry.type === 'zset') signalReady(state, session.db, key)
  return OK
}

/** Whether a value made here would have outgrown its small encoding. */
export const isLarge = ({ type, value }: Entry): boolean => {
  if (value instanceof Set) return value.size > SMALL_FIELDS || [...value].some((m) => parseInt64(m) === null)
  if (!(value instanceof Map)) return false
  if (value.size > (type === 'hash' ? SMALL_FIELDS : SMALL_MEMBERS)) return true
  for (const [name, held] of value) if (name.length > SMALL_BYTES || (typeof held === 'string' && held.length > SMALL_BYTES)) return true
  return false
}
/** zset-max-listpack-entries. */
const SMALL_MEMBERS = 128
