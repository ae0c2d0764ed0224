import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Fidelity } from '../content/fidelity.ts'
import { ENGINE_VERSION } from '../lab/version.ts'
import { runAll, serveJobs } from './fidelity/pool.ts'
import { printed } from './fidelity/print.ts'
import { assemble, failuresOf, type Options } from './fidelity/section.ts'
import { SECTIONS } from './fidelity/sections.ts'

/**
 * npm run fidelity -- [--seeds 1000] [--only NAME[,NAME]] [--golden FOLDER] [--write]
 * Holds the engine beside recordings of a real Redis 7.0.15: replies, decisions, timings, ratios, rare events, hard bounds.
 * Exit status 1 when something is beyond its bound. --write puts the figures into the page *How true is this?*.
 */
const USAGE = `usage: npm run fidelity -- [--seeds 1000] [--only ${SECTIONS.map((s) => s.name).join(',')}] [--golden FOLDER] [--write]`

const here = fileURLToPath(import.meta.url)
const page = join(here, '../../content/fidelity.data.ts')

const refuse = (sentence: string): never => {
  process.stderr.write(`fidelity: ${sentence}\n`)
  process.exit(2)
}

const main = async (args: readonly string[]): Promise<void> => {
  const options: Options = { seeds: 1000, golden: join(here, '../golden') }
  let wanted = SECTIONS
  let write = false
  for (let i = 0; i < args.length; i++) {
    const [name, value] = [args[i], args[i + 1] ?? '']
    if (name === '--write') write = true
    else if (name === '--seeds' && /^[1-9]\d{0,5}$/.test(value)) options.seeds = Number(args[++i])
    else if (name === '--golden' && existsSync(value)) options.golden = args[++i]
    else if (name === '--only' && value.split(',').every((n) => SECTIONS.some((s) => s.name === n))) {
      wanted = SECTIONS.filter((s) => value.split(',').includes(s.name))
      i++
    } else refuse(USAGE)
  }
  if (write && wanted !== SECTIONS) refuse('--write needs every section, so it does not go with --only.')
  const began = Date.now()
  const isTerminal = process.stderr.isTTY
  const parts = await runAll(here, wanted, options, (done, all) => {
    if (isTerminal) process.stderr.write(`\r${done} of ${all} pieces`)
  })
  if (isTerminal) process.stderr.write('\r\x1b[K')
  const report = assemble(
    wanted.map((s) => s.report(parts.get(s.name) ?? new Map(), options)),
    { engine: ENGINE_VERSION, redis: '7.0.15', seeds: options.seeds },
  )
  process.stdout.write(`${printed(report)}\n${options.seeds} seeds a setting, ${((Date.now() - began) / 1000).toFixed(0)} s\n`)
  if (write) await writePage(report)
  process.exitCode = failuresOf(report).length > 0 ? 1 : 0
}

/** The report as data of the site; five digits tell enough. */
const writePage = async (report: Fidelity): Promise<void> => {
  const data = JSON.stringify(report, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(5)) : v))
  const head = "import type { Fidelity } from './fidelity.ts'\n\n/** Written by npm run fidelity -- --write. */"
  const { format, resolveConfig } = await import('prettier')
  const source = await format(`${head}\nexport const FIDELITY: Fidelity = ${data}\n`, {
    ...(await resolveConfig(page)),
    parser: 'typescript',
  })
  writeFileSync(page, source)
}

if (process.argv.includes('--worker')) serveJobs(SECTIONS)
else
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`fidelity: ${(error as Error).message}\n`)
    process.exit(2)
  })
