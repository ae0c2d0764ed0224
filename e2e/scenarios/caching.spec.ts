import { expect, test } from '@playwright/test'
import { dispatch, openLab, runOf, runOn, standAt } from '../lab.ts'

test('an expired hot key is a stampede without a policy, and next to nothing with a lock', async ({ page }) => {
  await openLab(page, '/?scenario=stampede')
  await expect(page.getByRole('button', { name: /^app5, / })).toBeVisible()

  await standAt(page, 9)
  await dispatch(page, { type: 'expireHot' })
  await runOn(page, 1)
  await expect(page.getByRole('button', { name: /^origin, (2[1-9]|[3-9]\d) of 100/ })).toBeVisible()
  // the flow's own source tells how many wait on the line that asks the database
  await page.getByRole('tab', { name: 'Flow source' }).click()
  await expect(page.getByRole('region', { name: 'Source of the flows' })).toContainText('ask the database')

  await standAt(page, 14)
  await dispatch(page, { type: 'policy', process: '*', set: { fill: 'lock' } })
  await dispatch(page, { type: 'expireHot' })
  await runOn(page, 0.5)
  await expect(page.getByRole('button', { name: /^origin, [1-7] of 100/ })).toBeVisible()
  // a second later all who waited have been served, and the database never saw them
  await runOn(page, 1)
  await expect(page.getByRole('button', { name: /^origin, [0-7] of 100/ })).toBeVisible()
})

test('an invalidation reaches those who listen; who does not serves stale until its time to live ends', async ({ page }) => {
  await openLab(page, '/?scenario=invalidation')
  await standAt(page, 8.5)
  await dispatch(page, { type: 'subscription', process: 'app2', on: false })
  await expect(page.getByRole('button', { name: /^app2, / })).toHaveAccessibleName(/not subscribed|no invalidations/)
  await standAt(page, 9)
  await page.keyboard.press('r')
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('updateRow')
  await standAt(page, 14)
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('item:hot')
  await page.getByRole('tab', { name: 'Charts' }).click()
  await expect(page.getByRole('img', { name: /stale reads/i })).toBeVisible()
})
