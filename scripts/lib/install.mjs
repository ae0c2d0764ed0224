/** Installs what package-lock.json lists, when what is installed is not that. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { at, node, notes, readJson, run, say, writeJson } from './house.mjs'

const stampFile = join(notes, 'install.json')

function wanted() {
  const { dependencies, devDependencies, engines } = readJson(at('package.json')) ?? {}
  const lock = readJson(at('package-lock.json'))
  return createHash('sha256')
    .update(JSON.stringify([dependencies, devDependencies, engines, lock?.packages, process.platform, process.arch]))
    .digest('hex')
}

/** Someone ran npm by hand: what is there may already be right. */
function alreadyRight() {
  const lock = readJson(at('package-lock.json'))?.packages
  const here = readJson(at('node_modules/.package-lock.json'))?.packages
  const manifest = readJson(at('package.json'))
  if (!lock || !here || !manifest) return false
  const same = (a, b) => JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort())
  return (
    same(lock[''].dependencies, manifest.dependencies) &&
    same(lock[''].devDependencies, manifest.devDependencies) &&
    Object.entries(lock).every(([path, entry]) => !path || entry.optional || here[path]?.version === entry.version)
  )
}

export async function install() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) throw new Error(`Ringside needs Node 20 or newer; this is ${process.version}.`)
  const stamp = wanted()
  if (readJson(stampFile)?.stamp === stamp) return
  if (!alreadyRight()) {
    say('installing packages (once)')
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
    const npm = process.env.npm_execpath
    const go = () =>
      npm?.endsWith('.js')
        ? node([npm, ...args], { seconds: 300, quiet: true })
        : run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { seconds: 300, quiet: true })
    let result = await go()
    if (!result.ok) result = await go() // a registry may hiccup once
    if (!result.ok) throw new Error(`npm ci failed${result.late ? ' (five minutes were over)' : ''}:\n${result.words}`)
  }
  writeJson(stampFile, { stamp })
}
