import type { Context } from '../../core/process.ts'
import { SEC } from '../../core/time.ts'
import { addressOf, processNear } from '../address.ts'
import { unixMs } from '../clock.ts'
import { configGet, configSet, directive } from '../config.ts'
import { DATABASES, swap } from '../databases.ts'
import { flushKeys, newKeyspace } from '../keyspace.ts'
import { parseSmall } from '../numbers.ts'
import { propagate, startReplicating, stopReplicating } from '../replication.ts'
import { OK, err, type Reply } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'
import { allKeysChanged, touchAll } from '../watch.ts'
import { NO_REPLY, NOT_INTEGER, SYNTAX, container, helpOf, spec, type CommandSpec, type Handler } from './spec.ts'

// ------------------------------------------------------------------ the data as a whole

/** FLUSHALL and FLUSHDB [ASYNC|SYNC]. */
const flush =
  (all: boolean): Handler =>
  (state, _s, argv, ctx) => {
    if (argv.length > 2 || (argv.length === 2 && !/^(a?sync)$/i.test(argv[1]))) return SYNTAX
    allKeysChanged(state)
    flushKeys(state)
    if (all) for (const db of state.parked.keys()) state.parked.set(db, newKeyspace())
    propagate(state, [argv[0]], ctx)
    return OK
  }

const swapDb: Handler = (state, session, argv) => {
  if (state.cluster !== null) return err('ERR SWAPDB is not allowed in cluster mode')
  const a = parseSmall(argv[1])
  if (a === null) return err('ERR invalid first DB index')
  const b = parseSmall(argv[2])
  if (b === null) return err('ERR invalid second DB index')
  if (a < 0 || b < 0 || a >= DATABASES || b >= DATABASES) return err('ERR DB index is out of range')
  if (a === b) return OK
  // whoever watches a key that stands in either of them
  touchAll(state)
  swap(state, a, b, session.db)
  touchAll(state)
  return OK
}

// ------------------------------------------------------------------ INFO and ROLE

const yes = (on: boolean): string => (on ? '1' : '0')

const SECTIONS: Record<string, (state: NodeState, ctx: Context) => string[]> = {
  server: (state, ctx) => [
    '# Server',
    'redis_version:7.0.15',
    `redis_mode:${state.cluster === null ? 'standalone' : 'cluster'}`,
    `tcp_port:${state.port}`,
    `server_time_usec:${unixMs(ctx.now) * 1000}`,
    `uptime_in_seconds:${Math.floor((ctx.now - state.bootedAt) / SEC)}`,
    `uptime_in_days:${Math.floor((ctx.now - state.bootedAt) / SEC / 86400)}`,
    'hz:10',
  ],
  clients: (state) => {
    const sessions = [...state.sessions.values()]
    return [
      '# Clients',
      `connected_clients:${sessions.length}`,
      'maxclients:10000',
      `blocked_clients:${sessions.filter((s) => s.blocked !== null).length}`,
    ]
  },
  memory: (state) => ['# Memory', `maxmemory:${directive(state, 'maxmemory')}`, `maxmemory_policy:${directive(state, 'maxmemory-policy')}`],
  persistence: () => ['# Persistence', 'loading:0', 'async_loading:0', 'rdb_bgsave_in_progress:0', 'aof_enabled:0'],
  stats: (state) => [
    '# Stats',
    `total_connections_received:${state.stats.connections}`,
    `total_commands_processed:${state.stats.commands}`,
    `instantaneous_ops_per_sec:${state.stats.opsLast}`,
    `expired_keys:${state.stats.expired}`,
    'evicted_keys:0',
    `keyspace_hits:${state.stats.hits}`,
    `keyspace_misses:${state.stats.misses}`,
    `pubsub_channels:${state.pubsub.channels.size}`,
    `pubsub_patterns:${state.pubsub.patterns.size}`,
    `pubsubshard_channels:${state.pubsub.shards.size}`,
  ],
  replication: (state, ctx) => ['# Replication', ...replicationLines(state, ctx)],
  cluster: (state) => ['# Cluster', `cluster_enabled:${yes(state.cluster !== null)}`],
  keyspace: (state) => {
    const rows: string[] = ['# Keyspace']
    const all = new Map(state.parked)
    if (!all.has(0)) all.set(0, state.keys)
    for (const [db, keys] of [...all].sort((x, y) => x[0] - y[0]))
      if (keys.size > 0) rows.push(`db${db}:keys=${keys.size},expires=${keys.volatile},avg_ttl=0`)
    return rows
  },
}

const primaryAddress = (state: NodeState, ctx: Context): [string, number] => {
  const peer = state.cluster?.peers.find((p) => !p.gone && p.process === state.repl.primary)
  return peer === undefined ? addressOf(state.repl.primary!, ctx.settings.addresses) : [peer.ip, peer.port]
}

const replicaAddress = (state: NodeState, process: string, ctx: Context): [string, number] => {
  const peer = state.cluster?.peers.find((p) => !p.gone && p.process === process)
  return peer === undefined ? addressOf(process, ctx.settings.addresses) : [peer.ip, peer.port]
}

const STATES = { handshake: 'wait_bgsave', waiting: 'wait_bgsave', syncing: 'send_bulk', online: 'online' } as const

const replicationLines = (state: NodeState, ctx: Context): string[] => {
  const r = state.repl
  const rows = [`role:${r.role === 'primary' ? 'master' : 'slave'}`]
  if (r.role === 'replica' && r.primary !== null) {
    const [host, port] = primaryAddress(state, ctx)
    const up = r.linkState === 'connected'
    rows.push(
      `master_host:${host}`,
      `master_port:${port}`,
      `master_link_status:${up ? 'up' : 'down'}`,
      `master_last_io_seconds_ago:${up ? Math.floor((ctx.now - r.lastIo) / SEC) : -1}`,
      `master_sync_in_progress:${yes(r.linkState === 'syncing')}`,
      `slave_read_repl_offset:${r.offset}`,
      `slave_repl_offset:${r.offset}`,
    )
    if (!up) rows.push(`master_link_down_since_seconds:${r.linkDownSince < 0 ? -1 : Math.floor((ctx.now - r.linkDownSince) / SEC)}`)
    rows.push(
      `slave_priority:${directive(state, 'replica-priority')}`,
      `slave_read_only:${yes(directive(state, 'replica-read-only') === 'yes')}`,
      'replica_announced:1',
    )
  }
  rows.push(`connected_slaves:${r.replicas.size}`)
  let i = 0
  for (const link of r.replicas.values()) {
    const [ip, port] = replicaAddress(state, link.process, ctx)
    rows.push(
      `slave${i++}:ip=${ip},port=${port},state=${STATES[link.state]},offset=${link.ack},lag=${Math.floor(ctx.now / SEC) - Math.floor(link.ackAt / SEC)}`,
    )
  }
  const b = r.backlog
  rows.push(
    'master_failover_state:no-failover',
    `master_replid:${r.replid}`,
    `master_replid2:${r.replid2}`,
    `master_repl_offset:${r.offset}`,
    `second_repl_offset:${r.secondOffset}`,
    `repl_backlog_active:${yes(b !== null)}`,
    `repl_backlog_size:${directive(state, 'repl-backlog-size')}`,
    `repl_backlog_first_byte_offset:${b === null ? 0 : b.from}`,
    `repl_backlog_histlen:${b === null ? 0 : r.offset - b.from + 1}`,
  )
  return rows
}

const info: Handler = (state, session, argv, ctx) => {
  const wanted = argv.slice(1).map((a) => a.toLowerCase())
  const all = wanted.length === 0 || wanted.some((w) => w === 'all' || w === 'default' || w === 'everything')
  const parts: string[] = []
  for (const [name, lines] of Object.entries(SECTIONS))
    if (all || wanted.includes(name)) parts.push(lines(state, ctx).join('\r\n') + '\r\n')
  return textReply(session, parts.join('\r\n'))
}

/** A report: verbatim in RESP3. */
export const textReply = (session: Session, text: string): Reply => (session.resp === 3 ? { verbatim: text } : text)

const LINK = { none: 'connect', connecting: 'connecting', syncing: 'sync', connected: 'connected' } as const

const role: Handler = (state, _s, _argv, ctx) => {
  const r = state.repl
  if (r.role === 'replica' && r.primary !== null) {
    const [host, port] = primaryAddress(state, ctx)
    return ['slave', host, port, LINK[r.linkState], r.linkState === 'connected' ? r.offset : -1]
  }
  const replicas: Reply[] = []
  for (const link of r.replicas.values())
    if (link.state === 'online') {
      const [ip, port] = replicaAddress(state, link.process, ctx)
      replicas.push([ip, String(port), String(link.ack)])
    }
  return ['master', r.offset, replicas]
}

// ------------------------------------------------------------------ replication by hand

const replicaOf: Handler = (state, _s, argv, ctx) => {
  if (state.cluster !== null) return err('ERR REPLICAOF not allowed in cluster mode.')
  if (/^no$/i.test(argv[1]) && /^one$/i.test(argv[2])) {
    if (state.repl.role === 'replica') stopReplicating(state, ctx)
    return OK
  }
  const port = parseSmall(argv[2])
  if (port === null || port < 0 || port > 65535) return err('ERR Invalid master port')
  const primary = processNear(argv[1], port, ctx.settings.addresses) ?? `${argv[1]}:${port}`
  if (state.repl.role === 'replica' && state.repl.primary === primary) return { simple: 'OK Already connected to specified master' }
  startReplicating(state, primary, ctx)
  return OK
}

const failover: Handler = (state, _s, argv) => {
  if (state.cluster !== null) return err('ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.')
  if (
    argv.slice(1).some((a, i) => !/^(to|force|abort|timeout)$/i.test(a) && i === 0) ||
    (argv.length === 2 && /^(to|timeout)$/i.test(argv[1]))
  )
    return SYNTAX
  if (argv.length === 2 && argv[1].toLowerCase() === 'abort') return err('ERR No failover in progress.')
  if (state.repl.role === 'replica') return err('ERR FAILOVER is not valid when server is a replica.')
  if (state.repl.replicas.size === 0) return err('ERR FAILOVER requires connected replicas.')
  return err("ERR 'failover' is not simulated")
}

// ------------------------------------------------------------------ the rest

const time: Handler = (_state, _s, _argv, ctx) => {
  const ms = unixMs(ctx.now)
  return [String(Math.floor(ms / 1000)), String((ms % 1000) * 1000 + (ctx.now % 1000))]
}

const shutdown: Handler = (_state, _s, argv, ctx) => {
  const options = new Set(argv.slice(1).map((a) => a.toLowerCase()))
  for (const o of options) if (!/^((no)?save|now|force|abort)$/.test(o)) return SYNTAX
  if ((options.has('save') && options.has('nosave')) || (options.has('abort') && options.size > 1)) return SYNTAX
  if (options.has('abort')) return err('ERR No shutdown in progress.')
  ctx.exit()
  return NO_REPLY
}

const lolwut: Handler = (_state, session, argv) => {
  if (argv.length > 2 && argv[1].toLowerCase() === 'version' && parseSmall(argv[2]) === null) return NOT_INTEGER
  return textReply(session, 'Redis ver. 7.0.15\n')
}

const ADMIN = 'admin noscript loading stale'

export const SERVER: readonly CommandSpec[] = [
  spec('dbsize', 1, 'readonly fast', null, 'server', '1.0.0', 'Number of keys on this node.', (st) => st.keys.size),
  spec('flushall', -1, 'write', null, 'server', '1.0.0', 'Deletes every key.', flush(true)),
  spec('flushdb', -1, 'write', null, 'server', '1.0.0', 'Deletes every key of the database.', flush(false)),
  spec('swapdb', 3, 'write fast', null, 'server', '4.0.0', 'Exchanges two databases.', swapDb),
  spec('info', -1, 'loading stale', null, 'server', '1.0.0', 'Facts about this node.', info),
  spec('role', 1, 'noscript loading stale fast', null, 'server', '2.8.12', 'Primary or replica, and of whom.', role),
  spec('time', 1, 'loading stale fast', null, 'server', '2.6.0', 'The wall clock, in seconds and microseconds.', time),
  spec('replicaof', 3, 'admin noscript stale', null, 'server', '5.0.0', 'Follows another server, outside cluster mode.', replicaOf),
  spec('slaveof', 3, 'admin noscript stale', null, 'server', '1.0.0', 'REPLICAOF under its old name.', replicaOf),
  spec('failover', -1, 'admin noscript stale', null, 'server', '6.2.0', 'Hands over to a replica, outside cluster mode.', failover),
  spec('shutdown', -1, `${ADMIN} noMulti`, null, 'server', '1.0.0', 'Ends the process.', shutdown),
  spec('lolwut', -1, 'readonly fast', null, 'server', '5.0.0', 'The version, with less art than Redis.', lolwut),
  container('config', 'server', '2.0.0', 'Reads or sets directives.', [
    spec('config|get', -3, ADMIN, null, 'server', '2.0.0', 'Directives that match patterns.', configGet),
    spec('config|set', -4, ADMIN, null, 'server', '2.0.0', 'Sets directives.', configSet),
    spec('config|resetstat', 2, ADMIN, null, 'server', '2.0.0', 'Starts the statistics anew.', (st) => {
      Object.assign(st.stats, { commands: 0, hits: 0, misses: 0, expired: 0, connections: 0 })
      return OK
    }),
    spec('config|rewrite', 2, ADMIN, null, 'server', '2.8.0', 'Keeps the directives beyond a restart.', () => OK),
    spec('config|help', 2, 'loading stale', null, 'server', '5.0.0', 'The subcommands of CONFIG.', () =>
      helpOf('CONFIG', [
        'GET <pattern>',
        '    Return parameters matching the glob-like <pattern> and their values.',
        'SET <directive> <value>',
        '    Set the configuration <directive> to <value>.',
        'RESETSTAT',
        '    Reset statistics reported by the INFO command.',
        'REWRITE',
        '    Rewrite the configuration file.',
      ]),
    ),
  ]),
]
