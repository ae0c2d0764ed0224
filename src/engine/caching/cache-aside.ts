import type { AppPolicy } from '../action.ts'
import { lookUp, set } from '../client/commands.ts'
import type { Flow } from '../core/flow.ts'
import { fetchRow, filling, nearGet, nearPut, served, type Served } from './steps.ts'
import { encodeValue, versionOf } from './values.ts'

/**
 * Cache-aside, the plain way: look, and whoever misses asks the database and fills the cache.
 * When a popular key is gone, everybody who comes before the first answer asks the database too: 1 + λΔ queries.
 */
export function* cacheAside(key: string, policy: AppPolicy): Flow<Served> {
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
  // nobody serves this key now: the database must, and there is nothing to fill
  if (cached === undefined) return served('miss', yield* fetchRow(key, 'ask the database, the cache is unreachable'))

  yield* filling(key, 'none', 'a miss: fill it')
  const version = yield* fetchRow(key, 'ask the database')
  yield* set(key, encodeValue(key, version), policy.ttl, 'fill the cache')
  if (near) yield* nearPut(key, version, 'keep the row in L1')
  return served('miss', version)
}
