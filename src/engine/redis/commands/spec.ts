import type { Context } from '../../core/process.ts'
import { atoi } from '../numbers.ts'
import { err, fixed, type Reply } from '../reply.ts'
import type { KeySpec } from './key-specs.ts'
import { rowOf } from './redis-table.ts'
import type { NodeState, Session } from '../state.ts'

/** `slot` is the one of the command's first key, −1 without keys: what stands in a table by slot is reached without hashing again. */
export type Handler = (state: NodeState, session: Session, argv: readonly string[], ctx: Context, slot: number) => Reply

export type Flag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'fast'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'noMulti'
  | 'mayReplicate'
  | 'asking'

export interface CommandSpec {
  /** its place among all commands. */
  readonly id: number
  /** in lower case; a subcommand's is `config|get`. */
  readonly name: string
  /** number of words; negative: at least so many. */
  readonly arity: number
  readonly flags: readonly Flag[]
  /** first key, last key (−1 = the last word), step; null = no keys, or `movable` finds them. */
  readonly keys: readonly [number, number, number] | null
  readonly summary: string
  readonly since: string
  readonly group: string
  /** false: known with all its rules, and then answered with an error that says so. */
  readonly simulated: boolean
  readonly handler: Handler
  /** finds keys whose places depend on the words; null = the words are wrong. */
  readonly movable: ((argv: readonly string[]) => string[] | null) | null
  /** its one key is its second word. */
  readonly isOfOneKey: boolean
  /** a container's subcommands, by name in lower case. */
  readonly subcommands: ReadonlyMap<string, CommandSpec> | null
  readonly isWrite: boolean
  readonly isReadonly: boolean
  readonly isDenyOom: boolean
  /** waits while writes are paused. */
  readonly waitsOnPause: boolean
  /** may run on a replica that lost its primary and must not serve stale data. */
  readonly isStale: boolean
  /** its first argument is what this command is about: sharded channels are no keys that can be missing. */
  readonly isShardedPubSub: boolean
  /** what it does with each of its keys, for %R~ and %W~ of a user: see redis-table.ts. */
  readonly access: string
  /** it runs a script or a function, which may say what it will do (scripting/promise.ts). */
  readonly runsScript: boolean
  /** served before a connection gave a password. */
  readonly isOpen: boolean
  readonly keySpecs: readonly KeySpec[]
  /** hints for clients and proxies, and its flags, as COMMAND INFO shows them. */
  readonly tips: readonly string[]
  readonly shownFlags: readonly string[]
  /** its ACL categories, without their @. */
  readonly categories: readonly string[]
}

type Keys = CommandSpec['keys']
interface More {
  movable?: CommandSpec['movable']
  subcommands?: readonly CommandSpec[]
  simulated?: boolean
}

/** Every command and subcommand, by its id. */
const BUILT: CommandSpec[] = []
export const everySpec = (): readonly CommandSpec[] => BUILT

const build = (
  name: string,
  arity: number,
  flags: string,
  keys: Keys,
  group: string,
  since: string,
  summary: string,
  handler: Handler,
  more: More,
): CommandSpec => {
  const list = (flags === '' ? [] : flags.split(' ')) as Flag[]
  const row = rowOf(name)
  const subcommands =
    more.subcommands === undefined ? null : new Map(more.subcommands.map((s) => [s.name.slice(s.name.indexOf('|') + 1), s]))
  const id = BUILT.length
  // not frozen: an engine keeps frozen objects of one make as several shapes, and these are read at every command
  const made: CommandSpec = {
    id,
    name,
    arity,
    flags: Object.freeze(list),
    keys,
    group,
    since,
    summary,
    handler,
    simulated: more.simulated ?? true,
    movable: more.movable ?? null,
    subcommands,
    isOfOneKey: keys !== null && keys[0] === 1 && keys[1] === 1 && more.movable == null,
    isWrite: list.includes('write'),
    isReadonly: list.includes('readonly'),
    isDenyOom: list.includes('denyoom'),
    waitsOnPause: list.includes('write') || list.includes('mayReplicate'),
    isStale: list.includes('stale'),
    isShardedPubSub: name === 'ssubscribe' || name === 'sunsubscribe' || name === 'spublish',
    access: row.access,
    keySpecs: row.keySpecs,
    tips: row.tips,
    runsScript: row.flags.includes('skip_monitor'),
    isOpen: row.flags.includes('no_auth'),
    shownFlags: row.flags,
    categories: row.categories,
  }
  BUILT.push(made)
  return made
}

/** Keys counted by the word at `at`, after the given ones. */
export const counted =
  (at: number, before: readonly number[] = []) =>
  (argv: readonly string[]): string[] | null => {
    if (at >= argv.length) return null
    // here 3.0 is 3, whatever the command itself says to it
    const n = atoi(argv[at])
    // Redis takes a count that cannot be for no keys at all, the destination included
    if (n < 0 || n > argv.length - at - 1 || (n === 0 && before.length > 0)) return null
    return [...before.map((i) => argv[i]), ...argv.slice(at + 1, at + 1 + n)]
  }

export const ONE = Object.freeze([1, 1, 1] as const)
export const TWO = Object.freeze([1, 2, 1] as const)
export const ALL = Object.freeze([1, -1, 1] as const)

export const spec = (
  name: string,
  arity: number,
  flags: string,
  keys: Keys,
  group: string,
  since: string,
  summary: string,
  handler: Handler,
  more: More = {},
): CommandSpec => build(name, arity, flags, keys, group, since, summary, handler, more)

const notSimulated: Handler = (_state, _session, argv) => err(`ERR '${argv[0].toLowerCase()}' is not simulated`)

/** A command the simulation only knows: its words, keys and place are checked, then it says that it is not simulated. */
export const unsimulated = (
  name: string,
  arity: number,
  flags: string,
  keys: Keys,
  group: string,
  since: string,
  summary: string,
  more: More = {},
): CommandSpec => build(name, arity, flags, keys, group, since, summary, notSimulated, { ...more, simulated: false })

const NEVER: Handler = () => err('ERR unknown subcommand')

/** A command whose second word says what to do. */
export const container = (
  name: string,
  group: string,
  since: string,
  summary: string,
  subcommands: readonly CommandSpec[],
  simulated = true,
): CommandSpec => build(name, -2, '', null, group, since, summary, NEVER, { subcommands, simulated })

// ------------------------------------------------------------------ replies that many commands share

export const NO_REPLY: Reply = Object.freeze({ none: true as const })
export const SYNTAX = fixed('ERR syntax error')
export const NOT_INTEGER = fixed('ERR value is not an integer or out of range')
export const NOT_FLOAT = fixed('ERR value is not a valid float')
export const WRONG_TYPE = fixed('WRONGTYPE Operation against a key holding the wrong kind of value')
export const NULL_ARRAY: Reply = Object.freeze({ nullArray: true as const })
export const wrongArity = (name: string): Reply => err(`ERR wrong number of arguments for '${name}' command`)
export const helpOf = (name: string, lines: readonly string[]): Reply[] => [
  { simple: `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:` },
  ...lines.map((simple) => ({ simple })),
  { simple: 'HELP' },
  { simple: '    Prints this help.' },
]

/** Field and value: a map in RESP3, one after the other in RESP2. */
export const mapReply = (session: Session, pairs: readonly (readonly [Reply, Reply])[]): Reply =>
  session.resp === 3 ? { map: pairs.map(([k, v]) => [k, v]) } : pairs.flat()

/** A report: verbatim in RESP3. */
export const textReply = (session: Session, text: string): Reply => (session.resp === 3 ? { verbatim: text } : text)

export const setReply = (session: Session, items: Reply[]): Reply => (session.resp === 3 ? { set: items } : items)
