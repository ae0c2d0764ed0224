import type { AppPolicy } from '../action.ts'
import { lookUp, set } from '../client/commands.ts'
import { Failure, type Flow } from '../core/flow.ts'
import { fetchRow, filling, joinFlight, landFlight, nearGet, nearPut, served, type Served } from './steps.ts'
import { encodeValue, versionOf } from './values.ts'

/**
 * Single-flight: of all requests of one process that miss the same key, one asks the database, the others wait for its answer.
 * Processes do not know of each other: a stampede shrinks to one query a process.
 */
export function* singleFlight(key: string, policy: AppPolicy): Flow<Served> {
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

  const flight = yield* joinFlight(key, 'join the flight under way')
  if (flight !== null) {
    if ('failed' in flight) throw new Failure(flight.failed, flight.reason)
    return served('miss', flight.version)
  }

  try {
    yield* filling(key, 'single-flight', 'a miss: lead the flight')
    const version = yield* fetchRow(key, 'ask the database')
    // undefined: nobody serves this key now, so there is nothing to fill
    if (cached === null) yield* set(key, encodeValue(key, version), policy.ttl, 'fill the cache')
    if (near) yield* nearPut(key, version, 'keep the row in L1')
    yield* landFlight(key, { version }, 'tell everybody who waits')
    return served('miss', version)
  } catch (trouble) {
    if (trouble instanceof Failure)
      yield* landFlight(key, { failed: trouble.kind, reason: trouble.reason }, 'tell everybody that it failed')
    throw trouble
  }
}
