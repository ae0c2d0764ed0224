import type { Context } from '../../core/process.ts'
import { below } from '../../core/random.ts'
import { DEFAULT_USER, newUser, userNamed, usersOf, type AclLogEntry, type AclSelector, type AclUser } from '../acl.ts'
import { denialOf, isChannelAllowed } from '../acl-check.ts'
import { channelsText, commandsIn, flagsOf, hasSpaces, keepUser, keysText, rulesText, userByRules } from '../acl-rules.ts'
import { commandSide } from '../data.ts'
import { formatDouble, parseInt64 } from '../numbers.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import type { NodeState, PubSub, Session } from '../state.ts'
import { CATEGORIES } from './redis-table.ts'
import { NOT_INTEGER, container, helpOf, mapReply, setReply, spec, wrongArity, type CommandSpec, type Handler } from './spec.ts'

/** ACL: the commands about users. */

type Find = (argv: readonly string[]) => CommandSpec | undefined

// ------------------------------------------------------------------ users made, changed, deleted

const tellChange = (user: string, rules: string | null, closed: number, ctx: Context): void => {
  ctx.emit('acl.changed', { user, rules, closed })
}

/** Ends connections; the one that speaks right now hears its reply first. */
const closeAll = (state: NodeState, own: Session | null, which: (s: Session) => boolean, ctx: Context): number => {
  let closed = 0
  for (const session of [...state.sessions.values()]) {
    if (!which(session)) continue
    closed++
    if (session === own) session.closing = true
    else commandSide().closeClient(state, session, ctx)
  }
  return closed
}

/** A replica’s link is a connection of its masteruser. */
const dropReplicas = (state: NodeState, user: string, ctx: Context): number => {
  const links = [...state.repl.replicas.values()].filter((link) => link.user === user)
  for (const link of links) {
    state.repl.replicas.delete(link.conn)
    ctx.close(link.conn)
  }
  if (links.length > 0) state.repl.good = -1
  return links.length
}

const listensTo = (state: NodeState, session: Session, kind: keyof PubSub): string[] =>
  [...state.pubsub[kind]].filter(([, listeners]) => listeners.has(session.conn)).map(([channel]) => channel)

/** Subscribers whose channels were taken from their user are cut off: they would go on hearing what they may not. */
const closeListeners = (state: NodeState, own: Session | null, before: AclUser, after: AclUser, ctx: Context): number => {
  if (after.selectors.some((s) => s.allChannels)) return 0
  const allowed = after.selectors.flatMap((s) => s.channels)
  if (before.selectors.every((s) => s.channels.every((c) => allowed.includes(c))) && !before.selectors.some((s) => s.allChannels)) return 0
  const isBeyond = (s: Session): boolean =>
    (['patterns', 'channels', 'shards'] as const).some((kind) =>
      listensTo(state, s, kind).some((channel) => !isChannelAllowed(allowed, channel, kind === 'patterns')),
    )
  return closeAll(state, own, (s) => s.user === after.name && s.subscriptions > 0 && isBeyond(s), ctx)
}

const setUser: Handler = (state, session, argv, ctx) => {
  const name = argv[2]
  if (hasSpaces(name)) return err("ERR Usernames can't contain spaces or null characters")
  const before = userNamed(state, name)
  const after = userByRules(state, before ?? newUser(state, name), argv.slice(3))
  if ('error' in after) return after
  replaceUser(state, session, after, ctx)
  return OK
}

const replaceUser = (state: NodeState, own: Session | null, after: AclUser, ctx: Context): void => {
  const before = userNamed(state, after.name)
  const closed = before === undefined ? 0 : closeListeners(state, own, before, after, ctx)
  keepUser(state, after.name, after)
  tellChange(after.name, rulesText(after), closed, ctx)
}

/** A line `user NAME rules` of redis.conf by the learner's hand: the user is made anew. What is no rule changes nothing. */
export const setUserLine = (state: NodeState, name: string, rules: string, ctx: Context): void => {
  const user = userByRules(state, newUser(state, name), rules.split(' '))
  if (!hasSpaces(name) && !('error' in user)) replaceUser(state, null, user, ctx)
}

const delUser: Handler = (state, session, argv, ctx) => {
  const names = argv.slice(2)
  if (names.includes(DEFAULT_USER)) return err("ERR The 'default' user cannot be removed")
  let deleted = 0
  for (const name of names) {
    if (userNamed(state, name) === undefined) continue
    deleted++
    keepUser(state, name, null)
    const closed = closeAll(state, session, (s) => s.user === name, ctx)
    tellChange(name, null, closed + dropReplicas(state, name, ctx), ctx)
  }
  // its last reply is the only thing it still hears
  if (userNamed(state, session.user) === undefined) {
    session.user = DEFAULT_USER
    session.authenticated = false
  }
  return deleted
}

// ------------------------------------------------------------------ users told

const shown = (s: AclSelector): [Reply, Reply][] => [
  ['commands', s.commands],
  ['keys', keysText(s)],
  ['channels', channelsText(s)],
]

const getUser: Handler = (state, session, argv) => {
  const user = userNamed(state, argv[2])
  if (user === undefined) return null
  const [root, ...more] = user.selectors
  return mapReply(session, [
    ['flags', setReply(session, flagsOf(user))],
    ['passwords', [...user.passwords]],
    ...shown(root),
    ['selectors', more.map((s) => mapReply(session, shown(s)))],
  ])
}

const list: Handler = (state) => usersOf(state).map((user) => `user ${user.name} ${rulesText(user)}`)
const users: Handler = (state) => usersOf(state).map((user) => user.name)

const cat: Handler = (_state, _s, argv) => {
  if (argv.length > 3) return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try ACL HELP.`
  if (argv.length === 2) return [...CATEGORIES]
  const found = commandsIn(argv[2].toLowerCase())
  return found === undefined ? errAbout`ERR Unknown category '${argv[2].slice(0, 128)}'` : [...found]
}

const dryRun =
  (find: Find): Handler =>
  (state, _s, argv) => {
    const user = userNamed(state, argv[2])
    if (user === undefined) return errAbout`ERR User '${argv[2]}' not found`
    const words = argv.slice(3)
    const command = find(words)
    if (command === undefined) return errAbout`ERR Command '${argv[3]}' not found`
    if (command.arity > 0 ? words.length !== command.arity : words.length < -command.arity) return wrongArity(command.name)
    const denial = denialOf(user, command, words)
    if (denial === null) return OK
    return denial.reason === 'command'
      ? `This user has no permissions to run the '${denial.object}' command`
      : `This user has no permissions to access the '${denial.object}' ${denial.reason}`
  }

// ------------------------------------------------------------------ GENPASS, LOG

const MOST_BITS = 4096n

const genPass: Handler = (_state, _s, argv, ctx) => {
  if (argv.length > 3) return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try ACL HELP.`
  const bits = argv.length === 3 ? parseInt64(argv[2]) : 256n
  if (bits === null) return NOT_INTEGER
  if (bits <= 0n || bits > MOST_BITS)
    return err('ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096')
  const digits = Math.ceil(Number(bits) / 4)
  let password = ''
  for (let i = 0; i < digits; i++) password += below(ctx.random('passwords'), 16).toString(16)
  return password
}

const entryReply = (session: Session, e: AclLogEntry, ctx: Context): Reply => {
  const age = (Math.floor(ctx.now / 1000) - Math.floor(e.at / 1000)) / 1000
  return mapReply(session, [
    ['count', e.count],
    ['reason', e.reason],
    ['context', e.context],
    ['object', e.object],
    ['username', e.username],
    ['age-seconds', session.resp === 3 ? { double: age } : formatDouble(age)],
    ['client-info', e.client],
  ])
}

const log: Handler = (state, session, argv, ctx) => {
  if (argv.length > 3) return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try ACL HELP.`
  if (argv.length === 3 && argv[2].toLowerCase() === 'reset') {
    if (state.acl !== null) state.acl.log = []
    return OK
  }
  const count = argv.length === 3 ? parseInt64(argv[2]) : 10n
  if (count === null) return NOT_INTEGER
  return (state.acl?.log ?? []).slice(0, count < 0n ? 0 : Number(count)).map((e) => entryReply(session, e, ctx))
}

const NO_FILE = err(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
)

const HELP = [
  'CAT [<category>]',
  '    List all commands that belong to <category>, or all command categories',
  '    when no category is specified.',
  'DELUSER <username> [<username> ...]',
  '    Delete a list of users.',
  'DRYRUN <username> <command> [<arg> ...]',
  '    Returns whether the user can execute the given command without executing the command.',
  'GETUSER <username>',
  "    Get the user's details.",
  'GENPASS [<bits>]',
  '    Generate a secure 256-bit user password. The optional `bits` argument can',
  '    be used to specify a different size.',
  'LIST',
  '    Show users details in config file format.',
  'LOAD',
  '    Reload users from the ACL file.',
  'LOG [<count> | RESET]',
  '    Show the ACL log entries.',
  'SAVE',
  '    Save the current config to the ACL file.',
  'SETUSER <username> <attribute> [<attribute> ...]',
  '    Create or modify a user with the specified attributes.',
  'USERS',
  '    List all the registered usernames.',
  'WHOAMI',
  '    Return the current connection username.',
]

const ADMIN = 'admin noscript loading stale'
const FREE = 'noscript loading stale'

/** ACL; `find` looks a command up in the table, which holds this one in its turn. */
export const aclCommand = (find: Find): CommandSpec =>
  container('acl', 'server', '6.0.0', 'About users and their rights.', [
    spec('acl|setuser', -3, ADMIN, null, 'server', '6.0.0', 'Makes a user, or changes its rights.', setUser),
    spec('acl|deluser', -3, ADMIN, null, 'server', '6.0.0', 'Deletes users and closes their connections.', delUser),
    spec('acl|getuser', 3, ADMIN, null, 'server', '6.0.0', 'A user’s rights, part by part.', getUser),
    spec('acl|list', 2, ADMIN, null, 'server', '6.0.0', 'All users in the words of redis.conf.', list),
    spec('acl|users', 2, ADMIN, null, 'server', '6.0.0', 'Names of all users.', users),
    spec('acl|whoami', 2, FREE, null, 'server', '6.0.0', 'The user this connection speaks as.', (_st, s) => s.user),
    spec('acl|cat', -2, FREE, null, 'server', '6.0.0', 'Categories of commands, or the commands of one.', cat),
    spec('acl|dryrun', -4, ADMIN, null, 'server', '7.0.0', 'Whether a user might run a command, without running it.', dryRun(find)),
    spec('acl|genpass', -2, FREE, null, 'server', '6.0.0', 'A password nobody guesses.', genPass),
    spec('acl|log', -2, ADMIN, null, 'server', '6.0.0', 'What was refused lately, and to whom.', log),
    spec('acl|save', 2, ADMIN, null, 'server', '6.0.0', 'Writes the ACL file; there is none here.', () => NO_FILE),
    spec('acl|load', 2, ADMIN, null, 'server', '6.0.0', 'Reads the ACL file; there is none here.', () => NO_FILE),
    spec('acl|help', 2, 'loading stale', null, 'server', '6.0.0', 'The subcommands of ACL.', () => helpOf('ACL', HELP)),
  ])
