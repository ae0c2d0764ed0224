import type { Context } from '../../core/process.ts'
import { MS } from '../../core/time.ts'
import { parseInt64 } from '../numbers.ts'
import { requestAcks } from '../replication.ts'
import { err, type Reply } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'
import { NO_REPLY, type Handler } from './spec.ts'

/** Replicas that have acknowledged so far. */
export const reached = (state: NodeState, offset: number): number => {
  let n = 0
  for (const link of state.repl.replicas.values()) if (link.state === 'online' && link.ack >= offset) n++
  return n
}

/** WAIT replicas timeout: counts those that acknowledged this client's last write. Within a transaction it does not wait. */
export const wait: Handler = (state, session, argv, ctx) => {
  if (state.repl.role === 'replica')
    return err(
      'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
    )
  const want = parseInt64(argv[1])
  if (want === null) return err('ERR value is not an integer or out of range')
  const timeout = parseInt64(argv[2])
  if (timeout === null) return err('ERR timeout is not an integer or out of range')
  if (timeout < 0) return err('ERR timeout is negative')
  const have = reached(state, session.wrote)
  if (have >= want || session.multi !== null || session.running) return have
  const until = timeout === 0 ? 0 : ctx.now + Number(timeout) * MS
  session.blocked = { why: 'wait', argv: [...argv], since: ctx.now, via: 0, want: Number(want), until, offset: session.wrote }
  // the question itself travels in the stream, behind everything this client has done
  session.wrote = state.repl.offset
  requestAcks(state, ctx)
  if (until > 0) rearmWaits(state, ctx)
  return NO_REPLY
}

/** The timer stands at the earliest end of a wait, of whatever kind. */
export const rearmWaits = (state: NodeState, ctx: Context): void => {
  let first = 0
  for (const { blocked } of state.sessions.values())
    if (blocked !== null && blocked.until !== undefined && blocked.until > 0 && (first === 0 || blocked.until < first))
      first = blocked.until
  if (first > 0) ctx.setTimer('waits', Math.max(0, first - ctx.now))
}

type Done = (session: Session, reply: Reply) => void

/** A replica acknowledged, or a wait's time is over. */
export const checkWaits = (state: NodeState, ctx: Context, done: Done): void => {
  for (const session of state.sessions.values()) {
    const b = session.blocked
    if (b === null || b.why !== 'wait') continue
    const have = reached(state, b.offset!)
    if (have >= b.want! || (b.until! > 0 && b.until! <= ctx.now)) done(session, have)
  }
}

/** The time of a wait is over. */
export const onWaitTimer = (state: NodeState, ctx: Context, done: Done): void => {
  checkWaits(state, ctx, done)
  rearmWaits(state, ctx)
}
