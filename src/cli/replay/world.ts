import { BEHAVIOURS } from '../../engine/build.ts'
import type { ConnId } from '../../engine/core/network.ts'
import type { Behaviour, Process, ProcessId } from '../../engine/core/process.ts'
import { Simulation } from '../../engine/core/simulation.ts'
import { MS, SEC, type Micros } from '../../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../engine/defaults.ts'
import { peerFlags, type NodeConf, type NodesConf } from '../../engine/redis/bus.ts'
import { claimOf } from '../../engine/redis/slots-config.ts'
import type { NodeDisk } from '../../engine/redis/node.ts'
import type { Reply } from '../../engine/redis/reply.ts'
import type { CommandMessage, NodeState, PushMessage, ReplyMessage } from '../../engine/redis/state.ts'
import type { Change, Header } from './recording.ts'

/** What a connection received, as it came. */
export interface Frame {
  push: boolean
  reply: Reply
}

interface RawClient {
  conn: ConnId
  up: boolean
  closed: boolean
  waiting: (readonly string[])[]
  frames: Frame[]
}

const send = (state: RawClient, argv: readonly string[]): CommandMessage => {
  void state
  return { type: 'command', argv, size: argv.reduce((n, w) => n + w.length + 8, 16) }
}

/** One process is one connection: it sends what it is given, and keeps what comes back. */
const rawClient: Behaviour<RawClient> = {
  boot: (disk, ctx) => ({ conn: ctx.connect(disk as ProcessId, 'client'), up: false, closed: false, waiting: [], frames: [] }),
  persist: () => null,
  message: {
    reply: (state, m: ReplyMessage) => void state.frames.push({ push: false, reply: m.reply }),
    push: (state, m: PushMessage) => void state.frames.push({ push: true, reply: m.reply }),
  },
  timer: {},
  connected(state, conn, ctx) {
    state.up = true
    for (const argv of state.waiting) ctx.send(conn, send(state, argv))
    state.waiting = []
  },
  closed(state) {
    state.closed = true
  },
  act(state, action, ctx) {
    if (action.type !== 'command') return
    if (state.up) ctx.send(state.conn, send(state, action.argv))
    else state.waiting.push(action.argv)
  },
}

/** A step of a recording takes so long. */
export const STEP: Micros = 50
/** A reply that is not there after this is missing. */
export const PATIENCE: Micros = 120 * SEC
const SETTLE_LIMIT: Micros = 180 * SEC

/** Directives of a header that are no directives, or name files of the host. */
const NOT_OURS = new Set(['others'])

/** The recorded world, simulated. */
export class GoldenWorld {
  readonly sim: Simulation
  private readonly header: Header
  private readonly config: [string, string][]
  private readonly connections = new Map<string, Process>()
  private opened = 0

  constructor(header: Header, seed: number) {
    this.header = header
    this.config = Object.entries(header.config).filter(([name]) => !NOT_OURS.has(name))
    const addresses: Record<string, ProcessId> = {}
    for (const port of header.nodes) addresses[`127.0.0.1:${port}`] = this.processOf(port)
    this.sim = new Simulation(
      { ...BEHAVIOURS, console: rawClient as unknown as Behaviour },
      {
        cluster: header.mode === 'cluster',
        config: Object.fromEntries(this.config),
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
    const conf = this.conf()
    for (const port of header.nodes) {
      const alone = { ...conf, nodes: conf.nodes.filter((n) => n.process === this.processOf(port)) }
      const disk: NodeDisk = { conf: header.mode === 'cluster' ? conf : alone, keys: null, config: this.config }
      this.sim.spawn(this.processOf(port), 'node', disk)
    }
    if (header.mode === 'standalone')
      for (const [primary, replicas] of Object.entries(header.roles))
        for (const replica of replicas) this.tellOnce(replica, ['REPLICAOF', '127.0.0.1', primary])
    this.sim.runUntil(this.sim.world.now + 3 * SEC)
    if (header.justCreated)
      for (const port of header.nodes) {
        const state = this.stateOf(port)!
        state.repl.offset = 0
        state.cluster?.replOffset.fill(0)
      }
  }

  processOf(port: string): ProcessId {
    return `n${this.header.nodes.indexOf(port) + 1}`
  }

  private conf(): NodesConf {
    const { header } = this
    const primaryOf = new Map<string, string>()
    for (const [primary, replicas] of Object.entries(header.roles)) for (const replica of replicas) primaryOf.set(replica, primary)
    const nodes = header.nodes.map((port, i): NodeConf => {
      const primary = primaryOf.get(port)
      return {
        process: this.processOf(port),
        ip: '127.0.0.1',
        port: Number(port),
        cport: Number(port) + 50,
        primary: primary === undefined,
        replicaOf: primary === undefined ? null : this.processOf(primary),
        slots: (header.slots?.[port] ?? []).map((range): [number, number] => {
          const [from, to] = range.split('-').map(Number)
          return [from, to ?? from]
        }),
        configEpoch: header.slots === null && header.nodes.length === 1 ? 0 : i + 1,
      }
    })
    const alone = header.slots === null && nodes.length === 1
    return { nodes, currentEpoch: alone ? 0 : nodes.length, settled: !alone }
  }

  node(port: string): Process {
    return this.sim.process(this.processOf(port))!
  }

  stateOf(port: string): NodeState | null {
    return this.node(port).state as NodeState | null
  }

  /** Node ids as recordings write them. */
  idNames(): Map<string, string> {
    const names = new Map<string, string>()
    for (const port of this.header.nodes) {
      const p = this.node(port)
      const id =
        (p.state as NodeState | null)?.id ?? (p.disk?.empty as NodeDisk | undefined)?.conf?.nodes.find((n) => n.process === p.id)?.id
      if (id !== undefined) names.set(id, `<id:${port}>`)
    }
    return names
  }

  // ------------------------------------------------------------------ connections

  connection(name: string, port: string, resp: 2 | 3): RawClient {
    let p = this.connections.get(name)
    if (p === undefined) {
      this.sim.beginAction()
      p = this.sim.spawn(`c${++this.opened}`, 'console', this.processOf(port))
      this.connections.set(name, p)
      if (resp === 3) {
        this.sim.act(p, { type: 'command', process: p.id, argv: ['HELLO', '3'] })
        const state = p.state as RawClient
        this.runWhile(() => state.frames.length === 0 && !state.closed, SEC)
        state.frames = []
      }
    }
    return p.state as RawClient
  }

  isClosed(name: string): boolean {
    return (this.connections.get(name)?.state as RawClient | undefined)?.closed ?? false
  }

  give(name: string, argv: string[]): void {
    const p = this.connections.get(name)!
    this.sim.beginAction()
    this.sim.act(p, { type: 'command', process: p.id, argv })
  }

  close(name: string): void {
    const p = this.connections.get(name)
    if (p === undefined) return
    this.sim.beginAction()
    this.sim.crash(p)
    this.connections.delete(name)
  }

  private tellOnce(port: string, argv: string[]): void {
    this.connection(`${port}/set up`, port, 2)
    this.give(`${port}/set up`, argv)
    this.sim.runUntil(this.sim.world.now + 10 * MS)
    this.close(`${port}/set up`)
  }

  /** Runs until the condition no longer holds; false when the time was up first. */
  runWhile(holds: () => boolean, limit: Micros): boolean {
    const end = this.sim.world.now + limit
    while (holds()) if (!this.sim.step(end)) return !holds()
    return true
  }

  /** A replica takes in what its primary has written so far. */
  catchUp(port: string): void {
    const state = this.stateOf(port)
    if (state === null || this.node(port).status !== 'up' || state.repl.role !== 'replica' || state.repl.linkState !== 'connected') return
    const primary = this.sim.process(state.repl.primary!)
    if (primary === undefined || primary.status !== 'up') return
    const { offset } = (primary.state as NodeState).repl
    this.runWhile(() => state.repl.linkState === 'connected' && state.repl.offset < offset, 100 * MS)
  }

  // ------------------------------------------------------------------ the world's changes

  /** Does one change: what went wrong, or null. */
  change(change: Change): string | null {
    const { sim } = this
    sim.beginAction()
    if ('kill' in change) for (const port of change.kill) sim.crash(this.node(port))
    else if ('restart' in change)
      for (const port of change.restart) {
        const p = this.node(port)
        if (p.status !== 'crashed') return `${port} is running`
        if (p.disk !== null) (p.disk.empty as NodeDisk).config = this.config
        sim.start(p, true)
      }
    else if ('stop' in change) for (const port of change.stop) sim.pause(this.node(port))
    else if ('cont' in change) for (const port of change.cont) sim.resume(this.node(port))
    else if ('close' in change) for (const name of change.close) this.close(name)
    else if ('wait_ms' in change) sim.runUntil(sim.world.now + Math.round(change.wait_ms * MS))
    else if ('until' in change) {
      const { node, about, flag } = change.until
      if (!this.waitFor(() => this.flagsOf(node, about).includes(flag))) return `${node} never showed ${flag} for ${about}`
    } else if (!this.waitFor(() => this.unsettled() === '')) return `the cluster did not settle: ${this.unsettled()}`
    return null
  }

  private waitFor(done: () => boolean): boolean {
    const end = this.sim.world.now + SETTLE_LIMIT
    while (!done()) {
      if (this.sim.world.now >= end) return false
      this.sim.runUntil(this.sim.world.now + MS)
    }
    return true
  }

  private flagsOf(port: string, about: string): string[] {
    const c = this.stateOf(port)?.cluster
    const peer = c?.peers.find((p) => !p.gone && p.process === this.processOf(about))
    return peer === undefined
      ? []
      : peerFlags(peer, peer === c!.peers[0])
          .split(',')
          .filter((f) => f !== 'myself')
  }

  /** What keeps the world from being settled; '' when it is. */
  private unsettled(): string {
    const { nodes } = this.header
    const running = nodes.filter((port) => this.node(port).status === 'up')
    if (this.header.mode === 'cluster') {
      let first = ''
      for (const port of running) {
        const c = this.stateOf(port)!.cluster!
        for (const [i, p] of c.peers.entries()) {
          if (p.gone) continue
          const flags = peerFlags(p, i === 0).split(',')
          if (flags.includes('handshake') || flags.includes('fail?')) return `${port} sees ${p.process} as ${flags.join()}`
          const isUp = this.sim.process(p.process)?.status === 'up'
          if (isUp !== !flags.includes('fail')) return `${port} sees ${p.process} as ${flags.join()}`
          if (isUp && i !== 0 && c.linkUp[i] === 0) return `${port} has no link to ${p.process}`
        }
        const seen = [c.state, ...this.view(port)].join('\n')
        if (first === '') first = seen
        else if (first !== seen) return `${running[0]} and ${port} disagree`
      }
    }
    for (const port of running) {
      const { repl } = this.stateOf(port)!
      if (repl.role !== 'replica' || repl.primary === null) continue
      const primary = this.sim.process(repl.primary)
      if (primary?.status !== 'up') continue
      if (repl.linkState !== 'connected') return `${port} is not linked to its master`
      if (repl.offset < (primary.state as NodeState).repl.offset) return `${port} has not caught up`
    }
    return ''
  }

  /** One node's table of the cluster, in a fixed order. */
  private view(port: string): string[] {
    const c = this.stateOf(port)!.cluster!
    const rows = c.peers.flatMap((p, i) => {
      if (p.gone) return []
      const flags = peerFlags(p, false)
        .split(',')
        .filter((f) => f !== 'myself')
      return [
        `${p.id} ${flags.join()} ${p.primary || c.replicaOf[i] < 0 ? '-' : c.peers[c.replicaOf[i]].id} ${claimOf(c, i).ranges.join()}`,
      ]
    })
    return rows.sort((a, b) => (a < b ? -1 : 1))
  }
}
