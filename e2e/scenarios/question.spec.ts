import { expect, test, type Page } from '@playwright/test'

/** Presses Tab until the named control has the focus. */
const tabTo = async (page: Page, role: 'radio' | 'button' | 'link' | 'checkbox' | 'textbox', name: string | RegExp): Promise<void> => {
  const target = page.getByRole(role, { name }).first()
  for (let i = 0; i < 80; i++) {
    if (await target.evaluate((e) => e === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${String(name)}.`)
}

test('one question by keyboard: points, a wrong option explained, a number worked out, kept after a reload', async ({ page }) => {
  await page.goto('./#/interview')
  await tabTo(page, 'link', /Consistent hashing/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Consistent hashing')

  await tabTo(page, 'button', 'Show the points')
  await page.keyboard.press('Enter')
  await tabTo(page, 'checkbox', /Nodes and keys are hashed onto one circle/)
  await page.keyboard.press('Space')
  await expect(page.getByText('1 of 6 ticked')).toBeVisible()

  await tabTo(page, 'radio', /Fewer keys move/)
  await page.keyboard.press('Space')
  await expect(page.getByText(/^Not so\./)).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByText(/^Right\./)).toBeVisible()

  await tabTo(page, 'textbox', /Your number/)
  await page.keyboard.type('many')
  await page.keyboard.press('Enter')
  await expect(page.getByText('This is not a number. Type digits, for example 42 or 6.5.')).toBeVisible()

  const ask = (await page.locator('section', { has: page.getByRole('textbox', { name: /Your number/ }) }).first().locator('p').first().innerText())
  const numbers = [...ask.replace(/(\d)\u202f(?=\d)/g, '$1').matchAll(/\d+/g)].map((m) => Number(m[0]))
  const [nodes, keys] = [Math.min(...numbers), Math.max(...numbers)]
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(String(Math.round(keys / (nodes + 1))))
  await page.keyboard.press('Enter')
  await expect(page.getByText(/^Right: /)).toBeVisible()

  await page.goto('./#/interview')
  const row = page.getByRole('link', { name: /Consistent hashing/ })
  await expect(row).toContainText('1 of 6 points · options right · 1 number right')
  await page.reload()
  await expect(row).toContainText('1 of 6 points · options right · 1 number right')
})
