import type { AdminState } from '../../engine/admin/admin.ts'
import { applyAction } from '../../engine/apply.ts'
import { BEHAVIOURS } from '../../engine/build.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import { Simulation } from '../../engine/core/simulation.ts'
import { SEC } from '../../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../engine/defaults.ts'
import { nodeIdOf } from '../../engine/redis/address.ts'
import type { NodeConf } from '../../engine/redis/bus.ts'
import { claimOf } from '../../engine/redis/slots-config.ts'
import type { NodeDisk } from '../../engine/redis/node.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import type { Recording } from './recording.ts'
import type { Failure, Result } from './replay.ts'

/**
 * Runs of `redis-cli --cluster …`, held beside the operator's own: every step starts from the state that the recording was in,
 * runs the same command line, and is scored by what redis-cli said, what it planned, and how the cluster stands afterwards.
 */

/** How one node stands, as recorded after each step. */
interface NodeRow {
  role: string
  epoch: number
  slots: string[]
}

interface Step {
  number: number
  step: number
  cmd: string[]
  rc: number
  output: string[] | null
  plan: [number, string][]
  state: Record<string, NodeRow> | null
  order: string[]
  masters: { first: number; last: number }[] | null
  firstPass: { replica: string; master: string }[]
  finally: Record<string, string>
  affinity: string[]
  errors: string[]
}

const stepOf = (row: Record<string, unknown>, number: number): Step => ({
  number,
  step: Number(row['step']),
  cmd: row['cmd'] as string[],
  rc: Number(row['rc'] ?? 0),
  output: (row['output'] as string[] | undefined) ?? null,
  plan: (row['plan'] as [number, string][] | undefined) ?? [],
  state: (row['state'] as Record<string, NodeRow> | undefined) ?? null,
  order: (row['cluster_nodes_order'] as string[] | undefined) ?? [],
  masters: (row['masters'] as Step['masters'] | undefined) ?? null,
  firstPass: (row['first_pass_replicas'] as Step['firstPass'] | undefined) ?? [],
  finally: (row['final_replica_of'] as Record<string, string> | undefined) ?? {},
  affinity: (row['affinity_messages'] as string[] | undefined) ?? [],
  errors: (row['errors'] as string[] | undefined) ?? [],
})

const portOf = (address: string): string => address.split('@')[0].split(':')[1]
const processOf = (port: string): ProcessId => `n${Number(port)}`

/** Redis servers on one host, named by their ports; whatever literal address a command line uses means that host. */
const worldOf = (ports: readonly string[], conf: readonly NodeConf[], aliases: readonly string[], seed: number): Simulation => {
  const addresses: Record<string, ProcessId> = {}
  for (const host of ['127.0.0.1', ...aliases]) for (const port of ports) addresses[`${host}:${port}`] = processOf(port)
  const config: [string, string][] = [
    ['cluster-node-timeout', '5000'],
    ['repl-diskless-sync-delay', '0'],
  ]
  const sim = new Simulation(
    BEHAVIOURS,
    {
      cluster: true,
      config: Object.fromEntries(config),
      load: DEFAULT_LOAD,
      policy: DEFAULT_POLICY,
      origin: DEFAULT_ORIGIN,
      latency: { mean: 5, spread: 0 },
      service: { command: 1, message: 1 },
      warm: 0,
      addresses,
    },
    seed,
  )
  const members = new Set(conf.map((n) => n.process))
  for (const port of ports) {
    const fresh = {
      process: processOf(port),
      ip: '127.0.0.1',
      port: Number(port),
      cport: Number(port) + 50,
      primary: true,
      replicaOf: null,
      slots: [],
      configEpoch: 0,
    }
    const known = members.has(fresh.process)
    const nodes = known ? [...conf] : [fresh]
    const disk: NodeDisk = {
      conf: { nodes, currentEpoch: known ? Math.max(nodes.length, ...nodes.map((n) => n.configEpoch)) : 0, settled: known },
      keys: null,
      config,
    }
    sim.spawn(fresh.process, 'node', disk)
  }
  sim.spawn('admin', 'admin')
  sim.runUntil(3 * SEC)
  return sim
}

/** Runs one command line; every question is answered with yes. Its exit status and its output by lines. */
const runManager = (sim: Simulation, argv: readonly string[]): { exit: number; lines: string[] } => {
  let text = ''
  const stop = sim.observe({ onFact: (f) => void (f.type === 'redisCli.printed' && (text += f.data.text)) })
  applyAction(sim, { type: 'redisCli', argv: [...argv] })
  const end = sim.world.now + 300 * SEC
  const job = () => (sim.process('admin')!.state as AdminState).manager!
  while (job().exit === null && sim.world.now < end) {
    if (job().asking) applyAction(sim, { type: 'redisCliInput', text: 'yes' })
    sim.runUntil(sim.world.now + SEC / 20)
  }
  stop()
  return { exit: job().exit ?? -1, lines: text.split('\n') }
}

const nodeState = (sim: Simulation, port: string): NodeState => sim.process(processOf(port))!.state as NodeState

/** Role, epoch and slots of a node by its own word. */
const rowOf = (sim: Simulation, port: string): string => {
  const c = nodeState(sim, port).cluster!
  const me = c.peers[0]
  const epoch = c.replicaOf[0] >= 0 ? c.peers[c.replicaOf[0]].configEpoch : me.configEpoch
  const { ranges } = claimOf(c, 0)
  const slots: string[] = []
  for (let i = 0; i < ranges.length; i += 2) slots.push(ranges[i] === ranges[i + 1] ? String(ranges[i]) : `${ranges[i]}-${ranges[i + 1]}`)
  return show({ role: me.primary ? 'master' : 'replica', epoch, slots })
}
const show = (row: NodeRow): string => `${row.role} epoch ${row.epoch} slots ${row.slots.join(',')}`

/** What is the same from run to run: not where keys lie, nor runs of dots. */
const said = (lines: readonly string[]): string[] =>
  lines
    .map((l) => l.trimEnd().replace(/^#+$/, (run) => `<${run.length}#>`))
    .filter((l) => /^(>>>|\*\*\*|\[ERR\]|\[OK\]|\[WARNING\]|Moving \d+ slots|<\d+#>|Automatically|Ready|Waiting)/.test(l))
    .filter((l) => !/keys in \d+ masters/.test(l))

/** Scores a recording of kind redis-cli. */
export const replayPlans = (recording: Recording): Result => {
  const result: Result = {
    file: recording.file,
    kind: recording.header.kind,
    passed: 0,
    total: 0,
    unsupported: 0,
    volatile: 0,
    failures: [],
    missing: new Map(),
  }
  let before: Record<string, NodeRow> | null = null
  let follows: Record<string, string> = {}
  for (const { row, number } of recording.rows) {
    const step = stepOf(row, number)
    result.total++
    follows = { ...follows, ...followersIn(step.output ?? []) }
    const wrong = step.masters !== null ? createWrong(step) : stateWrong(step, before ?? step.state!, follows)
    if (wrong === null) result.passed++
    else result.failures.push(failureOf(recording.file, step, wrong))
    const home = /replica of \S+:(\d+)\.$/.exec(step.output?.at(-2) ?? '')?.[1]
    if (home !== undefined) follows[portOf(step.cmd[3])] = home
    before = step.state
  }
  return result
}

const failureOf = (file: string, step: Step, [expected, got]: Wrong): Failure => ({
  file,
  line: step.number,
  step: step.step,
  command: step.cmd.join(' '),
  expected,
  got,
})

type Wrong = [expected: string, got: string]
const differ = (what: string, expected: unknown, got: unknown): Wrong | null => {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(got)]
  return a === b ? null : [`${what} ${a}`, `${what} ${b}`]
}

/** `S: <id:7014> …` and two lines on `replicates <id:7012>`. */
const followersIn = (output: readonly string[]): Record<string, string> => {
  const out: Record<string, string> = {}
  output.forEach((line, i) => {
    const replica = /^S: <id:(\d+)>/.exec(line)?.[1]
    const primary = /replicates <id:(\d+)>/.exec(output[i + 2] ?? '')?.[1]
    if (replica !== undefined && primary !== undefined) out[replica] = primary
  })
  return out
}

const withIds = (words: readonly string[]): string[] =>
  words.map((w) => w.replace(/<id:(\d+)>/g, (_, port: string) => nodeIdOf(processOf(port))))

const stateWrong = (step: Step, before: Record<string, NodeRow>, follows: Record<string, string>): Wrong | null => {
  const listed = step.order.map(portOf).filter((port) => port in before)
  const members = [...listed, ...Object.keys(before).filter((port) => !listed.includes(port))]
  const conf = members.map((port): NodeConf => {
    const row = before[port]
    const primary = row.role === 'master'
    return {
      process: processOf(port),
      ip: '127.0.0.1',
      port: Number(port),
      cport: Number(port) + 50,
      primary,
      replicaOf: primary ? null : processOf(follows[port]),
      slots: row.slots.map((r): [number, number] => {
        const [from, to = from] = r.split('-').map(Number)
        return [from, to]
      }),
      configEpoch: primary ? row.epoch : 0,
    }
  })
  const ports = [...new Set([...members, ...Object.keys(step.state!)])]
  const sim = worldOf(ports, conf, [], 1)
  const { exit, lines } = runManager(sim, withIds(step.cmd.slice(2)))
  sim.runUntil(sim.world.now + 5 * SEC)
  const plain = lines.map((l) => ports.reduce((text, port) => text.replaceAll(nodeIdOf(processOf(port)), `<id:${port}>`), l))
  const plan = plain.flatMap((l) => {
    const m = /^ {4}Moving slot (\d+) from (\S+)$/.exec(l)
    return m === null ? [] : [[Number(m[1]), m[2]]]
  })
  const rows = (port: string): string => rowOf(sim, port)
  return (
    differ('exit', step.rc, exit) ??
    differ('said', said(step.output!), said(plain)) ??
    differ('plan', step.plan, plan) ??
    differ(
      'state',
      Object.keys(step.state!).map((port) => `${port} ${show(step.state![port])}`),
      Object.keys(step.state!).map((port) => `${port} ${rows(port)}`),
    )
  )
}

const createWrong = (step: Step): Wrong | null => {
  const addresses = step.cmd.slice(3).filter((w) => w.includes('@'))
  const ports = addresses.map(portOf)
  const hosts = [...new Set(addresses.map((a) => a.split(':')[0]))].filter((h) => h !== '127.0.0.1')
  const sim = worldOf(ports, [], hosts, 1)
  const { exit, lines } = runManager(sim, step.cmd.slice(2))
  const found = (pattern: RegExp): RegExpExecArray[] => lines.map((l) => pattern.exec(l)).filter((m) => m !== null)
  const masters = found(/^Master\[\d+\] -> Slots (\d+) - (\d+)$/).map((m) => [Number(m[1]), Number(m[2])])
  const first = found(/^Adding replica (\S+) to (\S+)$/).map((m) => [m[1], m[2]])
  const talk = lines.filter((l) => /anti-affinity|same host/.test(l))
  const wrong =
    differ('exit', step.rc, exit) ??
    differ(
      'errors',
      step.errors,
      lines.filter((l) => l.startsWith('***')),
    ) ??
    differ(
      'slots',
      step.masters!.map((m) => [m.first, m.last]),
      masters,
    ) ??
    differ(
      'replicas at first',
      step.firstPass.map((p) => [p.replica, p.master]),
      first,
    ) ??
    differ('affinity', step.affinity, talk)
  if (wrong !== null || step.rc !== 0) return wrong
  sim.runUntil(sim.world.now + 5 * SEC)
  // who follows whom is chance where replicas had to be swapped: then only how many follow each primary is the same
  const pairs = Object.entries(step.finally).map(([replica, id]) => [portOf(replica), /\d+/.exec(id)![0]])
  const got = pairs.map(([replica]) => {
    const { peers, replicaOf } = nodeState(sim, replica).cluster!
    return [replica, replicaOf[0] < 0 ? 'none' : peers[replicaOf[0]].process.slice(1)]
  })
  const counts = (list: string[][]): string[] => list.map(([, primary]) => primary).sort((a, b) => (a < b ? -1 : 1))
  const owners = ports.flatMap((port) => claimOf(nodeState(sim, port).cluster!, 0).ranges.slice())
  return (
    (step.affinity.length === 0 ? differ('replicas', pairs, got) : differ('replicas of each', counts(pairs), counts(got))) ??
    differ(
      'owned',
      masters.flat().sort((a, b) => a - b),
      owners.sort((a, b) => a - b),
    )
  )
}
