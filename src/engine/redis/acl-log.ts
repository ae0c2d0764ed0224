import type { Context, ProcessId } from '../core/process.ts'
import { SEC } from '../core/time.ts'
import { keptAcl, userNamed, type AclContext, type AclLogEntry } from './acl.ts'
import { denialOf, type Denial } from './acl-check.ts'
import { clientLine } from './client-info.ts'
import type { CommandSpec } from './commands/spec.ts'
import { number } from './peers.ts'
import type { NodeState, Session } from './state.ts'

/** ACL LOG: what was refused, and to whom. */

/** Entries that are alike within a minute are one, counted (acl.c, ACL_LOG_GROUPING_MAX_TIME_DELTA). */
const ALIKE = 60 * SEC
/** and only the newest are compared. */
const COMPARED = 10

/** What goes on and on is told again after so long. */
const TELL_AGAIN = 10 * SEC

type Refusal = Omit<AclLogEntry, 'count' | 'toldAt'>

/** Puts a refusal on top of the log, in place of a like one; true when it is to be told. */
const add = (state: NodeState, refusal: Refusal): boolean => {
  const { log } = keptAcl(state)
  const at = log
    .slice(0, COMPARED)
    .findIndex(
      (e) =>
        e.reason === refusal.reason &&
        e.context === refusal.context &&
        e.object === refusal.object &&
        e.username === refusal.username &&
        refusal.at - e.at <= ALIKE,
    )
  const like = at < 0 ? null : log.splice(at, 1)[0]
  const isTold = like === null || refusal.at - like.toldAt >= TELL_AGAIN
  log.unshift({ ...refusal, count: 1 + (like?.count ?? 0), toldAt: isTold ? refusal.at : like.toldAt })
  log.length = Math.min(log.length, number(state, 'acllog-max-len', 128))
  return isTold
}

/**
 * Why the session's user may not run this, which is then in the log; null = it may. Asked only while there are users.
 * `by`: the command the client said, where a script says another.
 */
export const deniedFor = (
  state: NodeState,
  session: Session,
  command: CommandSpec,
  argv: readonly string[],
  context: AclContext,
  ctx: Context,
  by = command.name,
): Denial | null => {
  const user = userNamed(state, session.user)
  const denial = user === undefined ? null : denialOf(user, command, argv)
  if (denial === null) return null
  const client = clientLine(state, session, by)
  if (add(state, { ...denial, context, username: session.user, at: ctx.now, client }))
    ctx.emit('acl.denied', { user: session.user, client: session.peer, command: command.name, ...denial, context })
  return denial
}

/** The same of a replica, which gave its masteruser and masterauth. */
export const replicaNotAuthenticated = (state: NodeState, user: string, replica: ProcessId, ctx: Context): void =>
  tellFailure(
    state,
    { ...FAILED, username: user, object: 'AUTH', at: ctx.now, client: `addr=${replica}:0 name= user=default` },
    replica,
    ctx,
  )

const FAILED = { reason: 'auth', context: 'toplevel' } as const

const tellFailure = (state: NodeState, entry: Refusal, client: ProcessId, ctx: Context): void => {
  if (add(state, entry)) ctx.emit('acl.authFailed', { user: entry.username, client })
}

/** Somebody gave a wrong password, or the name of a user that is off or none. `word` is the command as it was typed. */
export const authenticationFailed = (state: NodeState, session: Session, user: string, word: string, ctx: Context): void => {
  const context = session.multi !== null ? 'multi' : 'toplevel'
  const client = clientLine(state, session, session.running ? 'exec' : word.toLowerCase())
  tellFailure(state, { ...FAILED, context, object: word, username: user, at: ctx.now, client }, session.peer, ctx)
}
