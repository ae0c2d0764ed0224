import { runSentinelFailover, type SentinelRun, type SentinelSetting } from '../sentinel-failovers.ts'
import { RECORDED_SENTINEL, type RecordedSentinel } from '../recorded.data.ts'
import { Bounds, cutSeeds, decision, rareEvent, timing, type Section } from './section.ts'

/** Recording 13: failovers under Sentinel at down-after 2 s, with all alive, with most of them dead, with priorities. */

const SETTINGS: Readonly<Record<string, { words: string; world: SentinelSetting }>> = {
  three: { words: 'three Sentinels, quorum 2', world: { sentinels: 3, quorum: 2 } },
  one: { words: 'one Sentinel, quorum 1', world: { sentinels: 1, quorum: 1 } },
  'one, quorum 2': { words: 'one Sentinel, quorum 2', world: { sentinels: 1, quorum: 2 } },
  'two down': { words: 'three Sentinels, quorum 2, two dead', world: { sentinels: 3, quorum: 2, dead: ['s2', 's3'] } },
  'two down, quorum 1': {
    words: 'three Sentinels, quorum 1, two dead',
    world: { sentinels: 3, quorum: 1, dead: ['s2', 's3'], failoverTimeoutMs: 6000, watchMs: 16_000 },
  },
  priority: { words: 'replica-priority 100 and 10', world: { sentinels: 3, quorum: 2, priorities: [100, 10] } },
  'priority 0': { words: 'replica-priority 100 and 0', world: { sentinels: 3, quorum: 2, priorities: [100, 0] } },
}

/** The parts of a failover: from one moment to the next, as both kinds of run name them. */
const PARTS: readonly { words: string; of: (r: RecordedSentinel) => number }[] = [
  { words: 'fault to first SDOWN', of: (r) => r[1] },
  { words: 'SDOWN to a failover attempt', of: (r) => r[2] - r[1] },
  { words: 'attempt to elected leader', of: (r) => r[3] - r[2] },
  { words: 'elected to replica selected', of: (r) => r[4] - r[3] },
  { words: 'selected to promotion seen', of: (r) => r[5] - r[4] },
  { words: 'promotion to the leader’s end', of: (r) => r[6] - r[5] },
  { words: 'fault to promotion, in all', of: (r) => r[5] },
]

/** Every part ends at a tick of a timer of 10 to 19 Hz; the whole is a few of them. */
const TICK_BOUND = 100
const WHOLE_BOUND = 200

interface Part {
  runs: (RecordedSentinel | null)[]
}

const asRecorded = (r: SentinelRun): RecordedSentinel | null =>
  r.promoted === null
    ? null
    : [r.promoted, Math.min(...Object.values(r.sdown)), r.tried!, r.elected!, r.selected!, r.promotedAt!, r.ended ?? NaN, r.splitVotes > 0]

const outcomeOf = (r: RecordedSentinel | null): string => (r === null ? 'no failover' : `${r[0]} is promoted`)

export const sentinels: Section<Part> = {
  name: 'sentinels',
  jobs: ({ seeds }) => cutSeeds(Object.keys(SETTINGS), seeds, 25),
  run: ({ setting, from, count }) => ({
    runs: Array.from({ length: count }, (_, i) => asRecorded(runSentinelFailover(from + i, SETTINGS[setting].world))),
  }),
  report: (parts) => {
    const settings = Object.entries(SETTINGS).map(([key, { words }]) => ({
      key,
      setting: words,
      theirs: RECORDED_SENTINEL[key],
      mine: (parts.get(key) ?? []).flatMap((p) => p.runs),
    }))
    const bounds = new Bounds()
    for (const { key, mine } of settings)
      if (key.includes('two down') || key === 'one, quorum 2')
        for (const r of mine)
          bounds.check('Sentinel promotes nobody without its quorum and a majority of the known Sentinels', r === null, key)
    const isSplit = (r: RecordedSentinel | null): boolean => r !== null && r[7]
    const shared = settings.filter((x) => x.key === 'three' || x.key.startsWith('priority'))
    const [theirs, mine] = [shared.flatMap((x) => x.theirs), shared.flatMap((x) => x.mine)]
    return {
      decisions: settings.map((x) =>
        // between equal replicas the run id decides, which is chance
        decision('13', x.setting, 'who becomes primary', x.theirs.map(outcomeOf), x.mine.map(outcomeOf), chance(x.key)),
      ),
      timings: settings
        .filter((x) => x.key === 'three' || x.key === 'one')
        .flatMap((x) =>
          PARTS.map(({ words, of }) =>
            timing(
              '13',
              x.setting,
              words,
              x.theirs.filter((r) => r !== null).map(of),
              x.mine.filter((r) => r !== null && !Number.isNaN(r[6])).map((r) => of(r!)),
              words.endsWith('in all') ? WHOLE_BOUND : TICK_BOUND,
            ),
          ),
        ),
      rare: [
        rareEvent(
          'Two Sentinels share the votes of one epoch',
          '13',
          [theirs.filter(isSplit).length, theirs.length],
          [mine.filter(isSplit).length, mine.length],
        ),
      ],
      bounds: bounds.list(),
    }
  },
}

const chance = (key: string): string[] => (key === 'three' || key === 'one' ? ['n2 is promoted', 'n3 is promoted'] : [])
