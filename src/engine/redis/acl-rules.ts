import {
  DEFAULT_USER,
  emptySelector,
  frozen,
  keptAcl,
  newUser,
  requiredPassword,
  withOnlyPassword,
  type AclSelector,
  type AclUser,
  type KeyPattern,
} from './acl.ts'
import { CATEGORIES, REDIS_ROWS, SUBCOMMANDS_OF } from './commands/redis-table.ts'
import { sha256 } from './sha256.ts'
import type { NodeState } from './state.ts'

/** The language of ACL SETUSER: rules make a user, and a user is told in rules. */

const UNKNOWN = 'Unknown command or category name in ACL'
const SYNTAX = 'Syntax error'
const AFTER_ALL = (all: string, what: string): string =>
  `Adding a pattern after the * pattern (or the '${all}' flag) is not valid and does not have any effect. Try 'reset${what}' to start with an empty list of ${what === 'keys' ? 'patterns' : 'channels'}`
const NO_PASSWORD = 'The password you are trying to remove from the user does not exist'
const NO_HASH = 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters'
const FIRST_OF_SUBCOMMAND = 'Allowing first-arg of a subcommand is not supported'

export const hasSpaces = (text: string): boolean => /[\s\0]/.test(text)

// ------------------------------------------------------------------ commands

/** A selector's commands while they are being changed. */
interface Rights {
  allCommands: boolean
  future: boolean
  allowed: Set<string>
  firstArgs: Map<string, readonly string[]>
}

/** A command with all its subcommands. */
const change = (r: Rights, name: string, allow: boolean): void => {
  r.firstArgs.delete(name)
  for (const one of [name, ...(SUBCOMMANDS_OF.get(name) ?? [])])
    if (allow) r.allowed.add(one)
    else {
      r.allowed.delete(one)
      r.allCommands = false
    }
}

const changeAll = (r: Rights, allow: boolean): void => {
  r.allCommands = r.future = allow
  r.firstArgs.clear()
  r.allowed.clear()
  if (allow) for (const name of REDIS_ROWS.keys()) r.allowed.add(name)
}

/** Names of a category's commands and subcommands. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map(
  CATEGORIES.map((c) => [c, [...REDIS_ROWS.values()].filter((row) => row.categories.includes(c)).map((row) => row.name)]),
)

/** The commands of a category, in the order of the table. */
export const commandsIn = (category: string): readonly string[] | undefined => MEMBERS.get(category)

const changeCategory = (r: Rights, category: string, allow: boolean): void => {
  for (const name of MEMBERS.get(category)!) change(r, name, allow)
}

/** +command, -command, +command|subcommand, +command|first-argument, +@category, -@category. Null, or what is wrong. */
const changeCommands = (r: Rights, rule: string): string | null => {
  const allow = rule[0] === '+'
  const name = rule.slice(1).toLowerCase()
  if (name === '@all') changeAll(r, allow)
  else if (name[0] === '@') {
    if (!CATEGORIES.includes(name.slice(1))) return UNKNOWN
    changeCategory(r, name.slice(1), allow)
  } else {
    const bar = name.lastIndexOf('|')
    const known = REDIS_ROWS.has(name)
    if (!allow || bar < 0) {
      if (!known) return UNKNOWN
      change(r, name, allow)
      return null
    }
    const row = REDIS_ROWS.get(name.slice(0, bar))
    if (row === undefined) return UNKNOWN
    if (row.parent !== null) return FIRST_OF_SUBCOMMAND
    if (bar === name.length - 1) return SYNTAX
    if (SUBCOMMANDS_OF.has(row.name)) {
      if (!known) return UNKNOWN
      change(r, name, true)
    } else addFirstArg(r, row.name, rule.slice(bar + 2))
  }
  return null
}

const addFirstArg = (r: Rights, command: string, arg: string): void => {
  const known = r.firstArgs.get(command) ?? []
  if (!known.some((a) => a.toLowerCase() === arg.toLowerCase())) r.firstArgs.set(command, [...known, arg])
}

const rightsOf = (s: AclSelector): Rights => ({
  allCommands: s.allCommands,
  future: s.future,
  allowed: new Set(s.allCommands ? REDIS_ROWS.keys() : s.allowed),
  firstArgs: new Map(s.firstArgs),
})

/**
 * Command rules in words. The categories that fit best come first, then what they leave wrong, command by command; so the words are not
 * those that were said, but come to the same.
 */
const describe = (rights: AclSelector): string => {
  const adds = !rights.future
  const said: Rights = { allCommands: false, future: false, allowed: new Set(), firstArgs: new Map() }
  if (!adds) changeAll(said, true)
  const left: Rights = { ...said, allowed: new Set(rights.allowed) }
  const words = [adds ? '-@all' : '+@all']
  const open = new Set(CATEGORIES)
  for (let best = bestCategory(left, open, adds); best !== null; best = bestCategory(left, open, adds)) {
    words.push(`${adds ? '+' : '-'}@${best}`)
    changeCategory(said, best, adds)
    changeCategory(left, best, !adds)
    open.delete(best)
  }
  for (const name of REDIS_ROWS.keys()) {
    const allow = rights.allowed.has(name)
    if (allow !== said.allowed.has(name)) {
      words.push((allow ? '+' : '-') + name)
      change(said, name, allow)
    }
    if (!allow) for (const arg of rights.firstArgs.get(name) ?? []) words.push(`+${name}|${arg}`)
  }
  return words.join(' ')
}

/** The category with the fewest commands that do not fit, of those in which more fit than do not. */
const bestCategory = (r: Rights, open: ReadonlySet<string>, adds: boolean): string | null => {
  let best: string | null = null
  let fewest = Infinity
  let most = 0
  for (const category of open) {
    const members = MEMBERS.get(category)!
    let on = 0
    for (const name of members) if (r.allowed.has(name)) on++
    const off = members.length - on
    const [different, same] = adds ? [off, on] : [on, off]
    if (same > different && (different < fewest || (different === fewest && same > most))) {
      best = category
      fewest = different
      most = same
    }
  }
  return best
}

// ------------------------------------------------------------------ selectors

/** `~pattern`, `%R~pattern`, `%W~pattern`, `%RW~pattern`; null when it is none. */
const keyPattern = (rule: string): KeyPattern | null => {
  const parts = rule[0] === '~' ? ['', 'rw', rule.slice(1)] : /^%([rw]+)(?:~([^]*))?$/i.exec(rule)
  if (parts === null) return null
  const letters = parts[1].toLowerCase()
  const pattern = parts[2] ?? ''
  if (/r.*r|w.*w/.test(letters) || hasSpaces(pattern)) return null
  return { pattern, reads: letters.includes('r'), writes: letters.includes('w') }
}

const addKeys = (patterns: readonly KeyPattern[], added: KeyPattern): KeyPattern[] => {
  const same = patterns.find((k) => k.pattern === added.pattern)
  if (same === undefined) return [...patterns, added]
  const both = { pattern: same.pattern, reads: same.reads || added.reads, writes: same.writes || added.writes }
  return patterns.map((k) => (k === same ? both : k))
}

/** The words for its commands are found when all rules are said. */
const UNTOLD = ''

const told = (s: AclSelector): AclSelector => {
  if (s.commands !== UNTOLD) return s
  // all of them need no list
  return { ...s, allowed: s.allCommands ? new Set() : s.allowed, commands: describe(s) }
}

type Outcome<T> = T | { why: string }

const selectorAfter = (s: AclSelector, rule: string): Outcome<AclSelector> => {
  switch (rule.toLowerCase()) {
    case 'allkeys':
    case '~*':
      return { ...s, allKeys: true, keys: [] }
    case 'resetkeys':
      return { ...s, allKeys: false, keys: [] }
    case 'allchannels':
    case '&*':
      return { ...s, allChannels: true, channels: [] }
    case 'resetchannels':
      return { ...s, allChannels: false, channels: [] }
    case 'allcommands':
      return selectorAfter(s, '+@all')
    case 'nocommands':
      return selectorAfter(s, '-@all')
  }
  if (rule[0] === '~' || rule[0] === '%') {
    if (s.allKeys) return { why: AFTER_ALL('allkeys', 'keys') }
    const pattern = keyPattern(rule)
    return pattern === null ? { why: SYNTAX } : { ...s, keys: addKeys(s.keys, pattern) }
  }
  if (rule[0] === '&') {
    if (s.allChannels) return { why: AFTER_ALL('allchannels', 'channels') }
    const channel = rule.slice(1)
    if (hasSpaces(channel)) return { why: SYNTAX }
    return s.channels.includes(channel) ? s : { ...s, channels: [...s.channels, channel] }
  }
  if (rule[0] !== '+' && rule[0] !== '-') return { why: SYNTAX }
  const rights = rightsOf(s)
  const wrong = changeCommands(rights, rule)
  if (wrong !== null) return { why: wrong }
  return { ...s, ...rights, commands: UNTOLD }
}

// ------------------------------------------------------------------ users

const withoutPassword = (user: AclUser, hash: string): Outcome<AclUser> =>
  user.passwords.includes(hash) ? { ...user, passwords: user.passwords.filter((p) => p !== hash) } : { why: NO_PASSWORD }

const withPassword = (user: AclUser, hash: string): AclUser => ({
  ...user,
  noPass: false,
  passwords: user.passwords.includes(hash) ? user.passwords : [...user.passwords, hash],
})

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** A user after one rule, or why it is none. */
const userAfter = (state: NodeState, user: AclUser, rule: string): Outcome<AclUser> => {
  switch (rule.toLowerCase()) {
    case '':
      return user
    case 'on':
      return { ...user, isOn: true }
    case 'off':
      return { ...user, isOn: false }
    case 'sanitize-payload':
      return { ...user, sanitizes: 'sanitize-payload' }
    case 'skip-sanitize-payload':
      return { ...user, sanitizes: 'skip-sanitize-payload' }
    case 'nopass':
      return { ...user, noPass: true, passwords: [] }
    case 'resetpass':
      return { ...user, noPass: false, passwords: [] }
    case 'clearselectors':
      return { ...user, selectors: [user.selectors[0]] }
    case 'reset':
      return { ...newUser(state, user.name), sanitizes: 'sanitize-payload' }
  }
  const rest = rule.slice(1)
  switch (rule[0]) {
    case '>':
      return withPassword(user, sha256(rest))
    case '#':
      return isHash(rest) ? withPassword(user, rest) : { why: NO_HASH }
    case '<':
      return withoutPassword(user, sha256(rest))
    case '!':
      return isHash(rest) ? withoutPassword(user, rest) : { why: NO_HASH }
  }
  if (rule[0] === '(' && rule.endsWith(')')) {
    let selector: Outcome<AclSelector> = emptySelector(state)
    for (const one of rule.slice(1, -1).split(/\s+/)) {
      if (one === '') continue
      selector = selectorAfter(selector, one)
      if ('why' in selector) return selector
    }
    return { ...user, selectors: [...user.selectors, selector] }
  }
  const root = selectorAfter(user.selectors[0], rule)
  return 'why' in root ? root : { ...user, selectors: [root, ...user.selectors.slice(1)] }
}

/** Words of one pair of parentheses belong together; a number is the place of one that never closes. */
const joined = (rules: readonly string[]): string[] | number => {
  const out: string[] = []
  let open = -1
  rules.forEach((rule, i) => {
    if (open >= 0) {
      out[out.length - 1] += ` ${rule}`
      if (rule.endsWith(')')) open = -1
    } else {
      out.push(rule)
      if (rule[0] === '(' && !rule.endsWith(')')) open = i
    }
  })
  return open < 0 ? out : open
}

/** A user by these rules, on top of what it is; or the error. All rules or none. */
export const userByRules = (state: NodeState, before: AclUser, rules: readonly string[]): AclUser | { error: string } => {
  const words = joined(rules)
  if (typeof words === 'number') return { error: `ERR Unmatched parenthesis in acl selector starting at '${rules[words]}'.` }
  let user = before
  for (const rule of words) {
    const next = userAfter(state, user, rule)
    if ('why' in next) return { error: `ERR Error in ACL SETUSER modifier '${rule}': ${next.why}` }
    user = next
  }
  return frozen({ ...user, selectors: user.selectors.map(told) })
}

// ------------------------------------------------------------------ in words

const patternText = (k: KeyPattern): string => (k.reads && k.writes ? '~' : k.reads ? '%R~' : '%W~') + k.pattern

/** `~a* %R~b*`; all keys are `~*`. */
export const keysText = (s: AclSelector): string => (s.allKeys ? '~*' : s.keys.map(patternText).join(' '))
export const channelsText = (s: AclSelector): string => (s.allChannels ? '&*' : s.channels.map((c) => `&${c}`).join(' '))

const selectorText = (s: AclSelector): string =>
  [keysText(s), s.allChannels ? '&*' : ['resetchannels', channelsText(s)].filter((t) => t !== '').join(' '), s.commands]
    .filter((t) => t !== '')
    .join(' ')

export const flagsOf = (user: AclUser): string[] =>
  [user.isOn ? 'on' : 'off', user.noPass ? 'nopass' : '', user.sanitizes].filter((flag) => flag !== '')

/** A user in the words that make it, as in ACL LIST and redis.conf, without `user NAME`. */
export const rulesText = (user: AclUser): string => {
  const [root, ...more] = user.selectors
  return [...flagsOf(user), ...user.passwords.map((p) => `#${p}`), selectorText(root), ...more.map((s) => `(${selectorText(s)})`)].join(' ')
}

// ------------------------------------------------------------------ lines of redis.conf

const LINE = 'user '

/** `user NAME rules…` of the configuration: a directive named `user NAME`. What is no rule makes no user. */
export const loadUsers = (state: NodeState): void => {
  for (const [directive, rules] of state.config) {
    if (!directive.startsWith(LINE)) continue
    const name = directive.slice(LINE.length)
    const user = userByRules(state, newUser(state, name), rules.split(' '))
    if (!('error' in user)) keptAcl(state).users.set(name, user)
  }
}

/** A user is kept, or gone (null), with its line of redis.conf, as CONFIG REWRITE would leave it. */
export const keepUser = (state: NodeState, name: string, user: AclUser | null): void => {
  const { users } = keptAcl(state)
  if (user === null) {
    users.delete(name)
    state.config.delete(LINE + name)
    return
  }
  users.set(name, user)
  state.config.set(LINE + name, rulesText(user))
}

/** CONFIG SET requirepass: the default user's only password, also where its line of redis.conf says another. */
export const requirePassChanged = (state: NodeState): void => {
  const user = state.acl?.users.get(DEFAULT_USER)
  if (user === undefined) return
  const changed = withOnlyPassword(user, requiredPassword(state))
  if (state.config.has(LINE + DEFAULT_USER)) keepUser(state, DEFAULT_USER, changed)
  else state.acl!.users.set(DEFAULT_USER, changed)
}
