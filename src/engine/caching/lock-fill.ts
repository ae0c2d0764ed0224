import type { AppPolicy } from '../action.ts'
import { del, get, lookUp, set, setIfAbsent } from '../client/commands.ts'
import { Failure, type Flow } from '../core/flow.ts'
import { MS } from '../core/time.ts'
import { fetchRow, filling, nearGet, nearPut, newToken, served, sleep, waiting, type Served } from './steps.ts'
import { encodeValue, versionOf } from './values.ts'

/** A waiting request looks again this often. */
export const LOCK_POLL = 50 * MS
/** …and gives up after so many looks. */
export const LOCK_POLLS = 400

/** The lock stands in its key's slot: the hash tag is the key. */
export const lockOf = (key: string): string => `lock:{${key}}`

/**
 * Lock-based fill: whoever sets the lock asks the database; the others look again until the value is there.
 * The lock has a time to live, so that a crashed owner blocks nobody for long: choose it longer than the fill, or two will fill.
 * An owner releases only its own lock. A script would compare and delete at once; this application says GET, compares, says DEL, as
 * many do: a lock that expires in the round trip between them may be another's.
 */
export function* lockFill(key: string, policy: AppPolicy): Flow<Served> {
  const near = policy.l1Ttl > 0
  if (near) {
    const version = yield* nearGet(key, 'look in L1')
    if (version !== null) return served('l1', version)
  }

  const cached = yield* lookUp(key, 'look in the cache')
  if (typeof cached === 'string') {
    const version = versionOf(cached)
    if (near) yield* nearPut(key, version, 'keep it in L1')
    return served('hit', version)
  }
  // nobody serves this key now, nor its lock
  if (cached === undefined) return served('miss', yield* fetchRow(key, 'ask the database, the cache is unreachable'))

  const token = yield* newToken('draw a token')
  for (let polls = 0; !(yield* setIfAbsent(lockOf(key), token, policy.lockTtl, 'try to take the lock')); polls++) {
    if (polls === 0) yield* waiting(key, 'lock', 'somebody else fills it')
    if (polls === LOCK_POLLS) throw new Failure('unavailable', 'the lock never came free')
    yield* sleep(LOCK_POLL, 'wait for the owner')
    const filled = yield* lookUp(key, 'look again')
    if (typeof filled === 'string') return served('miss', versionOf(filled))
  }

  try {
    // it may have been filled between our look and our lock
    const filled = yield* get(key, 'look again as the owner')
    if (filled !== null) return served('miss', versionOf(filled))
    yield* filling(key, 'lock', 'ours to fill')
    const version = yield* fetchRow(key, 'ask the database')
    yield* set(key, encodeValue(key, version), policy.ttl, 'fill the cache')
    if (near) yield* nearPut(key, version, 'keep the row in L1')
    return served('miss', version)
  } finally {
    if ((yield* lookUp(lockOf(key), 'is the lock still ours?')) === token) yield* del(lockOf(key), 'release the lock')
  }
}
