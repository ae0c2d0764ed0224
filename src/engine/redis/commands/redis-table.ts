import { accessBy, parseKeySpec, type KeySpec } from './key-specs.ts'
import { REDIS_TABLE } from './redis-table.data.ts'

/** Redis's own columns of the command table, read once. */
export interface RedisRow {
  readonly name: string
  readonly flags: readonly string[]
  readonly categories: readonly string[]
  /** where its keys stand, and what becomes of them. */
  readonly keySpecs: readonly KeySpec[]
  /** what it does with each of its keys: r reads, w writes, b both, - looks at the name alone; the last letter stands for all further keys. */
  readonly access: string
  /** hints for clients and proxies. */
  readonly tips: readonly string[]
  /** first key, last key, step of a command whose keys have no fixed places; null = as the table says. */
  readonly places: readonly number[] | null
  /** the command a subcommand belongs to; null for a command. */
  readonly parent: string | null
}

const NOTHING: readonly string[] = Object.freeze([])
const NO_SPECS: readonly KeySpec[] = Object.freeze([])
const words = (text: string): readonly string[] => (text === '' ? NOTHING : Object.freeze(text.split(' ')))

const parse = (line: string): RedisRow => {
  const [name, flags, categories, specs = '', tips = '', places] = line.split(';')
  const bar = name.indexOf('|')
  const keySpecs = specs === '' ? NO_SPECS : specs.split('|').map(parseKeySpec)
  return Object.freeze({
    name,
    flags: words(flags),
    categories: words(categories),
    keySpecs,
    access: accessBy(keySpecs),
    tips: words(tips),
    places: places === undefined ? null : Object.freeze(places.split(' ').map(Number)),
    parent: bar < 0 ? null : name.slice(0, bar),
  })
}

/** Every command, each followed by its subcommands, by name in lower case. */
export const REDIS_ROWS: ReadonlyMap<string, RedisRow> = new Map(
  REDIS_TABLE.trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(';')), parse(line)]),
)

/** Names of a command's subcommands, in full. */
export const SUBCOMMANDS_OF: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>()
  for (const { name, parent } of REDIS_ROWS.values()) if (parent !== null) found.set(parent, [...(found.get(parent) ?? []), name])
  return found
})()

/** What Redis says of a command. Every command of the table is one of Redis's. */
export const rowOf = (name: string): RedisRow => {
  const row = REDIS_ROWS.get(name)
  if (row === undefined) throw new Error(`Redis has no command ${name}`)
  return row
}

/** ACL categories, in the order of ACL CAT. */
export const CATEGORIES: readonly string[] = Object.freeze(
  (
    'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous ' +
    'connection transaction scripting'
  ).split(' '),
)
