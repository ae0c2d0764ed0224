import { expect, test } from 'vitest'
import { measure } from '../../lab/lesson-player.ts'
import { proveLesson, solve } from './testing/prove.ts'
import { staleMap } from './stale-map.ts'

proveLesson(staleMap)

test('the longer nobody renews the map, the longer it hurts', { timeout: 120_000 }, () => {
  const index = staleMap.steps.findIndex((s) => s.variants)
  const step = staleMap.steps[index]!
  const took = step.variants!.list.map((v) => measure(step.measure, solve(staleMap, index, staleMap.seed, v.before)))
  const [moved, five, sixty, never] = took
  expect(never).toBeNull()
  expect(moved!).toBeLessThan(five!)
  expect(five!).toBeLessThan(sixty!)
})
