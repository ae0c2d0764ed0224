import { expect, test, type Page } from '@playwright/test'
import { dispatch, openLab, runOf, runOn, standAt, station } from '../lab.ts'

/** Says one line to redis-cli and waits until it is part of the run. */
const say = async (page: Page, text: string, reply: string | RegExp): Promise<void> => {
  const line = page.getByRole('textbox', { name: /^redis-cli command/ })
  await line.fill(text)
  await line.press('Enter')
  await expect(page.getByRole('log', { name: 'redis-cli' })).toContainText(reply)
}

test('Sentinels replace a plain primary; who does not ask them is left behind; the old primary follows', async ({ page }) => {
  await openLab(page, '/?scenario=sentinel-3')
  await standAt(page, 9)
  await station(page, 's1').click()
  await expect(page.getByText('n1 answers: nothing to do')).toBeVisible()
  await dispatch(page, { type: 'crash', process: 'n1' })
  await runOn(page, 10)
  await expect(page.getByRole('button', { name: /^n[23], primary/ })).toHaveCount(1)
  await expect(station(page, 'app3')).toHaveAccessibleName(/error/)
  await expect(station(page, 'app1')).not.toHaveAccessibleName(/error/)
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('+switch-master')
  await dispatch(page, { type: 'restart', process: 'n1' })
  await runOn(page, 15)
  await expect(station(page, 'n1')).toHaveAccessibleName(/replica of n[23]/)
})

test('a cache too small evicts; told not to, it refuses; given more, it keeps', async ({ page }) => {
  await openLab(page, '/?scenario=too-small')
  await standAt(page, 12)
  await station(page, 'n1').click()
  await expect(page.getByText('It evicts keys: what is written takes the place of others')).toBeVisible()
  await say(page, 'config set maxmemory-policy noeviction', 'OK')
  await expect(page.getByRole('combobox', { name: 'when full, goes' })).toHaveValue('noeviction')
  await runOn(page, 2)
  await expect(page.getByText('It refuses writes that may need memory: OOM')).toBeVisible()
  await say(page, 'set another value', "OOM command not allowed when used memory > 'maxmemory'.")
  await say(page, 'config set maxmemory 100mb', 'OK')
  await runOn(page, 1)
  await expect(page.getByText('It refuses writes that may need memory: OOM')).toHaveCount(0)
  expect((await runOf(page)).actions.length).toBeGreaterThanOrEqual(2)
})

test('without persistence an instant restart empties the replica too', async ({ page }) => {
  await openLab(page, '/?scenario=no-persistence')
  await standAt(page, 10)
  await page.getByRole('combobox', { name: 'Talk to' }).selectOption('n4')
  const keys = async (): Promise<number> => {
    await say(page, 'dbsize', /\(integer\) \d+$/)
    return Number(/\d+$/.exec((await page.getByRole('log', { name: 'redis-cli' }).innerText()).trimEnd())![0])
  }
  const before = await keys()
  await dispatch(page, { type: 'crash', process: 'n1' })
  await runOn(page, 0.5)
  await dispatch(page, { type: 'restart', process: 'n1' })
  await runOn(page, 2)
  await page.getByRole('textbox', { name: /^redis-cli command/ }).press('Control+l')
  expect(await keys()).toBeLessThan(before / 2)
})
