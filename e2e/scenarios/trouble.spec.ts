import { expect, test } from '@playwright/test'
import { dispatch, leaveIntro, openLab, pause, runOf, station } from '../lab.ts'

test('a simulation that cannot start says so; the page is not blank', async ({ page }) => {
  await page.route(/\/worker-[^/]*\.js$/, (route) => route.abort())
  await page.goto('./')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(/The simulation stopped: .*It does not start again\. Reload the page/)
  await expect(page.getByRole('banner')).toBeVisible()
})

test('a simulation that dies later is started again from the run', async ({ page }) => {
  await openLab(page)
  await dispatch(page, { type: 'crash', process: 'n1' })
  await pause(page)
  await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
  const { actions } = await runOf(page)
  await page.workers()[0]!.evaluate(
    () =>
      void setTimeout(() => {
        throw new Error('broken on purpose')
      }),
  )
  await expect(page.getByRole('alert')).toContainText(/broken on purpose.*It was started again from your run\./)
  expect((await runOf(page)).actions).toEqual(actions)
  await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
})

test('where the browser keeps nothing the page says so, and the lab works', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new Error('denied')
      },
    })
  })
  await openLab(page)
  await expect(page.getByRole('alert')).toContainText('Progress is not being saved. Export it.')
  await leaveIntro(page)
  await dispatch(page, { type: 'crash', process: 'n1' })
  await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
})

test('the flow source counts who waits on a line', async ({ page }) => {
  await openLab(page, '/?scenario=stampede')
  await expect(station(page, 'app5')).toBeVisible()
  await pause(page)
  await dispatch(page, { type: 'expireHot' })
  await page.evaluate(async () => window.lab!.seek((await window.lab!.run()).at / 1e6 + 0.5))
  await page.evaluate(() => window.lab!.play(0.1))
  await page.getByRole('tab', { name: 'Flow source' }).click()
  const flows = page.getByRole('region', { name: 'Source of the flows' })
  await expect(flows).toContainText('cache-aside')
  await expect(flows).toContainText(/[1-9]\d* waiting/)
  await expect(
    flows
      .getByRole('listitem')
      .filter({ hasText: /^[1-9]\d*.*ask the database/ })
      .first(),
  ).toBeVisible()
})
