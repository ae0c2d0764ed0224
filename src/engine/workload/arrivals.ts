import type { Load } from '../action.ts'
import type { Context } from '../core/process.ts'
import { exponential, uniform, type Stream } from '../core/random.ts'
import { HOT_KEY, keyName, zipfRank } from './keys.ts'

/**
 * The open-loop load of one application: Poisson arrivals at its share of the rate, whatever the answers do.
 * Its three streams are its own, and each request takes the same number of draws, so that a changed TTL or read share
 * leaves the arrivals and the keys as they were.
 */
export interface Arrivals {
  /** requests a microsecond of this application; 0 = none. */
  rate: number
  /** when the next request comes; a fraction is kept, so that the rate stays exact. */
  next: number
  arrivals: Stream
  keys: Stream
  ops: Stream
}

export interface Request {
  key: string
  read: boolean
}

/** An own copy of a named stream, one draw on: a restarted process goes on with fresh numbers. */
const branch = (stream: Stream): Stream => {
  uniform(stream)
  return { ...stream }
}

export const newArrivals = (ctx: Context): Arrivals => ({
  rate: 0,
  next: 0,
  arrivals: branch(ctx.random('arrivals')),
  keys: branch(ctx.random('keys')),
  ops: branch(ctx.random('ops')),
})

/** Starts, or changes the rate: what is left of the running gap is stretched, not drawn again. */
export const setRate = (a: Arrivals, load: Load, apps: number, ctx: Context): void => {
  const rate = load.rate / apps / 1_000_000
  if (rate <= 0) {
    a.rate = 0
    ctx.clearTimer('arrival')
    return
  }
  a.next = a.rate > 0 ? ctx.now + ((a.next - ctx.now) * a.rate) / rate : ctx.now + exponential(a.arrivals, 1 / rate)
  a.rate = rate
  waitForNext(a, ctx)
}

export const waitForNext = (a: Arrivals, ctx: Context): void => ctx.setTimer('arrival', Math.max(0, Math.ceil(a.next) - ctx.now))

/** True when a request is due now; draws the gap to the one after it. */
export const takeArrival = (a: Arrivals, now: number): boolean => {
  if (a.rate === 0 || a.next > now) return false
  a.next += exponential(a.arrivals, 1 / a.rate)
  return true
}

export const drawRequest = (a: Arrivals, load: Load): Request => {
  const rank = zipfRank(a.keys, load.keys, load.zipf)
  const hot = uniform(a.ops) < load.hot
  return { read: uniform(a.ops) < load.reads, key: hot ? HOT_KEY : keyName(rank) }
}
