import type { Micros } from '../core/time.ts'
import { isOn } from './peers.ts'
import { sha256 } from './sha256.ts'
import type { NodeState, Session } from './state.ts'

/** Users of a node (ACL): what there is to know about them. Who may do what: acl-check.ts; how rules are said: acl-rules.ts. */

export interface AclState {
  /** by name; a user is replaced, never changed. */
  users: Map<string, AclUser>
  /** refusals, newest first. */
  log: AclLogEntry[]
}

export interface AclUser {
  readonly name: string
  readonly isOn: boolean
  /** any password will do. */
  readonly noPass: boolean
  /** of RESTORE's payload, as the rules say; it changes nothing here. */
  readonly sanitizes: '' | 'sanitize-payload' | 'skip-sanitize-payload'
  /** SHA-256, in hexadecimal. */
  readonly passwords: readonly string[]
  /** the user's own rights first, then those in parentheses. */
  readonly selectors: readonly AclSelector[]
}

/** A set of rights: a command is allowed when one selector allows all of it. */
export interface AclSelector {
  readonly allKeys: boolean
  readonly allChannels: boolean
  readonly allCommands: boolean
  /** began with +@all: commands that may come later are meant too. */
  readonly future: boolean
  /** names of the allowed commands, subcommands in full. */
  readonly allowed: ReadonlySet<string>
  /** first arguments with which a command is allowed that otherwise is not. */
  readonly firstArgs: ReadonlyMap<string, readonly string[]>
  readonly keys: readonly KeyPattern[]
  readonly channels: readonly string[]
  /** its command rules in words, as ACL LIST shows them. */
  readonly commands: string
}

export interface KeyPattern {
  readonly pattern: string
  readonly reads: boolean
  readonly writes: boolean
}

export interface AclLogEntry {
  count: number
  reason: AclReason
  context: AclContext
  /** the command, key or channel. */
  object: string
  username: string
  at: Micros
  /** the connection's line of CLIENT LIST. */
  client: string
  /** when a fact told of it last. */
  toldAt: Micros
}

export type AclReason = 'command' | 'key' | 'channel' | 'auth'
export type AclContext = 'toplevel' | 'multi' | 'lua'

export const DEFAULT_USER = 'default'

const NOTHING: AclSelector = Object.freeze({
  allKeys: false,
  allChannels: false,
  allCommands: false,
  future: false,
  allowed: Object.freeze(new Set<string>()),
  firstArgs: Object.freeze(new Map<string, readonly string[]>()),
  keys: Object.freeze([]),
  channels: Object.freeze([]),
  commands: '-@all',
})
const EVERYTHING: AclSelector = Object.freeze({
  ...NOTHING,
  allKeys: true,
  allChannels: true,
  allCommands: true,
  future: true,
  commands: '+@all',
})

/** Rights that a selector begins with: none, but for the channels that acl-pubsub-default gives. */
export const emptySelector = (state: NodeState): AclSelector => (givesChannels(state) ? { ...NOTHING, allChannels: true } : NOTHING)

export const givesChannels = (state: NodeState): boolean => state.config.get('acl-pubsub-default') === 'allchannels'

/** A user as ACL SETUSER makes it before the first rule. */
export const newUser = (state: NodeState, name: string): AclUser => ({
  name,
  isOn: false,
  noPass: false,
  sanitizes: '',
  passwords: [],
  selectors: [emptySelector(state)],
})

/** The default user as a server begins with it: with requirepass as its password, otherwise without one. */
const firstDefaultUser = (state: NodeState): AclUser =>
  withOnlyPassword({ ...newUser(state, DEFAULT_USER), isOn: true, selectors: [EVERYTHING] }, requiredPassword(state))

/** A user with this password alone; '' = with none. */
export const withOnlyPassword = (user: AclUser, password: string): AclUser =>
  frozen({ ...user, noPass: password === '', passwords: password === '' ? [] : [sha256(password)] })

/** Users are shared by keyframes: nothing of one ever changes. */
export const frozen = (user: AclUser): AclUser => {
  for (const s of user.selectors) {
    for (const k of s.keys) Object.freeze(k)
    Object.freeze(s.keys)
    Object.freeze(s.channels)
    Object.freeze(s)
  }
  Object.freeze(user.passwords)
  Object.freeze(user.selectors)
  return Object.freeze(user)
}

/** The default user's password as a directive; '' = none. */
export const requiredPassword = (state: NodeState): string => state.config.get('requirepass') ?? ''

/** All users by name, in Redis's order. */
export const usersOf = (state: NodeState): AclUser[] =>
  state.acl === null ? [firstDefaultUser(state)] : [...state.acl.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1))

export const userNamed = (state: NodeState, name: string): AclUser | undefined =>
  state.acl === null ? (name === DEFAULT_USER ? firstDefaultUser(state) : undefined) : state.acl.users.get(name)

/** The node's users, kept from now on. */
export const keptAcl = (state: NodeState): AclState =>
  (state.acl ??= { users: new Map([[DEFAULT_USER, firstDefaultUser(state)]]), log: [] })

/** Whether a connection is let in at once: the default user is on and asks for no password. */
export const isOpenToAll = (state: NodeState): boolean => {
  if (state.acl === null) return requiredPassword(state) === ''
  const user = state.acl.users.get(DEFAULT_USER)!
  return user.isOn && user.noPass
}

/** Whether name and password are a user's that may come in. */
export const areCredentials = (state: NodeState, name: string, password: string): boolean => {
  const user = userNamed(state, name)
  return user !== undefined && user.isOn && (user.noPass || user.passwords.includes(sha256(password)))
}

/** Protected mode refuses other hosts while the default user has no password; the lab's nodes have it off unless it is said. */
export const refusesOtherHosts = (state: NodeState): boolean =>
  state.config.has('protected-mode') &&
  isOn(state, 'protected-mode', false) &&
  (state.acl?.users.get(DEFAULT_USER)!.noPass ?? requiredPassword(state) === '')

/** As a connection begins: the default user's. */
export const beginsAs = (state: NodeState): Pick<Session, 'user' | 'authenticated'> => ({
  user: DEFAULT_USER,
  authenticated: isOpenToAll(state),
})
