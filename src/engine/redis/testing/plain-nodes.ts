import type { Fact, FactOf, FactType } from '../../core/fact.ts'
import type { Behaviour, Context, ProcessId } from '../../core/process.ts'
import { Simulation, type Behaviours } from '../../core/simulation.ts'
import { MS } from '../../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../defaults.ts'
import type { NodesConf } from '../bus.ts'
import { nodeBehaviour, type NodeDisk } from '../node.ts'
import type { Reply } from '../reply.ts'
import type { NodeState, ReplyMessage } from '../state.ts'

/** Servers outside cluster mode and a client on each: what the tests of replication and of files run on. */
export interface Nodes {
  sim: Simulation
  facts: Fact[]
  node(id: ProcessId): NodeState
  /** sends a command, waits for its reply, at most 10 s; `n1#2` is another client on n1. */
  call(id: ProcessId, ...argv: string[]): Reply
  /** sends a command and goes on; the reply comes to `replies`. */
  send(id: ProcessId, ...argv: string[]): void
  replies(id: ProcessId): Reply[]
  run(milliseconds: number): void
  /** does something inside a node, as one of its handlers would. */
  inside(id: ProcessId, what: (state: NodeState, ctx: Context) => void): void
  crash(id: ProcessId): void
  powerOff(id: ProcessId): void
  start(id: ProcessId, empty?: boolean): void
  of<T extends FactType>(type: T): FactOf<T>[]
}

interface ClientState {
  conn: number
  replies: Reply[]
}

/** With a nodes.conf: nodes of a cluster. */
export const plainNodes = (count: number, config: Record<string, string> = {}, seed = 1, conf: NodesConf | null = null): Nodes => {
  let inside: ((state: NodeState, ctx: Context) => void) | null = null
  const node: Behaviour<NodeState> = {
    ...nodeBehaviour,
    act: (state, action, ctx) => (inside === null ? nodeBehaviour.act!(state, action, ctx) : inside(state, ctx)),
  }
  const client: Behaviour<ClientState> = {
    boot: (disk, ctx) => ({ conn: ctx.connect(disk as ProcessId, 'client'), replies: [] }),
    persist: () => null,
    message: {
      reply: (s: ClientState, m: ReplyMessage) => void s.replies.push(m.reply),
      push: (s: ClientState, m: ReplyMessage) => void s.replies.push(m.reply),
    } as Behaviour<ClientState>['message'],
    timer: {},
    act: (s, action, ctx) =>
      void (
        action.type === 'command' && ctx.send(s.conn, { type: 'command', argv: action.argv, size: action.argv.join().length } as never)
      ),
  }
  const sim = new Simulation(
    { node, console: client } as unknown as Behaviours,
    {
      cluster: conf !== null,
      config,
      load: DEFAULT_LOAD,
      policy: DEFAULT_POLICY,
      origin: DEFAULT_ORIGIN,
      latency: { mean: 100, spread: 0 },
      service: { command: 10, message: 5 },
      warm: 0,
    },
    seed,
  )
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  const clients = new Map<ProcessId, ProcessId>()
  let opened = 0
  for (let i = 1; i <= count; i++) sim.spawn(`n${i}`, 'node', { conf, keys: null, config: Object.entries(config) } satisfies NodeDisk)
  const stateOf = (id: ProcessId): ClientState => {
    const name = clients.get(id)
    if (name !== undefined) return sim.process(name)!.state as ClientState
    const p = sim.spawn(`c${++opened}`, 'console', id.split('#')[0])
    clients.set(id, p.id)
    sim.runUntil(sim.world.now + 5 * MS)
    return p.state as ClientState
  }
  const begin = (): void => sim.beginAction()
  const send = (id: ProcessId, argv: string[]): void => {
    stateOf(id)
    begin()
    const name = clients.get(id)!
    sim.act(sim.process(name)!, { type: 'command', process: name, argv })
  }
  return {
    sim,
    facts,
    node: (id) => sim.process(id)!.state as NodeState,
    send: (id, ...argv) => send(id, argv),
    replies: (id) => stateOf(id).replies,
    call(id, ...argv) {
      const client = stateOf(id)
      const before = client.replies.length
      send(id, argv)
      const end = sim.world.now + 10_000 * MS
      while (client.replies.length === before) if (!sim.step(end)) throw new Error(`no reply to ${argv.join(' ')}`)
      return client.replies[client.replies.length - 1]
    },
    run: (t) => void sim.runUntil(sim.world.now + Math.round(t * MS)),
    inside(id, what) {
      begin()
      inside = what
      sim.act(sim.process(id)!, { type: 'heal' })
      inside = null
    },
    crash(id) {
      begin()
      sim.crash(sim.process(id)!)
      clients.delete(id)
    },
    powerOff(id) {
      begin()
      sim.powerOff(sim.process(id)!)
      clients.delete(id)
    },
    start(id, empty = false) {
      begin()
      sim.start(sim.process(id)!, empty)
    },
    of: (type) => facts.filter((f) => f.type === type) as never,
  }
}
