import type { Context } from '../core/process.ts'
import type { NodeState } from './state.ts'

/** Where the bus and the replication stream meet the keyspace and the clients. */

export interface KeysDump {
  readonly size: number
  readonly entries: unknown
}

export const dumpKeys = (state: NodeState): KeysDump => ({ size: 200, entries: [] as unknown as typeof state })

export const loadKeys = (state: NodeState, dump: KeysDump, ctx: Context): { keys: number; dropped: number } => {
  void state
  void dump
  void ctx
  return { keys: 0, dropped: 0 }
}

export const applyFromPrimary = (state: NodeState, argv: readonly string[], ctx: Context): void => {
  void state
  void argv
  void ctx
}

export const clearSlots = (state: NodeState, slots: readonly number[], ctx: Context): void => {
  void state
  void slots
  void ctx
}

export const resumeWrites = (state: NodeState, ctx: Context): void => {
  void state
  void ctx
}

export const onReplicaAck = (state: NodeState, ctx: Context): void => {
  void state
  void ctx
}

export const deliver = (state: NodeState, channel: string, message: string, sharded: boolean, ctx: Context): void => {
  void state
  void channel
  void message
  void sharded
  void ctx
}
