import { expect, test } from '@playwright/test'
import { complaintsOf } from '../guard.ts'
import { openLab, station } from '../lab.ts'

test('from first load to why it took that long, in two clicks and no typing', async ({ page }) => {
  // the page slows time by itself where something is decided: about half a minute, more on a busy machine
  test.setTimeout(120_000)
  const complaints = complaintsOf(page)
  await openLab(page)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('requests a second. Kill a primary.')

  await station(page, 'n1').click()
  await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
  const prompt = page.getByRole('button', { name: /^Why did it take \d+\.\d s\?$/ })
  await expect(prompt).toBeVisible({ timeout: 90_000 })
  await expect(station(page, 'n4')).toHaveAccessibleName(/primary/)
  await prompt.click()

  const chain = page.getByRole('region', { name: /^Why it took/ })
  const parts = await chain.locator('tbody tr td:last-child').allTextContents()
  const total = await chain.locator('tfoot td:last-child').textContent()
  const seconds = (text: string | null) => Number((text ?? '').replace(' s', ''))
  expect(parts.length).toBeGreaterThanOrEqual(4)
  expect(parts.reduce((sum, t) => sum + seconds(t), 0)).toBeCloseTo(seconds(total), 2)
  // node-timeout is 5 s: nobody may act before, and the rules bound it from above
  expect(seconds(total)).toBeGreaterThan(5.5)
  expect(seconds(total)).toBeLessThan(9.5)

  await chain.getByRole('row', { name: /vote/ }).getByRole('button', { name: 'why?' }).click()
  await expect(page.getByRole('region', { name: 'Chain of causes' })).toContainText('crash n1')
  expect(complaints).toEqual([])
})
