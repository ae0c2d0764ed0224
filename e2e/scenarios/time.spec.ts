import { expect, test } from '@playwright/test'
import { scenarioById } from '../../src/content/scenarios/index.ts'
import { Session } from '../../src/lab/session.ts'
import { digest, dispatch, leaveIntro, openLab, pause, play, runOf, seek, standAt, station } from '../lab.ts'

test('a run in the worker, after a rewind, from its link, and in Node has one digest', async ({ page, browser }) => {
  await openLab(page)
  await dispatch(page, { type: 'crash', process: 'n1' })
  await play(page, 10)
  await expect.poll(async () => (await runOf(page)).at).toBeGreaterThan(9e6)
  await standAt(page, 18)
  await dispatch(page, { type: 'restart', process: 'n1' })
  await standAt(page, 20)
  const run = await runOf(page)
  const wanted = await digest(page)

  await seek(page, 12)
  await seek(page, run.at / 1e6)
  expect(await digest(page)).toBe(wanted)

  const session = new Session(scenarioById(run.scenario)!, run.seed, run.actions)
  session.arrive(run)
  expect(session.sim.digest()).toBe(wanted)

  await page.getByRole('button', { name: 'Share' }).first().click()
  const field = page.getByRole('textbox', { name: 'Address of this run' })
  await expect(field).toHaveValue(/run=/)
  const address = await field.inputValue()
  const stranger = await browser.newContext()
  const other = await stranger.newPage()
  await other.goto(address)
  await other.waitForFunction(() => window.lab !== undefined)
  await expect.poll(async () => (await runOf(other).catch(() => null))?.actions.length).toBe(2)
  await pause(other)
  await seek(other, run.at / 1e6)
  expect(await digest(other)).toBe(wanted)
  await stranger.close()
})

test('scrub by keyboard, act in the past, undo, start again', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await standAt(page, 14)
  const end = (await runOf(page)).at
  await page.getByRole('slider', { name: /Time of the run/ }).focus()
  await page.keyboard.press('Home')
  await expect.poll(async () => (await runOf(page)).at).toBeLessThan(9e6)
  await page.keyboard.press('End')
  await expect.poll(async () => (await runOf(page)).at).toBe(end)
  await seek(page, 10)
  await dispatch(page, { type: 'crash', process: 'n3' })
  await expect(station(page, 'n3')).toHaveAccessibleName(/crashed/)
  expect((await runOf(page)).at).toBe(10e6)
  await page.getByRole('button', { name: /^Undo/ }).first().click()
  await expect(station(page, 'n3')).not.toHaveAccessibleName(/crashed/)
  await page.getByRole('button', { name: 'Back to the start' }).click()
  await expect.poll(async () => (await runOf(page)).actions.length).toBe(0)
})

test('a reload keeps the run', async ({ page }) => {
  await openLab(page)
  await dispatch(page, { type: 'crash', process: 'n2' })
  await expect(station(page, 'n2')).toHaveAccessibleName(/crashed/)
  await pause(page)
  const before = await runOf(page)
  await page.reload()
  await page.waitForFunction(() => window.lab !== undefined)
  await expect(station(page, 'n2')).toHaveAccessibleName(/crashed/)
  expect((await runOf(page)).actions).toEqual(before.actions)
})

test('a reload keeps the scenario that was chosen, also before anything was done', async ({ page }) => {
  await openLab(page, '/?scenario=sentinel-3')
  await expect(station(page, 's1')).toBeVisible()
  await page.reload()
  await expect(station(page, 's1')).toBeVisible()
})

for (const [what, place, sentence] of [
  ['damaged', '/?run=NoGoodAtAll', /This link is damaged.*Your lab is unchanged\./],
  ['stale', '/?scenario=nowhere', /a scenario that is not here\. Your lab is unchanged\./],
  ['too long', '/?run=' + 'A'.repeat(20_000), /This link is too long.*Your lab is unchanged\./],
] as const)
  test(`a ${what} link gets one sentence and the lab works`, async ({ page }) => {
    await openLab(page, place)
    await expect(page.getByText(sentence)).toBeVisible()
    await dispatch(page, { type: 'crash', process: 'n1' })
    await expect(station(page, 'n1')).toHaveAccessibleName(/crashed/)
  })
