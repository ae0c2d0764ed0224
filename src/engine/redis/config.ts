import { requirePassChanged } from './acl-rules.ts'
import { setUserLine } from './commands/acl.ts'
import { SYNTAX, mapReply, type Handler } from './commands/spec.ts'
import type { Context } from '../core/process.ts'
import { hastenCron } from './cron.ts'
import { memoryBytes, memoryValue } from './config-values.ts'
import { CHOICES, FIXED, MEMORY, NUMBERS, PROTECTED } from './directive-rules.data.ts'
import { DEFAULTS } from './directives.data.ts'
import { memoryDirectivesChanged } from './eviction.ts'
import { globMatches } from './glob.ts'
import { parseInt64, parseSmall } from './numbers.ts'
import { watchFiles } from './persistence.ts'
import { OK, errAbout, type Reply } from './reply.ts'
import { readSlowDirectives } from './slowlog.ts'
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
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  'maxmemory-samples': '5',
  'maxmemory-eviction-tenacity': '10',
  'lfu-log-factor': '10',
  'lfu-decay-time': '1',
  'replica-ignore-maxmemory': 'yes',
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

const range = (rows: typeof NUMBERS): ReadonlyMap<string, readonly [least: bigint, most: bigint]> =>
  new Map(rows.flatMap(([names, least, most]) => names.map((name) => [name, [least, most]] as const)))
const NUMBER_RANGE = range(NUMBERS)
const MEMORY_RANGE = range(MEMORY)

/** A directive's value now. */
export const directive = (state: NodeState, name: string): string => {
  const known = ALIASES[name] ?? name
  if (known === 'port') return String(state.port)
  if (known === 'cluster-port') return String(state.cport)
  if (known === 'cluster-enabled') return state.cluster === null ? 'no' : 'yes'
  return state.config.get(known) ?? DIRECTIVES[known] ?? DEFAULTS[known]
}

type Accepted = { value: string } | { why: string }

const CLIENT_CLASSES = ['normal', 'slave', 'pubsub']

/** `class hard soft seconds`, one class or several; the others stay as they were. */
const acceptBufferLimit = (value: string, before: string): Accepted => {
  if (value === '') return { value: before }
  const words = value.toLowerCase().split(/\s+/)
  if (words.length % 4 !== 0) return { why: 'Wrong number of arguments in buffer limit configuration.' }
  const kept = before.split(' ')
  for (let i = 0; i < words.length; i += 4) {
    const place = CLIENT_CLASSES.indexOf(words[i] === 'replica' ? 'slave' : words[i])
    if (place < 0) return { why: 'Invalid client class specified in buffer limit configuration.' }
    const [hard, soft, seconds] = [memoryBytes(words[i + 1]), memoryBytes(words[i + 2]), parseSmall(words[i + 3])]
    if (hard === null || soft === null || seconds === null || seconds < 0)
      return { why: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.' }
    kept.splice(place * 4 + 1, 3, String(hard), String(soft), String(seconds))
  }
  return { value: kept.join(' ') }
}

const within = (n: bigint, [least, most]: readonly [bigint, bigint]): Accepted =>
  n < least || n > most ? { why: `argument must be between ${least} and ${most} inclusive` } : { value: String(n) }

/** The value as it is kept, or why it is none. */
const accept = (name: string, value: string, before: string): Accepted => {
  if (FIXED.has(name)) return { why: "can't set immutable config" }
  if (PROTECTED.has(name)) return { why: "can't set protected config" }
  const choices = CHOICES[name]
  if (choices !== undefined)
    return choices.includes(value.toLowerCase())
      ? { value: value.toLowerCase() }
      : { why: `argument(s) must be one of the following: ${choices.join(', ')}` }
  const memory = MEMORY_RANGE.get(name)
  if (memory !== undefined) {
    const bytes = memoryValue(value)
    if (bytes === null) return { why: 'argument must be a memory value' }
    const fitting = within(bytes, memory)
    return name === 'repl-backlog-size' && bytes < 16_384n && 'value' in fitting ? { value: '16384' } : fitting
  }
  const numbers = NUMBER_RANGE.get(name)
  if (numbers !== undefined) {
    const n = parseInt64(value)
    return n === null ? { why: "argument couldn't be parsed into an integer" } : within(BigInt(n), numbers)
  }
  if (name === 'client-output-buffer-limit') return acceptBufferLimit(value, before)
  if (name === 'cluster-announce-hostname' && !/^[A-Za-z\d.-]*$/.test(value))
    return { why: 'Hostnames may only contain alphanumeric characters, hyphens or dots' }
  if (name === 'save') return /^\s*(\d+\s+\d+\s*)*$/.test(value) ? { value: value.trim() } : { why: 'Invalid save parameters' }
  const standard = DEFAULTS[name]
  if (standard === 'yes' || standard === 'no')
    return /^(yes|no)$/i.test(value) ? { value: value.toLowerCase() } : { why: "argument must be 'yes' or 'no'" }
  return { value }
}

export const configGet: Handler = (state, session, argv) => {
  const found: [Reply, Reply][] = []
  const patterns = argv.slice(2).map((p) => p.toLowerCase())
  for (const name of Object.keys(DEFAULTS)) if (patterns.some((p) => globMatches(p, name))) found.push([name, directive(state, name)])
  return mapReply(session, found)
}

/** All of them or none. */
export const configSet: Handler = (state, _s, argv, ctx) => {
  if (argv.length % 2 === 1) return SYNTAX
  const changes: [string, string][] = []
  for (let i = 2; i < argv.length; i += 2) {
    const name = argv[i].toLowerCase()
    if (!(name in DEFAULTS)) return errAbout`ERR Unknown option or number of arguments for CONFIG SET - '${argv[i]}'`
    const known = ALIASES[name] ?? name
    if (changes.some(([n]) => n === known))
      return errAbout`ERR CONFIG SET failed (possibly related to argument '${argv[i]}') - duplicate parameter`
    changes.push([known, argv[i + 1]])
  }
  for (let i = 0; i < changes.length; i++) {
    const result = accept(changes[i][0], changes[i][1], directive(state, changes[i][0]))
    if ('why' in result) return errAbout`ERR CONFIG SET failed (possibly related to argument '${argv[2 + 2 * i]}') - ${result.why}`
    changes[i][1] = result.value
  }
  for (const [name, value] of changes) keep(state, name, value, ctx)
  return OK
}

/** A directive takes effect. */
const keep = (state: NodeState, name: string, value: string, ctx: Context): void => {
  const changes = directive(state, name) !== value
  state.config.set(name, value)
  if (name === 'requirepass' && changes) requirePassChanged(state)
  state.repl.good = -1
  if (name === 'cluster-node-timeout' && state.cluster !== null) {
    state.cluster.nextDue = 0
    hastenCron(state, ctx)
  }
  if (name === 'slowlog-log-slower-than' || name === 'latency-monitor-threshold') readSlowDirectives(state)
  if (name === 'save' || name.startsWith('append')) watchFiles(state, ctx)
  if (name.startsWith('maxmemory') || name.startsWith('lfu') || name === 'replica-ignore-maxmemory') memoryDirectivesChanged(state, ctx)
}

/** CONFIG SET by the learner's hand: what is no directive, or no value for it, changes nothing. */
export const setDirective = (state: NodeState, name: string, value: string, ctx: Context): void => {
  if (name.startsWith('user ')) return setUserLine(state, name.slice(5), value, ctx)
  const known = ALIASES[name] ?? name
  if (!(known in DEFAULTS)) return
  const result = accept(known, value, directive(state, known))
  if ('value' in result) keep(state, known, result.value, ctx)
}
