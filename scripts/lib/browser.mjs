/** Finds a Chromium for the tests, or installs one, and writes down where it is. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { at, node, binOf, notes, readJson, run, say, writeJson } from './house.mjs'

export const browserFile = join(notes, 'browser.json')

/** Quiet, and content without a graphics card or a sandbox (which root cannot have). */
export const chromiumFlags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
if (process.getuid?.() === 0) chromiumFlags.unshift('--no-sandbox')

function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // not in this folder
    }
  }
  return null
}

function lying() {
  const named = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'].map(onPath)
  const usual = [
    '/usr/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ].filter((path) => existsSync(path))
  return [...new Set([...named, ...usual])].filter(Boolean)
}

/** A file that is there may still be a stub that only says how to install the real one: so open a page with it. */
async function works(path) {
  if (!existsSync(path)) return false
  const page = ['--headless=new', ...chromiumFlags, '--dump-dom', 'data:text/html,<p>ringside</p>']
  const { words } = await run(path, page, { seconds: 30, quiet: true })
  return words.includes('<p>ringside</p>')
}

const playwrightsOwn = () => {
  try {
    return createRequire(at('package.json'))('playwright').chromium.executablePath()
  } catch {
    return ''
  }
}

const isDebian = () => {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

export async function findBrowser() {
  const asked = process.env.RINGSIDE_CHROMIUM
  if (asked) {
    if (!(await works(asked))) throw new Error(`RINGSIDE_CHROMIUM names ${asked}, which does not open a page.`)
    return remember(asked)
  }
  const known = readJson(browserFile)?.path
  if (known && existsSync(known)) return known
  for (const path of [...lying(), playwrightsOwn()]) if (path && (await works(path))) return remember(path)

  const words = []
  if (isDebian() && process.getuid?.() === 0) {
    say('installing Chromium from Debian (once)')
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-q'], { seconds: 120, quiet: true, env })
    const got = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      seconds: 300,
      quiet: true,
      env,
    })
    for (const path of lying()) if (await works(path)) return remember(path)
    words.push(got.words.slice(-2000))
  }
  say("installing Playwright's Chromium (once)")
  const extra = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : []
  const got = await node([binOf('playwright'), 'install', ...extra, 'chromium'], { seconds: 300, quiet: true })
  if (await works(playwrightsOwn())) return remember(playwrightsOwn())
  words.push(got.words.slice(-2000))
  throw new Error(`No Chromium was found and none could be installed. Name one in RINGSIDE_CHROMIUM.\n${words.join('\n')}`)
}

function remember(path) {
  writeJson(browserFile, { path, flags: chromiumFlags })
  return path
}
