import { expect, test } from '@playwright/test'
import { dispatch, leaveIntro, openLab, runOf, runOn, station } from '../lab.ts'

test('a paused primary returns and finds itself a replica', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await station(page, 'n1').click()
  await page
    .getByRole('button', { name: /^Actions/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: /^Pause/ }).click()
  await expect(station(page, 'n1')).toHaveAccessibleName(/paused/)
  await runOn(page, 10)
  await expect(station(page, 'n4')).toHaveAccessibleName(/primary/)
  await page
    .getByRole('button', { name: /^Actions/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: /^Resume/ }).click()
  await expect(station(page, 'n1')).not.toHaveAccessibleName(/paused/)
  await runOn(page, 3)
  await expect(station(page, 'n1')).toHaveAccessibleName(/replica/)
})

test('a node is added under load and another removed; no request fails', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await page.getByRole('button', { name: /Add node/ }).click()
  await page.getByRole('menuitem', { name: 'A primary, slots move to it' }).click()
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('addNode')
  await runOn(page, 3)
  await expect(page.getByRole('group', { name: 'Reshard' })).toBeVisible()
  await runOn(page, 60)
  await expect(page.getByRole('group', { name: 'Reshard' })).toBeHidden()
  await expect(station(page, 'n7')).toHaveAccessibleName(/4.?096 slots|primary/)

  await dispatch(page, { type: 'removeNode', process: 'n2' })
  await runOn(page, 3)
  await expect(page.getByRole('group', { name: 'Reshard' })).toBeVisible()
  await runOn(page, 60)
  await expect(page.getByRole('group', { name: 'Reshard' })).toBeHidden()
  await expect(station(page, 'n2')).toHaveCount(0)
  expect((await runOf(page)).actions.map((a) => a.action.type)).toEqual(['load', 'addNode', 'removeNode'])
})
