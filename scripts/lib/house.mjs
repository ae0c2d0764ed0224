/** Where things are, and small helpers that every script uses. Node built-ins only: this runs before anything is installed. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const at = (...parts) => join(root, ...parts)
export const notes = at('node_modules/.cache/ringside')
export const dist = resolve(root, process.env.RINGSIDE_DIST ?? 'dist')

export const say = (line) => process.stdout.write(`ringside: ${line}\n`)

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** The file behind a package's command, to be run by Node itself: a wrapper in between would outlive its parent. */
export function binOf(name, command = name) {
  const manifest = readJson(at('node_modules', name, 'package.json'))
  if (!manifest) throw new Error(`${name} is not installed`)
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command]
  return at('node_modules', name, bin)
}

const alive = new Set()
const windows = process.platform === 'win32'

/** Ends a child and whatever it started. */
function end(child, signal) {
  try {
    if (windows) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // it has gone already
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    for (const child of alive) end(child, signal)
    setTimeout(() => process.exit(signal === 'SIGINT' ? 130 : 143), alive.size ? 500 : 0)
  })
process.on('exit', () => {
  for (const child of alive) end(child, 'SIGKILL')
})

/**
 * Runs a command in the project root. With `seconds` it is ended, with its children, when the time is over.
 * Quietly: its words are kept and returned; otherwise they are shown.
 */
export function run(command, args, { seconds = 0, quiet = false, env = {} } = {}) {
  return new Promise((done) => {
    const began = Date.now()
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      detached: !windows,
    })
    alive.add(child)
    let words = ''
    let late = false
    const hear = (chunk) => {
      if (words.length < 4_000_000) words += chunk
    }
    child.stdout?.setEncoding('utf8').on('data', hear)
    child.stderr?.setEncoding('utf8').on('data', hear)
    const bell = seconds
      ? setTimeout(() => {
          late = true
          end(child, 'SIGTERM')
          setTimeout(() => end(child, 'SIGKILL'), 3000).unref()
        }, seconds * 1000)
      : undefined
    const finish = (code) => {
      clearTimeout(bell)
      alive.delete(child)
      done({ ok: code === 0 && !late, code, late, words, seconds: (Date.now() - began) / 1000 })
    }
    child.on('error', (error) => {
      words += `${error.message}\n`
      finish(-1)
    })
    child.on('exit', (code) => {
      // What it left behind must not hold a port or a pipe.
      end(child, 'SIGKILL')
      finish(code ?? -1)
    })
  })
}

export const node = (args, options) => run(process.execPath, args, options)

/** A fingerprint of files and folders, by content. */
export function fingerprint(paths) {
  const hash = createHash('sha256')
  const add = (path) => {
    if (!existsSync(path)) return
    let names
    try {
      names = readdirSync(path)
    } catch {
      hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
      return
    }
    for (const name of names.sort()) if (name !== 'node_modules') add(join(path, name))
  }
  for (const path of paths) add(at(path))
  return hash.digest('hex')
}
