import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { pagePolicy } from './scripts/lib/policy.mjs'

/** The security policy goes into the built page only: the dev server's hot reload needs a socket and inline code. */
function securityPolicy(): Plugin {
  return {
    name: 'ringside:security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
          injectTo: 'head-prepend',
        },
      ],
    },
  }
}

/** Writes sw.js, which knows every file of this build by name. */
function offline(): Plugin {
  return {
    name: 'ringside:offline',
    apply: 'build',
    writeBundle({ dir }) {
      if (!dir) return
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'sw.js' && !entry.name.endsWith('.map'))
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(dir.length + 1)
            .replaceAll('\\', '/'),
        )
        .sort((a, b) => (a < b ? -1 : 1))
      const hash = createHash('sha256')
      for (const file of files)
        hash
          .update(file)
          .update('\0')
          .update(readFileSync(join(dir, file)))
      const source = readFileSync(new URL('./scripts/lib/service-worker.js', import.meta.url), 'utf8')
      writeFileSync(
        join(dir, 'sw.js'),
        source
          .replace('__VERSION__', hash.digest('hex').slice(0, 16))
          .replace('__FILES__', JSON.stringify(files.map((file) => `./${file}`))),
      )
    },
  }
}

/** Top-level constants stay constants: a compiler trusts them, and the engine runs at twice the speed it has with `var`. */
const constants = { output: { topLevelVar: false } }

export default defineConfig({
  base: './',
  plugins: [react(), securityPolicy(), offline()],
  worker: { format: 'es', rolldownOptions: constants },
  build: {
    outDir: process.env['RINGSIDE_DIST'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: constants,
    modulePreload: { polyfill: false }, // the polyfill fetches, which the policy forbids
    assetsInlineLimit: 0, // data: fonts and scripts are not in the policy either
    chunkSizeWarningLimit: 700,
  },
  // Asked for only when a first script runs: found then, they would make the dev server reload the page and lose the run.
  optimizeDeps: { include: ['fengari/src/*.js'], rolldownOptions: { transform: { define: { 'process.env.FENGARICONF': 'undefined' } } } },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
})
