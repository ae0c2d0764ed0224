import { expect, test } from '@playwright/test'
import { dispatch, leaveIntro, openLab, play, station, untilTime } from '../lab.ts'

for (const [policy, ends] of [
  ['follow MOVED', 'slot map right'],
  ['poll every 5 s', 'slot map right'],
  ['ignore MOVED', 'wrong about'],
] as const)
  test(`after a failover, an application told to ${policy} is ${ends}`, async ({ page }) => {
    await openLab(page)
    await leaveIntro(page)
    await page.getByRole('combobox', { name: 'slot map', exact: true }).selectOption({ label: policy })
    await dispatch(page, { type: 'failover', process: 'n4' })
    await play(page, 10)
    await expect(station(page, 'n4')).toHaveAccessibleName(/primary/, { timeout: 20_000 })
    await untilTime(page, 25)
    await expect(station(page, 'app1')).toHaveAccessibleName(new RegExp(ends))
  })
