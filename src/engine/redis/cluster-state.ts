import type { Context } from '../core/process.ts'
import { hastenCron } from './cron.ts'
import { commandSide } from './data.ts'
import { electionStep } from './failover.ts'
import { manualStep } from './manual.ts'
import { MYSELF, because, isOn, timeoutOf } from './peers.ts'
import { SLOTS, WRITABLE_DELAY, quorumOf, rejoinDelay, whyDown } from './rules.ts'
import type { ClusterState, NodeState } from './state.ts'

/** What a handler leaves to be done before the node waits again. */
export const UPDATE_STATE = 1
export const HANDLE_FAILOVER = 2
export const HANDLE_MANUAL = 4
export const RESUME_WRITES = 8

/** Does what the handlers left: called at the end of every event of the bus. */
export const beforeSleep = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  while (c.todo !== 0) {
    const todo = c.todo
    c.todo = 0
    const me = c.peers[MYSELF]
    if (todo & HANDLE_MANUAL && !me.primary) manualStep(state, ctx)
    if (todo & (HANDLE_FAILOVER | HANDLE_MANUAL) && !me.primary) electionStep(state, ctx)
    if (todo & UPDATE_STATE) updateClusterState(state, ctx)
    if (todo & RESUME_WRITES) commandSide().retryPaused(state, ctx)
  }
  hastenCron(state, ctx)
}

/** Looks whether this node may serve, and says so when that changed. */
export const updateClusterState = (state: NodeState, ctx: Context): void => {
  const c = state.cluster!
  const me = c.peers[MYSELF]
  const now = ctx.now
  c.todo &= ~UPDATE_STATE
  if (c.firstUpdateAt < 0) c.firstUpdateAt = now
  if (me.primary && c.state === 'fail' && now - c.firstUpdateAt < WRITABLE_DELAY) return
  let primaries = 0
  let reachable = 0
  let owned = 0
  let failed = -1
  for (let i = 0; i < c.peers.length; i++) {
    const p = c.peers[i]
    if (p.gone || !p.primary) {
      owned += p.numSlots
      if (p.numSlots > 0 && p.fail) failed = i
      continue
    }
    if (p.numSlots === 0) continue
    primaries++
    owned += p.numSlots
    if (p.fail) failed = i
    else if (!p.pfail) reachable++
  }
  c.size = primaries
  const full = isOn(state, 'cluster-require-full-coverage', true)
  const down = whyDown(full, SLOTS - owned, failed < 0 ? null : c.peers[failed].process, reachable, primaries)
  if (reachable < quorumOf(primaries)) c.minorityAt = now
  const next = down === null ? 'ok' : 'fail'
  if (next === c.state) return
  if (next === 'ok' && me.primary && c.minorityAt >= 0 && now - c.minorityAt < rejoinDelay(timeoutOf(state))) return
  c.state = next
  ctx.emit(
    'cluster.state',
    { state: next, reason: down ?? 'all slots served, a majority of primaries reached' },
    because(newsOf(c, failed)),
  )
}

/** The fact behind the latest trouble: the failed owner's, or the latest suspicion. */
const newsOf = (c: ClusterState, failed: number): number => {
  if (failed >= 0) return c.peers[failed].failFact
  let latest = 0
  for (const p of c.peers) if (p.pfail && p.pfailFact > latest) latest = p.pfailFact
  return latest
}
