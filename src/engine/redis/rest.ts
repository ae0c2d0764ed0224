import type { Context } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { NodeState } from './state.ts'

/**
 * The server's cron comes ten times a second, and of a hundred quiet nodes that would be two events in five. A tick that finds nothing
 * which any of its parts could ever act upon is the last one, until something happens that is no gossip; then the next tick comes
 * when it would have come.
 */

/** Nothing that a tick of the cron looks at: no key that may expire, nothing to weigh, nobody who waits, is paused or is to be told. */
const isAtRest = (state: NodeState): boolean =>
  state.keys.volatile === 0 &&
  state.keys.unweighed.size === 0 &&
  state.parked.size === 0 &&
  state.memory === null &&
  state.pause === null &&
  state.output === 0 &&
  state.awaited.size === 0 &&
  state.tracking === null &&
  !state.config.has('maxmemory-clients')

/** At a tick, before anything else: whether this and all to come may be left out. */
export const mayRest = (state: NodeState, ctx: Context): boolean => {
  if (!isAtRest(state)) return false
  state.restsSince = ctx.now
  return true
}

/** After whatever may have made work for the cron, while the node rests: sets the timer for its next tick. */
export const stir = (state: NodeState, every: Micros, ctx: Context): void => {
  if (isAtRest(state)) return
  ctx.setTimer('activeExpiry', every - ((ctx.now - state.restsSince) % every))
  state.restsSince = -1
}
