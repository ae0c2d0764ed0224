import '../lab/lua/hand-in.ts'
import { readFileSync } from 'node:fs'
import type { Fact } from '../engine/core/fact.ts'
import { SEC } from '../engine/core/time.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import { runFromFile } from '../lab/recording.ts'
import { Session } from '../lab/session.ts'

/**
 * npm run headless -- RUN.json [--until 30s] [--facts] [--metrics] [--digest]
 * Runs an exported run without a browser and prints JSON lines. Exit status 2 when the file cannot be run.
 */
const USAGE = 'usage: npm run headless -- RUN.json [--until 30s] [--facts] [--metrics] [--digest]'

const refuse = (sentence: string): never => {
  process.stderr.write(`headless: ${sentence}\n`)
  process.exit(2)
}

const args = process.argv.slice(2)
let file: string | undefined
let until: number | undefined
const wants = { facts: false, metrics: false, digest: false }
for (let i = 0; i < args.length; i++) {
  const arg = args[i]
  if (arg === '--facts') wants.facts = true
  else if (arg === '--metrics') wants.metrics = true
  else if (arg === '--digest') wants.digest = true
  else if (arg === '--until') {
    const m = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(args[++i] ?? '')
    if (!m) refuse(`--until takes a time such as 30s, 500ms or 2m. ${USAGE}`)
    until = Math.round(Number(m![1]) * { ms: 1_000, s: SEC, m: 60 * SEC }[(m![2] ?? 's') as 'ms' | 's' | 'm'])
  } else if (arg.startsWith('--') || file !== undefined) refuse(`unknown argument ${arg}. ${USAGE}`)
  else file = arg
}
if (file === undefined) refuse(USAGE)

let text = ''
try {
  text = readFileSync(file!, 'utf8')
} catch (error) {
  refuse(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'error'}.`)
}
const decoded = runFromFile(text)
if (!decoded.ok) refuse(decoded.sentence.replace(' Your lab is unchanged.', ''))
else {
  const { run, custom } = decoded.recording
  const scenario = custom ?? scenarioById(run.scenario)
  if (!scenario) refuse(`There is no scenario called ${run.scenario} here.`)
  if (decoded.warning) process.stderr.write(`headless: ${decoded.warning}\n`)
  const session = new Session(scenario!, run.seed, run.actions)
  const print = (line: object): void =>
    void process.stdout.write(JSON.stringify(line, (_k, v: unknown) => (typeof v === 'bigint' ? v.toString() : v)) + '\n')
  if (until === undefined) session.arrive(run)
  else session.advance(until)
  if (wants.facts) for (const f of session.facts) print(factLine(f))
  if (wants.metrics) for (const w of session.metrics.windows) print({ window: w.at, ...w })
  print({
    scenario: scenario!.id,
    seed: run.seed,
    at: session.now,
    events: session.events,
    actions: session.applied,
    facts: session.facts.length,
    ...(wants.digest ? { digest: session.sim.digest() } : {}),
  })
}

function factLine(f: Fact): object {
  return { id: f.id, at: f.at, process: f.process, type: f.type, ...f.data, ...(f.because.length > 0 ? { because: f.because } : {}) }
}
