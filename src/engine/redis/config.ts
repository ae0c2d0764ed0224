import { SYNTAX, mapReply, type Handler } from './commands/spec.ts'
import { DEFAULTS } from './directives.data.ts'
import { globMatches } from './glob.ts'
import { parseSmall } from './numbers.ts'
import { OK, err, type Reply } from './reply.ts'
import type { NodeState } from './state.ts'

/** Directives the simulation reads, with Redis 7.0.15's defaults. */
export const DIRECTIVES: Readonly<Record<string, string>> = {
  'cluster-node-timeout': '15000',
  'cluster-require-full-coverage': 'yes',
  'cluster-allow-reads-when-down': 'no',
  'cluster-allow-pubsubshard-when-down': 'yes',
  'cluster-replica-validity-factor': '10',
  'cluster-replica-no-failover': 'no',
  'cluster-migration-barrier': '1',
  'cluster-allow-replica-migration': 'yes',
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': '5',
  'repl-ping-replica-period': '10',
  'repl-timeout': '60',
  'repl-backlog-size': '1048576',
  'replica-serve-stale-data': 'yes',
  'replica-read-only': 'yes',
  'min-replicas-to-write': '0',
  'min-replicas-max-lag': '10',
}

/** Old names stand for the new ones. */
const ALIASES: Readonly<Record<string, string>> = {
  'cluster-slave-no-failover': 'cluster-replica-no-failover',
  'cluster-slave-validity-factor': 'cluster-replica-validity-factor',
  'hash-max-ziplist-entries': 'hash-max-listpack-entries',
  'hash-max-ziplist-value': 'hash-max-listpack-value',
  'list-max-ziplist-size': 'list-max-listpack-size',
  'lua-time-limit': 'busy-reply-threshold',
  'min-slaves-max-lag': 'min-replicas-max-lag',
  'min-slaves-to-write': 'min-replicas-to-write',
  'repl-ping-slave-period': 'repl-ping-replica-period',
  'slave-announce-ip': 'replica-announce-ip',
  'slave-announce-port': 'replica-announce-port',
  'slave-ignore-maxmemory': 'replica-ignore-maxmemory',
  'slave-lazy-flush': 'replica-lazy-flush',
  'slave-priority': 'replica-priority',
  'slave-read-only': 'replica-read-only',
  'slave-serve-stale-data': 'replica-serve-stale-data',
  'zset-max-ziplist-entries': 'zset-max-listpack-entries',
  'zset-max-ziplist-value': 'zset-max-listpack-value',
}

const MEMORY = new Set([
  'maxmemory',
  'repl-backlog-size',
  'client-query-buffer-limit',
  'proto-max-bulk-len',
  'cluster-link-sendbuf-limit',
  'auto-aof-rewrite-min-size',
])
const FIXED = new Set([
  'cluster-enabled',
  'cluster-config-file',
  'databases',
  'daemonize',
  'supervised',
  'pidfile',
  'logfile',
  'unixsocket',
  'io-threads',
  'tcp-backlog',
  'appendfilename',
  'appenddirname',
  'aclfile',
  'syslog-enabled',
  'syslog-ident',
  'always-show-logo',
  'cluster-port',
])
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'maxmemory-policy': [
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'noeviction',
  ],
  appendfsync: ['everysec', 'always', 'no'],
  loglevel: ['debug', 'verbose', 'notice', 'warning'],
  'repl-diskless-load': ['disabled', 'on-empty-db', 'swapdb'],
}

/** A directive's value now. */
export const directive = (state: NodeState, name: string): string => {
  const known = ALIASES[name] ?? name
  if (known === 'port') return String(state.port)
  if (known === 'cluster-port') return String(state.cport)
  if (known === 'cluster-enabled') return state.cluster === null ? 'no' : 'yes'
  return state.config.get(known) ?? DIRECTIVES[known] ?? DEFAULTS[known]
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1_000_000,
  mb: 1_048_576,
  g: 1_000_000_000,
  gb: 1_073_741_824,
}

/** The value as it is kept, or why it is none. */
const accept = (name: string, value: string): { value: string } | { why: string } => {
  if (FIXED.has(name)) return { why: "can't set immutable config" }
  const choices = CHOICES[name]
  if (choices !== undefined)
    return choices.includes(value.toLowerCase())
      ? { value: value.toLowerCase() }
      : { why: `argument(s) must be one of the following: ${choices.join(', ')}` }
  if (MEMORY.has(name)) {
    const m = /^(\d+)([a-z]{0,2})$/i.exec(value)
    const unit = m === null ? undefined : UNITS[m[2].toLowerCase()]
    return unit === undefined ? { why: 'argument must be a memory value' } : { value: String(Number(m![1]) * unit) }
  }
  const before = DEFAULTS[name]
  if (before === 'yes' || before === 'no')
    return /^(yes|no)$/i.test(value) ? { value: value.toLowerCase() } : { why: "argument must be 'yes' or 'no'" }
  if (/^-?\d+$/.test(before)) {
    const n = parseSmall(value)
    if (n === null) return { why: "argument couldn't be parsed into an integer" }
    return n < 0 && !before.startsWith('-') ? { why: 'argument must be between 0 and 2147483647 inclusive' } : { value }
  }
  return { value }
}

export const configGet: Handler = (state, session, argv) => {
  const found: [Reply, Reply][] = []
  const patterns = argv.slice(2).map((p) => p.toLowerCase())
  for (const name of Object.keys(DEFAULTS)) if (patterns.some((p) => globMatches(p, name))) found.push([name, directive(state, name)])
  return mapReply(session, found)
}

/** All of them or none. */
export const configSet: Handler = (state, _s, argv) => {
  if (argv.length % 2 === 1) return SYNTAX
  const changes: [string, string][] = []
  for (let i = 2; i < argv.length; i += 2) {
    const name = argv[i].toLowerCase()
    if (!(name in DEFAULTS)) return err(`ERR Unknown option or number of arguments for CONFIG SET - '${argv[i]}'`)
    const known = ALIASES[name] ?? name
    if (changes.some(([n]) => n === known))
      return err(`ERR CONFIG SET failed (possibly related to argument '${argv[i]}') - duplicate parameter`)
    changes.push([known, argv[i + 1]])
  }
  for (let i = 0; i < changes.length; i++) {
    const result = accept(changes[i][0], changes[i][1])
    if ('why' in result) return err(`ERR CONFIG SET failed (possibly related to argument '${argv[2 + 2 * i]}') - ${result.why}`)
    changes[i][1] = result.value
  }
  for (const [name, value] of changes) state.config.set(name, value)
  return OK
}
