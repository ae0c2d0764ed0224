import { DEFAULT_USER, beginsAs, isOpenToAll, userNamed } from '../acl.ts'
import { authenticate } from '../auth.ts'
import { clientLine } from '../client-info.ts'
import { commandSide } from '../data.ts'
import { parseInt32, parseInt64 } from '../numbers.ts'
import { forgetListener } from '../pubsub.ts'
import { beginMonitoring, endMonitoring } from '../monitor.ts'
import { pauseClients, unpauseClients } from '../pause.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'

import { DATABASES } from '../databases.ts'
import { SYNTAX, container, helpOf, mapReply, spec, wrongArity, type CommandSpec, type Handler } from './spec.ts'
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
    } else return errAbout`ERR Syntax error in HELLO option '${argv[i]}'`
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
  const db = parseInt32(argv[1])
  if (typeof db !== 'number') return db
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
  endMonitoring(state, session)
  Object.assign(session, beginsAs(state))
  session.subscriptions = 0
  session.asking = session.readonly = false
  session.resp = 2
  session.name = ''
  session.db = 0
  session.replies = 'on'
  session.noEvict = false
  return { simple: 'RESET' }
}

const monitor: Handler = (state, session, _argv, ctx) => {
  if (session.running) return err("ERR MONITOR isn't allowed for DENY BLOCKING client")
  beginMonitoring(state, session, ctx)
  return OK
}

const quit: Handler = (_state, session) => {
  session.closing = true
  return OK
}

// ------------------------------------------------------------------ CLIENT

const CLIENT_TYPE = /^(normal|pubsub|master|slave|replica)$/i
const isOfType = (s: Session, type: string): boolean => type.toLowerCase() === (s.subscriptions > 0 ? 'pubsub' : 'normal')

/** CLIENT LIST [TYPE t | ID n…]. */
const clientList: Handler = (state, session, argv) => {
  let listed = [...state.sessions.values()]
  const option = argv[2]?.toLowerCase()
  if (option === 'type' && argv.length === 4) {
    if (!CLIENT_TYPE.test(argv[3])) return errAbout`ERR Unknown client type '${argv[3]}'`
    listed = listed.filter((s) => isOfType(s, argv[3]))
  } else if (option === 'id' && argv.length > 3) {
    const ids = argv.slice(3).map(parseInt64)
    if (ids.includes(null)) return err('ERR Invalid client ID')
    listed = ids.flatMap((id) => listed.filter((s) => s.clientId === id))
  } else if (argv.length !== 2) return SYNTAX
  return listed.map((s) => `${clientLine(state, s)}\n`).join('')
}

const setName: Handler = (_state, session, argv) => {
  if (!isName(argv[2])) return BAD_NAME
  session.name = argv[2]
  return OK
}

const reply: Handler = (_state, session, argv) => {
  const how = argv[2].toLowerCase()
  if (how !== 'on' && how !== 'off' && how !== 'skip') return SYNTAX
  // off stays off
  if (how !== 'skip' || session.replies !== 'off') session.replies = how
  return how === 'on' ? OK : { none: true }
}

/** What CLIENT KILL's filters ask for. */
interface Kill {
  id?: bigint
  type?: string
  user?: string
  addr?: string
  laddr?: string
  keepsOwn: boolean
}

const killFilters = (state: NodeState, argv: readonly string[]): Kill | { error: string } => {
  const wanted: Kill = { keepsOwn: true }
  for (let i = 2; i < argv.length; i += 2) {
    const name = argv[i].toLowerCase()
    const value: string | undefined = argv[i + 1]
    if (value === undefined) return SYNTAX as { error: string }
    if (name === 'id') {
      const id = parseInt64(value)
      if (id === null || id < 1) return { error: 'ERR client-id should be greater than 0' }
      wanted.id = BigInt(id)
    } else if (name === 'type') {
      if (!CLIENT_TYPE.test(value)) return { error: `ERR Unknown client type '${value}'` }
      wanted.type = value
    } else if (name === 'user') {
      if (userNamed(state, value) === undefined) return { error: `ERR No such user '${value}'` }
      wanted.user = value
    } else if (name === 'addr' || name === 'laddr') wanted[name] = value
    else if (name === 'skipme' && /^(yes|no)$/i.test(value)) wanted.keepsOwn = value.toLowerCase() === 'yes'
    else return SYNTAX as { error: string }
  }
  return wanted
}

/** CLIENT KILL addr, or filters [TYPE t] [ID n] [USER name] [ADDR a] [LADDR a] [SKIPME yes|no]: how many were closed. Links to replicas are none of these. */
const clientKill: Handler = (state, session, argv, ctx) => {
  const isOldForm = argv.length === 3
  const wanted = isOldForm ? { addr: argv[2], keepsOwn: false } : killFilters(state, argv)
  if ('error' in wanted) return wanted
  const { id, type, user, addr, laddr }: Kill = wanted
  let killed = 0
  for (const other of [...state.sessions.values()]) {
    if (other === session && wanted.keepsOwn) continue
    if (type !== undefined && !isOfType(other, type)) continue
    if (user !== undefined && user !== other.user) continue
    if (id !== undefined && id !== BigInt(other.clientId)) continue
    if (addr !== undefined && addr !== other.source) continue
    if (laddr !== undefined && laddr !== `${state.ip}:${state.port}`) continue
    killed++
    // its own connection ends after the reply
    if (other === session) session.closing = true
    else commandSide().closeClient(state, other, ctx)
  }
  return !isOldForm ? killed : killed > 0 ? OK : err('ERR No such client')
}

const UNBLOCKED = err('UNBLOCKED client unblocked via CLIENT UNBLOCK')

/** CLIENT UNBLOCK id [TIMEOUT|ERROR]: 1 when it waited. */
const clientUnblock: Handler = (state, session, argv, ctx) => {
  if (session.running) return err("ERR 'client' is not simulated inside a transaction")
  if (argv.length > 4) return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1].slice(0, 128)}'. Try CLIENT HELP.`
  const how = (argv[3] ?? 'timeout').toLowerCase()
  if (how !== 'timeout' && how !== 'error') return err('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')
  const id = parseInt64(argv[2])
  if (id === null) return err('ERR value is not an integer or out of range')
  const other = [...state.sessions.values()].find((s) => s.clientId === id)
  return other !== undefined && commandSide().endWaiting(state, other, how === 'error' ? UNBLOCKED : null, ctx) ? 1 : 0
}

/** CLIENT PAUSE milliseconds [WRITE|ALL]. */
const clientPause: Handler = (state, _s, argv, ctx) => {
  if (argv.length > 4) return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1].slice(0, 128)}'. Try CLIENT HELP.`
  const mode = (argv[3] ?? 'all').toLowerCase()
  if (mode !== 'all' && mode !== 'write') return err('ERR CLIENT PAUSE mode must be WRITE or ALL')
  const ms = parseInt64(argv[2])
  if (ms === null) return err('ERR timeout is not an integer or out of range')
  if (ms < 0) return err('ERR timeout is negative')
  pauseClients(state, Number(ms), mode === 'all', ctx)
  return OK
}

const noEvict: Handler = (_state, session, argv) => {
  const how = argv[2].toLowerCase()
  if (how !== 'on' && how !== 'off') return SYNTAX
  session.noEvict = how === 'on'
  return OK
}

const PLAIN = 'noscript loading stale'
const ADMIN = 'admin noscript loading stale'
const CONNECTION = 'connection'

const HELP = [
  'CACHING (YES|NO)',
  '    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.',
  'GETREDIR',
  '    Return the client ID we are redirecting to when tracking is enabled.',
  'GETNAME',
  '    Return the name of the current connection.',
  'ID',
  '    Return the ID of the current connection.',
  'INFO',
  '    Return information about the current client connection.',
  'KILL <ip:port>',
  '    Kill connection made from <ip:port>.',
  'KILL <option> <value> [<option> <value> [...]]',
  '    Kill connections. Options are:',
  '    * ADDR (<ip:port>|<unixsocket>:0)',
  '      Kill connections made from the specified address',
  '    * LADDR (<ip:port>|<unixsocket>:0)',
  '      Kill connections made to specified local address',
  '    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
  '      Kill connections by type.',
  '    * USER <username>',
  '      Kill connections authenticated by <username>.',
  '    * SKIPME (YES|NO)',
  '      Skip killing current connection (default: yes).',
  'LIST [options ...]',
  '    Return information about client connections. Options:',
  '    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)',
  '      Return clients of specified type.',
  'UNPAUSE',
  '    Stop the current client pause, resuming traffic.',
  'PAUSE <timeout> [WRITE|ALL]',
  '    Suspend all, or just write, clients for <timeout> milliseconds.',
  'REPLY (ON|OFF|SKIP)',
  '    Control the replies sent to the current connection.',
  'SETNAME <name>',
  '    Assign the name <name> to the current connection.',
  'UNBLOCK <clientid> [TIMEOUT|ERROR]',
  '    Unblock the specified blocked client.',
  'TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]',
  '         [OPTIN] [OPTOUT] [NOLOOP]',
  '    Control server assisted client side caching.',
  'TRACKINGINFO',
  '    Report tracking status for the current connection.',
  'NO-EVICT (ON|OFF)',
  '    Protect current client connection from eviction.',
]

const CLIENT: readonly CommandSpec[] = [
  spec('client|id', 2, PLAIN, null, CONNECTION, '5.0.0', 'Number of this connection.', (_st, s) => s.clientId),
  spec('client|getname', 2, PLAIN, null, CONNECTION, '2.6.9', 'Name of this connection.', (_st, s) => (s.name === '' ? null : s.name)),
  spec('client|setname', 3, PLAIN, null, CONNECTION, '2.6.9', 'Names this connection.', setName),
  spec('client|list', -2, ADMIN, null, CONNECTION, '2.4.0', 'All client connections of this node.', clientList),
  spec('client|info', 2, PLAIN, null, CONNECTION, '6.2.0', 'This connection’s line of CLIENT LIST.', (st, s) => `${clientLine(st, s)}\n`),
  spec('client|reply', 3, PLAIN, null, CONNECTION, '3.2.0', 'Switches replies to this connection on or off.', reply),
  spec('client|no-evict', 3, ADMIN, null, CONNECTION, '7.0.0', 'Keeps this connection when memory for clients runs out.', noEvict),
  spec('client|help', 2, 'loading stale', null, CONNECTION, '5.0.0', 'The subcommands of CLIENT.', () => helpOf('CLIENT', HELP)),
  spec('client|tracking', -3, PLAIN, null, CONNECTION, '6.0.0', 'Has the server tell which cached keys changed.', clientTracking),
  spec('client|caching', 3, PLAIN, null, CONNECTION, '6.0.0', 'Whether the next command’s keys are tracked.', clientCaching),
  spec('client|getredir', 2, PLAIN, null, CONNECTION, '6.0.0', 'Where this connection’s invalidations go.', clientGetRedir),
  spec('client|trackinginfo', 2, PLAIN, null, CONNECTION, '6.2.0', 'How tracking stands for this connection.', clientTrackingInfo),
  spec('client|kill', -3, ADMIN, null, CONNECTION, '2.4.0', 'Closes connections: by address, TYPE, ID or USER.', clientKill),
  spec('client|pause', -3, ADMIN, null, CONNECTION, '2.9.50', 'Makes clients wait, all or those that write.', clientPause),
  spec('client|unpause', 2, ADMIN, null, CONNECTION, '6.2.0', 'Ends CLIENT PAUSE.', (st, _s, _a, ctx) => {
    unpauseClients(st, ctx)
    return OK
  }),
  spec('client|unblock', -3, ADMIN, null, CONNECTION, '5.0.0', 'Ends another connection’s waiting.', clientUnblock),
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
  spec('monitor', 1, ADMIN, null, 'server', '1.0.0', 'Shows every command as it runs.', monitor),
  container('client', CONNECTION, '2.4.0', 'About client connections.', CLIENT),
]
