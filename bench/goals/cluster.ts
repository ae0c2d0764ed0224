import { SEC } from '../../src/engine/core/time.ts'
import { Session } from '../../src/lab/session.ts'
import { goal } from '../lib/goal.ts'
import { human, median } from '../lib/measure.ts'
import { redisVersion, startRedis } from '../lib/redis.ts'
import { gated, reported, skipped, wrong } from '../lib/row.ts'
import { sixNodes } from '../lib/workload.ts'

const GOAL = 'G3 six nodes, client operations'
const TARGET = 20

/**
 * Operations a wall second over twenty simulated seconds, with metrics and facts as in the lab: a quarter of a second, so that what the
 * other's round left in the caches does not count.
 */
const ourRound = (s: Session): number => {
  const { windows } = s.metrics
  const before = windows.length
  const began = performance.now()
  s.advance(s.now + 20 * SEC)
  const time = performance.now() - began
  let finished = 0
  for (const w of windows.slice(before)) finished += w.requests - w.errors
  return (finished * 1000) / time
}

await goal(async ({ quick }) => {
  const proofs = [new Session(sixNodes(), 7), new Session(sixNodes(), 7)].map((s) => {
    s.advance(3 * SEC)
    return s.sim.digest()
  })
  if (proofs[0] !== proofs[1]) return [wrong(GOAL, '', `two equal runs differ: ${proofs.join(' ')}`)]
  const s = new Session(sixNodes(), 7)
  for (let i = 0; i < 2; i++) ourRound(s)
  if (s.metrics.windows.some((w) => w.errors > w.requests / 20)) return [wrong(GOAL, '', 'more than a twentieth of the requests failed')]
  const version = redisVersion()
  if (quick || version === null) {
    const ours = median(Array.from({ length: 7 }, () => ourRound(s)))
    return [
      reported(GOAL, human(ours), '', null, 'metrics and facts on'),
      skipped(GOAL, 'redis-server', TARGET, quick ? 'a quick run has npm peers only' : 'redis-server and redis-benchmark are not here'),
    ]
  }
  const redis = await startRedis()
  try {
    const n = Math.max(5000, Math.round(await redis.round(10_000)))
    const rounds: [ours: number, theirs: number][] = []
    for (let i = 0; i < 7; i++) rounds.push([ourRound(s), await redis.round(n)])
    const ratio = median(rounds.map(([a, b]) => a / b))
    const theirs = median(rounds.map(([, b]) => b))
    return [
      gated(
        GOAL,
        human(median(rounds.map(([a]) => a))),
        `redis-server@${version} ${human(theirs)}`,
        ratio,
        TARGET,
        quick,
        'metrics and facts on; 50 connections, P=1',
      ),
    ]
  } finally {
    await redis.stop()
  }
})
