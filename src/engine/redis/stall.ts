import type { Context } from '../core/process.ts'
import { MS, SEC, type Micros } from '../core/time.ts'
import type { Entry, NodeState } from './state.ts'

/** A thread that is away with one large key: how long, and who is told. */

/** Measured on a redis-server 7.0.15 of 10⁵ and 10⁶ elements and of strings up to 50 MB; an element of a hash, set or sorted set: */
const ELEMENT = 0.6
const FREED = 0.5
/** …and a byte of the payload: copying, the checksum. */
const BYTE = 0.01

const elements = ({ value }: Entry): number => (typeof value === 'string' || Array.isArray(value) ? 0 : value.size)

/** Time to write a value as DUMP does, or to read it as RESTORE does. */
export const dumpTime = (entry: Entry, payload: string): Micros => Math.floor(elements(entry) * ELEMENT + payload.length * BYTE)

/** Time to free a value. */
export const freeTime = (entry: Entry): Micros => Math.floor(elements(entry) * FREED)

/** slowlog-log-slower-than, as it is unless somebody sets it. */
const LONG = 10 * MS
/** A node tells of it once in so long. */
const PAUSE = SEC

/** A command has kept this node's thread for `took`: nobody was served meanwhile, the bus neither. */
export const tellStall = (
  state: NodeState,
  command: 'MIGRATE' | 'RESTORE',
  key: string,
  bytes: number,
  took: Micros,
  ctx: Context,
): void => {
  if (took < LONG || ctx.now < state.stallToldAt + PAUSE) return
  state.stallToldAt = ctx.now
  ctx.emit('node.stalled', { command, key, bytes, took })
}
