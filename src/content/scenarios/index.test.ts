import { expect, it } from 'vitest'
import { SCENARIO_GROUPS, SCENARIOS } from './index.ts'

it('the picker shows every scenario, once', () => {
  const shown = SCENARIO_GROUPS.flatMap((g) => g.ids)
  expect([...shown].sort((a, b) => (a < b ? -1 : 1))).toEqual(SCENARIOS.map((s) => s.id).sort((a, b) => (a < b ? -1 : 1)))
})
