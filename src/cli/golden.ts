import { Malformed, readRecordings } from './replay/recording.ts'
import { replay, type Result } from './replay/replay.ts'

/**
 * npm run golden -- FOLDER [--strict]
 * Replays recordings of a real Redis in virtual time and compares every reply. Exit status 0 when nothing supported differs
 * (with --strict: and everything is supported), 1 when something does, 2 when the folder cannot be replayed.
 */
const USAGE = 'usage: npm run golden -- FOLDER [--strict]'

const refuse = (sentence: string): never => {
  process.stderr.write(`golden: ${sentence}\n`)
  process.exit(2)
}

const args = process.argv.slice(2)
const strict = args.includes('--strict')
const folders = args.filter((a) => a !== '--strict')
if (folders.length !== 1 || folders[0].startsWith('-')) refuse(USAGE)

const print = (line: string): void => void process.stdout.write(line + '\n')
const results: Result[] = []
try {
  for (const recording of readRecordings(folders[0])) {
    const result = replay(recording)
    results.push(result)
    if (result.kind !== 'replies' && result.kind !== 'redis-cli') print(`${result.file} not scored (${result.kind})`)
    else print(`${result.file} ${result.passed}/${result.total} ${result.unsupported} ${result.volatile}`)
  }
} catch (error) {
  if (error instanceof Malformed) refuse(error.message)
  throw error
}

const sum = (pick: (r: Result) => number): number => results.reduce((n, r) => n + pick(r), 0)
const failures = results.flatMap((r) => r.failures)
const unsupported = sum((r) => r.unsupported)
print(
  `total ${sum((r) => r.passed)}/${sum((r) => r.total)} unsupported ${unsupported} volatile ${sum((r) => r.volatile)} failed ${failures.length}`,
)

const missing = new Map<string, number>()
for (const r of results) for (const [what, n] of r.missing) missing.set(what, (missing.get(what) ?? 0) + n)
if (missing.size > 0) {
  const rows = [...missing].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  print(`unsupported: ${rows.map(([what, n]) => `${what} ${n}`).join(', ')}`)
}
for (const f of failures)
  print(`FAILED ${f.file}:${f.line} step ${f.step ?? '-'}  ${JSON.stringify(f.command)}\n  expected ${f.expected}\n  got      ${f.got}`)
process.exit(failures.length > 0 || (strict && unsupported > 0) ? 1 : 0)
