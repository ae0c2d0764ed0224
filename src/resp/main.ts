import { createInterface } from 'node:readline'
import { SCENARIOS } from '../content/scenarios/index.ts'
import type { Fact } from '../engine/core/fact.ts'
import { SEC } from '../engine/core/time.ts'
import type { NodeState } from '../engine/redis/state.ts'
import type { Speed } from './clock.ts'
import { HELP, readControl } from './control.ts'
import { serve, type ServeOptions, type Served } from './serve.ts'

/**
 * npm run resp -- [--scenario NAME] [--port 7000] [--speed 1|max] [--single] [--seed N]
 * Serves a simulated cluster to real clients on loopback; control lines come on stdin.
 */
const USAGE = 'usage: npm run resp -- [--scenario NAME] [--port 7000] [--speed 1|max] [--single] [--seed N]'

const refuse = (sentence: string): never => {
  process.stderr.write(`resp: ${sentence}\n`)
  process.exit(2)
}

const whole = (text: string | undefined, name: string, least: number, most: number): number => {
  const n = Number(text)
  return Number.isInteger(n) && n >= least && n <= most ? n : refuse(`${name} takes a number from ${least} to ${most}. ${USAGE}`)
}

const readOptions = (args: readonly string[]): ServeOptions => {
  const options: ServeOptions = { port: 7000, speed: 1 }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--single') options.single = true
    else if (arg === '--scenario') options.scenario = args[++i]
    else if (arg === '--port') options.port = whole(args[++i], '--port', 0, 55_000)
    else if (arg === '--seed') options.seed = whole(args[++i], '--seed', 0, 2 ** 32 - 1)
    else if (arg === '--speed') options.speed = speedOf(args[++i])
    else refuse(`unknown argument ${arg}. ${USAGE}`)
  }
  return options
}

const speedOf = (text: string | undefined): Speed => {
  if (text === 'max') return 'max'
  const n = Number(text)
  return n > 0 && n <= 1000 ? n : refuse(`--speed takes max, or a number up to 1000. ${USAGE}`)
}

/** What a watcher of the terminal wants to hear: who fell, who was elected, what moved. */
const TOLD: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
  'process.crashed',
  'process.poweredOff',
  'process.paused',
  'process.resumed',
  'process.restarted',
  'process.joined',
  'node.pfail',
  'node.fail',
  'election.won',
  'failover.promoted',
  'cluster.state',
  'network.cut',
  'network.healed',
  'reshard.started',
  'reshard.finished',
  'sentinel.sdown',
  'sentinel.odown',
  'sentinel.elected',
  'sentinel.switched',
])

const say = (text: string): void => void process.stdout.write(text + '\n')

const nodesOf = (served: Served): string =>
  Object.entries(served.ports)
    .map(([id, port]) => {
      const p = served.lab.process(id)!
      const state = p.kind === 'node' ? (p.state as NodeState | null) : null
      const role = p.retired ? 'gone' : p.status !== 'up' ? p.status : (state?.repl.role ?? p.kind)
      const holds = state === null ? '' : `${state.keys.size} keys, ${state.sessions.size} connections`
      return `${id.padEnd(5)} 127.0.0.1:${port}  ${role.padEnd(8)} ${holds}`
    })
    .join('\n')

const options = readOptions(process.argv.slice(2))
let served: Served
try {
  served = await serve(options)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  refuse(
    code === 'EADDRINUSE'
      ? `a port from ${options.port} on is in use: choose another --port.`
      : `${message} Scenarios: ${SCENARIOS.map((s) => s.id).join(', ')}.`,
  )
}
say(nodesOf(served!))
say(`Connect to 127.0.0.1:${served!.ports['n1']}${options.single === true ? '' : ' (redis-cli -c)'}. Type help for what can be broken.`)
served!.lab.observe({
  onFact(fact) {
    if (TOLD.has(fact.type)) say(`${(fact.at / SEC).toFixed(3)} s  ${fact.process}  ${fact.type} ${JSON.stringify(fact.data)}`)
  },
})

const lines = createInterface({ input: process.stdin })
const stop = (): void => void served.close().then(() => process.exit(0))
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
for await (const text of lines) {
  const control = readControl(text)
  if (control === null) continue
  if ('quit' in control) stop()
  else if ('error' in control) say(control.error)
  else if ('show' in control) say(control.show === 'help' ? HELP : nodesOf(served!))
  else if ('skip' in control) await served!.skip(control.skip)
  else {
    const outcome = await served!.dispatch(control.action)
    if (!outcome.accepted) say(outcome.reason)
  }
}
