import { expect, test } from '@playwright/test'
import { dist } from '../scripts/lib/house.mjs'
import { serve } from '../scripts/lib/server.mjs'
import { complaintsOf } from './guard.ts'

test('the built page works from any path, under its own security policy, without a word on the console', async ({ page }) => {
  const site = await serve(dist, { base: '/some/where/deep/' })
  try {
    const complaints = complaintsOf(page)
    const foreign: string[] = []
    page.on('request', (r) => {
      if (!r.url().startsWith(site.url) && !/^(data|blob):/.test(r.url())) foreign.push(r.url())
    })
    await page.goto(site.url)
    await expect(page).toHaveTitle(/Ringside/)
    await expect(page.locator('#root')).not.toBeEmpty()
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'none'")
    expect(policy).not.toContain('unsafe-eval')
    await page.evaluate(() => document.fonts.ready)
    expect(complaints).toEqual([])
    expect(foreign).toEqual([])
  } finally {
    await site.close()
  }
})

test.describe('offline', () => {
  test.use({ serviceWorkers: 'allow' })

  test('after one visit the lab opens with no server behind it', async ({ page }) => {
    const site = await serve(dist, { base: '/lab/' })
    try {
      await page.goto(site.url)
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready
        if (!navigator.serviceWorker.controller)
          await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done))
      })
    } finally {
      await site.close()
    }
    await page.reload()
    await expect(page).toHaveTitle(/Ringside/)
    await expect(page.locator('#root')).not.toBeEmpty()
  })
})
