import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { dispatch, leaveIntro, openLab, pause, runOf, station } from '../lab.ts'

const give = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('button', { name: 'Share' }).first().click()
  const buffer = Buffer.from(text)
  await page.getByLabel('Import a file').setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer })
}

test('a run goes out as a file and comes back; what is no run of the lab gets one sentence', async ({ page }) => {
  await openLab(page)
  await leaveIntro(page)
  await pause(page)
  await dispatch(page, { type: 'crash', process: 'n2' })
  await expect(station(page, 'n2')).toHaveAccessibleName(/crashed/)
  const saved = await runOf(page)
  await page.getByRole('button', { name: 'Share' }).first().click()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export as a file' }).click()
  const text = readFileSync(await (await download).path(), 'utf8')
  await page.keyboard.press('Escape')

  const whole = JSON.parse(text) as { run: Record<string, unknown> }
  const changed = (set: object) => JSON.stringify({ ...whole, run: { ...whole.run, ...set } })
  await dispatch(page, { type: 'crash', process: 'n3' })
  const before = (await runOf(page)).actions
  for (const [file, sentence] of [
    ['not { json', /This file holds no run of the lab\. Your lab is unchanged\./],
    [changed({ format: 2 }), /\(run\.format is not right\)\. Your lab is unchanged\./],
    [changed({ scenario: 'nowhere' }), /a scenario that is not here\. Your lab is unchanged\./],
    ['x'.repeat(2_000_001), /This file is larger than any run of the lab\. Your lab is unchanged\./],
  ] as const) {
    await give(page, file)
    await expect(page.getByRole('alert')).toContainText(sentence)
    expect((await runOf(page)).actions).toEqual(before)
    await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).click()
  }
  await give(page, text)
  await expect.poll(async () => (await runOf(page)).actions).toEqual(saved.actions)
  await give(page, changed({ engine: '0' }))
  await expect(page.getByRole('alert')).toContainText('recorded by engine 0')
})
