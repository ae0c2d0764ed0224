/** A small static server for the built lab. It listens on this machine only. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'
import { offlinePolicy, pagePolicy } from './policy.mjs'

const kinds = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
}

/**
 * Serves `folder` under `base`. Port 0 asks the system for a free one; with `next` a taken port leads to the one after it.
 * Resolves to { url, port, close }.
 */
export function serve(folder, { port = 0, base = '/', next = false } = {}) {
  const server = createServer((request, response) => {
    const answer = (status, headers = {}) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
      response.end(status >= 400 ? `${status}\n` : undefined)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, { allow: 'GET, HEAD' })
    let path
    try {
      path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
    } catch {
      return answer(400)
    }
    if (`${path}/` === base) return answer(302, { location: base })
    if (!path.startsWith(base) || path.includes('\0')) return answer(404)
    const file = join(folder, path.slice(base.length), path.endsWith('/') ? 'index.html' : '')
    if (!file.startsWith(join(folder, sep))) return answer(404)
    if (!existsSync(file) || !statSync(file).isFile()) return answer(404)
    const lasting = path.slice(base.length).startsWith('assets/')
    response.writeHead(200, {
      'content-type': kinds[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': file.endsWith(`${sep}sw.js`) ? offlinePolicy : pagePolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    if (request.method === 'HEAD') return response.end()
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response)
  })
  return new Promise((resolve, reject) => {
    let tries = next ? 50 : 1
    server.on('error', (error) => {
      if (error.code === 'EADDRINUSE' && --tries > 0) server.listen(++port, '127.0.0.1')
      else reject(error)
    })
    server.on('listening', () => {
      const heard = server.address().port
      resolve({
        port: heard,
        url: `http://127.0.0.1:${heard}${base}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
    server.listen(port, '127.0.0.1')
  })
}
