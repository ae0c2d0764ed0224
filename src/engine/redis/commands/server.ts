import type { Context } from '../../core/process.ts'
import { SEC } from '../../core/time.ts'
import { unixMs } from '../clock.ts'
import { newCommandStats, percentileOf, toldOf } from '../command-stats.ts'
import { configGet, configSet, directive } from '../config.ts'
import { DATABASES, swap } from '../databases.ts'
import { flushKeys, newKeyspace } from '../keyspace.ts'
import { parseInt32, parseSmall } from '../numbers.ts'
import { persistenceLines } from '../persistence.ts'
import { propagate } from '../replication.ts'
import { OK, err } from '../reply.ts'
import type { NodeState } from '../state.ts'
import { allKeysChanged, touchDatabase } from '../watch.ts'
import { memoryLines } from './memory.ts'
import { replicationLines } from './replication.ts'
import { busyReply } from '../scripting/busy.ts'
import { NO_REPLY, NOT_INTEGER, SYNTAX, container, everySpec, helpOf, spec, textReply, type CommandSpec, type Handler } from './spec.ts'

// ------------------------------------------------------------------ the data as a whole

/** FLUSHALL and FLUSHDB [ASYNC|SYNC]. */
const flush =
  (all: boolean): Handler =>
  (state, _s, argv, ctx) => {
    if (argv.length > 2 || (argv.length === 2 && !/^(a?sync)$/i.test(argv[1]))) return SYNTAX
    allKeysChanged(state, all)
    flushKeys(state)
    if (all) for (const db of state.parked.keys()) state.parked.set(db, newKeyspace())
    propagate(state, argv, ctx)
    return OK
  }

const swapDb: Handler = (state, session, argv, ctx) => {
  if (state.cluster !== null) return err('ERR SWAPDB is not allowed in cluster mode')
  const a = parseInt32(argv[1])
  if (typeof a !== 'number') return err('ERR invalid first DB index')
  const b = parseInt32(argv[2])
  if (typeof b !== 'number') return err('ERR invalid second DB index')
  if (a < 0 || b < 0 || a >= DATABASES || b >= DATABASES) return err('ERR DB index is out of range')
  if (a === b) {
    propagate(state, argv, ctx)
    return OK
  }
  // whoever watches a key that stands in either of them
  const touch = (): void => [a, b].forEach((db) => touchDatabase(state, db))
  touch()
  swap(state, a, b, session.db)
  touch()
  propagate(state, argv, ctx)
  return OK
}

// ------------------------------------------------------------------ INFO and ROLE

const yes = (on: boolean): string => (on ? '1' : '0')

const SECTIONS: Record<string, (state: NodeState, ctx: Context) => string[]> = {
  server: (state, ctx) => [
    '# Server',
    'redis_version:7.0.15',
    `redis_mode:${state.cluster === null ? 'standalone' : 'cluster'}`,
    `run_id:${state.runid}`,
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
  memory: (state) => ['# Memory', ...memoryLines(state)],
  persistence: (state, ctx) => ['# Persistence', ...persistenceLines(state, ctx.now)],
  stats: (state) => [
    '# Stats',
    `total_connections_received:${state.stats.connections}`,
    `total_commands_processed:${state.stats.commands}`,
    `instantaneous_ops_per_sec:${state.stats.opsLast}`,
    `expired_keys:${state.stats.expired}`,
    `sync_full:${state.repl.syncs.full}`,
    `sync_partial_ok:${state.repl.syncs.partial}`,
    `sync_partial_err:${state.repl.syncs.refused}`,
    `evicted_keys:${state.stats.evicted}`,
    `evicted_clients:${state.stats.evictedClients}`,
    `keyspace_hits:${state.stats.hits}`,
    `keyspace_misses:${state.stats.misses}`,
    `pubsub_channels:${state.pubsub.channels.size}`,
    `pubsub_patterns:${state.pubsub.patterns.size}`,
    `pubsubshard_channels:${state.pubsub.shards.size}`,
  ],
  replication: (state, ctx) => ['# Replication', ...replicationLines(state, ctx)],
  modules: () => ['# Modules'],
  commandstats: (state, ctx) => [
    '# Commandstats',
    ...everySpec().flatMap((command) => {
      const { calls, usec, rejected, failed } = toldOf(state, command, ctx)
      if (calls + rejected + failed === 0) return []
      const each = (usec / Math.max(1, calls)).toFixed(2)
      return `cmdstat_${command.name}:calls=${calls},usec=${usec},usec_per_call=${each},rejected_calls=${rejected},failed_calls=${failed}`
    }),
  ],
  errorstats: (state) => [
    '# Errorstats',
    ...[...state.calls.errors].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([word, count]) => `errorstat_${word}:count=${count}`),
  ],
  latencystats: (state, ctx) => {
    if (directive(state, 'latency-tracking') === 'no') return ['# Latencystats']
    const percents = directive(state, 'latency-tracking-info-percentiles').split(' ').filter(Boolean)
    const rows = everySpec().flatMap((command) => {
      const told = toldOf(state, command, ctx)
      if (told.measured === 0) return []
      return `latency_percentiles_usec_${command.name}:${percents.map((p) => `p${p}=${percentileOf(told, Number(p)).toFixed(3)}`).join(',')}`
    })
    return ['# Latencystats', ...rows]
  },
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

/** What INFO tells only when it is asked. */
const ASKED_FOR = new Set(['commandstats', 'latencystats'])

const info: Handler = (state, session, argv, ctx) => {
  const wanted = argv.slice(1).map((a) => a.toLowerCase())
  const isSaid = (...words: string[]): boolean => words.some((word) => wanted.includes(word))
  const usual = wanted.length === 0 || isSaid('default')
  const parts: string[] = []
  for (const [name, lines] of Object.entries(SECTIONS))
    if (isSaid(name, 'everything') || (isSaid('all') && name !== 'modules') || (usual && !ASKED_FOR.has(name)))
      parts.push(lines(state, ctx).join('\r\n') + '\r\n')
  return textReply(session, parts.join('\r\n'))
}

// ------------------------------------------------------------------ the rest

const time: Handler = (_state, _s, _argv, ctx) => {
  const ms = unixMs(ctx.now)
  return [String(Math.floor(ms / 1000)), String((ms % 1000) * 1000 + (ctx.now % 1000))]
}

const shutdown: Handler = (state, _s, argv, ctx) => {
  const options = new Set(argv.slice(1).map((a) => a.toLowerCase()))
  for (const o of options) if (!/^((no)?save|now|force|abort)$/.test(o)) return SYNTAX
  if ((options.has('save') && options.has('nosave')) || (options.has('abort') && options.size > 1)) return SYNTAX
  if (options.has('abort')) return err('ERR No shutdown in progress.')
  if (state.script !== null && !options.has('nosave')) return busyReply(state.script)
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
  spec('time', 1, 'loading stale fast', null, 'server', '2.6.0', 'The wall clock, in seconds and microseconds.', time),
  spec('shutdown', -1, `${ADMIN} noMulti`, null, 'server', '1.0.0', 'Ends the process.', shutdown),
  spec('lolwut', -1, 'readonly fast', null, 'server', '5.0.0', 'The version, with less art than Redis.', lolwut),
  container('config', 'server', '2.0.0', 'Reads or sets directives.', [
    spec('config|get', -3, ADMIN, null, 'server', '2.0.0', 'Directives that match patterns.', configGet),
    spec('config|set', -4, ADMIN, null, 'server', '2.0.0', 'Sets directives.', configSet),
    spec('config|resetstat', 2, ADMIN, null, 'server', '2.0.0', 'Starts the statistics anew.', (st) => {
      Object.assign(st.stats, { commands: 0, hits: 0, misses: 0, expired: 0, evicted: 0, refusedForMemory: 0, connections: 0 })
      st.calls = newCommandStats()
      st.repl.syncs = { full: 0, partial: 0, refused: 0 }
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
