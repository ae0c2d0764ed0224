import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { SEC } from '../core/time.ts'
import { OK, err, type Reply } from '../redis/reply.ts'
import { sentinelCommand } from './commands.ts'
import { tell } from './events.ts'
import { helloCame } from './hello.ts'
import { HELLO_CHANNEL, type Primary, type SentinelSession, type SentinelState } from './state.ts'

/** A Sentinel as a server: it speaks RESP, knows few commands, and its events are channels. */

export const newSession = (state: SentinelState, conn: ConnId, peer: ProcessId): SentinelSession => ({
  conn,
  clientId: state.nextClientId++,
  peer,
  name: '',
  resp: 2,
  channels: new Set(),
  patterns: new Set(),
})

const NO_REPLY: Reply = Object.freeze({ none: true as const })

export const serve = (state: SentinelState, session: SentinelSession, argv: readonly string[], ctx: Context): void => {
  state.commands++
  const reply = execute(state, session, argv, ctx)
  if (typeof reply === 'object' && reply !== null && 'none' in reply) return
  ctx.send(session.conn, { type: 'reply', reply, size: 64 } as never)
}

/** Words a command takes with its own name; negative: at least so many. */
const ARITY: Record<string, number> = {
  ping: -1,
  info: -1,
  role: 1,
  hello: -1,
  publish: 3,
  subscribe: -2,
  psubscribe: -2,
  unsubscribe: -1,
  punsubscribe: -1,
  client: -2,
  auth: -2,
  sentinel: -2,
}

const unknown = (argv: readonly string[]): Reply => {
  let args = ''
  for (let i = 1; i < argv.length && args.length < 128; i++) args += `'${argv[i].slice(0, 128 - args.length)}' `
  return err(`ERR unknown command '${argv[0].slice(0, 128)}', with args beginning with: ${args}`)
}

const execute = (state: SentinelState, session: SentinelSession, argv: readonly string[], ctx: Context): Reply => {
  const name = argv[0].toLowerCase()
  const arity = ARITY[name]
  if (arity === undefined) return unknown(argv)
  if (arity > 0 ? argv.length !== arity : argv.length < -arity) return err(`ERR wrong number of arguments for '${name}' command`)
  const listens = session.channels.size + session.patterns.size > 0
  if (listens && session.resp === 2 && !/^(p?(un)?subscribe|ping)$/.test(name))
    return err(`ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`)
  switch (name) {
    case 'ping':
      return listens && session.resp === 2 ? ['pong', argv[1] ?? ''] : argv.length > 1 ? argv[1] : { simple: 'PONG' }
    case 'info':
      return info(state, argv.slice(1), ctx)
    case 'role':
      return ['sentinel', [...state.primaries.keys()]]
    case 'hello':
      return hello(session, argv)
    case 'auth':
      return err(
        'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      )
    case 'publish':
      if (argv[1] !== HELLO_CHANNEL) return err('ERR Only HELLO messages are accepted by Sentinel instances.')
      helloCame(state, argv[2], ctx)
      return 1
    case 'subscribe':
    case 'psubscribe':
      return subscribe(session, name, argv.slice(1), ctx)
    case 'unsubscribe':
    case 'punsubscribe':
      return unsubscribe(session, name, argv.slice(1), ctx)
    case 'client':
      return client(session, argv)
    default:
      return sentinelCommand(state, argv, ctx)
  }
}

const listenTo = (session: SentinelSession, name: string): Set<string> => (name.startsWith('p') ? session.patterns : session.channels)

const subscribe = (session: SentinelSession, name: string, channels: readonly string[], ctx: Context): Reply => {
  for (const channel of channels) {
    listenTo(session, name).add(channel)
    tell(session, [name, channel, session.channels.size + session.patterns.size], ctx)
  }
  return NO_REPLY
}

const unsubscribe = (session: SentinelSession, name: string, channels: readonly string[], ctx: Context): Reply => {
  const mine = listenTo(session, name.replace('un', ''))
  const leaving = channels.length > 0 ? channels : [...mine]
  for (const channel of leaving) {
    mine.delete(channel)
    tell(session, [name, channel, session.channels.size + session.patterns.size], ctx)
  }
  if (leaving.length === 0) tell(session, [name, null, session.channels.size + session.patterns.size], ctx)
  return NO_REPLY
}

const hello = (session: SentinelSession, argv: readonly string[]): Reply => {
  if (argv.length > 1) {
    if (argv[1] !== '2' && argv[1] !== '3') return err('NOPROTO unsupported protocol version')
    session.resp = argv[1] === '3' ? 3 : 2
  }
  const rows: [Reply, Reply][] = [
    ['server', 'redis'],
    ['version', '7.0.15'],
    ['proto', session.resp],
    ['id', session.clientId],
    ['mode', 'sentinel'],
    ['modules', []],
  ]
  return session.resp === 3 ? { map: rows } : rows.flat()
}

const client = (session: SentinelSession, argv: readonly string[]): Reply => {
  switch (argv[1].toLowerCase()) {
    case 'id':
      return session.clientId
    case 'getname':
      return session.name === '' ? null : session.name
    case 'setname':
      session.name = argv[2] ?? ''
      return OK
    default:
      return err(`ERR unknown subcommand '${argv[1]}'. Try CLIENT HELP.`)
  }
}

// ------------------------------------------------------------------ INFO

const statusOf = (p: Primary): string => (p.odown ? 'odown' : p.sdown ? 'sdown' : 'ok')

const SECTIONS: Record<string, (state: SentinelState, ctx: Context) => string[]> = {
  server: (state, ctx) => [
    '# Server',
    'redis_version:7.0.15',
    'redis_mode:sentinel',
    `tcp_port:${state.port}`,
    `uptime_in_seconds:${Math.floor((ctx.now - state.bootedAt) / SEC)}`,
  ],
  clients: (state) => ['# Clients', `connected_clients:${state.sessions.size}`],
  stats: (state) => ['# Stats', `total_commands_processed:${state.commands}`],
  sentinel: (state, ctx) => [
    '# Sentinel',
    `sentinel_masters:${state.primaries.size}`,
    `sentinel_tilt:${state.tilt ? 1 : 0}`,
    `sentinel_tilt_since_seconds:${state.tilt ? Math.floor((ctx.now - state.tiltSince) / SEC) : -1}`,
    'sentinel_running_scripts:0',
    'sentinel_scripts_queue_length:0',
    'sentinel_simulate_failure_flags:0',
    ...[...state.primaries.values()].map(
      (p, i) =>
        `master${i}:name=${p.name},status=${statusOf(p)},address=${p.ip}:${p.port},slaves=${p.replicas.size},sentinels=${p.sentinels.size + 1}`,
    ),
  ],
}

const info = (state: SentinelState, wanted: readonly string[], ctx: Context): Reply => {
  const names = wanted.map((w) => w.toLowerCase())
  const all = names.length === 0 || names.some((w) => w === 'all' || w === 'default' || w === 'everything')
  const parts: string[] = []
  for (const name of Object.keys(SECTIONS)) if (all || names.includes(name)) parts.push(SECTIONS[name](state, ctx).join('\r\n') + '\r\n')
  return parts.join('\r\n')
}
