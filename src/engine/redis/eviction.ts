import type { Context } from '../core/process.ts'
import { MS, SEC } from '../core/time.ts'
import { enter, leave } from './databases.ts'
import { deleteEntry, getEntry } from './keyspace.ts'
import { databasesOf, decayed, idleSeconds, keepUse, readMemoryDirectives, usedMemory } from './memory.ts'
import { isDataStill } from './pause.ts'
import { isOn } from './peers.ts'
import { propagate } from './replication.ts'
import { keySlot } from './slots.ts'
import type { Candidate, Keyspace, MemoryState, NodeState, Roster } from './state.ts'
import { tellInvalidations } from './tracking.ts'
import { drawByBucket, drawKey, accessOf } from './use.ts'
import { keyChanged } from './watch.ts'

/**
 * maxmemory: before each command a node that uses too much gives keys up, or, where it may not or cannot, refuses what would need more.
 * LRU and LFU are approximated: of a few keys drawn at random, and the best of earlier draws, the one that looks worst goes.
 */

/** The pool's size (EVPOOL_SIZE). */
const POOL = 16
/** A spell of eviction or refusal is over after so long without. */
export const SPELL = 5 * SEC

/** Before a command, and whenever the limit has changed: whether what needs memory must be refused. */
export const isOutOfMemory = (state: NodeState, m: MemoryState, ctx: Context): boolean => {
  keepUse(state, m, ctx.now)
  if (m.limit === 0 || (state.repl.role === 'replica' && isOn(state, 'replica-ignore-maxmemory', true))) return (m.full = false)
  let over = usedMemory(state) - m.limit
  if (over <= 0 || isDataStill(state, ctx.now)) return (m.full = false)
  let isStuck = false
  for (let left = m.most; over > 0 && left > 0; left--) {
    const found = m.rank === 'none' ? null : nextVictim(state, m, ctx)
    if (found === null) {
      isStuck = true
      break
    }
    evict(state, m, found, ctx)
    over = usedMemory(state) - m.limit
  }
  // time is up: the rest goes by and by, and commands are served meanwhile
  if (over > 0 && !isStuck && !m.running) {
    m.running = true
    ctx.setTimer('eviction', MS)
  }
  tellInvalidations(state, 0, ctx)
  return (m.full = isStuck)
}

export const evictionTimers = {
  eviction(state: NodeState, ctx: Context): void {
    if (state.memory === null) return
    state.memory.running = false
    isOutOfMemory(state, state.memory, ctx)
  },
}

/** A directive was set: the new limit is kept at once. */
export const memoryDirectivesChanged = (state: NodeState, ctx: Context): void => {
  readMemoryDirectives(state)
  const m = state.memory
  if (m === null || m.running) return
  m.running = true
  ctx.setTimer('eviction', 0)
}

// ------------------------------------------------------------------ who goes

interface Victim {
  db: number
  key: string
}

const rosterOf = (m: MemoryState, keys: Keyspace): Roster => (m.volatileOnly ? keys.use!.volatile : keys.use!.all)

const nextVictim = (state: NodeState, m: MemoryState, ctx: Context): Victim | null => {
  const databases = databasesOf(state)
  if (m.rank !== 'random') return bestVictim(m, databases, ctx)
  // each database in its turn
  for (let i = 0; i < databases.length; i++) {
    const [db, keys] = databases[m.turn++ % databases.length]
    const roster = rosterOf(m, keys)
    if (roster.count > 0) return { db, key: drawByBucket(roster, ctx.random('eviction')) }
  }
  return null
}

const bestVictim = (m: MemoryState, databases: readonly [number, Keyspace][], ctx: Context): Victim | null => {
  for (;;) {
    let candidates = 0
    for (const [db, keys] of databases) {
      const roster = rosterOf(m, keys)
      candidates += roster.count
      if (roster.count > 0) fillPool(m, db, keys, roster, ctx)
    }
    if (candidates === 0) return null
    // the pool remembers keys that may be gone by now
    for (let best = m.pool.pop(); best !== undefined; best = m.pool.pop()) {
      const { key, db } = best
      const keys = databases.find(([n]) => n === db)?.[1]
      const entry = keys && getEntry(keys, key)
      if (keys !== undefined && entry !== undefined && (!m.volatileOnly || entry.expireAt >= 0)) return { db, key }
    }
  }
}

/** How soon a key should go: idle seconds, the counter upside down, or the time left upside down. */
const scoreOf = (m: MemoryState, keys: Keyspace, key: string, ctx: Context): number => {
  const slot = keySlot(key)
  if (m.rank === 'ttl') return -getEntry(keys, key, slot)!.expireAt
  const time = accessOf(keys.use!, key, slot)!
  return m.rank === 'lfu' ? 255 - decayed(time, m.decay, ctx.now) : idleSeconds(time, ctx.now)
}

/** Draws keys into the pool, which stays sorted; a full one takes only what is better than its worst (evictionPoolPopulate). */
const fillPool = (m: MemoryState, db: number, keys: Keyspace, roster: Roster, ctx: Context): void => {
  const stream = ctx.random('eviction')
  const { pool } = m
  for (let i = Math.min(m.samples, roster.count); i > 0; i--) {
    const key = drawKey(roster, stream)
    const score = scoreOf(m, keys, key, ctx)
    let at = 0
    while (at < pool.length && pool[at].score < score) at++
    if (at === 0 && pool.length === POOL) continue
    const candidate: Candidate = { key, db, score }
    if (pool.length < POOL) pool.splice(at, 0, candidate)
    else {
      // the worst makes room
      pool.splice(at, 0, candidate)
      pool.shift()
    }
  }
}

// ------------------------------------------------------------------ what is told

const evict = (state: NodeState, m: MemoryState, { db, key }: Victim, ctx: Context): void => {
  if (m.evictionFact === 0) m.evictionFact = ctx.emit('eviction.began', { key, policy: m.policy, used: usedMemory(state), limit: m.limit })
  m.evictedAt = ctx.now
  m.evicted++
  state.stats.evicted++
  if (db !== 0) enter(state, db)
  deleteEntry(state.keys, key)
  keyChanged(state, key)
  propagate(state, ['DEL', key], ctx)
  if (db !== 0) leave(state, db)
}

/** Why nothing can be evicted, in a few words. */
export const whyStuck = (m: MemoryState): string =>
  m.rank === 'none'
    ? 'the policy is noeviction'
    : m.volatileOnly
      ? 'no key has a time to live, and only those may go'
      : 'there is no key left'

/** A command was refused for want of memory. */
export const tellRefusal = (state: NodeState, m: MemoryState, command: string, ctx: Context): void => {
  state.stats.refusedForMemory++
  m.refusedAt = ctx.now
  m.refused++
  if (m.refusalFact === 0)
    m.refusalFact = ctx.emit('memory.refused', { command, policy: m.policy, used: usedMemory(state), limit: m.limit, why: whyStuck(m) })
}

/** Ten times a second: values changed in place are weighed, and spells that are over are told once. */
export const memoryCron = (state: NodeState, ctx: Context): void => {
  const m = state.memory
  if (m === null) {
    usedMemory(state)
    return
  }
  keepUse(state, m, ctx.now)
  if (m.evictionFact > 0 && ctx.now - m.evictedAt >= SPELL) {
    ctx.emit('eviction.ended', { keys: m.evicted, used: usedMemory(state), limit: m.limit }, [m.evictionFact])
    m.evictionFact = m.evicted = 0
  }
  if (m.refusalFact > 0 && ctx.now - m.refusedAt >= SPELL) {
    ctx.emit('memory.accepted', { refused: m.refused }, [m.refusalFact])
    m.refusalFact = m.refused = 0
  }
}
