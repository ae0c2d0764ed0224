import { expect, test } from '@playwright/test'
import type { FillPolicy } from '../../src/engine/action.ts'
import { dispatch, openLab, pause, play, untilTime } from '../lab.ts'

/** Queries the database got in the three seconds after the hot key went, as the chart's table tells. */
test('an expired hot key is a stampede without a policy, and one query with a lock', async ({ page }) => {
  await openLab(page, '/?scenario=stampede')
  const busiest = async (fill: FillPolicy): Promise<number> => {
    await dispatch(page, { type: 'policy', process: '*', set: { fill } })
    const from = (await page.evaluate(() => window.lab!.run())).at / 1e6
    await dispatch(page, { type: 'expireHot' })
    await play(page, 1)
    let most = 0
    await expect
      .poll(async () => {
        const name = await page.getByRole('button', { name: /^origin, / }).getAttribute('aria-label')
        most = Math.max(most, Number(/(\d+) of \d+/.exec(name ?? '')?.[1] ?? 0))
        return (await page.evaluate(() => window.lab!.run())).at / 1e6 - from
      })
      .toBeGreaterThan(1.5)
    await pause(page)
    return most
  }
  expect(await busiest('none')).toBeGreaterThan(25)
  expect(await busiest('lock')).toBeLessThan(12)
})

test('an invalidation reaches those who listen; who does not serves stale until its time to live ends', async ({ page }) => {
  await openLab(page, '/?scenario=invalidation')
  await dispatch(page, { type: 'subscription', process: 'app2', on: false })
  await expect(page.getByRole('button', { name: /^app2, / })).toHaveAccessibleName(/not subscribed|no invalidations/)
  await play(page, 1)
  await untilTime(page, 9)
  await page.keyboard.press('r')
  await play(page, 10)
  await untilTime(page, 14)
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('item:hot')
  await page.getByRole('tab', { name: 'Charts' }).click()
  await expect(page.getByRole('img', { name: /stale reads/i })).toBeVisible()
})
