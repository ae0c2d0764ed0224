import { readFileSync, writeFileSync } from 'node:fs'
import { record } from './record/record.ts'
import { randomClusterScript, randomScript, type ScriptStep } from './record/script.ts'
import { redisVersion, startServers } from './record/servers.ts'

/**
 * npm run record -- OUT.jsonl [--script SCRIPT.jsonl] [--seed 1] [--steps 400] [--cluster]
 * Says a script to the redis-server on the PATH and writes down every reply, in the format that `npm run golden` replays. A script
 * is a line of JSON a command: ["SET","k","v"], or {"node":0,"client":"a","cmd":[…],"volatile":true,"unordered":"nested"}, where node
 * counts from 0 (in a cluster: three primaries, then their replicas). Without one, the random script of the seed is recorded.
 */
const refuse = (sentence: string): never => {
  process.stderr.write(`record: ${sentence}\n`)
  process.exit(2)
}
const value = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
const whole = (name: string, otherwise: number): number => {
  const n = Number(value(name) ?? otherwise)
  return Number.isSafeInteger(n) && n >= 0 ? n : refuse(`--${name} needs a whole number, as in --${name} ${otherwise}.`)
}
const out = process.argv[2] ?? ''
if (out === '' || out.startsWith('-'))
  refuse('usage: npm run record -- OUT.jsonl [--script SCRIPT.jsonl] [--seed 1] [--steps 400] [--cluster]')
const isCluster = process.argv.includes('--cluster')
const seed = whole('seed', 1)
const steps = whole('steps', 400)
const version = redisVersion() ?? refuse('there is no redis-server on the PATH to record.')

const isWords = (v: unknown): v is string[] => Array.isArray(v) && v.length > 0 && v.every((w) => typeof w === 'string')

const scriptFrom = (file: string, nodes: number): ScriptStep[] => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return refuse(`cannot read ${file}.`)
  }
  return text.split('\n').flatMap((line, i): ScriptStep[] => {
    if (line.trim() === '') return []
    let said: unknown
    try {
      said = JSON.parse(line)
    } catch {
      return refuse(`${file}:${i + 1} is not JSON.`)
    }
    const step = (isWords(said) ? { node: 0, cmd: said } : { node: 0, ...(said as object) }) as ScriptStep
    if (!isWords(step.cmd)) return refuse(`${file}:${i + 1} has no "cmd", a list of words.`)
    if (!(step.node >= 0 && step.node < nodes)) return refuse(`${file}:${i + 1} names node ${step.node}; there are ${nodes}, from 0.`)
    return [step]
  })
}

const PRIMARIES = 3
const servers = await startServers(isCluster ? PRIMARIES : 0, 1)
try {
  const file = value('script')
  const nodes = servers.ports.length
  const random = (): ScriptStep[] => (isCluster ? randomClusterScript(seed, steps, nodes, PRIMARIES) : randomScript(seed, steps))
  const script = file === undefined ? random() : scriptFrom(file, nodes)
  writeFileSync(
    out,
    await record(script, servers, { name: out.replace(/^.*\/|\.jsonl$/g, ''), version, seed: file === undefined ? seed : null }),
  )
  process.stdout.write(`${script.length} steps of redis-server ${version} are in ${out}\n`)
} finally {
  servers.stop()
}
process.exit(0)
