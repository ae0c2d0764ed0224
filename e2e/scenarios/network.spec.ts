import { expect, test } from '@playwright/test'
import { leaveIntro, openLab, pause, runOf, runOn, station } from '../lab.ts'

test('a partition drawn with the mouse cuts off those inside, and heals', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await page.keyboard.press('p')
  const box = (await station(page, 'n1').boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const r = 34
  await page.mouse.move(x - r, y - r)
  await page.mouse.down()
  for (const [dx, dy] of [
    [r, -r],
    [r, r],
    [-r, r],
    [-r, -r],
  ] as const)
    await page.mouse.move(x + dx, y + dy, { steps: 6 })
  await page.mouse.up()
  const bar = page.getByRole('group', { name: 'Cut a partition' })
  await expect(bar).toContainText('Cut off n1 from the rest')
  await bar.getByRole('button', { name: /Both ways/ }).click()
  expect((await runOf(page)).actions.at(-1)!.action).toEqual({ type: 'partition', inside: ['n1'] })

  await runOn(page, 10)
  await expect(station(page, 'n4')).toHaveAccessibleName(/primary/)
  await page.getByRole('button', { name: /^Heal/ }).first().click()
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('heal')
  await runOn(page, 5)
  await expect(station(page, 'n1')).toHaveAccessibleName(/replica of n4/)
})

test('the same by keyboard: mark with Space, cut with C, heal with H', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await pause(page)
  await page.keyboard.press('p')
  await station(page, 'n2').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await expect(station(page, 'n5')).toBeFocused()
  await page.keyboard.press('Space')
  await expect(page.getByRole('group', { name: 'Cut a partition' })).toContainText('n2, n5')
  await page.keyboard.press('c')
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action).toEqual({ type: 'partition', inside: ['n2', 'n5'] })
  await page.keyboard.press('h')
  await expect.poll(async () => (await runOf(page)).actions.at(-1)?.action.type).toBe('heal')
})

test('a link is cut from its menu, and no other: a single Sentinel deposes a primary that lives', async ({ page }) => {
  await openLab(page, '/?scenario=sentinel-1')
  await expect(station(page, 's1')).toBeVisible()
  await pause(page)
  await station(page, 's1').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('.')
  await page.getByRole('menuitem', { name: 'Link to…' }).press('ArrowRight')
  await page.getByRole('menuitem', { name: 'n1', exact: true }).press('Enter')
  await page.getByRole('button', { name: 'Cut this link' }).click()
  await expect
    .poll(async () => (await runOf(page)).actions.map((a) => a.action))
    .toEqual([
      { type: 'cut', from: ['s1'], to: ['n1'] },
      { type: 'cut', from: ['n1'], to: ['s1'] },
    ])
  await expect(page.getByText('no link to n1')).toBeVisible()
  await runOn(page, 12)
  await expect(station(page, 'n1')).not.toHaveAccessibleName(/crashed/)
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('n1 is down (ODOWN)')
})

test('the switch of the 24 nodes is one button', async ({ page }) => {
  await openLab(page, '/?scenario=article-24')
  await expect(station(page, 'n16')).toBeVisible()
  await page.getByRole('button', { name: 'Cut off the switch' }).click()
  await expect
    .poll(async () => (await runOf(page)).actions.map((a) => a.action))
    .toEqual([{ type: 'partition', inside: ['n1', 'n2', 'n15', 'n16'] }])
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('parts n1, n2, n15, n16 from everybody else')
})
