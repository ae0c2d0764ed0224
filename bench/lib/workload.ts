import { SCENARIOS } from '../../src/content/scenarios/index.ts'
import type { Scenario } from '../../src/engine/scenario.ts'
import { MS, SEC } from '../../src/engine/core/time.ts'

const named = (id: string): Scenario => SCENARIOS.find((s) => s.id === id)!

/** Six nodes with gossip and replication under Zipf reads and writes, misses going to a database that keeps up. */
export const sixNodes = (): Scenario => {
  const base = named('first-minute')
  return {
    ...base,
    load: { rate: 5000, reads: 0.95, keys: 10_000, zipf: 0.99, hot: 0 },
    policy: { ...base.policy, l1Ttl: 0 },
    origin: { workers: 200, service: 1 * MS, queue: 10_000, timeout: 1 * SEC },
    startAt: 1 * SEC,
  }
}

/** 24 nodes, each with ten thousand keys (a replica has its primary's). */
export const twentyFour = (): Scenario => ({
  ...named('article-24'),
  load: { rate: 600, reads: 0.9, keys: 120_000, zipf: 0.9, hot: 0 },
  startAt: 2 * SEC,
})
