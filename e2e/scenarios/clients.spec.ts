import { expect, test } from '@playwright/test'
import { dispatch, leaveIntro, openLab, runOf, standAt, station } from '../lab.ts'

for (const [policy, ends] of [
  ['follow MOVED', 'slot map right'],
  ['poll every 5 s', 'slot map right'],
  ['ignore MOVED', 'wrong about'],
] as const)
  test(`after a failover, an application told to ${policy} is ${ends}`, async ({ page }) => {
    await openLab(page)
    await leaveIntro(page)
    await standAt(page, 10)
    await page.getByRole('combobox', { name: 'slot map', exact: true }).selectOption({ label: policy })
    await expect.poll(async () => (await runOf(page)).actions.length).toBe(2)
    await dispatch(page, { type: 'failover', process: 'n4' })
    await standAt(page, 25)
    await expect(station(page, 'n4')).toHaveAccessibleName(/primary/)
    await expect(station(page, 'app1')).toHaveAccessibleName(new RegExp(ends))
  })
