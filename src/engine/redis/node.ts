import type { CloseReason, ConnId, ConnKind } from '../core/network.ts'
import type { Behaviour, Context, Message } from '../core/process.ts'
import { MS } from '../core/time.ts'
import { BUS_OFFSET, PORT, ipOf, nodeIdOf } from './address.ts'
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
import { specOf } from './commands.ts'
import { checkWaits, onWaitTimer } from './commands/wait.ts'
import { DIRECTIVES } from './config.ts'
import { connectCommands } from './data.ts'
import { EXPIRE_EVERY, activeExpiry } from './expiry.ts'
import { newKeyspace, shareKeys } from './keyspace.ts'
import { checkMigrations, migrateAnswered, migrateConnected, migrateFailed } from './migrate.ts'
import { deliverPublish } from './pubsub.ts'
import { firstSlot } from './redirection.ts'
import { replAccepted, replClosed, replConnected, replMessages, replTimers } from './replication.ts'
import { checkPops, endSession, newSession, onCommand, retryPaused, unblock } from './session.ts'
import { tellInvalidations } from './tracking.ts'
import type { CommandMessage, Keyspace, NodeState, ReplyMessage, Session } from './state.ts'

/** What a node finds when it starts: nodes.conf, and its keys unless they were lost. */
export interface NodeDisk {
  conf: NodesConf | null
  keys: Keyspace | null
  /** directives set since the start are kept (CONFIG REWRITE). */
  config: [string, string][]
}

const boot = (disk: NodeDisk | null, ctx: Context): NodeState => {
  const state: NodeState = {
    self: ctx.self,
    id: nodeIdOf(ctx.self),
    ip: ipOf(ctx.self),
    port: PORT,
    cport: PORT + BUS_OFFSET,
    config: new Map(disk?.config ?? Object.entries(ctx.settings.config)),
    bootedAt: ctx.now,
    keys: disk?.keys ?? newKeyspace(),
    parked: new Map(),
    sessions: new Map(),
    nextClientId: 1,
    pubsub: { channels: new Map(), patterns: new Map(), shards: new Map() },
    watchers: new Map(),
    tracking: null,
    awaited: new Map(),
    ready: [],
    scripts: new Map(),
    migrations: new Map(),
    cluster: null,
    repl: undefined as unknown as NodeState['repl'],
    stats: { commands: 0, hits: 0, misses: 0, expired: 0, connections: 0, opsSecond: 0, opsNow: 0, opsLast: 0 },
  }
  if (ctx.settings.cluster) bootCluster(state, disk?.conf ?? null, ctx)
  else bootAlone(state, disk?.conf ?? null, ctx)
  ctx.setTimer('activeExpiry', EXPIRE_EVERY)
  return state
}

/** Without cluster mode there is no bus; replication's state stands all the same. */
const bootAlone = (state: NodeState, conf: NodesConf | null, ctx: Context): void => {
  bootCluster(state, conf, ctx)
  state.cluster = null
  ctx.clearTimer('clusterCron')
}

const persist = (state: NodeState, empty: boolean): NodeDisk => ({
  conf: persistCluster(state, !empty),
  keys: empty ? null : shareKeys(state.keys),
  config: [...state.config],
})

const onReply = (state: NodeState, message: ReplyMessage, conn: ConnId, ctx: Context): void => {
  migrateAnswered(state, conn, message.reply, ctx, unblock(state, ctx))
  tellInvalidations(state, 0, ctx)
}

export const nodeBehaviour: Behaviour<NodeState> = {
  boot: (disk, ctx) => boot(disk as NodeDisk | null, ctx),
  persist,
  message: { command: onCommand, reply: onReply, ...busMessages, ...replMessages } as Behaviour<NodeState>['message'],
  timer: {
    ...busTimers,
    ...replTimers,
    activeExpiry(state: NodeState, ctx: Context) {
      activeExpiry(state, ctx)
      if (state.awaited.size > 0) checkPops(state, ctx)
      tellInvalidations(state, 0, ctx)
    },
    migrations: (state: NodeState, ctx: Context) => checkMigrations(state, ctx, unblock(state, ctx)),
    waits: (state: NodeState, ctx: Context) => {
      if (state.awaited.size > 0) checkPops(state, ctx)
      onWaitTimer(state, ctx, unblock(state, ctx))
    },
  } as Behaviour<NodeState>['timer'],
  accepted(state, conn, from, kind: ConnKind, ctx) {
    if (kind === 'bus') busAccepted(state, conn, from, kind, ctx)
    else if (kind === 'replication') replAccepted(state, conn, from, ctx)
    else {
      state.stats.connections++
      state.sessions.set(conn, newSession(state, conn, from))
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
    migrateFailed(state, conn, reason === 'refused', ctx, unblock(state, ctx))
  },
  act(state, action, ctx) {
    if (action.type === 'config' && action.directive in DIRECTIVES) state.config.set(action.directive, action.value)
    else if (action.type === 'failover') startManualFailover(state, 'plain', ctx)
  },
  cost: (_state, message: Message, ctx) => {
    if (message.type === 'command') {
      const name = (message as CommandMessage).argv[0]
      return name === 'KEYS' || name === 'keys' ? ctx.settings.service.command + 10 * MS : ctx.settings.service.command
    }
    return message.type.charCodeAt(0) === 36 ? 0 : ctx.settings.service.message
  },
}

/** Who speaks when a replica runs its primary's stream: nobody that could be answered. */
const STREAM: Session = Object.freeze({
  conn: 0,
  clientId: 0,
  peer: '',
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
  replies: 'off',
  tracking: null,
  subscriptions: 0,
  wrote: 0,
  blocked: null,
  waiting: [],
  closing: false,
})

connectCommands({
  applyReplicated(state, argv, ctx) {
    const command = specOf(argv)
    if (command !== undefined) command.handler(state, STREAM, argv, ctx, firstSlot(command, argv))
    tellInvalidations(state, 0, ctx)
    state.ready = []
  },
  deliverPublish,
  retryPaused,
  replicaAcked: (state, ctx) => checkWaits(state, ctx, unblock(state, ctx)),
})
