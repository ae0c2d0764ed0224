import { expect, test } from '@playwright/test'
import { leaveIntro, openLab, pause, runOf, runOn, station } from '../lab.ts'

test('a topology of your own: impossible sizes get one sentence, two primaries warn and start', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Choose a cluster' })
  const primaries = dialog.getByRole('spinbutton', { name: 'primaries' })
  const start = dialog.getByRole('button', { name: 'Start', exact: true })
  for (const n of [0, 2000]) {
    await primaries.fill(String(n))
    await expect(dialog.getByRole('status')).toHaveText(`A cluster needs 1 to 1000 primaries, not ${n}.`)
    await expect(start).toBeDisabled()
  }
  await primaries.fill('2')
  await expect(dialog.getByRole('status')).toContainText('With two primaries the majority is two')
  await start.click()
  await expect.poll(async () => (await runOf(page)).scenario).toBe('own')
  await expect(station(page, 'n4')).toHaveAccessibleName(/replica of/)
  await expect(station(page, 'n5')).toHaveCount(0)
})

test('the last primary is not removed, and the reason is shown', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await pause(page)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Choose a cluster' })
  await dialog.getByRole('spinbutton', { name: 'primaries' }).fill('1')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await expect.poll(async () => (await runOf(page)).scenario).toBe('own')
  await station(page, 'n1').click()
  await page
    .getByRole('button', { name: /^Actions/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: /^Remove node/ }).click()
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('removeNode')
  await runOn(page, 5)
  await expect(page.getByText(/n1 is the last primary: its slots have nowhere to go\./).first()).toBeVisible()
  await expect(station(page, 'n1')).toHaveAccessibleName(/primary/)
})
