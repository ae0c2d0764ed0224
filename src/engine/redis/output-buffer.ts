import type { Context } from '../core/process.ts'
import { SEC, type Micros } from '../core/time.ts'
import { memoryBytes } from './config-values.ts'
import { because, number } from './peers.ts'
import type { NodeState, ReplicaLink } from './state.ts'

/**
 * What a primary keeps for a replica that does not take it fast enough: during a full sync everything written since, later whatever
 * the network does not carry. Past client-output-buffer-limit the link is closed, and the replica starts over.
 */
export interface BufferLimit {
  /** bytes; 0 = none. */
  hard: number
  soft: number
  /** how long it may stay over the soft limit. */
  seconds: number
}

const DEFAULTS: Readonly<Record<ClientClass, BufferLimit>> = {
  normal: { hard: 0, soft: 0, seconds: 0 },
  replica: { hard: 268_435_456, soft: 67_108_864, seconds: 60 },
  pubsub: { hard: 33_554_432, soft: 8_388_608, seconds: 60 },
}
export type ClientClass = 'normal' | 'replica' | 'pubsub'

/** A class of client-output-buffer-limit: `replica 256mb 64mb 60`. */
export const bufferLimit = (state: NodeState, kind: ClientClass): BufferLimit => {
  const set = state.config.get('client-output-buffer-limit')
  if (set === undefined) return DEFAULTS[kind]
  const words = set.toLowerCase().split(/\s+/)
  let i = words.lastIndexOf(kind)
  if (i < 0 && kind === 'replica') i = words.lastIndexOf('slave')
  if (i < 0) return DEFAULTS[kind]
  return { hard: memoryBytes(words[i + 1] ?? '') ?? 0, soft: memoryBytes(words[i + 2] ?? '') ?? 0, seconds: Number(words[i + 3]) || 0 }
}

/** Which limit is broken: the hard one at once, the soft one when it is exceeded for longer than its seconds. */
export const brokenLimit = (
  limit: BufferLimit,
  backlog: number,
  waiting: number,
  softSince: Micros,
  now: Micros,
): 'hard' | 'soft' | null => {
  // the buffer shares its memory with the backlog: a smaller limit would only close what a partial sync has just begun
  if (limit.hard > 0 && waiting >= Math.max(limit.hard, backlog)) return 'hard'
  if (limit.soft === 0 || waiting < limit.soft || softSince < 0) return null
  return Math.floor(now / SEC) - Math.floor(softSince / SEC) > limit.seconds ? 'soft' : null
}

/** Bytes of the stream that wait for a replica: all since its file began, or what its connection does not take. */
export const waitingFor = (state: NodeState, link: ReplicaLink, ctx: Context): number =>
  link.state === 'syncing' ? state.repl.offset - link.from : (ctx.traffic(link.conn)?.waiting ?? 0)

/** Looks at a link with `waiting` bytes; true when it had to be closed. */
export const checkOutput = (state: NodeState, link: ReplicaLink, waiting: number, ctx: Context): boolean => {
  const limit = bufferLimit(state, 'replica')
  const broken = brokenLimit(limit, number(state, 'repl-backlog-size', 1_048_576), waiting, link.softSince, ctx.now)
  if (limit.soft === 0 || waiting < limit.soft) link.softSince = -1
  else if (link.softSince < 0) link.softSince = ctx.now
  if (broken === null) return false
  const r = state.repl
  const times = (r.overruns.get(link.process) ?? 0) + 1
  r.overruns.set(link.process, times)
  ctx.emit(
    'replication.bufferClosed',
    { replica: link.process, waiting, limit: limit[broken], kind: broken, syncing: link.state === 'syncing', times },
    because(link.fact),
  )
  r.replicas.delete(link.conn)
  r.good = -1
  ctx.close(link.conn)
  return true
}
