import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../engine/defaults.ts'
import type { Scenario } from '../../engine/scenario.ts'

/** The recordings' cluster: on one machine, every primary with its replica, no load but the probe. */
export const recordedCluster = (timeoutMs: number, primaries = 3): Scenario => ({
  id: 'recorded',
  title: `${primaries * 2} nodes`,
  about: 'The cluster of the recordings.',
  topology: { cluster: true, primaries, replicasPerPrimary: 1, apps: 0 },
  config: { 'cluster-node-timeout': String(timeoutMs), 'repl-diskless-sync-delay': '0' },
  load: { ...DEFAULT_LOAD, rate: 0 },
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 100, spread: 60 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 0,
  startAt: 0,
  seed: 1,
})
