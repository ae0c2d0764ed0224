import type { Context } from '../core/process.ts'
import { memoryBytes } from './config-values.ts'
import { commandSide } from './data.ts'
import type { NodeState, Session } from './state.ts'

/**
 * maxmemory-clients: when what all clients take together passes the limit, connections are closed, the largest first (Redis goes by powers
 * of two), until there is room. CLIENT NO-EVICT on keeps one, and what it takes counts all the same.
 */

/** A connection at rest, its buffers given back. */
const AT_REST = 1800
/** Of a queued word besides its bytes. */
const WORD = 28

/** What a connection takes: replies it has not taken, and what it has queued, which stands in its query buffer too. */
export const clientMemory = (s: Session): number => {
  let queued = 0
  for (const words of [...(s.multi ?? []), ...s.waiting]) for (const word of words) queued += word.length + WORD
  return AT_REST + s.output + 2 * queued
}

/** maxmemory-clients in bytes: 0 = no limit, and a percentage is of maxmemory. */
export const clientLimit = (state: NodeState): number => {
  const value = state.config.get('maxmemory-clients') ?? '0'
  if (!value.endsWith('%')) return memoryBytes(value) ?? 0
  return Math.floor((Number(value.slice(0, -1)) * (memoryBytes(state.config.get('maxmemory') ?? '0') ?? 0)) / 100)
}

/** Ten times a second, where there is a limit. */
export const clientMemoryCron = (state: NodeState, ctx: Context): void => {
  const limit = clientLimit(state)
  if (limit === 0 || state.sessions.size === 0) return
  const sized = [...state.sessions.values()].map((session) => ({ session, bytes: clientMemory(session) }))
  let used = sized.reduce((sum, { bytes }) => sum + bytes, 0)
  if (used < limit) return
  const bucket = (bytes: number): number => 31 - Math.clz32(bytes)
  const largestFirst = sized.filter(({ session }) => !session.noEvict).sort((a, b) => bucket(b.bytes) - bucket(a.bytes))
  for (const { session, bytes } of largestFirst) {
    if (used < limit) return
    ctx.emit('client.evicted', { client: session.peer, bytes, used, limit })
    state.stats.evictedClients++
    used -= bytes
    commandSide().closeClient(state, session, ctx)
  }
}
