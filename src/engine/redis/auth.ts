import type { Context } from '../core/process.ts'
import { areCredentials, isOpenToAll, type AclContext } from './acl.ts'
import type { Denial } from './acl-check.ts'
import { authenticationFailed, deniedFor } from './acl-log.ts'
import type { CommandSpec } from './commands/spec.ts'
import { err, fixed, type Reply } from './reply.ts'
import type { NodeState, Session } from './state.ts'

/** Who may speak, and what to say to those who may not. */

export const NO_AUTH = fixed('NOAUTH Authentication required.')

/** Asked only of connections that began while a password was needed: one that began before stays as it was. */
export const isAuthRequired = (state: NodeState, command: CommandSpec): boolean => !command.isOpen && !isOpenToAll(state)

/** True, and the connection speaks as this user from now on, when the password is one of the user's. `word`: the command as typed. */
export const authenticate = (state: NodeState, session: Session, user: string, password: string, word: string, ctx: Context): boolean => {
  if (!areCredentials(state, user, password)) {
    authenticationFailed(state, session, user, word, ctx)
    return false
  }
  session.authenticated = true
  session.user = user
  return true
}

const DENIED: Record<Denial['reason'], (denial: Denial) => Reply> = {
  command: ({ object }) => err(`NOPERM this user has no permissions to run the '${object}' command`),
  key: () => err('NOPERM this user has no permissions to access one of the keys used as arguments'),
  channel: () => err('NOPERM this user has no permissions to access one of the channels used as arguments'),
}

/** What a user who may not run this command hears; null = it may. Asked only while there are users. */
export const denied = (state: NodeState, session: Session, command: CommandSpec, argv: readonly string[], ctx: Context): Reply | null => {
  const denial = deniedFor(state, session, command, argv, session.multi === null ? 'toplevel' : 'multi', ctx)
  return denial === null ? null : DENIED[denial.reason](denial)
}

const AT_EXEC: Record<Denial['reason'], string> = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
}
const IN_SCRIPT: Record<Denial['reason'], string> = {
  command: "can't run this command or subcommand",
  key: "can't access at least one of the keys mentioned in the command arguments",
  channel: "can't publish to the channel mentioned in the command",
}

/** The same for a command that was queued, and for one that a script calls: in the words Redis has for each. `by`: what the client said. */
export const deniedWithin = (
  context: Exclude<AclContext, 'toplevel'>,
  state: NodeState,
  session: Session,
  command: CommandSpec,
  argv: readonly string[],
  ctx: Context,
  by = command.name,
): { error: string } | null => {
  const denial = deniedFor(state, session, command, argv, context, ctx, by)
  if (denial === null) return null
  return context === 'lua'
    ? { error: `ERR The user executing the script ${IN_SCRIPT[denial.reason]}` }
    : {
        error:
          'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. ' +
          `This command is no longer allowed for the following reason: ${AT_EXEC[denial.reason]}`,
      }
}
