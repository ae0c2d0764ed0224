import type { Context } from '../core/process.ts'
import { uniform } from '../core/random.ts'
import type { Micros } from '../core/time.ts'
import { unixMs } from './clock.ts'
import { directive } from './config.ts'
import { bytesOf, weighAll } from './keyspace.ts'
import type { Keyspace, KeyUse, MemoryState, NodeState } from './state.ts'
import { beginUse, setUse, accessOf } from './use.ts'

/**
 * How much memory a node uses, how much it may, and when its keys were last used. An estimate throughout: what a key takes is
 * weight.ts's, and a server, a connection and a byte of the backlog cost a fixed amount.
 */

/** Of an empty server; in cluster mode the slots and links come on top. */
const EMPTY = 910_000
const EMPTY_CLUSTER = 1_630_000
/** A client's connection with its buffers at rest. */
export const CONNECTION = 18_000
/** In cluster mode a key's row carries the links of its slot. */
const SLOT_LINKS = 16

/** Every database's keys, by number; to be called while database 0 is in use. */
export const databasesOf = (state: NodeState): [db: number, keys: Keyspace][] => {
  const all: [number, Keyspace][] = [[0, state.keys]]
  for (const [db, keys] of state.parked) if (db !== 0 && keys.size > 0) all.push([db, keys])
  return all
}

const backlogBytes = (state: NodeState): number => {
  const b = state.repl.backlog
  return b === null ? 0 : Math.max(0, state.repl.offset - b.from + 1)
}

/** Where the memory goes, in bytes; looks only. */
export interface MemoryUse {
  startup: number
  clients: number
  /** what clients have not taken yet. */
  output: number
  backlog: number
  keys: number
  total: number
}

export const memoryUse = (state: NodeState): MemoryUse => {
  let keys = bytesOf(state.keys) + (state.cluster === null ? 0 : SLOT_LINKS * state.keys.size)
  // the database in use may stand among the others too
  for (const space of state.parked.values()) if (space !== state.keys) keys += bytesOf(space)
  return sumOf(state, keys)
}

const sumOf = (state: NodeState, keys: number): MemoryUse => {
  const startup = state.cluster === null ? EMPTY : EMPTY_CLUSTER
  const clients = CONNECTION * state.sessions.size
  const backlog = backlogBytes(state)
  const { output } = state
  return { startup, clients, output, backlog, keys, total: startup + clients + output + backlog + keys }
}

/** used_memory, and what was changed in place weighed for good; while database 0 is in use. */
export const usedMemory = (state: NodeState): number => {
  let keys = weighAll(state.keys) + (state.cluster === null ? 0 : SLOT_LINKS * state.keys.size)
  if (state.parked.size > 0) for (const [db, space] of databasesOf(state)) if (db !== 0) keys += weighAll(space)
  return sumOf(state, keys).total
}

// ------------------------------------------------------------------ directives

/** The node reads its limit and policy anew. */
export const readMemoryDirectives = (state: NodeState): void => {
  const limit = Number(directive(state, 'maxmemory'))
  const policy = directive(state, 'maxmemory-policy')
  const tenacity = Number(directive(state, 'maxmemory-eviction-tenacity'))
  // a node of a cluster keeps no account of use that nobody asked for
  if (state.memory === null && state.cluster !== null && limit === 0 && !policy.endsWith('-lfu')) return
  const m = (state.memory ??= newMemory())
  // what was refused or evicted under other rules says nothing about these
  if (m.limit !== limit || m.policy !== policy) m.refusedAt = m.evictedAt = -1
  m.limit = limit
  m.policy = policy
  const rank = policy === 'noeviction' ? 'none' : (policy.slice(policy.indexOf('-') + 1) as MemoryState['rank'])
  // scores of one kind say nothing about another
  if (rank !== m.rank || policy.startsWith('volatile') !== m.volatileOnly) m.pool = []
  m.rank = rank
  m.volatileOnly = policy.startsWith('volatile')
  m.samples = Number(directive(state, 'maxmemory-samples'))
  m.factor = Number(directive(state, 'lfu-log-factor'))
  m.decay = Number(directive(state, 'lfu-decay-time'))
  m.most = tenacity >= 100 ? Infinity : Math.max(1, (KEYS_AT_ONCE * tenacity) / 10)
}

/** At the default tenacity Redis gives eviction 500 µs at a go; a key takes about 4 µs. */
const KEYS_AT_ONCE = 125

const newMemory = (): MemoryState => ({
  limit: 0,
  policy: 'noeviction',
  rank: 'none',
  volatileOnly: false,
  samples: 5,
  factor: 10,
  decay: 1,
  most: KEYS_AT_ONCE,
  pool: [],
  turn: 0,
  full: false,
  running: false,
  evictedAt: -1,
  refusedAt: -1,
  evicted: 0,
  refused: 0,
  evictionFact: 0,
  refusalFact: 0,
})

// ------------------------------------------------------------------ access times

/** The clock of LRU: seconds, in 24 bits. */
const LRU_MAX = 0xffffff
const seconds = (now: Micros): number => Math.floor(unixMs(now) / 1000) & LRU_MAX
/** The clock of LFU: minutes, in 16 bits. */
const minutes = (now: Micros): number => Math.floor(unixMs(now) / 60_000) & 0xffff
/** A new key's counter, so that it is not the first to go. */
const LFU_BEGIN = 5

/** Keeps account of every key from now on, where it does not yet, and turns the clock on. */
export const keepUse = (state: NodeState, m: MemoryState, now: Micros): void => {
  const keeps = m.rank === 'lfu'
  const fresh = keeps ? (minutes(now) << 8) | LFU_BEGIN : seconds(now)
  wind(state.keys, fresh, keeps)
  if (state.parked.size > 0) for (const [db, space] of databasesOf(state)) if (db !== 0) wind(space, fresh, keeps)
}

const wind = (keys: Keyspace, fresh: number, keeps: boolean): void => {
  const use = (keys.use ??= beginUse(keys, fresh, keeps))
  use.fresh = fresh
  use.keeps = keeps
}

/** A key's account is asked for: from now on, there is one. */
export const keptUse = (state: NodeState, ctx: Context): KeyUse => {
  state.memory ??= newMemory()
  if (state.keys.use === null) wind(state.keys, seconds(ctx.now), false)
  return state.keys.use!
}

/** Counter after the minutes that nobody asked for the key. */
export const decayed = (time: number, decay: number, now: Micros): number => {
  const idle = (minutes(now) - (time >> 8)) & 0xffff
  return decay === 0 ? time & 0xff : Math.max(0, (time & 0xff) - Math.floor(idle / decay))
}

/** A key was used: the clock is written, or the counter may rise, with chance 1/((counter − 5)·factor + 1). */
export const touch = (state: NodeState, m: MemoryState, key: string, slot: number, ctx: Context): void => {
  const { use } = state.keys
  if (use === null) return
  if (m.rank !== 'lfu') return setUse(use, key, slot, use.fresh)
  let counter = decayed(accessOf(use, key, slot) ?? use.fresh, m.decay, ctx.now)
  if (counter < 255 && uniform(ctx.random('lfu')) * (Math.max(0, counter - LFU_BEGIN) * m.factor + 1) < 1) counter++
  setUse(use, key, slot, (minutes(ctx.now) << 8) | counter)
}

/** Seconds since a key was used, by a clock that goes round in 194 days. */
export const idleSeconds = (time: number, now: Micros): number => (seconds(now) - time) & LRU_MAX
