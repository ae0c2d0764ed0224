import { parseRecording } from './replay/recording.ts'
import { replay, type Result } from './replay/replay.ts'
import { record } from './record/record.ts'
import { randomOddClusterScript } from './record/odd-cluster-script.ts'
import { randomOddScript } from './record/odd-script.ts'
import { randomAclScript } from './record/acl-script.ts'
import { randomCommandsScript } from './record/commands-script.ts'
import { randomClusterScript, randomScript, type ScriptStep } from './record/script.ts'
import { redisVersion, startServers } from './record/servers.ts'
import { compareStreams } from './record/streams.ts'

/**
 * npm run differential -- [--seeds 10] [--from 1] [--steps 400] [--cluster | --acl | --commands | --odd | --odd-cluster | --stream] [--shrink]
 * A random script of each seed is said to the redis-server on the PATH and to the engine; every reply is compared; with
 * --shrink, the first difference of a seed is told with the few commands that bring it about. With --acl the script is about users and their rights;
 * with --commands about what COMMAND tells of every command;
 * with --odd about what nobody should say (record/odd-script.ts);
 * with --stream not the replies are compared but what a replica hears, and the offsets. Exit status 0 when none differs, 1 when one does, 2 when there is no redis-server.
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
const kind = ['cluster', 'acl', 'commands', 'odd-cluster', 'odd'].find((word) => process.argv.includes(`--${word}`)) ?? 'single'
const isCluster = kind.endsWith('cluster')
const print = (line: string): void => void process.stdout.write(line + '\n')

const version = redisVersion()
if (version === null) {
  process.stderr.write('differential: there is no redis-server on the PATH to compare with.\n')
  process.exit(2)
}

const PRIMARIES = 3
const servers = await startServers(isCluster ? PRIMARIES : 0, 1, kind === 'odd' ? { 'enable-debug-command': 'yes' } : {})
const compare = async (name: string, seed: number, script: readonly ScriptStep[]): Promise<Result> =>
  replay(parseRecording(name, await record(script, servers, { name, version, seed })))

if (process.argv.includes('--stream')) {
  const scripts = Array.from({ length: seeds }, (_, i) => (kind === 'odd' ? randomOddScript : randomScript)(from + i, steps))
  const { agreed, lines, differences } = await compareStreams(servers.ports[0], scripts).finally(() => servers.stop())
  for (const d of differences) print(`FAILED ${JSON.stringify(d.command)}\n  real   ${d.real}\n  engine ${d.engine}`)
  print(
    `redis-server ${version}: of ${agreed + differences.length} commands ${agreed} told replicas the same ${lines} words; ${seeds} scripts`,
  )
  process.exit(differences.length > 0 ? 1 : 0)
}

/** Takes away what is not needed for the last reply to differ, in halves, quarters and so on. */
const shrunk = async (seed: number, script: readonly ScriptStep[]): Promise<ScriptStep[]> => {
  let kept = script.slice()
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 1; at < kept.length - 1;) {
      const fewer = [...kept.slice(0, at), ...kept.slice(Math.min(at + size, kept.length - 1))]
      const { failures } = await compare('shrunk', seed, fewer)
      if (failures.some((f) => f.step === fewer.length)) kept = fewer
      else at += size
    }
  return kept
}

let passed = 0
let unsupported = 0
let failed = 0
try {
  for (let seed = from; seed < from + seeds; seed++) {
    const script = isCluster
      ? (kind === 'cluster' ? randomClusterScript : randomOddClusterScript)(seed, steps, servers.ports.length, PRIMARIES)
      : { acl: randomAclScript, commands: randomCommandsScript, odd: randomOddScript, single: randomScript }[
          kind as 'acl' | 'commands' | 'odd' | 'single'
        ](seed, steps)
    const name = `${kind}-${seed}`
    const result = await compare(name, seed, script)
    passed += result.passed
    unsupported += result.unsupported
    failed += result.failures.length
    const [first] = result.failures
    if (process.argv.includes('--shrink') && first?.step != null) {
      const least = await shrunk(seed, script.slice(0, first.step))
      print(`seed ${seed}: real ${first.expected}, engine ${first.got}`)
      for (const { node, client, cmd } of least) print(`  ${isCluster ? `${node}/${client ?? ''} ` : ''}${JSON.stringify(cmd)}`)
    } else
      for (const f of result.failures) print(`FAILED seed ${seed} step ${f.step}  ${f.command}\n  real   ${f.expected}\n  engine ${f.got}`)
  }
} finally {
  servers.stop()
}
print(
  `redis-server ${version}: ${passed} replies agree, ${failed} differ, ${unsupported} are of commands that are not simulated; ${seeds} scripts`,
)
process.exit(failed > 0 ? 1 : 0)
