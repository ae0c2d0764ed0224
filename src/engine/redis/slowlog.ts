import type { Context } from '../core/process.ts'
import { MS, type Micros } from '../core/time.ts'
import { unixMs } from './clock.ts'
import type { CommandSpec } from './commands/spec.ts'
import { number } from './peers.ts'
import type { NodeState, Session } from './state.ts'

/** SLOWLOG and LATENCY: the commands for which the one thread was busy for long, and so everybody else waited. */

/** An entry of SLOWLOG GET. */
export interface SlowEntry {
  id: number
  /** Unix time, seconds. */
  at: number
  took: Micros
  argv: string[]
  peer: string
  name: string
}

/** What LATENCY knows of one class of events: slow moments with their second and milliseconds. */
export interface LatencyEvent {
  samples: { at: number; ms: number }[]
  max: number
}

export interface SlowLog {
  /** shorter commands are no matter: the lesser of both thresholds. */
  least: Micros
  /** newest first. */
  entries: SlowEntry[]
  nextId: number
  events: Map<string, LatencyEvent>
}

/** What a server notes without being told otherwise. */
const SLOWER_THAN = 10_000

/** Longer than anything lasts. */
const NEVER = Number.MAX_SAFE_INTEGER

const slowerThan = (state: NodeState): Micros => {
  const micros = number(state, 'slowlog-log-slower-than', SLOWER_THAN)
  return micros < 0 ? NEVER : micros
}
/** in milliseconds; 0 = LATENCY watches nothing. */
export const latencyThreshold = (state: NodeState): number => number(state, 'latency-monitor-threshold', 0)

export const newSlowLog = (): SlowLog => ({ least: SLOWER_THAN, entries: [], nextId: 0, events: new Map() })

export const readSlowDirectives = (state: NodeState): void => {
  const watched = latencyThreshold(state)
  state.slow.least = Math.min(slowerThan(state), watched === 0 ? NEVER : watched * MS)
}

/** Samples kept of a class of events (LATENCY_TS_LEN). */
const SAMPLES = 160

/** A command took as long as state.slow.least, or longer. */
export const noteSlow = (
  state: NodeState,
  session: Session,
  command: CommandSpec,
  argv: readonly string[],
  took: Micros,
  ctx: Context,
): void => {
  const { slow } = state
  const at = Math.floor(unixMs(ctx.now) / 1000)
  const ms = Math.floor(took / MS)
  const threshold = latencyThreshold(state)
  if (threshold > 0 && ms >= threshold) addSample(slow, command.shownFlags.includes('fast') ? 'fast-command' : 'command', at, ms)
  if (took < slowerThan(state) || command.shownFlags.includes('skip_slowlog')) return
  slow.entries.unshift({ id: slow.nextId++, at, took, argv: shortened(argv), peer: session.source, name: session.name })
  slow.entries.length = Math.min(slow.entries.length, number(state, 'slowlog-max-len', 128))
}

const addSample = (slow: SlowLog, event: string, at: number, ms: number): void => {
  const known = slow.events.get(event) ?? { samples: [], max: 0 }
  slow.events.set(event, known)
  known.max = Math.max(known.max, ms)
  const last = known.samples.at(-1)
  // one a second, the worst
  if (last !== undefined && last.at === at) last.ms = Math.max(last.ms, ms)
  else known.samples.push({ at, ms })
  if (known.samples.length > SAMPLES) known.samples.shift()
}

/** Words of an entry, and bytes of a word (SLOWLOG_ENTRY_MAX_ARGC, _STRING). */
const WORDS = 32
const BYTES = 128

const shortened = (argv: readonly string[]): string[] => {
  const told = withoutSecrets(argv)
  const words = (told.length > WORDS ? told.slice(0, WORDS - 1) : told).map((word) =>
    word.length > BYTES ? `${word.slice(0, BYTES)}... (${word.length - BYTES} more bytes)` : word,
  )
  return told.length > WORDS ? [...words, `... (${told.length - WORDS + 1} more arguments)`] : words
}

const HIDDEN = '(redacted)'

/** Nobody reads passwords in the log. */
export const withoutSecrets = (argv: readonly string[]): readonly string[] => {
  const [name, second] = argv.map((word) => word.toLowerCase())
  if (name === 'auth') return argv.map((word, i) => (i === 0 ? word : HIDDEN))
  if (name === 'acl' && second === 'setuser') return argv.map((word, i) => (i < 2 ? word : HIDDEN))
  if (name === 'config' && second === 'set')
    return argv.map((word, i) => (i > 2 && i % 2 === 1 && /^(requirepass|masterauth|masteruser)$/i.test(argv[i - 1]) ? HIDDEN : word))
  const at = name === 'hello' || name === 'migrate' ? argv.findIndex((word) => /^auth2?$/i.test(word)) : -1
  if (at < 0) return argv
  const hidden = name === 'migrate' && argv[at].length === 4 ? 1 : 2
  return argv.map((word, i) => (i > at && i <= at + hidden ? HIDDEN : word))
}
