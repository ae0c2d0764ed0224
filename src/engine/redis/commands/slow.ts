import { unixMs } from '../clock.ts'
import { histogramOf, toldOf } from '../command-stats.ts'
import { parseInt64 } from '../numbers.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import { latencyThreshold } from '../slowlog.ts'
import type { NodeState } from '../state.ts'
import { LATENCY_HELP, MODULE_HELP, SLOWLOG_HELP } from './helps.data.ts'
import { container, everySpec, helpOf, mapReply, spec, textReply, type CommandSpec, type Handler } from './spec.ts'

/** SLOWLOG and LATENCY: what slowlog.ts noted; MODULE, of which this server takes none. */

const BAD_COUNT = err('ERR count should be greater than or equal to -1')

/** SLOWLOG GET [count]. */
const slowlogGet: Handler = (state, _s, argv) => {
  if (argv.length > 3) return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try SLOWLOG HELP.`
  const count = argv.length === 3 ? parseInt64(argv[2]) : 10
  if (count === null || count < -1) return BAD_COUNT
  const told = Number(count) === -1 ? state.slow.entries : state.slow.entries.slice(0, Number(count))
  return told.map((e): Reply => [e.id, e.at, e.took, [...e.argv], e.peer, e.name])
}

const eventsOf = (state: NodeState): Reply[] =>
  [...state.slow.events].map(([name, { samples, max }]) => {
    const { at, ms } = samples[samples.length - 1]
    return [name, at, ms, max]
  })

const history: Handler = (state, _s, argv) => (state.slow.events.get(argv[2])?.samples ?? []).map(({ at, ms }) => [at, ms])

const resetEvents: Handler = (state, _s, argv) => {
  const names = argv.length === 2 ? [...state.slow.events.keys()] : argv.slice(2)
  return names.filter((name) => state.slow.events.delete(name)).length
}

const COLUMNS = 80
const ROWS = 4
const FILLS = '_o#'

const ago = (seconds: number): string => {
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** Each slow moment as a column of up to four signs, three steps a sign, with how long ago it was written downwards below (sparkline.c). */
const sparkline = (samples: readonly { ms: number; label: string }[], low: number, high: number): string[] => {
  const range = high === low ? 1 : high - low
  const steps = FILLS.length * ROWS
  const stepOf = (ms: number): number => Math.min(steps - 1, Math.floor(((ms - low) * steps) / range))
  const rows = Array.from({ length: ROWS }, (_, row) =>
    samples.map(({ ms }) => {
      const fill = stepOf(ms) - (ROWS - row - 1) * FILLS.length
      return fill < 0 ? ' ' : (FILLS[fill] ?? '|')
    }),
  )
  rows.push(samples.map(() => ' '))
  const longest = Math.max(...samples.map(({ label }) => label.length))
  for (let i = 0; i < longest; i++) rows.push(samples.map(({ label }) => label[i] ?? ' '))
  return rows.map((row) => row.join(''))
}

const graph: Handler = (state, session, argv, ctx) => {
  const event = state.slow.events.get(argv[2])
  if (event === undefined) return errAbout`ERR No samples available for event '${argv[2]}'`
  const now = Math.floor(unixMs(ctx.now) / 1000)
  const samples = event.samples.map(({ at, ms }) => ({ ms, label: ago(now - at) }))
  const low = Math.min(...samples.map(({ ms }) => ms))
  const high = Math.max(...samples.map(({ ms }) => ms))
  const lines = [`${argv[2]} - high ${high} ms, low ${low} ms (all time high ${event.max} ms)`, '-'.repeat(COLUMNS)]
  for (let i = 0; i < samples.length; i += COLUMNS) {
    if (i > 0) lines.push('')
    lines.push(...sparkline(samples.slice(i, i + COLUMNS), low, high))
  }
  return textReply(session, `${lines.join('\n')}\n`)
}

const doctor: Handler = (state, session) => {
  if (latencyThreshold(state) === 0)
    return textReply(
      session,
      'Nothing is watched: CONFIG SET latency-monitor-threshold <milliseconds> says from when on a command counts as slow.\n',
    )
  if (state.slow.events.size === 0) return textReply(session, 'No slow moment was seen.\n')
  const lines = [...state.slow.events].map(([name, { samples, max }], i) => {
    const mean = Math.round(samples.reduce((sum, { ms }) => sum + ms, 0) / samples.length)
    return `${i + 1}. ${name}: ${samples.length} seconds with slow moments, ${mean} ms on average, ${max} ms at worst. SLOWLOG GET tells which commands.`
  })
  return textReply(session, `${lines.join('\n')}\n`)
}

/** LATENCY HISTOGRAM [command …]: a container's name means all its subcommands. */
const histograms: Handler = (state, session, argv, ctx) => {
  const names = argv.slice(2).map((name) => name.toLowerCase())
  const all = everySpec()
  const wanted = names.length === 0 ? all : names.flatMap((name) => all.filter((c) => c.name === name || c.name.startsWith(`${name}|`)))
  return mapReply(
    session,
    wanted.flatMap((command): [Reply, Reply][] => {
      const told = toldOf(state, command, ctx)
      if (told.measured === 0) return []
      const counts = mapReply(session, histogramOf(told))
      return [
        [
          command.name,
          mapReply(session, [
            ['calls', told.measured],
            ['histogram_usec', counts],
          ]),
        ],
      ]
    }),
  )
}

const NO_MODULES = err(
  'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)

const WATCH = 'admin noscript loading stale'
const LOG = 'admin loading stale'

export const SLOW: readonly CommandSpec[] = [
  container('slowlog', 'server', '2.2.12', 'About slow commands.', [
    spec('slowlog|get', -2, LOG, null, 'server', '2.2.12', 'The slow commands kept, newest first.', slowlogGet),
    spec('slowlog|len', 2, LOG, null, 'server', '2.2.12', 'How many are kept.', (st) => st.slow.entries.length),
    spec('slowlog|reset', 2, LOG, null, 'server', '2.2.12', 'Forgets them.', (st) => {
      st.slow.entries = []
      return OK
    }),
    spec('slowlog|help', 2, 'loading stale', null, 'server', '6.2.0', 'The subcommands of SLOWLOG.', () => helpOf('SLOWLOG', SLOWLOG_HELP)),
  ]),
  container('latency', 'server', '2.8.13', 'About slow moments.', [
    spec('latency|latest', 2, WATCH, null, 'server', '2.8.13', 'The latest slow moment of each kind.', (st) => eventsOf(st)),
    spec('latency|history', 3, WATCH, null, 'server', '2.8.13', 'Slow moments of one kind.', history),
    spec('latency|reset', -2, WATCH, null, 'server', '2.8.13', 'Forgets slow moments.', resetEvents),
    spec('latency|doctor', 2, WATCH, null, 'server', '2.8.13', 'A report on slow moments.', doctor),
    spec('latency|graph', 3, WATCH, null, 'server', '2.8.13', 'A picture of slow moments.', graph),
    spec('latency|histogram', -2, WATCH, null, 'server', '7.0.0', 'How long commands took.', histograms),
    spec('latency|help', 2, 'loading stale', null, 'server', '2.8.13', 'The subcommands of LATENCY.', () =>
      helpOf('LATENCY', LATENCY_HELP),
    ),
  ]),
  container('module', 'server', '4.0.0', 'About loaded modules; this server loads none.', [
    spec('module|list', 2, 'admin noscript', null, 'server', '4.0.0', 'The modules loaded.', () => []),
    ...['load:-3', 'loadex:-3', 'unload:3'].map((s) => {
      const [name, arity] = s.split(':')
      return spec(
        `module|${name}`,
        Number(arity),
        'admin noscript',
        null,
        'server',
        name === 'loadex' ? '7.0.0' : '4.0.0',
        'Loads or unloads a module.',
        () => NO_MODULES,
      )
    }),
    spec('module|help', 2, 'loading stale', null, 'server', '5.0.0', 'The subcommands of MODULE.', () => helpOf('MODULE', MODULE_HELP)),
  ]),
]
