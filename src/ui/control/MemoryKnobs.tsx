import { useMemo } from 'react'
import { fifoHitRatio, lruHitRatio, topShare } from '../../engine/laws/cache.ts'
import { memoryBytes } from '../../engine/redis/config-values.ts'
import { together, hitRatio } from '../charts/series.ts'
import { count, percent } from '../design/format.ts'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { directiveOf } from './directive.ts'
import { Choice, Group, Knob } from './parts.tsx'

type Policy = `${'allkeys' | 'volatile'}-${'lru' | 'lfu' | 'random'}` | 'volatile-ttl' | 'noeviction'
const POLICIES: readonly [Policy, string][] = [
  ['noeviction', 'nothing: noeviction'],
  ['allkeys-lru', 'unused longest: allkeys-lru'],
  ['allkeys-lfu', 'used least often: allkeys-lfu'],
  ['allkeys-random', 'any: allkeys-random'],
  ['volatile-lru', 'with a TTL, unused longest: volatile-lru'],
  ['volatile-lfu', 'with a TTL, least often: volatile-lfu'],
  ['volatile-random', 'with a TTL, any: volatile-random'],
  ['volatile-ttl', 'expires soonest: volatile-ttl'],
]

/** What theory says of a policy: the name of the law, and its hit ratio. */
const LAWS: Partial<Record<Policy, [name: string, law: typeof lruHitRatio]>> = {
  'allkeys-lru': ['Che’s approximation of exact LRU', lruHitRatio],
  'volatile-lru': ['Che’s approximation of exact LRU', lruHitRatio],
  'allkeys-lfu': ['the most popular keys kept for ever', topShare],
  'volatile-lfu': ['the most popular keys kept for ever', topShare],
  'allkeys-random': ['Gelenbe’s formula for random eviction', fifoHitRatio],
  'volatile-random': ['Gelenbe’s formula for random eviction', fifoHitRatio],
}

const set = (directive: string, value: string) => void act({ type: 'config', process: '*', directive, value })

/** Keys counted coarsely, so that the law is not solved anew for every key that comes or goes. */
const coarse = (n: number): number => (n < 100 ? n : Number(n.toPrecision(2)))
/** Windows that make a measured ratio: eight seconds. */
const RECENT = 32

/** How much each node may hold, what goes when it is full, and what theory says the hit ratio becomes. */
export const MemoryKnobs = () => {
  const limit = memoryBytes(useStore((x) => directiveOf(x, 'maxmemory', '0'))) ?? 0
  const policy = useStore((x) => directiveOf(x, 'maxmemory-policy', 'noeviction')) as Policy
  return (
    <Group title="Memory" open={limit > 0}>
      <Knob
        knob={{
          label: 'maxmemory',
          unit: 'MB',
          hint: 'Of each node; an empty one takes about 0.9 MB, in cluster mode 1.6. 0 is no limit.',
          min: 0,
          max: 20,
          step: 0.1,
        }}
        value={limit / 1e6}
        send={(v) => set('maxmemory', String(Math.round(v * 1e6)))}
      />
      <Choice
        label="when full, goes"
        value={policy}
        options={POLICIES}
        hint="maxmemory-policy. Nothing: writes are refused with OOM."
        send={(v) => set('maxmemory-policy', v)}
      />
      {limit > 0 && <Prediction policy={policy} />}
    </Group>
  )
}

const Prediction = ({ policy }: { policy: Policy }) => {
  const load = useStore((x) => x.frame?.load)
  const kept = useStore((x) => (x.frame?.processes ?? []).reduce((n, p) => n + (p.node?.role === 'primary' ? p.node.keys : 0), 0))
  const measured = useStore((x) => {
    const recent = together(x.windows.slice(-RECENT))
    const ratio = recent && hitRatio(recent)
    return ratio === null ? '–' : percent(ratio, 1)
  })
  const law = LAWS[policy]
  const room = coarse(kept)
  const keys = load?.keys ?? 0
  const exponent = load?.zipf ?? 0
  const predicted = useMemo(
    () => (law === undefined || keys === 0 || room === 0 ? null : law[1](keys, exponent, Math.min(room, keys))),
    [law, keys, exponent, room],
  )
  return (
    <p className="quiet small" data-testid="memory-law">
      {count(kept)} of {count(keys)} keys are held; hit ratio {measured} in the last 8 s
      {predicted === null || law === undefined ? '' : `, ${percent(predicted, 1)} by ${law[0]}`}.
    </p>
  )
}
