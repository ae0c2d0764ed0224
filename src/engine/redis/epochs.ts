import type { Context } from '../core/process.ts'
import { MYSELF, change } from './peers.ts'
import { mustBump, mustYieldEpoch } from './rules.ts'
import type { NodeState } from './state.ts'

const greatestEpoch = (state: NodeState): number => {
  const c = state.cluster!
  let max = c.currentEpoch
  for (const p of c.peers) if (!p.gone && p.configEpoch > max) max = p.configEpoch
  return max
}

/** Takes a new configEpoch without asking anybody; false when mine is the greatest already. */
export const bumpEpochWithoutConsensus = (state: NodeState, ctx: Context): boolean => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  if (!mustBump(me.configEpoch, greatestEpoch(state))) return false
  c.currentEpoch = greatestEpoch(state) + 1
  change(c, MYSELF, { configEpoch: c.currentEpoch })
  ctx.emit('epoch.bumped', { epoch: c.currentEpoch, why: 'without consensus' })
  return true
}

/** Two primaries with one configEpoch: one of them takes a new one. `told` is the epoch in the sender's message, which may be an old one. */
export const settleCollision = (state: NodeState, sender: number, told: number, ctx: Context): void => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  if (told !== me.configEpoch) return
  const other = c.peers[sender]
  if (!me.primary || !other.primary || other.configEpoch !== told || !mustYieldEpoch(me.id, other.id)) return
  const epoch = me.configEpoch
  c.currentEpoch++
  change(c, MYSELF, { configEpoch: c.currentEpoch })
  const fact = ctx.emit('epoch.collision', { with: other.process, epoch })
  ctx.emit('epoch.bumped', { epoch: c.currentEpoch, why: `collided with ${other.process} at ${epoch}` }, [fact])
}
