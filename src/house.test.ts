import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * The rules of the house that types cannot see. Each bans something and names what to write instead.
 * To add a rule, add a row to `rules`.
 */

const root = join(import.meta.dirname, '..')
const skipped = new Set(['node_modules', 'dist', '.git', 'coverage', 'test-results', 'playwright-report', '.cache'])
const textual =
  /\.(tsx?|mjs|cjs|js|css|html|json|md|svg|txt|webmanifest|ya?ml|sh)$|(^|\/)(\.[a-z]+rc|run|LICENSE|\.gitignore|\.editorconfig)$/

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [relative(root, path).replaceAll('\\', '/')]
  })
}

/**
 * Source with comments blanked, and string contents too when `strings` is false; every line keeps its number.
 * What stands inside `${…}` of a template is code and stays.
 */
function strip(source: string, strings: boolean): string {
  let out = ''
  let i = 0
  const braces: number[] = [] // open templates: how many braces deep the code inside each one is
  const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ')
  const keep = (text: string) => (strings ? text : blank(text))
  const template = () => {
    // at the character after ` or after } of a hole
    let from = i
    while (i < source.length) {
      if (source[i] === '\\') i += 2
      else if (source[i] === '`') {
        out += keep(source.slice(from, i)) + '`'
        i++
        return
      } else if (source[i] === '$' && source[i + 1] === '{') {
        out += keep(source.slice(from, i)) + '${'
        i += 2
        braces.push(0)
        return
      } else i++
    }
    out += keep(source.slice(from))
    from = i
  }
  while (i < source.length) {
    const c = source[i]!
    const two = source.slice(i, i + 2)
    if (two === '//' || two === '/*') {
      const found = two === '//' ? source.indexOf('\n', i) : source.indexOf('*/', i + 2) + 2
      const end = found < (two === '//' ? 0 : 2) ? source.length : found
      out += blank(source.slice(i, end))
      i = end
    } else if (c === "'" || c === '"') {
      let end = i + 1
      while (end < source.length && source[end] !== c && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1
      out += c + keep(source.slice(i + 1, end)) + (source[end] ?? '')
      i = end + 1
    } else if (c === '`') {
      out += c
      i++
      template()
    } else if (c === '/' && /(^|[(,=:[!&|?{;\n]|=>|\breturn)\s*$/.test(out.slice(-40))) {
      let end = i + 1
      let inClass = false
      while (end < source.length && source[end] !== '\n' && (inClass || source[end] !== '/')) {
        if (source[end] === '[') inClass = true
        if (source[end] === ']') inClass = false
        end += source[end] === '\\' ? 2 : 1
      }
      const closed = source[end] === '/'
      out += '/' + blank(source.slice(i + 1, end)) + (closed ? '/' : '')
      i = closed ? end + 1 : end
    } else {
      if (braces.length) {
        if (c === '{') braces[braces.length - 1]!++
        if (c === '}' && braces[braces.length - 1]!-- === 0) {
          braces.pop()
          out += c
          i++
          template()
          continue
        }
      }
      out += c
      i++
    }
  }
  return out
}

interface File {
  path: string
  text: string
  /** without comments */
  words: string
  /** without comments and string contents */
  code: string
}

const lazy = (path: string): File => {
  const text = readFileSync(join(root, path), 'utf8')
  let words: string | undefined
  let code: string | undefined
  return {
    path,
    text,
    get words() {
      return (words ??= strip(text, true))
    },
    get code() {
      return (code ??= strip(text, false))
    },
  }
}
const files = walk(root)
  .filter((path) => textual.test(path))
  .map(lazy)

const under =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(folder))
const isSource = (path: string) => /^src\/.*\.tsx?$/.test(path)
const isTest = (path: string) => /\.test\.tsx?$|\/testing\//.test(path)
const inEngine = (path: string) => isSource(path) && under('src/engine/')(path) && !isTest(path)
/** These never steer a run, or are the one place that may define portable versions. */
const steers = (path: string) =>
  inEngine(path) && path !== 'src/engine/core/math.ts' && !under('src/engine/laws/', 'src/engine/observe/')(path)
const isData = (path: string) => under('src/content/')(path) || /\.data\.ts$/.test(path)
const everywhere = () => true

interface Rule {
  ban: string
  instead: string
  where: (path: string) => boolean
  find: RegExp
  /** what is searched: code without strings and comments (the default), words with strings, or the whole text. */
  look?: 'code' | 'words' | 'text'
}

// Written in two pieces, so that this file keeps its own rules.
const unfinished = new RegExp(`\\b(${'TO'}${'DO'}|${'FIX'}${'ME'})\\b`)
const machinePath = new RegExp(`(?<![\\w.)-])/${'work'}/`)
const registryHost = new RegExp(`https?://${'registry'}\\.`)

const rules: Rule[] = [
  {
    ban: 'Math.random in the engine',
    instead: 'draw from a named stream: ctx.random',
    where: inEngine,
    find: /\bMath\s*\.\s*random\b/,
  },
  { ban: 'Date in the engine', instead: 'simulated time: ctx.now, in microseconds', where: inEngine, find: /\bDate\b/ },
  {
    ban: 'performance in the engine',
    instead: 'simulated time: ctx.now; measure real time in bench/',
    where: inEngine,
    find: /\bperformance\b/,
  },
  {
    ban: 'the host’s timers in the engine',
    instead: 'ctx.setTimer, which the schedule keeps',
    where: inEngine,
    find: /\b(setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/,
  },
  {
    ban: 'async in the engine',
    instead: 'a flow (a generator whose steps are data) or a timer',
    where: inEngine,
    find: /\basync\b|\bawait\b|\bPromise\b/,
  },
  {
    ban: 'functions of Math whose last bit differs between browsers',
    instead: 'the portable versions in src/engine/core/math.ts',
    where: steers,
    find: /\bMath\s*\.\s*(log\w*|exp\w*|pow|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|hypot)\b/,
  },
  {
    ban: '** in the engine',
    instead: 'a product, a literal, or the portable power in src/engine/core/math.ts',
    where: steers,
    find: /\*\*/,
  },
  {
    ban: 'sort without a comparator in the engine',
    instead: 'sort((a, b) => …), so that the order is written down',
    where: inEngine,
    find: /\.\s*(sort|toSorted)\s*\(\s*\)/,
  },
  {
    ban: 'the reader’s language in the engine',
    instead: 'compare with < and >; format in the ui',
    where: inEngine,
    find: /\blocaleCompare\b|\bIntl\b|\.toLocale\w+/,
  },
  {
    ban: 'a package in the engine or the content',
    instead: 'own code, reached by a relative path: these layers depend on the language only',
    where: (path) => isSource(path) && !isTest(path) && under('src/engine/', 'src/content/')(path),
    find: /\bfrom\s+['"](?!\.)|\bimport\s*\(?\s*['"](?!\.)/,
    look: 'words',
  },
  {
    ban: 'any',
    instead: 'the type it has, a type parameter, or unknown with a check',
    where: isSource,
    find: /:\s*any\s*(?=[),;={}|&[\]>]|$)|\bas\s+any\b|<any\b|\bany\[\]/,
  },
  {
    ban: 'a file left unfinished',
    instead: 'do it now, or write what is missing under “simplified” in src/ARCHITECTURE.md',
    where: everywhere,
    find: unfinished,
    look: 'text',
  },
  {
    ban: 'waiting for a span of time in a browser test',
    instead: 'wait for what should be seen: expect(locator).toBeVisible(), expect.poll',
    where: under('e2e/'),
    find: /\bwaitForTimeout\b/,
  },
  {
    ban: 'a path of somebody’s machine',
    instead: 'a path relative to the project',
    where: everywhere,
    find: machinePath,
    look: 'text',
  },
  {
    ban: 'the address of a package registry',
    instead: 'nothing: npm knows its registry (.npmrc keeps addresses out of the lock)',
    where: everywhere,
    find: registryHost,
    look: 'text',
  },
]

function offences(rule: Rule): string[] {
  const found: string[] = []
  for (const file of files) {
    if (!rule.where(file.path)) continue
    const source = file[rule.look ?? 'code']
    if (!rule.find.test(source)) continue
    source.split('\n').forEach((line, n) => {
      if (rule.find.test(line)) found.push(`${file.path}:${n + 1}`)
    })
    if (!found.some((place) => place.startsWith(`${file.path}:`))) found.push(file.path)
  }
  return found
}

describe('house rules', () => {
  it.each(rules)('no $ban', (rule) => {
    expect(offences(rule), `Instead of ${rule.ban}: ${rule.instead}.`).toEqual([])
  })

  it('each type of fact is emitted from one file', () => {
    const homes = new Map<string, Set<string>>()
    for (const file of files.filter((f) => isSource(f.path) && !isTest(f.path)))
      for (const [, type] of file.words.matchAll(/\bemit\s*\(\s*'([\w-]+\.[\w.-]+)'/g))
        homes.set(type!, (homes.get(type!) ?? new Set()).add(file.path))
    const shared = [...homes].filter(([, paths]) => paths.size > 1).map(([type, paths]) => `${type}: ${[...paths].join(', ')}`)
    expect(shared, 'Instead: one function in one file that emits it, called from both.').toEqual([])
  })

  it('no file has outgrown one reading', () => {
    const long = files
      .filter((f) => isSource(f.path) && !isData(f.path))
      .map((f) => ({ path: f.path, lines: f.text.split('\n').length }))
      .filter((f) => f.lines > 900)
      .map((f) => `${f.path}: ${f.lines} lines`)
    expect(long, 'Instead: two files, split where a reader would pause. Data belongs in src/content or a .data.ts file.').toEqual([])
  })

  it('the lock file names no addresses', () => {
    expect(existsSync(join(root, 'package-lock.json'))).toBe(true)
    const addresses = readFileSync(join(root, 'package-lock.json'), 'utf8').match(/"resolved":.*http.*/g) ?? []
    expect(addresses, 'Instead: npm install with the .npmrc of this project.').toEqual([])
  })

  it('versions are pinned exactly', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>
    const loose = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] })
      .filter(([, version]) => !/^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${name} ${version}`)
    expect(loose, 'Instead: the exact version that was tried.').toEqual([])
  })
})

describe('the scanner itself', () => {
  it('blanks comments and strings, keeps code inside templates and the line numbers', () => {
    const source = "a // Math.random\n/* ** */ b 'x ** y' `t ${p ** `in ${q}`} u` / 2 ** 3\nconst r = /[/*]'/g; c"
    const code = strip(source, false)
    expect(code.split('\n').length).toBe(3)
    expect(code).not.toContain('random')
    expect(code).not.toContain('x **')
    expect(code).toContain('p **')
    expect(code).toContain('2 ** 3')
    expect(code).toContain('; c')
    expect(strip(source, true)).toContain("'x ** y'")
  })

  it.each([
    ['Math.random in the engine', 'const x = Math.random()'],
    ['Date in the engine', 'const t = new Date()'],
    ['functions of Math whose last bit differs between browsers', 'const y = Math.log2(3)'],
    ['** in the engine', 'const z = 1.5 ** n'],
    ['sort without a comparator in the engine', 'names.sort()'],
    ['any', 'function f(x: any) {}'],
    ['any', 'const l = x as any'],
    ['any', 'const m = new Map<any, string>()'],
    ['a package in the engine or the content', "import { x } from 'somewhere'"],
  ])('sees %s', (ban, source) => {
    const rule = rules.find((r) => r.ban === ban)!
    expect(rule.find.test(strip(source, rule.look === 'words'))).toBe(true)
  })
})
