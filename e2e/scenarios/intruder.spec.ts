import { expect, test } from '@playwright/test'
import { openLab, runOf, runOn, standAt, station } from '../lab.ts'

test('who listens forges the failure of a healthy primary; with TLS on the bus he cannot', async ({ page }) => {
  await openLab(page, '/?scenario=eavesdropper')
  await standAt(page, 10)
  const learnt = page.getByTestId('learnt')
  await expect(learnt).toContainText('can speak on the bus as n1')
  await expect(learnt).toContainText(/item:\d+/)

  await page.getByRole('checkbox', { name: 'cluster bus' }).click()
  await expect.poll(async () => (await runOf(page)).actions.length).toBe(1)
  await page.getByRole('button', { name: 'forge a FAIL' }).click()
  await expect.poll(async () => (await runOf(page)).actions.length).toBe(2)
  await runOn(page, 3)
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('cannot speak on the bus: TLS asks for a certificate')
  await expect(station(page, 'n1')).toHaveAccessibleName(/primary/)

  await page.getByRole('checkbox', { name: 'cluster bus' }).click()
  await expect.poll(async () => (await runOf(page)).actions.length).toBe(3)
  await page.getByRole('button', { name: 'forge a FAIL' }).click()
  await expect.poll(async () => (await runOf(page)).actions.length).toBe(4)
  await runOn(page, 8)
  await expect(station(page, 'n4')).toHaveAccessibleName(/primary/)
  await expect(station(page, 'n1')).toHaveAccessibleName(/replica of n4/)
})
