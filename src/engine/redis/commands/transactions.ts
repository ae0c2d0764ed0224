import type { Context } from '../../core/process.ts'
import { beginUnit } from '../replication.ts'
import { OK, err, type Reply } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'
import { unwatchAll, watchKey, watchedKeyExpired } from '../watch.ts'
import { ALL, NULL_ARRAY, spec, type CommandSpec, type Handler } from './spec.ts'

/** The transaction is over, whatever became of it. */
export const dropTransaction = (state: NodeState, session: Session): void => {
  session.multi = null
  session.dirty = false
  unwatchAll(state, session)
}

const multi: Handler = (_state, session) => {
  if (session.multi !== null) return err('ERR MULTI calls can not be nested')
  session.multi = []
  return OK
}

const discard: Handler = (state, session) => {
  if (session.multi === null) return err('ERR DISCARD without MULTI')
  dropTransaction(state, session)
  return OK
}

const ABORTED = err('EXECABORT Transaction discarded because of previous errors.')

/** What an EXEC has still to do behind a MIGRATE whose answers it waits for, and what it has so far. */
export interface RestOfExec {
  left: string[][]
  replies: Reply[]
}

/** A reply behind what its connection heard meanwhile: SUBSCRIBE's confirmations, messages, what changed. */
const withHeard = (session: Session, reply: Reply): Reply => {
  const heard = session.within
  if (heard === null) return reply
  session.within = null
  return { frames: [...heard, reply] }
}

/** Runs queued commands one after another, `call` each; after a MIGRATE the thread waits, and `goOnWith` does the rest. */
const runQueued = (call: Handler, state: NodeState, session: Session, { left, replies }: RestOfExec, ctx: Context): Reply => {
  for (let i = 0; i < left.length; i++) {
    const reply = call(state, session, left[i], ctx, -1)
    if (state.migration !== null) {
      state.migration.exec = { left: left.slice(i + 1), replies }
      return reply
    }
    replies.push(withHeard(session, reply))
  }
  session.running = false
  session.multi = null
  return replies
}

/** The MIGRATE within an EXEC is over. */
export const goOnWith =
  (call: Handler) =>
  (state: NodeState, session: Session, rest: RestOfExec, reply: Reply, ctx: Context): Reply => {
    rest.replies.push(withHeard(session, reply))
    return runQueued(call, state, session, rest, ctx)
  }

/** EXEC; `call` runs one queued command. */
export const execWith =
  (call: Handler): Handler =>
  (state, session, _argv, ctx) => {
    if (session.multi === null) return err('ERR EXEC without MULTI')
    const queued = session.multi
    const aborted = session.dirty
    const touched = session.touched || watchedKeyExpired(state, session, ctx.now)
    dropTransaction(state, session)
    if (aborted) return ABORTED
    if (touched) return NULL_ARRAY
    // until its end it shows as a transaction: in CLIENT LIST, in ACL LOG
    session.multi = queued
    session.running = true
    beginUnit(state)
    return runQueued(call, state, session, { left: queued, replies: [] }, ctx)
  }

const watch: Handler = (state, session, argv, ctx) => {
  if (session.multi !== null) return err('ERR WATCH inside MULTI is not allowed')
  // a key that was touched already keeps the transaction from running: watching more changes nothing
  if (session.touched) return OK
  for (let i = 1; i < argv.length; i++) watchKey(state, session, argv[i], ctx.now)
  return OK
}

const unwatch: Handler = (state, session) => {
  unwatchAll(state, session)
  return OK
}

const FLAGS = 'noscript loading stale fast'

export const transactionCommands = (call: Handler): readonly CommandSpec[] => [
  spec('multi', 1, FLAGS, null, 'transactions', '1.2.0', 'Begins a transaction.', multi),
  spec('exec', 1, 'noscript loading stale', null, 'transactions', '1.2.0', 'Runs the transaction.', execWith(call)),
  spec('discard', 1, FLAGS, null, 'transactions', '2.0.0', 'Drops the transaction.', discard),
  spec('watch', -2, FLAGS, ALL, 'transactions', '2.2.0', 'Lets the next transaction fail if a key changes before it.', watch),
  spec('unwatch', 1, FLAGS, null, 'transactions', '2.2.0', 'Forgets all watched keys.', unwatch),
]
