import type { CloseReason, ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { SEC } from '../core/time.ts'
import { DEFAULT_USER } from './acl.ts'
import { newBacklog } from './backlog.ts'
import { commandSide, loadKeys } from './data.ts'
import { abortHandover, endHandover, handoverStep, takePlace } from './handover.ts'
import { firstHistory, newHistory } from './histories.ts'
import { areWritesPaused, manualProgress } from './manual.ts'
import { tellStream } from './monitor.ts'
import { because, number } from './peers.ts'
import { leftSnapshot } from './persistence.ts'
import {
  onAck,
  onPsync,
  replicasCron,
  type AckMessage,
  type ContinueMessage,
  type PsyncMessage,
  type SyncMessage,
  type SyncPartMessage,
  type SyncRefusedMessage,
  type SyncStartMessage,
} from './psync.ts'
import { err } from './reply.ts'
import type { NodeState, StreamItem } from './state.ts'
import { append, ping } from './stream.ts'

/** A node's replication: how it starts, whom it follows, and the replica's side of a link (the primary's: psync.ts). */

export { firstHistory, newHistory } from './histories.ts'
export { goodReplicas, replAccepted, replicasLacking } from './psync.ts'
export { beginFeeding, beginUnit, endFeeding, endUnit, mute, offsetAhead, propagate, requestAcks, respSize } from './stream.ts'

// ------------------------------------------------------------------ boot and disk

/** What a data file remembers of the history it belongs to. */
export interface ReplicationDisk {
  replid: string
  offset: number
  db: number
}

/**
 * A restarted primary begins a new history and knows its file's as the second one, so that its replicas can go on; a restarted
 * replica goes on with its file's history itself.
 */
export const bootReplication = (state: NodeState, disk: ReplicationDisk | null, follows: boolean, ctx: Context): void => {
  // a restart begins a new history; which one depends on when, so that two never share a name
  const own = newHistory(`${ctx.self} history at ${ctx.now} ${ctx.event}`)
  const goesOn = disk !== null && follows
  state.repl = {
    role: 'primary',
    replid: goesOn ? disk.replid : own,
    replid2: disk === null || goesOn ? newHistory('') : disk.replid,
    secondOffset: disk === null || goesOn ? -1 : disk.offset + 1,
    offset: disk?.offset ?? 0,
    primary: null,
    link: 0,
    linkState: 'none',
    linkDownSince: -1,
    lastIo: 0,
    replicas: new Map(),
    db: goesOn ? disk.db : -1,
    unit: null,
    applying: false,
    transaction: null,
    backlog: disk === null ? null : newBacklog(state, disk.offset),
    histories: 1,
    linkFact: 0,
    cron: 0,
    transfer: null,
    lastSync: null,
    good: -1,
    fenced: 0,
    aloneSince: ctx.now,
    overruns: new Map(),
    syncs: { full: 0, partial: 0, refused: 0 },
    refusal: '',
    strange: disk === null && follows && !ctx.settings.cluster,
    failover: null,
  }
}

/** A world that has been running: everybody in the shard shares the primary's history. */
export const settleReplication = (state: NodeState, primary: ProcessId): void => {
  const r = state.repl
  r.replid = firstHistory(primary)
  r.offset = SETTLED_OFFSET
  r.backlog = newBacklog(state, SETTLED_OFFSET)
}
/** As after the SELECT and PING of a first minute. */
const SETTLED_OFFSET = 23 + 14

/** A primary that never had a replica has no history worth a line in its file. */
export const persistReplication = (state: NodeState): ReplicationDisk | undefined => {
  const { role, replid, offset, db, backlog } = state.repl
  return role === 'primary' && backlog === null ? undefined : { replid, offset, db }
}

// ------------------------------------------------------------------ the stream comes in

/** Words of the stream that change no data. */
const FRAMES = new Set(['PING', 'MULTI', 'EXEC'])

const onStream = (state: NodeState, m: StreamItem, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  r.lastIo = ctx.now
  if (state.script !== null) return void state.script.stream.push([m, conn])
  // a paused replica is held where its primary first writes
  if (state.pause !== null && (state.pause.all || state.pause.stream.length > 0 || m.argv[0] !== 'PING'))
    return void state.pause.stream.push([m, conn])
  const name = m.argv[0]
  if (name === 'MULTI') r.transaction = []
  if (r.transaction === null) return applyItem(state, m, ctx)
  r.transaction.push(m)
  if (name !== 'EXEC') return
  // nobody sees a part of it: until its end not even the offset moves
  const items = r.transaction
  r.transaction = null
  for (const item of items) applyItem(state, item, ctx)
}

/** What came of the stream while a script of this replica's own went on. */
export const hearPostponed = (state: NodeState, items: readonly (readonly [StreamItem, ConnId])[], ctx: Context): void => {
  for (const [item, conn] of items) onStream(state, item, conn, ctx)
}

const applyItem = (state: NodeState, m: StreamItem, ctx: Context): void => {
  const r = state.repl
  append(state, m, ctx)
  const name = m.argv[0]
  // it answers with what it had before the question
  if (name === 'REPLCONF') sendAck(state, m.offset - m.size, ctx)
  else if (name === 'SELECT') r.db = Number(m.argv[1])
  else if (!FRAMES.has(name)) {
    r.applying = true
    commandSide().applyReplicated(state, m.argv, ctx)
    r.applying = false
  }
  if (state.monitors !== null) tellStream(state, m.argv, ctx)
  manualProgress(state, ctx)
}

// ------------------------------------------------------------------ whom it follows

/** Follows a primary from now on. A former primary offers its own history: perhaps the new one knows it. */
export const startReplicating = (state: NodeState, primary: ProcessId, ctx: Context): void => {
  const r = state.repl
  if (r.link !== 0) {
    ctx.close(r.link)
    if (r.linkState === 'connected') r.linkDownSince = ctx.now
  }
  dropTransaction(state, ctx)
  r.role = 'replica'
  r.primary = primary
  endBlocked(state, ctx)
  r.link = 0
  r.linkState = 'none'
  r.transfer = null
  r.refusal = ''
  r.fenced = 0
  connect(state, ctx)
}

const FORCED = err('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)')

/** Who waits here for elements, or for replicas, waits in vain: he is told so and let go (disconnectAllBlockedClients). */
const endBlocked = (state: NodeState, ctx: Context): void => {
  for (const session of [...state.sessions.values()]) {
    const why = session.blocked?.why
    if (why !== 'pop' && why !== 'wait') continue
    session.closing = true
    commandSide().endWaiting(state, session, FORCED, ctx)
    commandSide().closeClient(state, session, ctx)
  }
}

/** Who follows this node must learn that its history has another name now (disconnectSlaves): each asks anew, and may go on. */
const dropReplicas = (state: NodeState, ctx: Context): void => {
  const { replicas } = state.repl
  for (const link of [...replicas.keys()]) ctx.close(link)
  replicas.clear()
}

/** Stands on its own: the history so far becomes the second one, and a new one begins here. */
export const stopReplicating = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  if (r.link !== 0) ctx.close(r.link)
  dropTransaction(state, ctx)
  r.role = 'primary'
  r.primary = null
  r.link = 0
  r.linkState = 'none'
  r.linkDownSince = -1
  r.transfer = null
  r.refusal = ''
  r.strange = false
  r.replid2 = r.replid
  r.secondOffset = r.offset + 1
  r.replid = newHistory(`${state.self} history ${r.histories++} at ${ctx.now}`)
  dropReplicas(state, ctx)
  r.db = -1
  r.aloneSince = ctx.now
  r.backlog ??= newBacklog(state, r.offset)
}

/** The cluster's cron: a replica whose replication is still off follows its primary. */
export const followPrimary = (state: NodeState, ctx: Context): void => {
  const { peers, replicaOf } = state.cluster!
  if (state.repl.primary !== null || replicaOf[0] < 0) return
  const primary = peers[replicaOf[0]]
  if (!primary.noAddr) startReplicating(state, primary.process, ctx)
}

/** The `replicaof` directive: host and port; null without one. */
export const replicaOfDirective = (state: NodeState): [host: string, port: number] | null => {
  const words = (state.config.get('replicaof') ?? '').split(' ')
  return words.length === 2 ? [words[0], Number(words[1])] : null
}

// ------------------------------------------------------------------ the replica's side of the link

const connect = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  r.link = ctx.connect(r.primary!, 'replication')
  r.linkState = 'connecting'
  r.lastIo = ctx.now
}

export const replConnected = (state: NodeState, conn: ConnId, ctx: Context): boolean => {
  const r = state.repl
  if (conn !== r.link) return false
  r.lastIo = ctx.now
  r.linkState = 'handshake'
  ctx.send(conn, {
    type: 'psync',
    size: 80,
    replid: r.strange ? '?' : r.replid,
    next: r.offset + 1,
    fact: r.linkFact,
    login: loginOf(state),
    failover: r.failover !== null,
  } as PsyncMessage)
  return true
}

export const replClosed = (state: NodeState, conn: ConnId, reason: CloseReason, ctx: Context): boolean => {
  const r = state.repl
  if (r.replicas.delete(conn)) {
    r.good = -1
    return true
  }
  if (conn !== r.link) return false
  const was = r.linkState
  linkLost(state, reason === 'refused' ? 'connection refused' : reason === 'timeout' ? 'timeout' : 'connection lost', ctx)
  // an established link is tried again at once; one that never came to be waits for the cron
  if (was === 'connected' || was === 'syncing') connect(state, ctx)
  return true
}

/** The link is gone before EXEC came: nothing of that transaction was applied, and it is asked for anew from its MULTI on. */
const dropTransaction = (state: NodeState, ctx: Context): void => {
  const { transaction, primary } = state.repl
  if (transaction === null) return
  state.repl.transaction = null
  ctx.emit('replication.transactionDropped', { primary: primary!, commands: transaction.length - 1 })
}

const linkLost = (state: NodeState, why: string, ctx: Context): void => {
  const r = state.repl
  const was = r.linkState
  r.link = 0
  r.linkState = 'none'
  dropTransaction(state, ctx)
  r.transfer = null
  if (was !== 'connected' && was !== 'syncing') return
  if (was === 'connected') r.linkDownSince = ctx.now
  r.linkFact = ctx.emit('replication.linkDown', { primary: r.primary!, why })
}

const onContinue = (state: NodeState, m: ContinueMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  if (m.replid !== r.replid) {
    r.replid2 = r.replid
    r.secondOffset = r.offset + 1
    r.replid = m.replid
    dropReplicas(state, ctx)
  }
  r.lastSync = { kind: 'partial', at: ctx.now, bytes: m.missed }
  linked(state, ctx)
  endHandover(state, ctx)
}

/** masteruser and masterauth, when there is a password to give. */
const loginOf = (state: NodeState): PsyncMessage['login'] => {
  const password = state.config.get('masterauth') ?? ''
  if (password === '') return null
  const user = state.config.get('masteruser') ?? ''
  return [user === '' ? DEFAULT_USER : user, password]
}

/** The primary answers with an error. It is asked again each second; the reason is told once. */
const onRefused = (state: NodeState, m: SyncRefusedMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  if (r.failover !== null) return abortHandover(state, ctx)
  if (r.refusal === m.reason) return
  r.refusal = m.reason
  r.linkFact = ctx.emit('replication.refused', { primary: r.primary!, reason: m.reason }, because(r.linkFact))
}

const linked = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  r.linkState = 'connected'
  r.refusal = ''
  r.lastIo = ctx.now
  sendAck(state, r.offset, ctx)
}

const onSyncStart = (state: NodeState, m: SyncStartMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  r.linkState = 'syncing'
  r.lastIo = ctx.now
  r.transfer = { total: m.total, read: 0, at: ctx.now }
  r.linkFact = ctx.emit('replication.syncStarted', { primary: r.primary! }, because(r.linkFact))
  endHandover(state, ctx)
}

const onSyncPart = (state: NodeState, m: SyncPartMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link || r.transfer === null) return
  r.lastIo = ctx.now
  r.transfer = { total: r.transfer.total, read: r.transfer.read + m.size!, at: ctx.now }
}

const onSync = (state: NodeState, m: SyncMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  const { keys, dropped } = loadKeys(state, m.data)
  dropReplicas(state, ctx)
  r.replid = m.replid
  r.replid2 = newHistory('')
  r.secondOffset = -1
  r.offset = m.offset
  r.db = m.db
  r.strange = false
  r.backlog = newBacklog(state, m.offset)
  r.transfer = null
  r.lastSync = { kind: 'full', at: ctx.now, bytes: m.data.size }
  linked(state, ctx)
  ctx.emit('replication.synced', { primary: r.primary!, offset: m.offset, keys, dropped }, because(r.linkFact))
  leftSnapshot(state, ctx)
  manualProgress(state, ctx)
}

const sendAck = (state: NodeState, offset: number, ctx: Context): void => {
  ctx.send(state.repl.link, { type: 'replicationAck', size: 60, offset } as AckMessage)
}

// ------------------------------------------------------------------ the cron, each second

const replicationCron = (state: NodeState, ctx: Context): void => {
  ctx.setTimer('replicationCron', SEC)
  const r = state.repl
  if (r.role === 'replica' && r.primary !== null) {
    if (r.link !== 0 && ctx.now - r.lastIo > number(state, 'repl-timeout', 60) * SEC) {
      ctx.close(r.link)
      linkLost(state, 'timeout', ctx)
    }
    if (r.link === 0) connect(state, ctx)
    else if (r.linkState === 'connected') sendAck(state, r.offset, ctx)
  }
  if (r.replicas.size > 0 || state.feeds !== null) {
    r.cron++
    if (
      r.role === 'primary' &&
      r.cron % number(state, 'repl-ping-replica-period', 10) === 0 &&
      !areWritesPaused(state, ctx.now) &&
      (r.failover?.until ?? 0) === 0
    )
      ping(state, ctx)
  }
  replicasCron(state, ctx)
}

export const startReplicationCron = (after: number, ctx: Context): void => ctx.setTimer('replicationCron', after)

const hearPsync = (state: NodeState, m: PsyncMessage, conn: ConnId, ctx: Context): void => {
  if (!m.failover || takePlace(state, m, conn, ctx)) onPsync(state, m, conn, ctx)
}

export const replMessages = {
  psync: hearPsync,
  syncContinue: onContinue,
  syncRefused: onRefused,
  syncStart: onSyncStart,
  syncPart: onSyncPart,
  sync: onSync,
  replication: onStream,
  replicationAck: onAck,
}

export const replTimers = { replicationCron, handover: handoverStep }
