import { bytesText } from '../bytes.ts'
import { directive } from '../config.ts'
import { peek } from '../expiry.ts'
import { memoryUse } from '../memory.ts'
import { parseSmall } from '../numbers.ts'
import { OK, type Reply } from '../reply.ts'
import type { NodeState } from '../state.ts'
import { usageOf } from '../weight.ts'
import { NOT_INTEGER, SYNTAX, container, helpOf, mapReply, spec, textReply, type Handler } from './spec.ts'

/** MEMORY, and the memory section of INFO: estimates (weight.ts). There is no allocator, so nothing is fragmented. */

const usage: Handler = (state, _s, argv, ctx, slot) => {
  for (let i = 3; i < argv.length; i += 2) {
    if (argv[i].toUpperCase() !== 'SAMPLES' || i + 1 >= argv.length) return SYNTAX
    const samples = parseSmall(argv[i + 1])
    if (samples === null) return NOT_INTEGER
    if (samples < 0) return SYNTAX
  }
  const entry = peek(state, argv[2], ctx, state.cluster === null ? undefined : slot)
  return entry === undefined ? null : usageOf(argv[2], entry)
}

const keyCount = (state: NodeState): number => {
  let n = state.keys.size
  for (const keys of state.parked.values()) if (keys !== state.keys) n += keys.size
  return n
}

const stats: Handler = (state, session) => {
  const use = memoryUse(state)
  const overhead = use.total - use.keys
  const count = keyCount(state)
  const share = use.total > use.startup ? (100 * use.keys) / (use.total - use.startup) : 0
  const rows: [Reply, Reply][] = [
    ['peak.allocated', use.total],
    ['total.allocated', use.total],
    ['startup.allocated', use.startup],
    ['replication.backlog', use.backlog],
    ['clients.slaves', 0],
    ['clients.normal', use.clients + use.output],
    ['overhead.total', overhead],
    ['keys.count', count],
    ['keys.bytes-per-key', count === 0 ? 0 : Math.floor(use.keys / count)],
    ['dataset.bytes', use.keys],
    ['dataset.percentage', { double: share }],
  ]
  return mapReply(session, session.resp === 3 ? rows : rows.map(([name, value]) => [name, plain(value)]))
}

const plain = (value: Reply): Reply => (typeof value === 'object' && value !== null && 'double' in value ? String(value.double) : value)

/** Below it, Redis says, there is nothing to examine. */
const LITTLE = 5 * 1024 * 1024

const doctor: Handler = (state, session) => {
  const use = memoryUse(state)
  const limit = Number(directive(state, 'maxmemory'))
  if (use.total < LITTLE) return textReply(session, 'This instance is empty or uses very little memory: there is nothing to examine.\n')
  const found: string[] = []
  if (limit > 0 && use.total > limit) found.push(` * Over the limit: it uses ${bytesText(use.total)} of ${bytesText(limit)}.\n`)
  if (use.output > use.total / 10) found.push(' * Big client buffers: clients take their messages more slowly than they come.\n')
  return textReply(session, found.length === 0 ? 'I can find no memory problem in this instance.\n' : found.join('\n'))
}

export const memoryLines = (state: NodeState): string[] => {
  const use = memoryUse(state)
  const limit = Number(directive(state, 'maxmemory'))
  const overhead = use.total - use.keys
  return [
    `used_memory:${use.total}`,
    `used_memory_human:${bytesText(use.total)}`,
    `used_memory_overhead:${overhead}`,
    `used_memory_startup:${use.startup}`,
    `used_memory_dataset:${use.keys}`,
    `maxmemory:${limit}`,
    `maxmemory_human:${bytesText(limit)}`,
    `maxmemory_policy:${directive(state, 'maxmemory-policy')}`,
    `mem_replication_backlog:${use.backlog}`,
    'mem_clients_slaves:0',
    `mem_clients_normal:${use.clients + use.output}`,
    'mem_not_counted_for_evict:0',
  ]
}

const SECOND = Object.freeze([2, 2, 1] as const)

const HELP = [
  'DOCTOR',
  '    Return memory problems reports.',
  'MALLOC-STATS',
  '    Return internal statistics report from the memory allocator.',
  'PURGE',
  '    Attempt to purge dirty pages for reclamation by the allocator.',
  'STATS',
  '    Return information about the memory usage of the server.',
  'USAGE <key> [SAMPLES <count>]',
  '    Return memory in bytes used by <key> and its value. Nested values are',
  '    sampled up to <count> times (default: 5, 0 means sample all).',
]

export const MEMORY = container('memory', 'server', '4.0.0', 'About memory.', [
  spec('memory|usage', -3, 'readonly', SECOND, 'server', '4.0.0', 'Bytes a key takes, about.', usage),
  spec('memory|doctor', 2, '', null, 'server', '4.0.0', 'A report on trouble with memory.', doctor),
  spec('memory|stats', 2, '', null, 'server', '4.0.0', 'Where memory goes.', stats),
  spec('memory|purge', 2, '', null, 'server', '4.0.0', 'Gives memory back; here there is none to give.', () => OK),
  spec('memory|malloc-stats', 2, '', null, 'server', '4.0.0', 'The allocator’s own report.', (_st, s) =>
    textReply(s, 'There is no allocator here: memory is an estimate.\n'),
  ),
  spec('memory|help', 2, 'loading stale', null, 'server', '4.0.0', 'The subcommands of MEMORY.', () => helpOf('MEMORY', HELP)),
])
