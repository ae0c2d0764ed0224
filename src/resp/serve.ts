import '../lab/lua/hand-in.ts'
import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Action } from '../engine/action.ts'
import { applyAction, type Outcome } from '../engine/apply.ts'
import { buildSimulation } from '../engine/build.ts'
import type { ConnId } from '../engine/core/network.ts'
import type { Message, ProcessId } from '../engine/core/process.ts'
import type { Simulation } from '../engine/core/simulation.ts'
import type { Micros } from '../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import { BUS_OFFSET, PORT, ipOf } from '../engine/redis/address.ts'
import { isFed } from '../engine/redis/client-info.ts'
import { bufferLimit } from '../engine/redis/output-buffer.ts'
import { isOpenToAll } from '../engine/redis/acl.ts'
import type { NodeState, Session } from '../engine/redis/state.ts'
import type { Scenario } from '../engine/scenario.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import { Clock, type Speed } from './clock.ts'
import { Connection } from './connection.ts'
import { OUTSIDE, outsideBehaviour, type HangUpMessage, type OpenMessage, type SendMessage } from './outside.ts'

export interface ServeOptions {
  /** a scenario or the name of one; ignored with `single`. */
  scenario?: string | Scenario
  /** port of n1, n2 gets the next, and so on, Sentinels last; 0 = whatever is free. */
  port?: number
  speed?: Speed
  /** one node outside cluster mode, with nothing in it and nobody else about. */
  single?: boolean
  seed?: number
}

/** A simulated cluster on loopback sockets. */
export interface Served {
  /** where each node listens; a node that joins later gets its port when it is started. */
  readonly ports: Readonly<Record<ProcessId, number>>
  readonly lab: Simulation
  /** Does what a learner can do (engine/action.ts), now; resolves when the sockets stand as the nodes do. */
  dispatch(action: Action): Promise<Outcome>
  /** Lets simulated time run on by so much at once. */
  skip(time: Micros): Promise<void>
  /** Runs on at once until something holds; false when `limit` passed first. */
  runUntil(holds: () => boolean, limit: Micros): Promise<boolean>
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Above this a bus port would be no port. */
const HIGHEST_PORT = 65535 - BUS_OFFSET
/** redis.conf of the single node: as a fresh redis-server has it. */
const SINGLE: Scenario = {
  id: 'single-served',
  title: 'A single node',
  about: 'One Redis node outside cluster mode, empty.',
  topology: { cluster: false, primaries: 1, replicasPerPrimary: 0, apps: 0 },
  config: {},
  load: { ...DEFAULT_LOAD, rate: 0 },
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 20, spread: 10 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 0,
  startAt: 0,
  seed: 7,
}

const scenarioOf = (options: ServeOptions): Scenario => {
  if (options.single === true) return SINGLE
  const { scenario = 'first-minute' } = options
  const found = typeof scenario === 'string' ? scenarioById(scenario) : scenario
  if (found === undefined || found === null) throw new Error(`There is no scenario called ${String(scenario)} here.`)
  return found
}

/** One node's port: kept for as long as the lab is served, open while the node's machine would answer. */
class Door {
  readonly node: ProcessId
  port = 0
  private readonly welcome: (socket: Socket) => void
  private server: Server | null = null

  constructor(node: ProcessId, welcome: (socket: Socket) => void) {
    this.node = node
    this.welcome = welcome
  }

  get isOpen(): boolean {
    return this.server !== null
  }

  async open(port: number): Promise<void> {
    // a port that was free is kept; one too high for a bus port beside it is given back
    for (const refused: Server[] = []; ;) {
      const server = createServer({ allowHalfOpen: true }, this.welcome)
      this.server = server
      server.listen(port, HOST)
      try {
        await once(server, 'listening')
      } catch (error) {
        this.server = null
        throw error
      }
      this.port = (server.address() as { port: number }).port
      if (port !== 0 || this.port <= HIGHEST_PORT) {
        for (const r of refused) r.close()
        return
      }
      refused.push(server)
    }
  }

  async close(): Promise<void> {
    const { server } = this
    this.server = null
    if (server === null) return
    // those who are connected hear of it from their connections
    await new Promise<void>((resolve) => {
      server.close()
      setImmediate(resolve)
    })
  }
}

/** Who is served: the nodes, then the Sentinels. */
const servers = (scenario: Scenario): ProcessId[] => {
  const { topology: t } = scenario
  const named = (letter: string, count: number): ProcessId[] => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)
  return [...named('n', t.primaries + (t.replicaOf?.length ?? t.primaries * t.replicasPerPrimary)), ...named('s', t.sentinels?.count ?? 0)]
}

/** Serves a simulated cluster, or a single node, to programs of the real world. */
export const serve = async (options: ServeOptions): Promise<Served> => {
  const scenario = scenarioOf(options)
  const { port = 0, speed = 1 } = options
  const ports: Record<ProcessId, number> = {}
  const doors = new Map<ProcessId, Door>()
  const connections = new Map<number, Connection>()
  const byConn = new Map<ConnId, Connection>()
  let nextKey = 1
  const addresses: Record<string, ProcessId> = {}

  const prepare = async (node: ProcessId): Promise<void> => {
    const door = new Door(node, (socket) => welcome(node, socket))
    await door.open(port === 0 ? 0 : port + doors.size)
    doors.set(node, door)
    ports[node] = door.port
    // its first address is what it announces; by the other it is known inside
    addresses[`${HOST}:${door.port}`] = node
    if (node.startsWith('n')) addresses[`${ipOf(node)}:${PORT}`] = node
  }
  const closeDoors = async (): Promise<void> => void (await Promise.all([...doors.values()].map((door) => door.close())))

  try {
    for (const node of servers(scenario)) await prepare(node)
  } catch (error) {
    await closeDoors()
    throw error
  }

  const behaviour = outsideBehaviour({
    opened(key, conn) {
      const connection = connections.get(key)!
      connection.conn = conn
      byConn.set(conn, connection)
      sources[conn] = connection.source
    },
    connected: (conn) => byConn.get(conn)?.connected(),
    heard: (conn, reply, isPush) => byConn.get(conn)?.heard(reply, isPush),
    closed(conn, reason) {
      const connection = byConn.get(conn)
      if (connection === undefined) return
      connection.closed(reason)
      forget(connection)
    },
  })
  const sim = buildSimulation(scenario, options.seed ?? scenario.seed, { behaviour, addresses })
  const sources: Record<number, string> = {}
  sim.world.settings.sources = sources
  sim.runUntil(scenario.startAt)
  const outside = sim.process(OUTSIDE)!

  const hand = (message: Message): void => {
    sim.hand(outside, message)
    clock.wake()
  }
  const forget = (connection: Connection): void => {
    connections.delete(connection.key)
    byConn.delete(connection.conn)
    delete sources[connection.conn]
  }
  const welcome = (node: ProcessId, socket: Socket): void => {
    if (sim === undefined) return void socket.destroy()
    const key = nextKey++
    const session = (): Session | undefined => (sim.process(node)!.state as Partial<NodeState> | null)?.sessions?.get(connection.conn)
    const connection: Connection = new Connection(key, node, socket, {
      send: (commands) => hand({ type: 'send', to: connection.conn, commands } as SendMessage),
      hangUp() {
        hand({ type: 'hangUp', to: connection.conn } as HangUpMessage)
        forget(connection)
      },
      now: () => sim.world.now,
      resp: () => session()?.resp ?? 2,
      mostUnread() {
        const s = session()
        if (s === undefined) return Infinity
        const state = sim.process(node)!.state as NodeState
        const kind = isFed(state, s) ? 'replica' : s.subscriptions > 0 ? 'pubsub' : 'normal'
        return bufferLimit(state, kind).hard || Infinity
      },
      isAtWork: () => sim.process(node)!.status === 'up' && !['pop', 'script'].includes(session()?.blocked?.why ?? ''),
      needsAuth() {
        const p = sim.process(node)!
        if (p.kind !== 'node' || p.state === null || isOpenToAll(p.state as NodeState)) return false
        return session()?.authenticated !== true
      },
    })
    connections.set(key, connection)
    hand({ type: 'open', to: node, key } as OpenMessage)
  }
  const isAwaited = (): boolean => {
    for (const connection of connections.values()) if (connection.isWaiting) return true
    return false
  }

  /** Doors stand open where a kernel would accept: a crashed process's refuses, a machine without power says nothing either way. */
  const isWanted = (door: Door): boolean => {
    const p = sim.process(door.node)!
    return p.status !== 'crashed' && !p.retired
  }
  const move = async (door: Door): Promise<void> => {
    // asked for more than once before it was done
    if (isWanted(door) === door.isOpen) return
    if (door.isOpen) await door.close()
    // a connection that somebody opened from this very port may hold it for a moment: the next settling tries again
    else await door.open(door.port).catch(() => undefined)
  }
  let moving = Promise.resolve()
  const settle = (): Promise<void> => {
    for (const door of doors.values()) if (isWanted(door) !== door.isOpen) moving = moving.then(() => move(door))
    return moving
  }

  const clock = new Clock(sim, speed, isAwaited, () => {
    for (const connection of connections.values()) connection.flush()
    void settle()
  })
  clock.wake()

  return {
    ports,
    lab: sim,
    async dispatch(action) {
      if (action.type === 'addNode') {
        const first = Math.max(...[...doors.keys()].map((node) => Number(node.slice(1)))) + 1
        for (let i = 0; i < (action.replica === true ? 2 : 1); i++) await prepare(`n${first + i}`)
        sim.world.settings.addresses = { ...addresses }
      }
      const outcome = applyAction(sim, action)
      await settle()
      clock.wake()
      return outcome
    },
    async skip(time) {
      clock.skip(time)
      await settle()
    },
    async runUntil(holds, limit) {
      const end = sim.world.now + limit
      while (!holds() && sim.step(end));
      clock.skip(0)
      await settle()
      return holds()
    },
    async close() {
      clock.stop()
      for (const connection of [...connections.values()]) connection.leave()
      await moving
      await closeDoors()
    },
  }
}
