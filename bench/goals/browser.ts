import { buildPage } from '../lib/bench-page.ts'
import { openBrowser, serve } from '../lib/chromium.ts'
import { goal } from '../lib/goal.ts'
import { median } from '../lib/measure.ts'
import { gated, skipped, wrong } from '../lib/row.ts'
import { sameRun } from '../lib/same-run.ts'

const GOAL = 'G10 worker in Chromium against Node'
const TARGET = 0.85

await goal(async ({ quick }) => {
  const browser = await openBrowser()
  if (browser === null) return [skipped(GOAL, 'Chromium', TARGET, 'no Chromium is here')]
  const peer = `Node ${process.version}`
  const site = await serve(await buildPage())
  try {
    const page = await browser.newPage()
    await page.goto(site.url)
    await page.waitForFunction('window.sameRun')
    const there = (): Promise<{ ms: number; digest: string }> => page.evaluate('window.sameRun()')
    for (let i = 0; i < 3; i++) {
      sameRun()
      await there()
    }
    const rounds: [chromium: number, node: number][] = []
    for (let i = 0; i < (quick ? 7 : 11); i++) {
      const here = sameRun()
      const other = await there()
      if (here.digest !== other.digest) return [wrong(GOAL, peer, `digests differ: ${here.digest} here, ${other.digest} in Chromium`)]
      rounds.push([other.ms, here.ms])
    }
    const ratio = median(rounds.map(([chromium, node]) => node / chromium))
    const mine = median(rounds.map(([chromium]) => chromium))
    const node = median(rounds.map(([, ms]) => ms))
    return [
      gated(
        GOAL,
        `Chromium ${browser.version()} ${mine.toFixed(0)} ms`,
        `${peer} ${node.toFixed(0)} ms`,
        ratio,
        TARGET,
        quick,
        `digest ${sameRun().digest} in both`,
      ),
    ]
  } finally {
    site.stop()
    await browser.close()
  }
})
