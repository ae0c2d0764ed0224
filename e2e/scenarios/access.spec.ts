import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { dispatch, leaveIntro, openLab, standAt, station } from '../lab.ts'

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

    test('axe finds nothing on the opening page or in the lab after a failover', async ({ page }) => {
      await openLab(page)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect(await violations(page)).toEqual([])
      await standAt(page, 10)
      await dispatch(page, { type: 'crash', process: 'n1' })
      await standAt(page, 20)
      await expect(station(page, 'n4')).toHaveAccessibleName(/primary/)
      await station(page, 'n4').click()
      expect(await violations(page)).toEqual([])
    })
  })

test('the first act by keyboard alone', async ({ page }) => {
  await openLab(page)
  for (
    let i = 0;
    i < 25 && !(await station(page, 'n1').evaluate((e) => e === document.activeElement || e.contains(document.activeElement)));
    i++
  )
    await page.keyboard.press('Tab')
  expect(await station(page, 'n1').evaluate((e) => getComputedStyle(e).outlineStyle), 'the focus is seen').toBe('solid')
  await page.keyboard.press('Enter')
  await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
})

for (const width of [390, 360])
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 844 }, hasTouch: true, isMobile: true })

    test('kill a primary by two taps, with no sideways scroll', async ({ page }) => {
      await openLab(page)
      await leaveIntro(page).catch(() => {})
      await station(page, 'n1').tap()
      await page.getByRole('button', { name: /^Crash/ }).tap()
      await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(sideways).toBeLessThanOrEqual(0)
      for (const name of ['Slots', 'Events', 'Charts', 'CLI']) {
        await page.getByRole('tab', { name: new RegExp(`^${name}`) }).tap()
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      }
    })
  })

test('nothing in the bar of a phone is cut off or too small for a finger', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await openLab(page, '/?scenario=single')
  await expect(station(page, 'n1')).toBeVisible()
  for (const width of [360, 390, 412, 430, 600]) {
    await page.setViewportSize({ width, height: 740 })
    for (const name of ['Share', 'Commands']) {
      const box = (await page.getByRole('banner').getByRole('button', { name }).boundingBox())!
      expect(box.x + box.width).toBeLessThanOrEqual(width)
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44)
    }
    for (const link of await page.getByRole('navigation', { name: 'Places' }).getByRole('link').all())
      expect(Math.min(...Object.values((await link.boundingBox())!).slice(2))).toBeGreaterThanOrEqual(24)
  }
  await context.close()
})

test('a chain of causes has room to be read beside a selected process', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await dispatch(page, { type: 'crash', process: 'n1' })
  await standAt(page, 18)
  await station(page, 'n4').click()
  await page
    .getByRole('region', { name: 'Events' })
    .getByRole('button', { name: /^why\? is promoted/ })
    .click()
  const chain = page.getByRole('region', { name: 'Chain of causes' })
  await expect(chain.getByRole('listitem').nth(3)).toBeInViewport()
})

test('at twice the size of everything the stage keeps its room, and the page scrolls to the rest', async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 })
  await openLab(page, '/?scenario=single')
  await expect(station(page, 'n1')).toBeInViewport()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await timeline.scrollIntoViewIfNeeded()
  await expect(timeline).toBeInViewport()
})
