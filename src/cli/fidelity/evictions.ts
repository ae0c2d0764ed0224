import { evictionRun, outOfRank, recordedEvictions, type EvictionResult } from '../eviction-runs.ts'
import { Bounds, type Section } from './section.ts'

/** Recording 12: the same trace through the same room in keys, at the same rate; hit ratios run by run, and their ranking. */
export const evictions: Section<EvictionResult> = {
  name: 'evictions',
  jobs: () => recordedEvictions().map((row) => ({ setting: row.run, from: 1, count: 1 })),
  run: ({ setting, from }) =>
    evictionRun(
      recordedEvictions().find((row) => row.run === setting)!,
      from,
    ),
  report: (parts) => {
    const pairs = recordedEvictions().map((row) => ({ row, ours: parts.get(row.run)![0] }))
    const bounds = new Bounds()
    const wrong = outOfRank(pairs)
    bounds.check('The policies rank by hit ratio as recorded', wrong.length === 0, wrong.join('; '))
    for (const { row, ours } of pairs)
      bounds.check('Writes are refused for memory exactly where they were', row.oom_errors > 0 === ours.oomErrors > 0, row.run)
    return {
      ratios: pairs.map(({ row, ours }) => ({ name: row.run, recorded: row.hit_ratio, simulated: ours.hitRatio })),
      bounds: bounds.list(),
    }
  },
}
