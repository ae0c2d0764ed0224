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

/**
 * Brings the run to exactly this moment, in simulated seconds, and stops it there: back if it is already later, else on. What a
 * journey does next, and what it sees, then depends on no clock of the machine.
 */
export const standAt = (page: Page, seconds: number): Promise<void> =>
  page.evaluate(async (to) => {
    const lab = window.lab!
    lab.pause()
    await lab.seek(to)
    for (let at = (await lab.run()).at / 1e6; at < to;) await lab.runTo((at = Math.min(to, at + 1)))
  }, seconds)

/** Runs on by so many simulated seconds and stops there. */
export const runOn = async (page: Page, seconds: number): Promise<void> => {
  await pause(page)
  await standAt(page, (await runOf(page)).at / 1e6 + seconds)
}

/** Leaves the opening page with an act that changes nothing, and stands at second 9. */
export const leaveIntro = async (page: Page): Promise<void> => {
  await standAt(page, 9)
  await dispatch(page, { type: 'load', set: {} })
  await expect(page.getByRole('region', { name: 'Inspector', exact: true })).toBeVisible()
}
