import { build } from 'vite'
import { root } from './peers.ts'

/** Builds the benchmark's own page, which holds no lab; returns its folder. */
export const buildPage = async (): Promise<string> => {
  const folder = `${root}/node_modules/.cache/ringside/bench-page`
  await build({
    configFile: false,
    logLevel: 'error',
    root: `${root}/bench/browser`,
    base: './',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  })
  return folder
}
