import { newStream } from '../../src/engine/core/random.ts'
import { lruHits } from '../../src/engine/laws/lru-replay.ts'
import { zipfRank } from '../../src/engine/workload/keys.ts'
import { goal } from '../lib/goal.ts'
import { compare } from '../lib/measure.ts'
import { named, peerCjs } from '../lib/peers.ts'
import { raced, wrong } from '../lib/row.ts'

const GOAL = 'G7 LRU replay of a Zipf trace'
const KEYS = 100_000
const CAPACITY = 10_000
const LENGTH = 200_000

interface Cache {
  get(key: number): number | undefined
  set(key: number, value: number): void
}
type Caches = { LRUCache: new (options: { max: number }) => Cache }

/** Cache-aside over the trace: GET, and SET on a miss. */
const hitsOf = ({ LRUCache }: Caches, trace: Uint32Array): number => {
  const cache = new LRUCache({ max: CAPACITY })
  let hits = 0
  for (let i = 0; i < trace.length; i++) {
    const key = trace[i]
    if (cache.get(key) !== undefined) hits++
    else cache.set(key, i)
  }
  return hits
}

await goal(({ quick }) => {
  const peer = named('lru-cache')
  const caches = peerCjs<Caches>('lru-cache')
  const theirHits = (trace: Uint32Array): number => hitsOf(caches, trace)
  const stream = newStream(7, 'trace')
  const trace = Uint32Array.from({ length: LENGTH }, () => zipfRank(stream, KEYS, 0.99))
  const [ours, theirs] = [lruHits(trace, KEYS, CAPACITY), theirHits(trace)]
  if (ours !== theirs) return [wrong(GOAL, peer, `${ours} hits and ${theirs}`)]
  let sink = 0
  // `n` requests each: whole traces, then the rest of one
  const run = (hits: (part: Uint32Array) => number) => (n: number) => {
    for (let left = n; left > 0; left -= LENGTH) sink += hits(left >= LENGTH ? trace : trace.subarray(0, left))
  }
  const [a, b] = compare(
    [
      { name: 'ringside', run: run((part) => lruHits(part, KEYS, CAPACITY)), least: LENGTH },
      { name: peer, run: run(theirHits), least: LENGTH },
    ],
    quick ? 7 : 11,
  )
  if (sink < 0) return []
  return [
    raced(GOAL, a, b, 3, quick, `Zipf 0.99 over ${KEYS} keys, room for ${CAPACITY}; ${((100 * ours) / LENGTH).toFixed(2)} % hits both`),
  ]
})
