import { newStream, uniform } from '../../src/engine/core/random.ts'
import { bucketOf, newHistogram, quantileOf } from '../../src/engine/observe/histogram.ts'
import { goal } from '../lib/goal.ts'
import { compare } from '../lib/measure.ts'
import { named, peerCjs } from '../lib/peers.ts'
import { raced, wrong } from '../lib/row.ts'

const GOAL = 'G9 histogram, recording'
const VALUES = 65_536

interface Theirs {
  recordValue(value: number): void
  getValueAtPercentile(percentile: number): number
}
interface Library {
  initWebAssembly(): Promise<void>
  build(request: object): Theirs
}

await goal(async ({ quick }) => {
  const library = peerCjs<Library>('hdr-histogram-js')
  const peer = `${named('hdr-histogram-js')} wasm`
  await library.initWebAssembly()
  // one digit is its coarsest, coarser than our 3 %
  const theirs = library.build({
    useWebAssembly: true,
    bitBucketSize: 32,
    numberOfSignificantValueDigits: 1,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 31 - 1,
  })
  const ours = newHistogram()
  const stream = newStream(7, 'latency')
  const values = Uint32Array.from({ length: VALUES }, () => 100 + Math.floor(1e6 * uniform(stream) ** 6))
  for (const v of values) {
    ours[bucketOf(v)]++
    theirs.recordValue(v)
  }
  const sorted = values.toSorted((a, b) => a - b)
  for (const q of [0.5, 0.9, 0.99]) {
    const exact = sorted[Math.ceil(VALUES * q) - 1]
    const [a, b] = [quantileOf(ours, VALUES, q), theirs.getValueAtPercentile(q * 100)]
    if (Math.abs(a - exact) > exact / 32 || Math.abs(b - exact) > exact / 10)
      return [wrong(GOAL, peer, `quantile ${q}: ${a} and ${b}, exactly ${exact}`)]
  }
  const [a, b] = compare(
    [
      {
        name: 'ringside',
        run: (n) => {
          for (let i = 0; i < n; i++) ours[bucketOf(values[i & (VALUES - 1)])]++
        },
      },
      {
        name: peer,
        run: (n) => {
          for (let i = 0; i < n; i++) theirs.recordValue(values[i & (VALUES - 1)])
        },
      },
    ],
    quick ? 7 : 11,
  )
  return [raced(GOAL, a, b, 3, quick, 'p50, p90 and p99 of both checked; within 3 % here, one digit there')]
})
