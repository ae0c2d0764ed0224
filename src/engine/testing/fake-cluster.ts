import type { Action, AppPolicy, Load, OriginSettings } from '../action.ts'
import type { Fact, FactOf, FactType } from '../core/fact.ts'
import type { Behaviour } from '../core/process.ts'
import { Simulation } from '../core/simulation.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../defaults.ts'
import type { Settings } from '../settings.ts'
import { appBehaviour } from '../client/app.ts'
import { adminBehaviour } from '../admin/admin.ts'
import { consoleBehaviour } from '../admin/console.ts'
import { originBehaviour } from '../origin/origin.ts'
import { ipOf } from '../redis/address.ts'
import { keySlot } from '../redis/slots.ts'
import type { Reply } from '../redis/reply.ts'
import type { CommandMessage } from '../redis/state.ts'

/** Just enough of a node for tests of clients: strings with a TTL, fixed owners, pub/sub among the connections it has. */
export interface FakeNode {
  data: Map<string, { value: string; expireAt: number }>
  listeners: Set<number>
  /** slots of this node; a test may change it. */
  owner: { from: number; to: number; node: string }[]
  asking: Set<number>
  /** slots it sends away with ASK, and where. */
  ask: Map<number, string>
  imports: Set<number>
  /** answered in place of any result while not empty. */
  trouble: string
}

export const settings = (
  set: { load?: Partial<Load>; policy?: Partial<AppPolicy>; origin?: Partial<OriginSettings>; cluster?: boolean } = {},
): Settings => ({
  cluster: set.cluster ?? true,
  config: {},
  load: { ...DEFAULT_LOAD, ...set.load },
  policy: { ...DEFAULT_POLICY, ...set.policy },
  origin: { ...DEFAULT_ORIGIN, ...set.origin },
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  warm: 1,
})

const reply = (s: FakeNode, self: string, conn: number, argv: readonly string[], now: number): Reply => {
  const [name, key, value] = argv
  const asking = s.asking.delete(conn)
  switch (name) {
    case 'CLUSTER':
      return s.owner.toReversed().map((r) => [r.from, r.to, [ipOf(r.node), 6379, r.node, []]])
    case 'ASKING':
      s.asking.add(conn)
      return { simple: 'OK' }
    case 'READONLY':
      return { simple: 'OK' }
    case 'PING':
      return { simple: 'PONG' }
    case 'PUBLISH':
      return s.listeners.size
  }
  if (s.trouble !== '') return { error: s.trouble }
  const slot = keySlot(key)
  const to = s.ask.get(slot)
  if (to !== undefined) return { error: `ASK ${slot} ${ipOf(to)}:6379` }
  const owner = s.owner.find((r) => slot >= r.from && slot <= r.to)
  if (owner !== undefined && owner.node !== self && !(asking && s.imports.has(slot)))
    return { error: `MOVED ${slot} ${ipOf(owner.node)}:6379` }
  const entry = s.data.get(key)
  const live = entry !== undefined && entry.expireAt > now ? entry : undefined
  switch (name) {
    case 'GET':
      return live === undefined ? null : live.value
    case 'SET': {
      if (argv.includes('NX') && live !== undefined) return null
      const px = argv.indexOf('PX')
      s.data.set(key, { value, expireAt: px < 0 ? Infinity : now + Number(argv[px + 1]) * 1000 })
      return { simple: 'OK' }
    }
    case 'DEL':
      s.data.delete(key)
      return live === undefined ? 0 : 1
    default:
      return { error: `ERR unknown command '${name}'` }
  }
}

const fakeNode: Behaviour<FakeNode> = {
  boot: (_disk, ctx) => ({
    data: new Map(),
    listeners: new Set(),
    asking: new Set(),
    ask: new Map(),
    imports: new Set(),
    trouble: '',
    owner: [{ from: 0, to: 16383, node: ctx.self }],
  }),
  persist: () => null,
  cost: (_s, _type, _m, ctx) => ctx.settings.service.command,
  message: {
    command(s, m: CommandMessage, conn, ctx) {
      if (m.argv[0] === 'SUBSCRIBE') {
        s.listeners.add(conn)
        ctx.send(conn, { type: 'push', reply: ['subscribe', m.argv[1], 1] } as never)
        return
      }
      if (m.argv[0] === 'PUBLISH')
        for (const c of s.listeners) ctx.send(c, { type: 'push', reply: ['message', m.argv[1], m.argv[2]] } as never)
      ctx.send(conn, { type: 'reply', reply: reply(s, ctx.self, conn, m.argv, ctx.now) } as never)
    },
  },
  timer: {},
  closed(s, conn) {
    s.listeners.delete(conn)
  },
}

/** A small world: fake nodes, applications, the database. */
export class FakeCluster {
  readonly sim: Simulation
  readonly facts: Fact[] = []

  constructor(set: Settings, options: { nodes?: number; apps?: number; seed?: number } = {}) {
    const nodes = options.nodes ?? 3
    this.sim = new Simulation(
      { node: fakeNode, app: appBehaviour, origin: originBehaviour, admin: adminBehaviour, console: consoleBehaviour } as never,
      set,
      options.seed ?? 1,
    )
    this.sim.observe({ onFact: (f) => void this.facts.push(f) })
    const owner = Array.from({ length: nodes }, (_, i) => ({
      from: Math.floor((16384 * i) / nodes),
      to: Math.floor((16384 * (i + 1)) / nodes) - 1,
      node: `n${i + 1}`,
    }))
    for (let i = 1; i <= nodes; i++) {
      this.sim.spawn(`n${i}`, 'node')
      this.node(`n${i}`).owner = owner.map((o) => ({ ...o }))
    }
    this.sim.spawn('origin', 'origin')
    for (let i = 1; i <= (options.apps ?? 1); i++) this.sim.spawn(`app${i}`, 'app')
    this.sim.spawn('cli', 'console')
  }

  node(id: string): FakeNode {
    return this.sim.process(id)!.state as FakeNode
  }

  /** Puts a key on its owner, as if cached. */
  put(key: string, value: string): void {
    const slot = keySlot(key)
    const owner = this.node('n1').owner.find((r) => slot >= r.from && slot <= r.to)!
    this.node(owner.node).data.set(key, { value, expireAt: Infinity })
  }

  ownerOf(key: string): string {
    const slot = keySlot(key)
    return this.node('n1').owner.find((r) => slot >= r.from && slot <= r.to)!.node
  }

  act(process: string, action: Action): void {
    this.sim.beginAction()
    this.sim.act(this.sim.process(process)!, action)
  }

  of<T extends FactType>(type: T): FactOf<T>[] {
    return this.facts.filter((f) => f.type === type) as unknown as FactOf<T>[]
  }
}
