import type { AclReason, AclSelector, AclUser } from './acl.ts'
import { accessOf, keyFlags } from './commands/key-specs.ts'
import { globMatches } from './glob.ts'
import { keysOf } from './redirection.ts'
import type { CommandSpec } from './commands/spec.ts'

/** Whether a user may run a command: the command itself, each of its keys, each of its channels. */

/** What a user is refused: why, and the command, key or channel. */
export interface Denial {
  reason: Exclude<AclReason, 'auth'>
  object: string
}

const WEIGHT: Record<Denial['reason'], number> = { command: 1, key: 2, channel: 3 }

interface Refusal extends Denial {
  /** which of its keys or channels. */
  at: number
}

const mayRun = (s: AclSelector, command: CommandSpec, argv: readonly string[]): boolean => {
  if (s.allCommands || command.isOpen || s.allowed.has(command.name)) return true
  const allowed = s.firstArgs.get(command.name)
  return allowed !== undefined && argv.length > 1 && allowed.some((a) => a.toLowerCase() === argv[1].toLowerCase())
}

/** What a command does with its i-th key: see redis-table.ts. Of some only the words tell: SET … GET reads what it overwrites. */
const accessTo = (command: CommandSpec, argv: readonly string[], i: number): string =>
  command.keySpecs[0].flags.includes('variable_flags')
    ? accessOf(keyFlags(command.keySpecs, argv, i))
    : command.access[Math.min(i, command.access.length - 1)]

const reads = (access: string): boolean => access === 'r' || access === 'b'
const writes = (access: string): boolean => access === 'w' || access === 'b'

const mayTouch = (s: AclSelector, key: string, access: string): boolean =>
  s.keys.some((k) => (k.reads || !reads(access)) && (k.writes || !writes(access)) && globMatches(k.pattern, key))

/** The channels of a command; a pattern must be a right itself, word for word. */
const channelsOf = (command: CommandSpec, argv: readonly string[]): readonly string[] => {
  switch (command.name) {
    case 'publish':
    case 'spublish':
      return argv.slice(1, 2)
    case 'subscribe':
    case 'ssubscribe':
    case 'psubscribe':
      return argv.slice(1)
    default:
      return []
  }
}

/** Whether a user may run a command that touches nothing. */
export const mayRunNamed = (user: AclUser, name: string): boolean => user.selectors.some((s) => s.allCommands || s.allowed.has(name))

/** Whether one of the rights is for this channel; a pattern somebody listens to must be a right itself, word for word. */
export const isChannelAllowed = (allowed: readonly string[], channel: string, isPattern: boolean): boolean =>
  allowed.some((pattern) => (isPattern ? pattern === channel : globMatches(pattern, channel)))

const refusalBy = (s: AclSelector, command: CommandSpec, argv: readonly string[]): Refusal | null => {
  if (!mayRun(s, command, argv)) return { reason: 'command', object: command.name, at: 0 }
  if (!s.allKeys && command.access !== '') {
    const keys = keysOf(command, argv)
    for (let at = 0; at < keys.length; at++)
      if (!mayTouch(s, keys[at], accessTo(command, argv, at))) return { reason: 'key', object: keys[at], at }
  }
  if (!s.allChannels) {
    const channels = channelsOf(command, argv)
    const at = channels.findIndex((channel) => !isChannelAllowed(s.channels, channel, command.name === 'psubscribe'))
    if (at >= 0) return { reason: 'channel', object: channels[at], at }
  }
  return null
}

/** Whether a user may run this and read any key besides: what SORT asks for BY and GET, whose patterns may name any. */
export const mayReadAnyKey = (user: AclUser, command: CommandSpec, argv: readonly string[]): boolean =>
  user.selectors.some((s) => (s.allKeys || s.keys.some((k) => k.reads && k.pattern === '*')) && refusalBy(s, command, argv) === null)

/** Why a user may not run a command; null = it may. One selector must allow all of it; of several refusals the furthest is told. */
export const denialOf = (user: AclUser, command: CommandSpec, argv: readonly string[]): Denial | null => {
  let told: Refusal = { reason: 'command', object: command.name, at: -1 }
  for (const selector of user.selectors) {
    const refusal = refusalBy(selector, command, argv)
    if (refusal === null) return null
    const further = WEIGHT[refusal.reason] - WEIGHT[told.reason]
    if (further > 0 || (further === 0 && refusal.at > told.at)) told = refusal
  }
  return told
}
