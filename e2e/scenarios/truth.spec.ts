import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { openLab } from '../lab.ts'

const violations = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  return violations.map(
    (v) =>
      `${v.id}: ${v.nodes
        .map((n) => n.target.join(' '))
        .slice(0, 3)
        .join(' | ')}`,
  )
}

for (const scheme of ['light', 'dark'] as const)
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme, reducedMotion: 'reduce' })

    test('from the lab to what is checked: counts, medians side by side, what is left out; axe finds nothing', async ({ page }) => {
      await openLab(page)
      await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'How true?' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(/How true is this/)
      await expect(page.getByText(/Replies checked against Redis 7\.0\.15: \d+\D\d+ of \d+\D\d+ recorded steps/)).toBeVisible()
      const random = page.getByRole('row', { name: /Random scripts against one node/ })
      await expect(random.getByRole('cell').first()).toHaveText(/^\d+\D\d+$/)

      // one setting after another, by keyboard
      const first = page.getByRole('radio').first()
      await first.focus()
      await page.keyboard.press('ArrowRight')
      await expect(page.getByRole('radio').nth(1)).toBeChecked()
      await expect(page.getByRole('row', { name: /fault to first PFAIL/ }).first()).toBeVisible()

      await page.getByText('Every row with its Kolmogorov').click()
      await expect(page.getByRole('columnheader', { name: 'p after Holm' })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'What is simplified' })).toBeVisible()
      await expect(page.getByText(/^Byte-exact memory/)).toBeVisible()
      expect(await violations(page)).toEqual([])
    })
  })

test.describe('390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('nothing scrolls sideways', async ({ page }) => {
    await openLab(page, '/truth')
    await expect(page.getByRole('heading', { name: 'Timing' })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0)
  })
})
