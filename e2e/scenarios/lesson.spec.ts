import { expect, test, type Page } from '@playwright/test'
import { openLab, runOf, runOn } from '../lab.ts'

/** Presses Tab until the named control has the focus. */
const tabTo = async (page: Page, role: 'radio' | 'button' | 'link', name: string | RegExp): Promise<void> => {
  const target = page.getByRole(role, { name }).first()
  for (let i = 0; i < 80; i++) {
    if (await target.evaluate((e) => e === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${String(name)}.`)
}

test('the first lesson by keyboard alone: predict, run, explain, go on', async ({ page }) => {
  test.setTimeout(90_000)
  await openLab(page, '/learn')
  await tabTo(page, 'link', /Kill a primary/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('group', { name: /How long until shard A/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Lock my guess' })).toBeDisabled()

  await tabTo(page, 'radio', /Under 0\.1 s/)
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /About 5 s/ })).toBeChecked()
  await tabTo(page, 'button', 'Lock my guess')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Explain' })).toBeDisabled()
  await tabTo(page, 'button', 'Crash n1')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('crash')
  await runOn(page, 12)

  await expect(page.getByRole('button', { name: 'Explain' })).toBeEnabled()
  await tabTo(page, 'button', 'Explain')
  await page.keyboard.press('Enter')
  const explanation = page.getByRole('region', { name: 'Explanation' })
  await expect(explanation.getByRole('heading', { level: 1 })).toContainText(/You said about 5\ss.*It took [5-9]\.\d\ss\./)
  await expect(explanation).toContainText('A timeout is a decision')
  await tabTo(page, 'button', /^Next: The old primary returns/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('group', { name: /What becomes of it/ })).toBeVisible()

  await page.goto('./#/learn')
  await expect(page.getByRole('link', { name: /Kill a primary/ })).toContainText('1 of 4 steps')
})

test('a lesson on a phone: guess, act and explain without typing', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await openLab(page, '/learn/stampede')
  await page.getByRole('radio', { name: /One: the first request/ }).tap()
  await page.getByRole('button', { name: 'Lock my guess' }).tap()
  // the sheet scrolls, never the page under it
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0)
  await page.getByRole('button', { name: 'Expire the hot key' }).last().tap()
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('expireHot')
  await runOn(page, 6)
  await expect(page.getByRole('button', { name: 'Explain' })).toBeEnabled()
  await page.getByRole('button', { name: 'Explain' }).tap()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/queries for one row/)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await context.close()
})
