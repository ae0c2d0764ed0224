import '../../lab/lua/hand-in.ts'
import { scenarioById } from '../../content/scenarios/index.ts'
import { applyAction } from '../../engine/apply.ts'
import { buildSimulation } from '../../engine/build.ts'
import { SEC } from '../../engine/core/time.ts'
import type { Simulation } from '../../engine/core/simulation.ts'
import { eachSince } from '../../engine/redis/backlog.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import { Connection } from './connection.ts'
import { ReplicaLink } from './replica-link.ts'
import type { ScriptStep } from './script.ts'

/** A random script said to a real primary and to the engine's: what each tells its replicas, word for word and byte for byte. */

/** What depends on chance, waits, or would end the comparison. */
const LEFT_OUT =
  /^(B[LRZ]|CLIENT|CONFIG|WAIT|RESET|SUBSCRIBE|PSUBSCRIBE|SSUBSCRIBE|HELLO|AUTH|QUIT|DEBUG|MIGRATE|REPLICAOF|FAILOVER|ACL|SCRIPT|SAVE)|\b(SPOP|RANDOMKEY|[HSZ]RAND|SRANDMEMBER|SCAN)/i
/** Moments of the wall clock. */
const masked = (words: readonly string[]): string => words.join(' ').replaceAll(/\b1[6-9]\d{11}\b/g, '<ms>')

export interface StreamDifference {
  command: readonly string[]
  real: string
  engine: string
}

/** A primary and a replica without cluster mode, and nobody who asks anything. */
const quiet = (): Simulation => {
  const base = scenarioById('first-minute')!
  const sim = buildSimulation(
    {
      ...base,
      topology: { cluster: false, primaries: 1, replicasPerPrimary: 1, apps: 1 },
      config: { 'repl-ping-replica-period': '3600', 'repl-backlog-size': '100mb' },
      load: { ...base.load, rate: 0 },
      policy: { ...base.policy, l1Ttl: 0, ttl: 3600 * SEC },
      warm: 0,
    },
    1,
  )
  sim.runUntil(3 * SEC)
  return sim
}

const engineSays = (sim: Simulation, argv: string[]): { heard: string[]; bytes: number } => {
  const { repl } = sim.process('n1')!.state as NodeState
  const { offset } = repl
  let isAnswered = false
  const stop = sim.observe({ onFact: (f) => void (isAnswered ||= f.type === 'console.replied') })
  applyAction(sim, { type: 'command', process: 'n1', argv })
  while (!isAnswered) sim.step()
  stop()
  const heard: string[] = []
  eachSince(repl.backlog!, offset + 1, (item) => heard.push(masked(item.argv)))
  return { heard, bytes: repl.offset - offset }
}

/** A key is expired by whoever meets it first, a cron or a command, and the next SELECT moves with it. */
const isSameButForExpiry = (real: readonly string[], engine: readonly string[]): boolean => {
  const rest = (lines: readonly string[]): string => lines.filter((line) => !/^(DEL \S+|SELECT \d+|MULTI|EXEC)$/.test(line)).join('\n')
  return rest(real) === rest(engine) && [...real, ...engine].some((line) => /^(DEL|SELECT) \S+$/.test(line))
}

const offsetOf = async (c: Connection): Promise<number> =>
  Number(/master_repl_offset:(\d+)/.exec(String((await c.call(['INFO', 'replication'])).value))![1])

/** How many commands agreed, and those that did not; the server has to be fresh. */
export const compareStreams = async (
  port: number,
  scripts: readonly (readonly ScriptStep[])[],
): Promise<{ agreed: number; lines: number; differences: StreamDifference[] }> => {
  const client = new Connection(port)
  const witness = new Connection(port)
  await client.call(['CONFIG', 'SET', 'repl-ping-replica-period', '3600'])
  const link = await ReplicaLink.open(port)
  const sim = quiet()
  const differences: StreamDifference[] = []
  let agreed = 0
  let lines = 0
  for (const { cmd, sleepAfter } of scripts.flat()) {
    // who waits for a key to expire races both clocks
    if (LEFT_OUT.test(cmd.join(' ')) || sleepAfter !== undefined) continue
    await client.call(cmd)
    const before = link.offset
    const real = (await link.upTo(await offsetOf(witness))).map(masked)
    // the engine holds a char a byte
    const bytes = cmd.map((w) => Buffer.from(w, 'utf8').toString('latin1'))
    const engine = engineSays(sim, bytes)
    lines += real.length
    const isSame = real.join('\n') === engine.heard.join('\n') && link.offset - before === engine.bytes
    if (isSame || isSameButForExpiry(real, engine.heard)) agreed++
    else differences.push({ command: cmd, real: real.join(' | '), engine: engine.heard.join(' | ') })
  }
  for (const c of [client, witness, link]) c.close()
  return { agreed, lines, differences }
}
