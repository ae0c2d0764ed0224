import { createServer, type Server } from 'node:http'
import { existsSync, readFileSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { chromium, type Browser } from 'playwright'
import { root } from './peers.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
}

/** Files of one folder on a free port of loopback. */
export const serve = (folder: string): Promise<{ url: string; stop(): void }> =>
  new Promise((done) => {
    const server: Server = createServer((request, response) => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)).replace(/\/$/, '/index.html')
      const file = join(folder, path)
      if (!file.startsWith(folder) || !existsSync(file)) {
        response.writeHead(404).end()
        return
      }
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file))
    })
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      done({ url: `http://127.0.0.1:${port}/`, stop: () => server.close() })
    })
  })

/** The Chromium that the tests found; null when there is none. */
export const openBrowser = async (): Promise<Browser | null> => {
  const known = `${root}/node_modules/.cache/ringside/browser.json`
  const found = existsSync(known) ? (JSON.parse(readFileSync(known, 'utf8')) as { path: string; flags: string[] }) : null
  const path = found?.path ?? '/usr/bin/chromium'
  if (!existsSync(path)) return null
  const flags = found?.flags ?? ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  return chromium.launch({ executablePath: path, args: flags })
}
