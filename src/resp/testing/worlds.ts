import { scenarioById } from '../../content/scenarios/index.ts'
import { SEC } from '../../engine/core/time.ts'
import { slotOwner } from '../../engine/redis/bus.ts'
import { keySlot } from '../../engine/redis/slots.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import type { Scenario } from '../../engine/scenario.ts'
import type { Served } from '../serve.ts'

const base = scenarioById('first-minute')!

/** Three primaries with a replica each, nobody about but the clients of the test. */
export const QUIET: Scenario = {
  ...base,
  topology: { ...base.topology, apps: 0 },
  config: { 'cluster-node-timeout': '1000' },
  load: { ...base.load, rate: 0 },
  warm: 0,
  startAt: 3 * SEC,
}

export const stateOf = (served: Served, node: string): NodeState | null => served.lab.process(node)!.state as NodeState | null

/** The primary that serves a key. */
export const ownerOf = (served: Served, key: string): string =>
  Object.keys(served.ports).find((node) => {
    const state = stateOf(served, node)
    return state !== null && isPrimary(served, node) && slotOwner(state, keySlot(key)) === 0
  })!

/** Whether a node serves writes and all who run agree that the cluster stands. */
export const isPrimary = (served: Served, node: string): boolean => stateOf(served, node)?.repl.role === 'primary'
export const isWhole = (served: Served): boolean =>
  Object.keys(served.ports).every((node) => {
    const state = stateOf(served, node)
    return state === null || state.cluster?.state === 'ok'
  })
