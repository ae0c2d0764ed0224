import type { CloseReason, ConnId, ConnKind } from '../core/network.ts'
import type { Behaviour, Context, Message } from '../core/process.ts'
import { uniform } from '../core/random.ts'
import { MS, SEC } from '../core/time.ts'
import { BUS_OFFSET, addressOf, nodeIdOf, processNear } from './address.ts'
import {
  bootCluster,
  busAccepted,
  busClosed,
  busConnected,
  busMessages,
  busTimers,
  persistCluster,
  startManualFailover,
  type NodesConf,
} from './bus.ts'
import { loadUsers } from './acl-rules.ts'
import { clientMemoryCron } from './client-eviction.ts'
import { outputCron } from './client-output.ts'
import { countCall, newCommandStats } from './command-stats.ts'
import { specOf } from './commands.ts'
import { tellSlow } from './scripting/busy.ts'
import { FIRST_RANDOM } from './scripting/host.ts'
import { checkWaits, onWaitTimer } from './commands/wait.ts'
import { setDirective } from './config.ts'
import { connectCommands } from './data.ts'
import { enter, leave } from './databases.ts'
import { evictionTimers, memoryCron } from './eviction.ts'
import { EXPIRE_EVERY, activeExpiry } from './expiry.ts'
import { newKeyspace, shareKeys } from './keyspace.ts'
import { readMemoryDirectives } from './memory.ts'
import { closeIdleSockets, migrateAnswered, migrateConnected, migrateFailed, migrateTimedOut } from './migrate.ts'
import { fileTimers, fileToLoad, filesAfter, loadFiles, saveTime, watchFiles, type Files } from './persistence.ts'
import { handoverStep } from './handover.ts'
import { pauseCron } from './pause.ts'
import { refuseOtherHost } from './protected-mode.ts'
import { deliverPublish, dropForeignShards } from './pubsub.ts'
import { firstSlot } from './redirection.ts'
import {
  hearPostponed,
  newHistory,
  persistReplication,
  replAccepted,
  replClosed,
  replConnected,
  replicaOfDirective,
  replMessages,
  replTimers,
  startReplicating,
} from './replication.ts'
import {
  afterMigrate,
  checkPops,
  closeSession,
  endSession,
  endWaiting,
  newSession,
  onCommand,
  onScriptEnd,
  retryPaused,
  unblock,
} from './session.ts'
import { mayRest, stir } from './rest.ts'
import { newSlowLog, readSlowDirectives } from './slowlog.ts'
import { tellInvalidations } from './tracking.ts'
import type { CommandMessage, Keyspace, NodeState, ReplyMessage, Session } from './state.ts'

/** What a node finds when it starts: nodes.conf, and its keys unless they were lost. */
export interface NodeDisk {
  conf: NodesConf | null
  keys: Keyspace | null
  /** the other databases. */
  parked?: readonly (readonly [number, Keyspace])[]
  libraries?: NodeState['libraries']
  /** the files, where directives speak of them; they decide what comes back. */
  files?: Files | null
  /** directives set since the start are kept (CONFIG REWRITE). */
  config: [string, string][]
}

const boot = (disk: NodeDisk | null, ctx: Context): NodeState => {
  const [ip, port] = addressOf(ctx.self, ctx.settings.addresses)
  const state: NodeState = {
    self: ctx.self,
    id: nodeIdOf(ctx.self),
    ip,
    port,
    cport: port + BUS_OFFSET,
    config: new Map(disk?.config ?? Object.entries(ctx.settings.config)),
    bootedAt: ctx.now,
    runid: newHistory(`${ctx.self} run ${uniform(ctx.random('run'))}`),
    keys: disk?.keys ?? newKeyspace(),
    parked: new Map(disk?.parked ?? []),
    db: 0,
    persistence: null,
    sessions: new Map(),
    nextClientId: 1,
    pubsub: { channels: new Map(), patterns: new Map(), shards: new Map() },
    watchers: new Map(),
    tracking: null,
    awaited: new Map(),
    ready: [],
    scripts: new Map(),
    libraries: disk?.libraries ?? new Map(),
    scriptRandom: FIRST_RANDOM,
    migration: null,
    migrationSockets: new Map(),
    script: null,
    pause: null,
    monitors: null,
    feeds: null,
    slow: newSlowLog(),
    stallToldAt: -SEC,
    memory: null,
    cluster: null,
    repl: undefined as unknown as NodeState['repl'],
    acl: null,
    calls: newCommandStats(),
    stats: {
      commands: 0,
      hits: 0,
      misses: 0,
      expired: 0,
      evicted: 0,
      evictedClients: 0,
      refusedForMemory: 0,
      connections: 0,
      changes: 0,
      opsSecond: 0,
      opsNow: 0,
      opsLast: 0,
    },
    output: 0,
    restsSince: -1,
  }
  loadUsers(state)
  const conf = confWith(disk, state.config)
  if (ctx.settings.cluster) bootCluster(state, conf, ctx)
  else bootAlone(state, conf, ctx)
  if (disk?.files != null) loadFiles(state, disk.files, ctx)
  else watchFiles(state, ctx)
  readMemoryDirectives(state)
  readSlowDirectives(state)
  ctx.setTimer('activeExpiry', EXPIRE_EVERY)
  return state
}

/** Without cluster mode there is no bus; replication's state stands all the same. */
const bootAlone = (state: NodeState, conf: NodesConf | null, ctx: Context): void => {
  bootCluster(state, conf, ctx)
  state.cluster = null
  ctx.clearTimer('clusterCron')
  const primary = replicaOfDirective(state)
  if (primary === null) return
  const process = processNear(primary[0], primary[1], ctx.settings.addresses)
  // a settled world follows already
  if (process !== null && state.repl.primary !== process) startReplicating(state, process, ctx)
}

/** nodes.conf, with the history that the file to be loaded belongs to: only a dump.rdb remembers one. */
const confWith = (disk: NodeDisk | null, config: ReadonlyMap<string, string>): NodesConf | null => {
  if (disk?.conf == null || disk.files == null) return disk?.conf ?? null
  const file = config.get('appendonly') === 'yes' ? null : fileToLoad(disk.files, config)
  return { ...disk.conf, replication: file === null ? undefined : { replid: file.replid, offset: file.offset, db: file.db } }
}

const persist = (state: NodeState, empty: boolean, powerLost: boolean, now: number): NodeDisk => {
  const config: [string, string][] = [...state.config]
  const alone = (keepsData: boolean): NodesConf => ({
    nodes: [],
    currentEpoch: 0,
    replication: keepsData ? persistReplication(state) : undefined,
  })
  const conf = (keepsData: boolean): NodesConf => persistCluster(state, keepsData) ?? alone(keepsData)
  if (!empty && state.persistence !== null) return { conf: conf(false), keys: null, files: filesAfter(state, powerLost, now), config }
  const parked = empty ? [] : [...state.parked].map(([db, keys]) => [db, shareKeys(keys)] as const)
  const libraries = empty ? undefined : state.libraries
  return { conf: conf(!empty), keys: empty ? null : shareKeys(state.keys), parked, libraries, config }
}

const onReply = (state: NodeState, message: ReplyMessage, conn: ConnId, ctx: Context): void => {
  migrateAnswered(state, conn, message.reply, ctx, afterMigrate(state, ctx))
  tellInvalidations(state, 0, ctx)
}

const CRONS = {
  ...busTimers,
  ...replTimers,
  ...fileTimers,
  ...evictionTimers,
  activeExpiry(state: NodeState, ctx: Context) {
    if (mayRest(state, ctx)) return
    pauseCron(state, ctx)
    activeExpiry(state, ctx)
    memoryCron(state, ctx)
    outputCron(state, ctx)
    if (state.config.has('maxmemory-clients')) clientMemoryCron(state, ctx)
    if (state.awaited.size > 0) checkPops(state, ctx)
    tellInvalidations(state, 0, ctx)
  },
  migrateTimeout(state: NodeState, ctx: Context) {
    migrateTimedOut(state, ctx, afterMigrate(state, ctx))
    if (state.restsSince >= 0) stir(state, EXPIRE_EVERY, ctx)
  },
  migrationSockets: closeIdleSockets,
  waits: (state: NodeState, ctx: Context) => {
    if (state.awaited.size > 0) checkPops(state, ctx)
    onWaitTimer(state, ctx, unblock(state, ctx))
    if (state.restsSince >= 0) stir(state, EXPIRE_EVERY, ctx)
  },
} as Behaviour<NodeState>['timer']

/** While a script goes on no cron runs: each waits for its end. */
const afterScripts = (crons: Behaviour<NodeState>['timer']): Behaviour<NodeState>['timer'] =>
  Object.fromEntries(
    Object.entries(crons).map(([name, ring]) => [
      name,
      (state: NodeState, ctx: Context, data: unknown) =>
        state.script === null ? ring(state, ctx, data) : void state.script.timers.push([name, data]),
    ]),
  )

/** Messages after which the server's cron may have something to do again: all but those of gossip. */
const stirring = (handlers: Behaviour<NodeState>['message']): Behaviour<NodeState>['message'] =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, hear]) => [
      name,
      (state: NodeState, m: never, conn: ConnId, ctx: Context) => {
        hear(state, m, conn, ctx)
        if (state.restsSince >= 0) stir(state, EXPIRE_EVERY, ctx)
      },
    ]),
  )

export const nodeBehaviour: Behaviour<NodeState> = {
  boot: (disk, ctx) => boot(disk as NodeDisk | null, ctx),
  persist,
  message: {
    ...busMessages,
    ...stirring({ command: onCommand, reply: onReply, publish: busMessages.publish, ...replMessages } as Behaviour<NodeState>['message']),
  } as Behaviour<NodeState>['message'],
  timer: {
    ...afterScripts(CRONS),
    scriptSlow: tellSlow,
    scriptEnd(state: NodeState, ctx: Context) {
      onScriptEnd(state, ctx)
      if (state.restsSince >= 0) stir(state, EXPIRE_EVERY, ctx)
    },
  } as Behaviour<NodeState>['timer'],
  accepted(state, conn, from, kind: ConnKind, ctx) {
    if (kind === 'bus') busAccepted(state, conn, from, kind, ctx)
    else if (kind === 'replication') replAccepted(state, conn, from, ctx)
    else if (!refuseOtherHost(state, conn, from, ctx)) {
      state.stats.connections++
      state.sessions.set(conn, newSession(state, conn, from, ctx.settings.sources?.[conn]))
    }
  },
  connected(state, conn, ctx) {
    if (busConnected(state, conn, ctx) || replConnected(state, conn, ctx)) return
    migrateConnected(state, conn, ctx)
  },
  closed(state, conn, reason: CloseReason, ctx) {
    const session = state.sessions.get(conn)
    if (session !== undefined) return endSession(state, session)
    if (busClosed(state, conn, reason, ctx) || replClosed(state, conn, reason, ctx)) return
    migrateFailed(state, conn, reason === 'refused', ctx, afterMigrate(state, ctx))
    if (state.restsSince >= 0) stir(state, EXPIRE_EVERY, ctx)
  },
  act(state, action, ctx) {
    if (action.type === 'config') setDirective(state, action.directive, action.value, ctx)
    else if (action.type === 'failover') startManualFailover(state, action.mode ?? 'plain', ctx)
    if (state.restsSince >= 0) stir(state, EXPIRE_EVERY, ctx)
  },
  cost: (state, type, message: Message, ctx) => {
    if (type === 'command') {
      const name = (message as CommandMessage).argv[0]
      if (name === 'KEYS' || name === 'keys') return ctx.settings.service.command + 10 * MS
      if (name === 'SAVE' || name === 'save') return ctx.settings.service.command + saveTime(state)
      return ctx.settings.service.command
    }
    return type.charCodeAt(0) === 36 ? 0 : ctx.settings.service.message
  },
}

/** Who speaks when a replica runs its primary's stream: nobody that could be answered. */
const STREAM: Session = Object.freeze({
  conn: 0,
  authenticated: true,
  user: 'default',
  clientId: 0,
  peer: '',
  source: '',
  name: '',
  resp: 2,
  multi: null,
  dirty: false,
  asking: false,
  readonly: false,
  watched: new Map(),
  touched: false,
  running: true,
  db: 0,
  cmd: 'NULL',
  noEvict: false,
  syncs: 'all',
  fileOnly: false,
  replies: 'off',
  tracking: null,
  subscriptions: 0,
  wrote: 0,
  blocked: null,
  waiting: [],
  closing: false,
  within: null,
  output: 0,
  softSince: -1,
})

connectCommands({
  applyReplicated(state, argv, ctx) {
    const command = specOf(argv)
    const { db } = state.repl
    if (command !== undefined) countCall(state, command, 0, ctx)
    if (command !== undefined && db <= 0) command.handler(state, STREAM, argv, ctx, firstSlot(command, argv))
    else if (command !== undefined) {
      enter(state, db)
      command.handler(state, { ...STREAM, db }, argv, ctx, firstSlot(command, argv))
      leave(state, db)
    }
    tellInvalidations(state, 0, ctx)
    state.ready = []
  },
  deliverPublish,
  dropForeignShards,
  retryPaused,
  hearPostponed,
  closeClient: closeSession,
  endWaiting,
  replicaAcked(state, ctx) {
    checkWaits(state, ctx, unblock(state, ctx))
    handoverStep(state, ctx)
  },
})
