import type { Context } from '../core/process.ts'
import { waitingFor } from './output-buffer.ts'
import { number } from './peers.ts'
import type { Backlog, NodeState, StreamItem } from './state.ts'

/**
 * The newest part of the replication stream, kept so that a replica that was away for a moment goes on where it stopped.
 * It is made of blocks and loses whole blocks; what a slow replica's output buffer still holds is the same memory and stays.
 */

/** repl-backlog-size's default and least value, bytes. */
const SIZE = 1_048_576
const LEAST = 16_384
/** A block is 16 kB, and at most a sixteenth of the backlog. */
const BLOCK = 16_384

const sizeOf = (state: NodeState): number => Math.max(number(state, 'repl-backlog-size', SIZE), LEAST)

export const newBacklog = (state: NodeState, offset: number): Backlog => ({
  from: offset + 1,
  chunks: [],
  tail: [],
  filled: 0,
  block: Math.min(BLOCK, sizeOf(state) / 16),
})

/** Keeps what the stream just got. */
export const remember = (state: NodeState, item: StreamItem, ctx: Context): void => {
  const r = state.repl
  const b = (r.backlog ??= newBacklog(state, item.offset - item.size))
  b.tail.push(item)
  b.filled += item.size
  if (b.filled < b.block) return
  b.chunks.push(Object.freeze(b.tail) as StreamItem[])
  b.tail = []
  b.filled = 0
  trim(state, b, ctx)
}

const endOf = (chunk: readonly StreamItem[]): number => chunk[chunk.length - 1].offset

/** Drops the oldest blocks while more than repl-backlog-size would stay. */
const trim = (state: NodeState, b: Backlog, ctx: Context): void => {
  const r = state.repl
  const size = sizeOf(state)
  b.block = Math.min(BLOCK, size / 16)
  let held = Infinity
  for (const link of r.replicas.values()) {
    const waiting = waitingFor(state, link, ctx)
    if (waiting > 0) held = Math.min(held, r.offset - waiting)
  }
  let gone = 0
  while (gone < b.chunks.length && r.offset - endOf(b.chunks[gone]) > size && endOf(b.chunks[gone]) <= held) gone++
  if (gone === 0) return
  b.from = endOf(b.chunks[gone - 1]) + 1
  b.chunks = b.chunks.slice(gone)
}

/** Every item from an offset on, oldest first. */
export const eachSince = (b: Backlog, next: number, visit: (item: StreamItem) => void): void => {
  for (const chunk of b.chunks) if (endOf(chunk) >= next) for (const item of chunk) if (item.offset >= next) visit(item)
  for (const item of b.tail) if (item.offset >= next) visit(item)
}
