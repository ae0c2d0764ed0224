import type { Bound, Timing } from '../../content/fidelity.ts'
import { buildSimulation } from '../../engine/build.ts'
import { MORE_COLUMNS, MORE_FAILOVERS, RECORDED_FAILOVERS } from '../recorded.data.ts'
import { recordedCluster } from './cluster.ts'
import { median } from './statistics.ts'
import { Bounds, cutSeeds, decision, timing, type Section } from './section.ts'
import { COMPONENTS, PROMOTED, measureFailovers, type Failover, type Mode } from './strike.ts'

/**
 * Recording 04: automatic failover of six nodes, kill -9 and SIGSTOP, by its own protocol: the cluster is used again, one primary
 * after another is struck. Three failovers a seed, so that the retry window of one election is felt in a later one.
 */

interface Part {
  failovers: Failover[]
  outcomes: string[]
  bounds: Bound[]
}

const SETTINGS = ['kill9 1000', 'kill9 5000', 'sigstop 1000', 'sigstop 5000'] as const
const EACH = 3

const WORDS: Record<Mode, string> = { kill9: 'crash', sigstop: 'pause' }

type Component = (typeof COMPONENTS)[number]

/**
 * What each stretch is called, and how far apart the medians may be: 100 ms for what a 100 ms cron rounds, a tenth of the timeout for
 * detection, 15 % of the recorded median for the whole.
 */
const STRETCHES: Record<Component, { words: string; bound: (timeout: number, recorded: number) => number }> = {
  firstPfail: { words: 'fault to first PFAIL', bound: (t) => 0.1 * t },
  pfailToFail: { words: 'PFAIL to FAIL', bound: (t) => 0.1 * t },
  failToScheduled: { words: 'FAIL to election scheduled', bound: () => 100 },
  drawnDelay: { words: 'drawn delay', bound: () => 100 },
  cronSlack: { words: 'delay over to votes asked', bound: () => 100 },
  wonAfterStart: { words: 'votes asked to won', bound: () => 100 },
  clientAfterWon: { words: 'won to a client’s first write', bound: () => 100 },
  total: { words: 'fault to first write, in all', bound: (_, recorded) => 0.15 * recorded },
}

export const failovers: Section<Part> = {
  name: 'failovers',
  jobs: ({ seeds }) => cutSeeds(SETTINGS, seeds, 25),
  run: ({ setting, from, count }) => {
    const [mode, timeout] = [setting.split(' ')[0] as Mode, Number(setting.split(' ')[1])]
    const part: Part = { failovers: [], outcomes: [], bounds: [] }
    const bounds: Bound[][] = []
    for (let seed = from; seed < from + count; seed++) {
      const m = measureFailovers(buildSimulation(recordedCluster(timeout), seed), mode, timeout, EACH, seed)
      part.failovers.push(...m.failovers)
      part.outcomes.push(...m.outcomes)
      bounds.push(m.bounds.list())
    }
    part.bounds = Bounds.merge(bounds)
    return part
  },
  report: (parts) => {
    const settings = SETTINGS.map((setting) => {
      const [mode, timeout] = setting.split(' ')
      const mine = parts.get(setting) ?? []
      return {
        key: setting,
        setting: `${WORDS[mode as Mode]}, node-timeout ${Number(timeout) / 1000} s`,
        timeout: Number(timeout),
        mine: mine.flatMap((p) => p.failovers),
        outcomes: mine.flatMap((p) => p.outcomes),
        theirs: RECORDED_FAILOVERS[setting],
      }
    })
    return {
      timings: settings.flatMap(({ key, setting, timeout, mine, theirs }) => {
        const beside = (file: string, columns: readonly Component[], rows: readonly (readonly number[])[], where: string): Timing[] =>
          columns.map((name, i) => {
            const recorded = rows.map((row) => row[i])
            const bound = Math.round(STRETCHES[name].bound(timeout, median(recorded)))
            return timing(
              file,
              where,
              STRETCHES[name].words,
              recorded,
              mine.map((f) => f[name]),
              bound,
            )
          })
        const more = MORE_FAILOVERS[key]
        return [...beside('04', COMPONENTS, theirs, setting), ...beside('own', MORE_COLUMNS, more, `${setting}, ${more.length} more`)]
      }),
      decisions: settings.map(({ setting, outcomes, theirs }) =>
        decision(
          '04',
          setting,
          'who takes the dead primary’s slots',
          theirs.map(() => PROMOTED),
          outcomes,
        ),
      ),
      bounds: Bounds.merge([...parts.values()].flat().map((p) => p.bounds)),
    }
  },
}
