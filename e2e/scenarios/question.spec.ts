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
  await expect(page.getByRole('heading', { level: 1 })).toContainText('How does consistent hashing work')

  // nothing that gives the answer away stands there before it is asked for
  await expect(page.getByRole('radio')).toHaveCount(0)
  await tabTo(page, 'button', 'Show expected points')
  await page.keyboard.press('Enter')
  await tabTo(page, 'checkbox', /Nodes and keys are hashed onto one circle/)
  await page.keyboard.press('Space')
  await expect(page.getByText('You said 1 of 6.')).toBeVisible()

  await tabTo(page, 'radio', /Fewer keys move/)
  await page.keyboard.press('Space')
  await tabTo(page, 'button', 'Check my choice')
  await page.keyboard.press('Enter')
  await expect(page.getByText('You chose a wrong one: see what it believes.')).toBeVisible()
  await expect(page.getByText('No.', { exact: true })).toHaveCount(3)
  await tabTo(page, 'button', 'Choose again')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('radio', { name: /Fewer keys move/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /shares become more equal/ })).toBeChecked()
  await tabTo(page, 'button', 'Check my choice')
  await page.keyboard.press('Enter')
  await expect(page.getByText('You chose the right one.')).toBeVisible()

  await tabTo(page, 'textbox', /Your number/)
  await page.keyboard.type('many')
  await page.keyboard.press('Enter')
  await expect(page.getByText('This is not a number. Type digits, for example 42 or 6.5.')).toBeVisible()

  const ask = await page
    .locator('section', { has: page.getByRole('textbox', { name: /Your number/ }) })
    .first()
    .locator('p')
    .first()
    .innerText()
  const numbers = [...ask.replace(/(\d)\u202f(?=\d)/g, '$1').matchAll(/\d+/g)].map((m) => Number(m[0]))
  const [nodes, keys] = [Math.min(...numbers), Math.max(...numbers)]
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(String(Math.round(keys / (nodes + 1))))
  await page.keyboard.press('Enter')
  await expect(page.getByText(/^Right: /).first()).toBeVisible()

  await page.goto('./#/interview')
  const row = page.getByRole('link', { name: /Consistent hashing/ })
  await expect(row).toContainText('1 of 6 points · options right · 1 number right')
  await page.reload()
  await expect(row).toContainText('1 of 6 points · options right · 1 number right')
})
