import { expect, type Page } from '@playwright/test'
import type { Action } from '../src/engine/action.ts'
import type { Run } from '../src/engine/scenario.ts'
import type { PublishedLab } from '../src/ui/store/session.ts'

declare global {
  interface Window {
    lab?: PublishedLab
  }
}

/** Opens the lab and waits until its cluster runs. `place` is what follows the `#`. */
export const openLab = async (page: Page, place = '/'): Promise<void> => {
  await page.goto('./#' + place)
  await page.waitForFunction(() => window.lab !== undefined)
  await expect.poll(() => page.evaluate(async () => (await window.lab!.run().catch(() => null))?.scenario ?? '')).not.toBe('')
}

export const dispatch = (page: Page, action: Action) => page.evaluate((a) => window.lab!.dispatch(a), action)
export const play = (page: Page, speed: number | 'auto') => page.evaluate((s) => window.lab!.play(s), speed)
export const pause = (page: Page) => page.evaluate(() => window.lab!.pause())
export const seek = (page: Page, seconds: number) => page.evaluate((s) => window.lab!.seek(s), seconds)
export const runOf = (page: Page): Promise<Run> => page.evaluate(() => window.lab!.run())
export const digest = (page: Page): Promise<string> => page.evaluate(() => window.lab!.digest())

/** A process on the stage: a button whose name begins with its id and tells its state. */
export const station = (page: Page, id: string) => page.getByRole('button', { name: new RegExp(`^${id}, `) })

/** Waits until the run has reached a moment, in simulated seconds. */
export const untilTime = (page: Page, seconds: number): Promise<void> =>
  expect.poll(async () => (await runOf(page)).at, { timeout: 60_000 }).toBeGreaterThanOrEqual(seconds * 1e6)

/** Leaves the opening page with an act that changes nothing. */
export const leaveIntro = async (page: Page): Promise<void> => {
  await dispatch(page, { type: 'load', set: {} })
  await expect(page.getByRole('region', { name: 'Inspector', exact: true })).toBeVisible()
}
