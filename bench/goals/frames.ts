import type { Browser, Page } from 'playwright'
import { scenarioById } from '../../src/content/scenarios/index.ts'
import { encodeRun } from '../../src/lab/recording.ts'
import { ENGINE_VERSION } from '../../src/lab/version.ts'
import { buildPage } from '../lib/bench-page.ts'
import { openBrowser, serve } from '../lib/chromium.ts'
import { goal } from '../lib/goal.ts'
import { median, quantile } from '../lib/measure.ts'
import { root } from '../lib/peers.ts'
import { reported, skipped, type Row } from '../lib/row.ts'

interface TraceEvent {
  name: string
  pid: number
  tid: number
  ts: number
  dur?: number
  /** the thread's own time, which neighbours on the machine do not stretch. */
  tdur?: number
  ph: string
}

/** What the main thread worked from one display frame to the next, ms: everything, whoever asked for it. */
const framesOf = (events: TraceEvent[]): number[] => {
  const starts = events.filter((e) => e.name === 'FireAnimationFrame').sort((a, b) => a.ts - b.ts)
  if (starts.length === 0) return []
  const { pid, tid } = starts[0]
  const tasks = events
    .filter((e) => e.name === 'RunTask' && e.pid === pid && e.tid === tid && e.dur !== undefined)
    .sort((a, b) => a.ts - b.ts)
  const begins = [
    ...new Set(starts.filter((e) => e.pid === pid && e.tid === tid).map((e) => tasks.findLastIndex((t) => t.ts <= e.ts))),
  ].filter((i) => i >= 0)
  return begins.slice(1).map((to, i) => {
    let work = 0
    for (let k = begins[i]; k < to; k++) work += tasks[k].tdur ?? tasks[k].dur ?? 0
    return work / 1000
  })
}

const linkTo = (id: string): string => {
  const { seed, startAt } = scenarioById(id)!
  const run = { format: 1 as const, engine: ENGINE_VERSION, scenario: id, seed, actions: [], at: startAt, events: 0 }
  return `#/?run=${encodeRun({ run, custom: null })}`
}

const WATCH_MS = 5000

const watch = async (page: Page, scenario: string): Promise<number[]> => {
  const browser = page.context().browser()!
  await page.evaluate('window.lab.play(1)')
  await page.waitForTimeout(3000)
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel'] })
  await page.waitForTimeout(WATCH_MS)
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const frames = framesOf(trace.traceEvents)
  if (frames.length < 20) throw new Error(`only ${frames.length} frames of ${scenario} were drawn`)
  return frames
}

const slotMap = async (browser: Browser): Promise<Row> => {
  const site = await serve(await buildPage())
  try {
    const page = await browser.newPage()
    await page.goto(site.url)
    await page.waitForFunction('window.redrawSlots')
    const times = (await page.evaluate('window.redrawSlots(40)')) as number[]
    const warm = times.slice(10)
    await page.close()
    return reported(
      'G12 slot map of 16,384 redraws',
      `median ${median(warm).toFixed(2)} ms, p95 ${quantile(warm, 0.95).toFixed(2)} ms`,
      '',
      null,
      'aim 2 ms; belief and truth compared, outlined and painted, the first fifth of the slots differing',
    )
  } finally {
    site.stop()
  }
}

await goal(async ({ quick }) => {
  const browser = await openBrowser()
  if (browser === null) return [skipped('G12 frames', 'Chromium', null, 'no Chromium is here')]
  const site = await serve(process.env['RINGSIDE_DIST'] ?? `${root}/dist`)
  const rows: Row[] = []
  try {
    for (const scenario of quick ? ['article-24'] : ['article-24', 'hundred']) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.goto(`${site.url}${linkTo(scenario)}`)
      await page.waitForFunction(`window.lab?.run().then((run) => run.scenario === '${scenario}', () => false)`)
      const frames = await watch(page, scenario)
      rows.push(
        reported(
          `G12 main thread a frame, ${scenario}`,
          `median ${median(frames).toFixed(1)} ms, p95 ${quantile(frames, 0.95).toFixed(1)} ms`,
          '',
          null,
          `aim 8 and 16 ms; ${frames.length} frames in ${WATCH_MS / 1000} s, headless, no graphics card`,
        ),
      )
      await page.close()
    }
    rows.push(await slotMap(browser))
  } finally {
    site.stop()
    await browser.close()
  }
  return rows
})
