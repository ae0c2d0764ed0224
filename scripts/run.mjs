/**
 * `node scripts/run.mjs WHAT …`: runs a TypeScript file or one of the tools, after making sure that packages are installed.
 * WHAT is a .ts file, `e2e` (builds, then the browser tests) or the name of a tool.
 */
import { existsSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { install } from './lib/install.mjs'
import { build } from './lib/build.mjs'
import { findBrowser } from './lib/browser.mjs'
import { at, binOf, root } from './lib/house.mjs'

const [what = '', ...rest] = process.argv.slice(2)
const packages = { tsc: 'typescript', playwright: '@playwright/test' }

try {
  await install()
  const tool = (name) => binOf(packages[name] ?? name, name)
  let args
  if (what === 'e2e') {
    await findBrowser()
    await build()
    args = [tool('playwright'), 'test', ...rest]
  } else if (what.endsWith('.ts')) {
    if (!existsSync(at(what))) throw new Error(`There is no ${what}.`)
    args = ['--import', 'tsx', what, ...rest]
  } else args = [tool(what), ...rest]
  // The child shares this terminal, and so hears Ctrl-C itself.
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  process.removeAllListeners('SIGINT')
  process.on('SIGINT', () => undefined)
  process.removeAllListeners('SIGTERM')
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code) => process.exit(code ?? 1))
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
