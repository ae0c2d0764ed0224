import { DEFAULT_USER, beginsAs, isOpenToAll, userNamed } from '../acl.ts'
import { authenticate } from '../auth.ts'
import { clientLine } from '../client-info.ts'
import { commandSide } from '../data.ts'
import { parseInt64, parseSmall } from '../numbers.ts'
import { forgetListener } from '../pubsub.ts'
import { OK, err, type Reply } from '../reply.ts'

import { DATABASES } from '../databases.ts'
import { SYNTAX, container, helpOf, mapReply, spec, unsimulated, wrongArity, type CommandSpec, type Handler } from './spec.ts'
import { clientCaching, clientGetRedir, clientTracking, clientTrackingInfo } from './tracking.ts'
import { dropTransaction } from './transactions.ts'
import { disableTracking } from '../tracking.ts'
import { unwatchAll } from '../watch.ts'

const ping: Handler = (_state, session, argv) => {
  if (argv.length > 2) return wrongArity('ping')
  // in RESP2 a subscriber can only be answered in the form of a message
  if (session.subscriptions > 0 && session.resp === 2) return ['pong', argv[1] ?? '']
  return argv.length === 2 ? argv[1] : { simple: 'PONG' }
}

const NO_PASSWORD = err(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
)
const WRONG_PASS = err('WRONGPASS invalid username-password pair or user is disabled.')
const HELLO_NO_AUTH = err(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
)

const auth: Handler = (state, session, argv, ctx) => {
  if (argv.length > 3) return SYNTAX
  if (argv.length === 2 && userNamed(state, DEFAULT_USER)!.noPass) return NO_PASSWORD
  const user = argv.length === 2 ? DEFAULT_USER : argv[1]
  return authenticate(state, session, user, argv[argv.length - 1], argv[0], ctx) ? OK : WRONG_PASS
}

const BAD_NAME = err('ERR Client names cannot contain spaces, newlines or special characters.')
const isName = (name: string): boolean => /^[!-~]*$/.test(name)

/** HELLO [version [AUTH user password] [SETNAME name]]. */
const hello: Handler = (state, session, argv, ctx) => {
  let version: 2 | 3 = session.resp
  if (argv.length > 1) {
    const n = parseInt64(argv[1])
    if (n === null) return err('ERR Protocol version is not an integer or out of range')
    if (n !== 2 && n !== 3) return err('NOPROTO unsupported protocol version')
    version = n
  }
  let name: string | null = null
  for (let i = 2; i < argv.length; i++) {
    const option = argv[i].toUpperCase()
    const left = argv.length - 1 - i
    if (option === 'AUTH' && left >= 2) {
      if (!authenticate(state, session, argv[i + 1], argv[i + 2], argv[0], ctx)) return WRONG_PASS
      i += 2
    } else if (option === 'SETNAME' && left >= 1) {
      name = argv[++i]
      if (!isName(name)) return BAD_NAME
    } else return err(`ERR Syntax error in HELLO option '${argv[i]}'`)
  }
  if (!session.authenticated && !isOpenToAll(state)) return HELLO_NO_AUTH
  session.resp = version
  if (name !== null) session.name = name
  return mapReply(session, [
    ['server', 'redis'],
    ['version', '7.0.15'],
    ['proto', session.resp],
    ['id', session.clientId],
    ['mode', state.cluster === null ? 'standalone' : 'cluster'],
    ['role', state.repl.role === 'primary' ? 'master' : 'replica'],
    ['modules', []],
  ])
}

const select: Handler = (state, session, argv) => {
  const db = parseSmall(argv[1])
  if (db === null) return err('ERR value is not an integer or out of range')
  if (state.cluster !== null && db !== 0) return err('ERR SELECT is not allowed in cluster mode')
  if (db < 0 || db >= DATABASES) return err('ERR DB index is out of range')
  session.db = db
  return OK
}

/** Back to how the connection began. */
const reset: Handler = (state, session) => {
  dropTransaction(state, session)
  unwatchAll(state, session)
  forgetListener(state, session.conn)
  disableTracking(state, session)
  Object.assign(session, beginsAs(state))
  session.subscriptions = 0
  session.asking = session.readonly = false
  session.resp = 2
  session.name = ''
  session.db = 0
  session.replies = 'on'
  return { simple: 'RESET' }
}

const quit: Handler = (_state, session) => {
  session.closing = true
  return OK
}

// ------------------------------------------------------------------ CLIENT

const clientList: Handler = (state, session) =>
  [...state.sessions.values()].map((s) => `${clientLine(state, s, s === session ? 'client|list' : undefined)}\n`).join('')

const setName: Handler = (_state, session, argv) => {
  if (!isName(argv[2])) return BAD_NAME
  session.name = argv[2]
  return OK
}

const reply: Handler = (_state, session, argv) => {
  const how = argv[2].toLowerCase()
  if (how !== 'on' && how !== 'off' && how !== 'skip') return SYNTAX
  session.replies = how
  return how === 'on' ? OK : { none: true }
}

/** CLIENT KILL [TYPE normal|pubsub] [ID n] [USER name] [SKIPME yes|no]: how many were closed. Links to replicas are none of these. */
const clientKill: Handler = (state, session, argv, ctx) => {
  const wanted = new Map<string, string>()
  if (argv.length % 2 !== 0) return SYNTAX
  for (let i = 2; i < argv.length; i += 2) wanted.set(argv[i].toLowerCase(), argv[i + 1])
  const type = wanted.get('type')?.toLowerCase()
  const id = wanted.get('id')
  if (type !== undefined && !/^(normal|pubsub|master|slave|replica)$/.test(type)) return err(`ERR Unknown client type '${type}'`)
  for (const name of wanted.keys()) if (!/^(type|id|user|skipme)$/.test(name)) return SYNTAX
  const user = wanted.get('user')
  if (user !== undefined && userNamed(state, user) === undefined) return err(`ERR No such user '${user}'`)
  const keepsOwn = wanted.get('skipme')?.toLowerCase() !== 'no'
  let killed = 0
  for (const other of [...state.sessions.values()]) {
    if (other === session && keepsOwn) continue
    if (type !== undefined && type !== (other.subscriptions > 0 ? 'pubsub' : 'normal')) continue
    if (user !== undefined && user !== other.user) continue
    if (id !== undefined && id !== String(other.clientId)) continue
    killed++
    // its own connection ends after the reply
    if (other === session) session.closing = true
    else commandSide().closeClient(state, other, ctx)
  }
  return killed
}

const noEvict: Handler = (_state, _session, argv) => (/^(on|off)$/i.test(argv[2]) ? OK : SYNTAX)

const PLAIN = 'noscript loading stale'
const ADMIN = 'admin noscript loading stale'
const CONNECTION = 'connection'

const CLIENT: readonly CommandSpec[] = [
  spec('client|id', 2, PLAIN, null, CONNECTION, '5.0.0', 'Number of this connection.', (_st, s) => s.clientId),
  spec('client|getname', 2, PLAIN, null, CONNECTION, '2.6.9', 'Name of this connection.', (_st, s) => (s.name === '' ? null : s.name)),
  spec('client|setname', 3, PLAIN, null, CONNECTION, '2.6.9', 'Names this connection.', setName),
  spec('client|list', -2, ADMIN, null, CONNECTION, '2.4.0', 'All client connections of this node.', clientList),
  spec(
    'client|info',
    2,
    PLAIN,
    null,
    CONNECTION,
    '6.2.0',
    'This connection’s line of CLIENT LIST.',
    (st, s) => `${clientLine(st, s, 'client|info')}\n`,
  ),
  spec('client|reply', 3, PLAIN, null, CONNECTION, '3.2.0', 'Switches replies to this connection on or off.', reply),
  spec('client|no-evict', 3, ADMIN, null, CONNECTION, '7.0.0', 'Keeps this connection when memory for clients runs out.', noEvict),
  spec('client|help', 2, 'loading stale', null, CONNECTION, '5.0.0', 'The subcommands of CLIENT.', () =>
    helpOf('CLIENT', ['ID', '    Return the ID of the current connection.']),
  ),
  spec('client|tracking', -3, PLAIN, null, CONNECTION, '6.0.0', 'Has the server tell which cached keys changed.', clientTracking),
  spec('client|caching', 3, PLAIN, null, CONNECTION, '6.0.0', 'Whether the next command’s keys are tracked.', clientCaching),
  spec('client|getredir', 2, PLAIN, null, CONNECTION, '6.0.0', 'Where this connection’s invalidations go.', clientGetRedir),
  spec('client|trackinginfo', 2, PLAIN, null, CONNECTION, '6.2.0', 'How tracking stands for this connection.', clientTrackingInfo),
  spec('client|kill', -3, ADMIN, null, CONNECTION, '2.4.0', 'Closes connections: by TYPE or by ID.', clientKill),
  unsimulated('client|pause', -3, ADMIN, null, CONNECTION, '3.0.0', 'Makes clients wait.'),
  unsimulated('client|unpause', 2, ADMIN, null, CONNECTION, '6.2.0', 'Ends CLIENT PAUSE.'),
  unsimulated('client|unblock', -3, ADMIN, null, CONNECTION, '5.0.0', 'Ends another connection’s waiting.'),
]

const ALWAYS = 'noscript loading stale fast'

export const CONNECTIONS: readonly CommandSpec[] = [
  spec('ping', -1, 'fast', null, CONNECTION, '1.0.0', 'Answers PONG.', ping),
  spec('echo', 2, 'loading stale fast', null, CONNECTION, '1.0.0', 'Answers the same text.', (_st, _s, a): Reply => a[1]),
  spec('select', 2, 'loading stale fast', null, CONNECTION, '1.0.0', 'Chooses a database; a cluster has only number 0.', select),
  spec('auth', -2, ALWAYS, null, CONNECTION, '1.0.0', 'Says who the client is: a user and its password.', auth),
  spec('hello', -1, ALWAYS, null, CONNECTION, '6.0.0', 'Chooses the protocol and tells about the server.', hello),
  spec('reset', 1, ALWAYS, null, CONNECTION, '6.2.0', 'Takes the connection back to its beginning.', reset),
  spec('quit', -1, ALWAYS, null, CONNECTION, '1.0.0', 'Closes the connection.', quit),
  container('client', CONNECTION, '2.4.0', 'About client connections.', CLIENT),
]
