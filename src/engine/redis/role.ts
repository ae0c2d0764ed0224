import type { Context, ProcessId } from '../core/process.ts'
import { UPDATE_STATE } from './cluster-state.ts'
import { clearSlots, commandSide } from './data.ts'
import { resetManual } from './manual.ts'
import { MYSELF, NOBODY, because, change, isOn, joinPrimary, myPrimary, processOf, setAsPrimary } from './peers.ts'
import { startReplicating, stopReplicating } from './replication.ts'
import { moveSlots, rebind, tellRebound } from './slots-config.ts'
import type { NodeState, SlotSet } from './state.ts'

/** Adopts what a primary claims wherever its configEpoch wins, and draws the consequences for this node's own role. */
export const adoptClaim = (state: NodeState, claimant: number, epoch: number, claim: SlotSet, news: number, ctx: Context): void => {
  const c = state.cluster!
  if (claimant === MYSELF) return
  const me = c.peers[MYSELF]
  const ours = myPrimary(c)
  const changed = rebind(c, claimant, epoch, claim, ours)
  if (changed.count > 0) {
    c.todo |= UPDATE_STATE
    tellRebound(state, changed.count, changed.from, claimant, epoch, ctx, because(news))
  }
  if (changed.ours > 0) commandSide().dropForeignShards(state, ctx)
  const mayFollow = isOn(state, 'cluster-allow-replica-migration', true) || changed.claimed === changed.ours
  if (changed.ours > 0 && c.peers[ours].numSlots === 0 && mayFollow)
    return becomeReplicaOf(state, claimant, me.primary ? 'its last slot was taken' : 'its primary lost its last slot', news, ctx)
  const mine = c.replicaOf[MYSELF]
  const above = mine >= 0 ? c.replicaOf[mine] : NOBODY
  if (above > 0) return becomeReplicaOf(state, above, 'its primary became a replica', news, ctx)
  if (changed.lost.length > 0) clearSlots(state, changed.lost, ctx)
}

/** Turns this node into a replica of another, from now on. */
export const becomeReplicaOf = (state: NodeState, primary: number, why: string, news: number, ctx: Context): void => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  if (me.primary) {
    change(c, MYSELF, { primary: false, migrateTo: false })
    c.migrating.clear()
    c.importing.clear()
  }
  joinPrimary(c, MYSELF, primary)
  resetManual(state)
  c.todo |= UPDATE_STATE
  tellRole(state, 'replica', why, news, ctx)
  startReplicating(state, c.peers[primary].process, ctx)
}

/** Takes over from the old primary: its slots are mine. The caller has set the configEpoch. Returns the fact. */
export const takeOver = (state: NodeState, why: string, news: number, ctx: Context): number => {
  const c = state.cluster!
  const old = c.replicaOf[MYSELF]
  const offset = state.repl.offset
  setAsPrimary(c, MYSELF)
  stopReplicating(state, ctx)
  const slots = moveSlots(c, old, MYSELF)
  const fact = ctx.emit(
    'failover.promoted',
    { epoch: c.peers[MYSELF].configEpoch, slots, from: c.peers[old].process, offset, manual: c.manual !== null || why === 'takeover' },
    because(news),
  )
  tellRole(state, 'primary', why, fact, ctx)
  return fact
}

/** Without a cluster an operator, or a Sentinel, says what a node is (REPLICAOF). */
export const tellOwnRole = (role: 'primary' | 'replica', of: ProcessId | null, why: 'REPLICAOF' | 'FAILOVER', ctx: Context): void => {
  ctx.emit('role.changed', { role, of, why })
}

const tellRole = (state: NodeState, role: 'primary' | 'replica', why: string, news: number, ctx: Context): void => {
  const c = state.cluster!
  ctx.emit('role.changed', { role, of: processOf(c, c.replicaOf[MYSELF]), why }, because(news))
}
