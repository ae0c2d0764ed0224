import { parseRecording } from './replay/recording.ts'
import { replay } from './replay/replay.ts'
import { record } from './record/record.ts'
import { randomClusterScript, randomScript } from './record/script.ts'
import { redisVersion, startServers } from './record/servers.ts'

/**
 * npm run differential -- [--seeds 10] [--from 1] [--steps 400] [--cluster]
 * A random script of each seed is said to the redis-server on the PATH and to the engine; every reply is compared. Exit status 0 when
 * none differs, 1 when one does, 2 when there is no redis-server.
 */
const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  const value = at < 0 ? otherwise : Number(process.argv[at + 1])
  if (Number.isSafeInteger(value) && value >= 0) return value
  process.stderr.write(`differential: --${name} needs a whole number, as in --${name} ${otherwise}\n`)
  process.exit(2)
}
const seeds = option('seeds', 10)
const from = option('from', 1)
const steps = option('steps', 400)
const isCluster = process.argv.includes('--cluster')
const print = (line: string): void => void process.stdout.write(line + '\n')

const version = redisVersion()
if (version === null) {
  process.stderr.write('differential: there is no redis-server on the PATH to compare with.\n')
  process.exit(2)
}

const PRIMARIES = 3
const servers = await startServers(isCluster ? PRIMARIES : 0, 1)
let passed = 0
let unsupported = 0
let failed = 0
try {
  for (let seed = from; seed < from + seeds; seed++) {
    const script = isCluster ? randomClusterScript(seed, steps, servers.ports.length, PRIMARIES) : randomScript(seed, steps)
    const name = `${isCluster ? 'cluster' : 'single'}-${seed}`
    const text = await record(script, servers, { name, version, seed })
    const result = replay(parseRecording(name, text))
    passed += result.passed
    unsupported += result.unsupported
    failed += result.failures.length
    for (const f of result.failures) print(`FAILED seed ${seed} step ${f.step}  ${f.command}\n  real   ${f.expected}\n  engine ${f.got}`)
  }
} finally {
  servers.stop()
}
print(
  `redis-server ${version}: ${passed} replies agree, ${failed} differ, ${unsupported} are of commands that are not simulated; ${seeds} scripts`,
)
process.exit(failed > 0 ? 1 : 0)
