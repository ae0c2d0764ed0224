import { rankElection, type RankElection } from '../rank-elections.ts'
import { RECORDED_STALE } from '../recorded.data.ts'
import { Bounds, cutSeeds, decision, rareEvent, type Section } from './section.ts'

/** Recording 16: an election between a replica that is up to date and one that is 26 MB behind. */

const SETTING = 'one replica 26 MB behind, node-timeout 2 s'
const WORDS = { fresh: 'the replica that is up to date', stale: 'the one behind; the other sat out its retry window' }

export const ranks: Section<RankElection[]> = {
  name: 'ranks',
  jobs: ({ seeds }) => cutSeeds([SETTING], seeds, 10),
  run: ({ from, count }) => Array.from({ length: count }, (_, i) => rankElection(from + i)),
  report: (parts) => {
    const runs = [...parts.values()].flat(2)
    const { won, of } = RECORDED_STALE
    const bounds = new Bounds()
    for (const r of runs)
      if (r.fresh !== null && r.stale !== null && r.winner === 'fresh')
        bounds.check(
          'Of two replicas the one with the greater offset has rank 0, the other 1',
          r.fresh.rank === 0,
          `${r.fresh.rank} and ${r.stale.rank}`,
        )
    return {
      decisions: [
        decision(
          '16',
          SETTING,
          'who is promoted',
          Array.from({ length: of }, (_, i) => WORDS[i < won ? 'stale' : 'fresh']),
          runs.map((r) => WORDS[r.winner]),
        ),
      ],
      rare: [
        rareEvent('A stale replica wins an election', '16', [won, of], [runs.filter((r) => r.winner === 'stale').length, runs.length]),
      ],
      bounds: bounds.list(),
    }
  },
}
