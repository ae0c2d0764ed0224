import type { Context } from '../core/process.ts'
import { MYSELF, isOn, number } from './peers.ts'
import { becomeReplicaOf } from './role.ts'
import { MIGRATION_DELAY, maySpareReplica } from './rules.ts'
import type { NodeState } from './state.ts'

/** A replica that its primary can spare moves to a primary that lost all of its replicas. */
export const migrateIfOrphaned = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const peers = c.peers
  const me = peers[MYSELF]
  if (me.replicaOf < 0 || !isOn(state, 'cluster-allow-replica-migration', true)) return
  // a suspected replica still counts, but not as one that this primary could do without
  const good = new Int16Array(peers.length)
  let spare = 0
  for (let i = 0; i < peers.length; i++) {
    const p = peers[i]
    if (p.gone || p.replicaOf < 0 || p.fail) continue
    good[p.replicaOf]++
    if (p.replicaOf === me.replicaOf && !p.pfail) spare++
  }
  let orphaned = 0
  let most = 0
  for (let i = 1; i < peers.length; i++) {
    const p = peers[i]
    if (p.gone || !p.primary || p.fail || p.handshake) continue
    if (good[i] === 0 && p.numSlots > 0 && p.migrateTo) orphaned++
    if (good[i] > most) most = good[i]
  }
  if (orphaned === 0 || most < 2 || good[me.replicaOf] !== most || c.state !== 'ok') return
  if (!maySpareReplica(spare, number(state, 'cluster-migration-barrier', 1))) return
  let target = -1
  let candidate = me
  for (let i = 0; i < peers.length; i++) {
    const p = peers[i]
    if (p.gone) continue
    if (p.primary && !p.fail && p.migrateTo && good[i] === 0) {
      if (target < 0 && p.numSlots > 0) target = i
      if (p.orphanedAt === 0) p.orphanedAt = ctx.now
    } else p.orphanedAt = 0
    if (p.replicaOf >= 0 && good[p.replicaOf] === most && p.id < candidate.id) candidate = p
  }
  if (target < 0 || candidate !== me || ctx.now - peers[target].orphanedAt <= MIGRATION_DELAY) return
  if (isOn(state, 'cluster-replica-no-failover', false)) return
  becomeReplicaOf(state, target, `${peers[target].process} had lost all its replicas`, 0, ctx)
}
