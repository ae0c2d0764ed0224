import type { AppPolicy } from '../action.ts'
import { lookUp, set } from '../client/commands.ts'
import type { Flow } from '../core/flow.ts'
import { log } from '../core/math.ts'
import type { Micros } from '../core/time.ts'
import { draw, fetchRow, filling, nearGet, nearPut, now, served, type Served } from './steps.ts'
import { encodeTimed, timingOf, versionOf } from './values.ts'

/**
 * XFetch's rule: recompute when now − Δ·β·ln(rand) ≥ expiry, rand in (0, 1].
 * (A. Vattani, F. Chierichetti, K. Lowenstein, "Optimal probabilistic cache stampede prevention", VLDB 2015.)
 */
export const expiresEarly = (at: Micros, took: Micros, beta: number, rand: number, expiry: Micros): boolean =>
  at - took * beta * log(rand) >= expiry

/**
 * Probabilistic early expiration: each reader of a value near its end throws a die and, rarely, recomputes it before it expires.
 * No coordination, so sometimes two do; and no help for a key that is deleted or was never there.
 */
export function* xfetch(key: string, policy: AppPolicy): Flow<Served> {
  const near = policy.l1Ttl > 0
  if (near) {
    const version = yield* nearGet(key, 'look in L1')
    if (version !== null) return served('l1', version)
  }

  const cached = yield* lookUp(key, 'look in the cache')
  // nobody serves this key now: the database must, and there is nothing to fill
  if (cached === undefined) return served('miss', yield* fetchRow(key, 'ask the database, the cache is unreachable'))

  const began = yield* now('look at the clock')
  let early = false
  if (cached !== null) {
    const timing = timingOf(cached)
    const rand = 1 - (yield* draw('throw the die'))
    early = timing !== null && expiresEarly(began, timing.took, policy.beta, rand, timing.expiry)
    if (!early) {
      const version = versionOf(cached)
      if (near) yield* nearPut(key, version, 'keep it in L1')
      return served('hit', version)
    }
  }

  yield* filling(key, 'xfetch', 'recompute it', early)
  const version = yield* fetchRow(key, 'ask the database')
  const done = yield* now('look at the clock again')
  yield* set(key, encodeTimed(key, version, done - began, done + policy.ttl), policy.ttl, 'fill the cache')
  if (near) yield* nearPut(key, version, 'keep the row in L1')
  return served('miss', version)
}
