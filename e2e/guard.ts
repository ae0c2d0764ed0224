import type { Page } from '@playwright/test'

/** The list of everything a page complains of from now on: console errors and warnings, uncaught errors, failed requests. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (m) => {
    if (m.type() !== 'error' && m.type() !== 'warning') return
    // The configuration blocks service workers on purpose, and the browser driver says so.
    if (m.text().includes('Service Worker registration blocked')) return
    complaints.push(m.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (r) => complaints.push(`${r.url()} ${r.failure()?.errorText}`))
  page.on('response', (r) => {
    if (r.status() >= 400) complaints.push(`${r.url()} ${r.status()}`)
  })
  return complaints
}
