import type { Context } from '../core/process.ts'
import { MYSELF, change, isOn, number } from './peers.ts'
import type { Micros } from '../core/time.ts'
import { becomeReplicaOf } from './role.ts'
import { MIGRATION_DELAY, maySpareReplica } from './rules.ts'
import type { NodeState, Peer } from './state.ts'

/** A replica that its primary can spare moves to a primary that lost all of its replicas. */
export const migrateIfOrphaned = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const { peers, replicaOf } = c
  const mine = replicaOf[MYSELF]
  if (mine < 0 || !isOn(state, 'cluster-allow-replica-migration', true)) return
  // a suspected replica still counts, but not as one that this primary could do without
  const good = new Int16Array(peers.length)
  let spare = 0
  for (let i = 0; i < peers.length; i++) {
    const p = peers[i]
    if (p.gone || replicaOf[i] < 0 || p.fail) continue
    good[replicaOf[i]]++
    if (replicaOf[i] === mine && !p.pfail) spare++
  }
  let orphaned = 0
  let most = 0
  for (let i = 1; i < peers.length; i++) {
    const p = peers[i]
    if (p.gone || !p.primary || p.fail || p.handshake) continue
    if (good[i] === 0 && p.numSlots > 0 && p.migrateTo) orphaned++
    if (good[i] > most) most = good[i]
  }
  if (orphaned === 0 || most < 2 || good[mine] !== most || c.state !== 'ok') return
  if (!maySpareReplica(spare, number(state, 'cluster-migration-barrier', 1))) return
  let target = -1
  let candidate = MYSELF
  for (let i = 0; i < peers.length; i++) {
    const p = peers[i]
    if (p.gone) continue
    if (p.primary && !p.fail && p.migrateTo && good[i] === 0) {
      if (target < 0 && p.numSlots > 0) target = i
      if (p.orphanedAt === 0) change(c, i, { orphanedAt: ctx.now })
    } else if (p.orphanedAt !== 0) change(c, i, { orphanedAt: 0 })
    if (replicaOf[i] >= 0 && good[replicaOf[i]] === most && p.id < peers[candidate].id) candidate = i
  }
  if (target < 0 || candidate !== MYSELF || ctx.now - c.peers[target].orphanedAt <= MIGRATION_DELAY) return
  if (isOn(state, 'cluster-replica-no-failover', false)) return
  becomeReplicaOf(state, target, `${peers[target].process} had lost all its replicas`, 0, ctx)
}

/** Which primary has lost all its replicas, and what keeps this replica from moving to it; null when none has, or this is no replica. */
export const whyNoMigration = (state: NodeState, now: Micros): { orphan: Peer; reason: string; waits: Micros } | null => {
  const c = state.cluster!
  const { peers, replicaOf } = c
  const mine = replicaOf[MYSELF]
  const me = peers[MYSELF]
  if (mine < 0) return null
  const good = peers.map((_, i) => peers.filter((p, j) => !p.gone && !p.fail && replicaOf[j] === i).length)
  const isOrphan = (p: Peer, i: number): boolean => !p.gone && p.primary && !p.fail && p.numSlots > 0 && p.migrateTo && good[i] === 0
  const orphan = peers.find(isOrphan)
  if (orphan === undefined) return null
  const no = (reason: string): { orphan: Peer; reason: string; waits: Micros } => ({ orphan, reason, waits: 0 })
  if (!isOn(state, 'cluster-allow-replica-migration', true)) return no('cluster-allow-replica-migration is no')
  if (c.state !== 'ok') return no('the cluster is down')
  const most = Math.max(...peers.map((p, i) => (!p.gone && p.primary && !p.fail ? good[i] : 0)))
  if (most < 2) return no('no primary has two replicas, so none can spare one')
  if (good[mine] !== most) return no('another primary has more replicas than its own: one of those goes')
  const barrier = number(state, 'cluster-migration-barrier', 1)
  const spare = peers.filter((p, i) => !p.gone && !p.fail && !p.pfail && replicaOf[i] === mine).length
  if (!maySpareReplica(spare, barrier)) return no(`cluster-migration-barrier ${barrier}: its primary must keep that many`)
  const rivals = peers.filter((p, i) => !p.gone && replicaOf[i] >= 0 && good[replicaOf[i]] === most)
  const first = rivals.reduce((a, b) => (b.id < a.id ? b : a), me)
  if (first !== me) return no(`${first.process} goes: it has the smallest id`)
  if (isOn(state, 'cluster-replica-no-failover', false)) return no('cluster-replica-no-failover is set')
  return {
    orphan,
    reason: 'an orphan is left alone for five seconds',
    waits: Math.max(0, (orphan.orphanedAt || now) + MIGRATION_DELAY - now),
  }
}
