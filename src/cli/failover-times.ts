import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import { buildSimulation } from '../engine/build.ts'
import type { Scenario } from '../engine/scenario.ts'
import { COMPONENTS, measureFailovers, median, type Failover, type Mode } from './failovers.ts'
import { RECORDED } from './recorded-failovers.data.ts'

/**
 * npm run failover-times -- [--seeds 200] [--from 1] [--each 5]
 * Measures failovers of three primaries with a replica each by the protocol of the recordings, and holds the medians beside theirs.
 */

/** The medians must agree within 15 %, or within the declared bound where that is wider: 100 ms for what a 100 ms cron rounds. */
const RATIO = 0.15
const CRON_BOUND = 100

const option = (name: string, otherwise: number): number => {
  const i = process.argv.indexOf(`--${name}`)
  return i < 0 ? otherwise : Number(process.argv[i + 1])
}

/** The recordings' cluster: six nodes on one machine, no load but the probe. */
export const recordedCluster = (timeoutMs: number): Scenario => ({
  id: 'recorded',
  title: 'six nodes',
  about: 'The cluster of the recordings.',
  topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 0 },
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

const measure = (mode: Mode, timeoutMs: number, seeds: number, from: number, each: number): { failovers: Failover[]; broken: string[] } => {
  const failovers: Failover[] = []
  const broken: string[] = []
  for (let seed = from; seed < from + seeds; seed++) {
    const m = measureFailovers(buildSimulation(recordedCluster(timeoutMs), seed), mode, timeoutMs, each, seed)
    failovers.push(...m.failovers)
    broken.push(...m.broken.map((b) => `seed ${seed}: ${b}`))
  }
  return { failovers, broken }
}

const main = (): void => {
  const seeds = option('seeds', 200)
  const from = option('from', 1)
  const each = option('each', 5)
  let failed = false
  for (const mode of ['kill9', 'sigstop'] as const)
    for (const timeoutMs of [1000, 5000] as const) {
      const { failovers, broken } = measure(mode, timeoutMs, seeds, from, each)
      const recorded = RECORDED[`${mode} ${timeoutMs}`]
      const stalled = failovers.filter((f) => f.stalled).length
      console.log(`\n${mode}, node timeout ${timeoutMs} ms: ${failovers.length} failovers, ${stalled} sat out a retry window`)
      console.log('                     simulated                recorded (15)            ratio of medians')
      for (const name of COMPONENTS) {
        const values = failovers.map((f) => f[name])
        const mine = [Math.min(...values), median(values), Math.max(...values)]
        const theirs = recorded[name]
        const off = Math.abs(mine[1] - theirs[1])
        const within = off <= RATIO * theirs[1] || off <= Math.max(CRON_BOUND, name === 'pfailToFail' ? 0.1 * timeoutMs : 0)
        if (!within) failed = true
        const row = (v: readonly number[]): string => v.map((x) => x.toFixed(0).padStart(6)).join(' /')
        console.log(
          `${name.padEnd(17)}${row(mine)}   ${row(theirs)}   ${(mine[1] / theirs[1]).toFixed(2).padStart(8)}${within ? '' : '  too far'}`,
        )
      }
      if (broken.length > 0) {
        failed = true
        console.log(`${broken.length} bounds broken:\n  ${broken.slice(0, 10).join('\n  ')}`)
      } else console.log('every bound held in every run')
    }
  process.exitCode = failed ? 1 : 0
}

if (process.argv[1]?.endsWith('failover-times.ts')) main()
