import type { CommandSpec } from './commands/spec.ts'
import { fixed } from './reply.ts'
import type { NodeState, Session } from './state.ts'

/** Who may speak: the default user's password (requirepass). */

export const NO_AUTH = fixed('NOAUTH Authentication required.')

/** What a connection may say before it gave the password. */
const BEFORE_AUTH = new Set(['auth', 'hello', 'quit', 'reset'])

/** The default user's password; '' = none is asked for. */
export const requiredPassword = (state: NodeState): string => state.config.get('requirepass') ?? ''

/** Asked only of connections that began while a password was set: one that began before stays as it was. */
export const isAuthRequired = (state: NodeState, command: CommandSpec): boolean =>
  requiredPassword(state) !== '' && !BEFORE_AUTH.has(command.name)

/** True, and the connection is let in, when this is the default user's password; without one any will do. */
export const authenticate = (state: NodeState, session: Session, user: string, password: string): boolean => {
  const wanted = requiredPassword(state)
  if (user !== 'default' || (wanted !== '' && password !== wanted)) return false
  session.authenticated = true
  return true
}
