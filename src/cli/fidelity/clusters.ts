import {
  SMALLER_ID_BUMPS,
  SMALLEST_MIGRATES,
  epochCollision,
  manualFailover,
  replicaMigration,
  type ManualMode,
} from '../cluster-decisions.ts'
import { RECORDED_MANUAL, RECORDED_MIGRATIONS } from '../recorded.data.ts'
import { Bounds, cutSeeds, decision, timing, type Section } from './section.ts'

/** Recordings 07 and 16: manual failover by its three ways, the replica that migrates, two primaries with one configEpoch. */

interface Trial {
  outcome: string
  /** ms; null when nothing came of it. */
  ms: number | null
}

const NOTHING_LOST = 'promoted, no write lost'
const SOME_LOST = 'promoted, acknowledged writes lost'

const MANUAL: Readonly<Record<string, { mode: ManualMode; words: string; allowed: readonly string[] }>> = {
  plain: { mode: 'plain', words: 'CLUSTER FAILOVER under writes', allowed: [] },
  // whether a write is on its way in the moment that counts is chance
  FORCE: { mode: 'FORCE', words: 'CLUSTER FAILOVER FORCE under writes', allowed: [NOTHING_LOST, SOME_LOST] },
  TAKEOVER: { mode: 'TAKEOVER', words: 'CLUSTER FAILOVER TAKEOVER under writes', allowed: [NOTHING_LOST, SOME_LOST] },
}
const MIGRATION = 'both replicas of a primary die, node-timeout 2 s'
const COLLISION = 'two primaries with one configEpoch meet'

const trial = (setting: string, seed: number): Trial => {
  if (setting === COLLISION) return epochCollision(seed)
  if (setting === MIGRATION) {
    const { outcome, seen } = replicaMigration(seed)
    return { outcome, ms: seen }
  }
  const { outcome, promoted } = manualFailover(MANUAL[setting].mode, seed)
  return { outcome, ms: Number.isNaN(promoted) ? null : promoted }
}

export const clusters: Section<Trial[]> = {
  name: 'clusters',
  jobs: ({ seeds }) => cutSeeds([...Object.keys(MANUAL), MIGRATION, COLLISION], seeds, 10),
  run: ({ setting, from, count }) => Array.from({ length: count }, (_, i) => trial(setting, from + i)),
  report: (parts) => {
    const of = (setting: string): Trial[] => (parts.get(setting) ?? []).flat()
    const outcomes = (setting: string): string[] => of(setting).map((t) => t.outcome)
    const times = (setting: string): number[] => of(setting).flatMap((t) => (t.ms === null ? [] : [t.ms]))
    const bounds = new Bounds()
    for (const t of of('plain')) bounds.check('A plain manual failover loses no acknowledged write', t.outcome === NOTHING_LOST, t.outcome)
    return {
      decisions: [
        ...Object.entries(MANUAL).map(([key, { words, allowed }]) =>
          decision(
            '07',
            words,
            'the new primary and what was acknowledged',
            RECORDED_MANUAL[key].map((lost) => (lost === 0 ? NOTHING_LOST : SOME_LOST)),
            outcomes(key),
            allowed,
          ),
        ),
        decision(
          '16',
          MIGRATION,
          'which replica moves to it',
          RECORDED_MIGRATIONS.map(() => SMALLEST_MIGRATES),
          outcomes(MIGRATION),
        ),
        decision(
          '16',
          COLLISION,
          'who takes a new one',
          Array.from({ length: COLLISIONS }, () => SMALLER_ID_BUMPS),
          outcomes(COLLISION),
        ),
      ],
      timings: [
        timing(
          '16',
          'replica migration',
          'death of both replicas to the new one seen',
          RECORDED_MIGRATIONS,
          times(MIGRATION),
          MIGRATION_BOUND,
        ),
      ],
      bounds: bounds.list(),
    }
  },
}

/** Recorded collisions, all with one outcome. */
const COLLISIONS = 4
/** PFAIL and FAIL, a tenth of the timeout each, and a cron. */
const MIGRATION_BOUND = 500
