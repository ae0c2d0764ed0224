/** `npm run bench [-- --quick] [goal …]`: the goals as ratios against pinned peers, measured side by side on this machine. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { build } from 'vite'
import { build as buildLab } from '../scripts/lib/build.mjs'
import { at, fingerprint, notes, readJson, run, say, writeJson } from '../scripts/lib/house.mjs'
import { line, skipped, type Row } from './lib/row.ts'

/** `words`: what a quick run says it leaves out. */
const GOALS: { name: string; seconds: number; words?: string }[] = [
  { name: 'kernel', seconds: 240 },
  { name: 'queue', seconds: 240 },
  { name: 'slots', seconds: 60 },
  { name: 'histogram', seconds: 60 },
  { name: 'ring', seconds: 60 },
  { name: 'lru', seconds: 60 },
  { name: 'cluster', seconds: 180 },
  { name: 'rewind', seconds: 120 },
  { name: 'gossip', seconds: 180, words: 'G5 gossip of 100 and of 1000 nodes, bytes a pair' },
  { name: 'protocol', seconds: 120, words: 'G4, G6 an outage, bus traffic' },
  { name: 'browser', seconds: 180, words: 'G10 worker in Chromium against Node' },
  { name: 'frames', seconds: 180, words: 'G12 main thread a frame' },
]

const quick = process.argv.includes('--quick')
const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const chosen = asked.length > 0 ? GOALS.filter((g) => asked.includes(g.name)) : GOALS
const goals = chosen.filter((g) => !quick || g.words === undefined)

const installPeers = async (): Promise<void> => {
  const stampFile = `${notes}/bench.json`
  const stamp = fingerprint(['bench/package.json', 'bench/package-lock.json'])
  if (existsSync(at('bench/node_modules')) && (readJson(stampFile) as { stamp?: string } | null)?.stamp === stamp) return
  say('installing the benchmark’s peers (once)')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['ci', '--prefix', 'bench', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const result = (await run(npm, args, { seconds: 120, quiet: true })) as { ok: boolean; words: string }
  if (!result.ok) throw new Error(`The peers could not be installed:\n${result.words}`)
  writeJson(stampFile, { stamp })
}

/** Bundled as the lab is, so that what is measured is what ships. */
const folder = `${notes}/bench`
const bundle = async (): Promise<void> => {
  await build({
    configFile: false,
    logLevel: 'error',
    root: at('.'),
    ssr: { noExternal: ['lz-string'] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      ssr: true,
      rollupOptions: {
        input: Object.fromEntries(goals.map((g) => [g.name, at(`bench/goals/${g.name}.ts`)])),
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', topLevelVar: false },
      },
    },
  })
}

/** Each goal in a process of its own: what one teaches the compiler does not slow the next. */
const measure = (name: string, seconds: number): Promise<Row[]> =>
  new Promise((done) => {
    const failed = (why: string): void => done([{ goal: name, ours: '', peer: '', ratio: null, target: null, verdict: 'WRONG', note: why }])
    const args = ['--expose-gc', '--max-old-space-size=4096', `${folder}/${name}.mjs`, ...(quick ? ['--quick'] : [])]
    const child = spawn(process.execPath, args, { cwd: at('.'), stdio: ['ignore', 'pipe', 'inherit'] })
    let words = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (words += chunk))
    const bell = setTimeout(() => child.kill('SIGTERM'), seconds * 1000)
    child.on('exit', (code) => {
      clearTimeout(bell)
      const rows = /^@rows (.*)$/m.exec(words)
      if (rows) done(JSON.parse(rows[1]) as Row[])
      else failed(code === null ? `not done within ${seconds} s` : `ended with status ${code}`)
    })
  })

const began = performance.now()
await installPeers()
await bundle()
if (goals.some((g) => g.name === 'frames')) await buildLab()
const rows: Row[] = []
const tell = (row: Row): void => {
  rows.push(row)
  console.log(line(row))
}
for (const { name, seconds } of goals) for (const row of await measure(name, quick ? Math.min(seconds, 90) : seconds)) tell(row)
for (const { words } of chosen) if (quick && words !== undefined) tell(skipped(words, '', null, 'not in a quick run'))

const version = (JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string }).version
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`
writeFileSync(
  at('bench/results.json'),
  `${JSON.stringify({ version, machine, quick, seconds: (performance.now() - began) / 1000, rows }, null, 2)}\n`,
)
const bad = rows.filter((r) => r.verdict === 'FALLS SHORT' || r.verdict === 'WRONG')
console.log(`${rows.length} lines in ${((performance.now() - began) / 1000).toFixed(0)} s; ${bad.length} fall short or are wrong.`)
process.exit(bad.length > 0 ? 1 : 0)
