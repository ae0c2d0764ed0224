import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { defineConfig } from '@playwright/test'
import { browserFile } from './scripts/lib/browser.mjs'

interface Browser {
  path: string
  flags: string[]
}

function browser(): Browser {
  try {
    return JSON.parse(readFileSync(browserFile, 'utf8')) as Browser
  } catch {
    throw new Error('No browser has been chosen yet: run the browser tests with `npm run e2e` or `npm test`.')
  }
}

/** Each run has its own port, so that two runs on one machine do not meet. The workers inherit it from the first process. */
const findPort = `const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })`
const port = (process.env['RINGSIDE_E2E_PORT'] ??= execFileSync(process.execPath, ['-e', findPort], {
  encoding: 'utf8',
}).trim())
const address = `http://127.0.0.1:${port}/`
const { path, flags } = browser()

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  // a journey mostly waits for simulated time, so three fit on two cores
  workers: 3,
  // once more where a busy machine made a journey miss its moment; the summary says how many
  retries: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: 'line',
  use: {
    baseURL: address,
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    // Tests get the page as built, not as some earlier test kept it; the offline journey lifts this for itself.
    serviceWorkers: 'block',
    launchOptions: { executablePath: path, args: flags },
  },
  webServer: {
    command: `"${process.execPath}" scripts/serve.mjs ${port}`,
    url: address,
    reuseExistingServer: false,
    timeout: 15_000,
  },
})
