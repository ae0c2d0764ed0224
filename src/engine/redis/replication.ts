import type { CloseReason, ConnId } from '../core/network.ts'
import type { Context, Message, ProcessId } from '../core/process.ts'
import { hash32 } from '../core/random.ts'
import { SEC } from '../core/time.ts'
import { commandSide, dumpKeys, loadKeys } from './data.ts'
import type { KeysDump } from './data.ts'
import { areWritesPaused, manualProgress } from './manual.ts'
import { because, isOn, number } from './peers.ts'
import { whyFullSync } from './rules.ts'
import type { Backlog, NodeState, ReplicaLink, StreamItem } from './state.ts'

// ------------------------------------------------------------------ messages

/** A replica asks to go on: its history, and the first byte it lacks. */
export interface PsyncMessage extends Message {
  readonly type: 'psync'
  readonly replid: string
  readonly next: number
}
/** Partial: what was missed follows as the ordinary stream. */
export interface ContinueMessage extends Message {
  readonly type: 'syncContinue'
  readonly replid: string
}
/** Full: the data set follows. */
export interface SyncStartMessage extends Message {
  readonly type: 'syncStart'
  readonly reason: string
}
export interface SyncMessage extends Message {
  readonly type: 'sync'
  readonly replid: string
  readonly offset: number
  readonly data: KeysDump
}
export interface AckMessage extends Message {
  readonly type: 'replicationAck'
  readonly offset: number
}

const SELECT = ['SELECT', '0']
const PING = ['PING']
const GETACK = ['REPLCONF', 'GETACK', '*']

/** Bytes of a command on the wire: *n, then $length and the bytes of each part. */
export const respSize = (argv: readonly string[]): number => {
  let size = 3 + String(argv.length).length
  for (let i = 0; i < argv.length; i++) {
    const length = argv[i].length
    size += 5 + length + (length < 10 ? 1 : length < 100 ? 2 : String(length).length)
  }
  return size
}

// ------------------------------------------------------------------ boot and disk

/** What a data file remembers of the history it belongs to. */
export interface ReplicationDisk {
  replid: string
  offset: number
}

export const newHistory = (name: string): string => {
  let id = ''
  for (let i = 0; i < 5; i++)
    id += hash32(name, 0x1b873593 + i)
      .toString(16)
      .padStart(8, '0')
  return id
}

const NO_HISTORY = '0'.repeat(40)

/** The settled world's history of a shard: its primary's first one. */
export const firstHistory = (primary: ProcessId): string => newHistory(`${primary} history 0`)

export const bootReplication = (state: NodeState, disk: ReplicationDisk | null, ctx: Context): void => {
  // a restart begins a new history; which one depends on when, so that two never share a name
  const own = newHistory(`${ctx.self} history at ${ctx.now} ${ctx.event}`)
  state.repl = {
    role: 'primary',
    replid: own,
    replid2: disk?.replid ?? NO_HISTORY,
    secondOffset: disk === null ? -1 : disk.offset + 1,
    offset: disk?.offset ?? 0,
    primary: null,
    link: 0,
    linkState: 'none',
    linkDownSince: -1,
    lastIo: 0,
    replicas: new Map(),
    db: -1,
    backlog: disk === null ? null : newBacklog(disk.offset),
    histories: 1,
    linkFact: 0,
    cron: 0,
  }
}

/** A world that has been running: everybody in the shard shares the primary's history. */
export const settleReplication = (state: NodeState, primary: ProcessId): void => {
  const r = state.repl
  r.replid = firstHistory(primary)
  r.offset = SETTLED_OFFSET
  r.backlog = newBacklog(SETTLED_OFFSET)
}
/** As after the SELECT and PING of a first minute. */
const SETTLED_OFFSET = 23 + 14

const newBacklog = (offset: number): Backlog => ({ from: offset + 1, chunks: [], tail: [] })

export const persistReplication = (state: NodeState): ReplicationDisk => ({ replid: state.repl.replid, offset: state.repl.offset })

// ------------------------------------------------------------------ the stream

const CHUNK = 256
/** With no limit set: repl-backlog-size's default. */
const BACKLOG = 1_048_576

/** Sends a command that changed the data to the replicas. Only a primary speaks for itself; a replica passes on what it hears. */
export const propagate = (state: NodeState, argv: readonly string[], ctx: Context): void => {
  const r = state.repl
  if (r.role !== 'primary' || (r.backlog === null && r.replicas.size === 0)) return
  if (r.db < 0) {
    r.db = 0
    feed(state, SELECT, ctx)
  }
  feed(state, argv, ctx)
}

const feed = (state: NodeState, argv: readonly string[], ctx: Context): void => {
  const size = respSize(argv)
  append(state, Object.freeze({ type: 'replication' as const, size, argv, offset: state.repl.offset + size }), ctx)
}

const append = (state: NodeState, item: StreamItem, ctx: Context): void => {
  const r = state.repl
  r.offset = item.offset
  const b = (r.backlog ??= newBacklog(item.offset - item.size))
  b.tail.push(item)
  if (b.tail.length === CHUNK) {
    b.chunks.push(Object.freeze(b.tail) as StreamItem[])
    b.tail = []
    const limit = Math.max(number(state, 'repl-backlog-size', BACKLOG), 16384)
    while (b.chunks.length > 1 && b.chunks[0][CHUNK - 1].offset <= r.offset - limit) {
      b.from = b.chunks[0][CHUNK - 1].offset + 1
      b.chunks.shift()
    }
  }
  if (r.replicas.size > 0)
    for (const link of r.replicas.values()) if (link.state === 'online' || link.state === 'syncing') ctx.send(link.conn, item)
}

/** Asks the replicas how far they are (WAIT). */
export const requestAcks = (state: NodeState, ctx: Context): void => propagate(state, GETACK, ctx)

const onStream = (state: NodeState, m: StreamItem, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  r.lastIo = ctx.now
  append(state, m, ctx)
  const name = m.argv[0]
  // it answers with what it had before the question
  if (name === 'REPLCONF') sendAck(state, m.offset - m.size, ctx)
  else if (name !== 'PING' && name !== 'SELECT') commandSide().applyReplicated(state, m.argv, ctx)
  manualProgress(state, ctx)
}

// ------------------------------------------------------------------ the replica's side

/** Follows a primary from now on. A former primary offers its own history: perhaps the new one knows it. */
export const startReplicating = (state: NodeState, primary: ProcessId, ctx: Context): void => {
  const r = state.repl
  if (r.link !== 0) {
    ctx.close(r.link)
    if (r.linkState === 'connected') r.linkDownSince = ctx.now
  }
  r.role = 'replica'
  r.primary = primary
  r.link = 0
  r.linkState = 'none'
  r.db = -1
  connect(state, ctx)
}

/** Stands on its own: the history so far becomes the second one, and a new one begins here. */
export const stopReplicating = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  if (r.link !== 0) ctx.close(r.link)
  r.role = 'primary'
  r.primary = null
  r.link = 0
  r.linkState = 'none'
  r.linkDownSince = -1
  r.replid2 = r.replid
  r.secondOffset = r.offset + 1
  r.replid = newHistory(`${state.self} history ${r.histories++} at ${ctx.now}`)
  r.db = -1
  r.backlog ??= newBacklog(r.offset)
}

/** The cluster's cron: a replica whose replication is still off follows its primary. */
export const followPrimary = (state: NodeState, ctx: Context): void => {
  const me = state.cluster!.peers[0]
  if (state.repl.primary !== null || me.replicaOf < 0) return
  const primary = state.cluster!.peers[me.replicaOf]
  if (!primary.noAddr) startReplicating(state, primary.process, ctx)
}

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
  ctx.send(conn, { type: 'psync', size: 80, replid: r.replid, next: r.offset + 1 } as PsyncMessage)
  return true
}

export const replAccepted = (state: NodeState, conn: ConnId, from: ProcessId, ctx: Context): boolean => {
  state.repl.replicas.set(conn, { conn, process: from, state: 'handshake', ack: 0, ackAt: ctx.now, since: ctx.now, reason: '' })
  return true
}

export const replClosed = (state: NodeState, conn: ConnId, reason: CloseReason, ctx: Context): boolean => {
  const r = state.repl
  if (r.replicas.delete(conn)) return true
  if (conn !== r.link) return false
  const was = r.linkState
  linkLost(state, reason === 'refused' ? 'connection refused' : reason === 'timeout' ? 'timeout' : 'connection lost', ctx)
  // an established link is tried again at once; a refused one waits for the cron
  if (was !== 'connecting') connect(state, ctx)
  return true
}

const linkLost = (state: NodeState, why: string, ctx: Context): void => {
  const r = state.repl
  const was = r.linkState
  r.link = 0
  r.linkState = 'none'
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
  }
  linked(state, ctx)
}

const linked = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  r.linkState = 'connected'
  r.lastIo = ctx.now
  sendAck(state, r.offset, ctx)
}

const onSyncStart = (state: NodeState, m: SyncStartMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  r.linkState = 'syncing'
  r.lastIo = ctx.now
  r.linkFact = ctx.emit('replication.syncStarted', { primary: r.primary! }, because(r.linkFact))
}

const onSync = (state: NodeState, m: SyncMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  if (conn !== r.link) return
  const { keys, dropped } = loadKeys(state, m.data)
  for (const link of [...r.replicas.keys()]) ctx.close(link)
  r.replicas.clear()
  r.replid = m.replid
  r.replid2 = NO_HISTORY
  r.secondOffset = -1
  r.offset = m.offset
  r.backlog = newBacklog(m.offset)
  linked(state, ctx)
  ctx.emit('replication.synced', { primary: r.primary!, offset: m.offset, keys, dropped }, because(r.linkFact))
  manualProgress(state, ctx)
}

const sendAck = (state: NodeState, offset: number, ctx: Context): void => {
  ctx.send(state.repl.link, { type: 'replicationAck', size: 60, offset } as AckMessage)
}

// ------------------------------------------------------------------ the primary's side

const onPsync = (state: NodeState, m: PsyncMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  const link = r.replicas.get(conn)
  if (link === undefined) return
  // a replica whose own link is down cannot serve replicas of its own
  if (r.role === 'replica' && r.linkState !== 'connected') {
    r.replicas.delete(conn)
    ctx.close(conn)
    return
  }
  const b = r.backlog
  const history = {
    replid: r.replid,
    replid2: r.replid2,
    secondOffset: r.secondOffset,
    from: b === null ? r.offset + 1 : b.from,
    end: r.offset,
  }
  const full = b === null ? 'there is no backlog' : whyFullSync(history, m.replid, m.next)
  link.ackAt = ctx.now
  if (full === null) {
    ctx.send(conn, { type: 'syncContinue', size: 60, replid: r.replid } as ContinueMessage)
    for (const chunk of b!.chunks)
      if (chunk[chunk.length - 1].offset >= m.next) for (const item of chunk) if (item.offset >= m.next) ctx.send(conn, item)
    for (const item of b!.tail) if (item.offset >= m.next) ctx.send(conn, item)
    link.state = 'online'
    link.ack = m.next - 1
    return
  }
  link.state = 'waiting'
  link.since = ctx.now
  link.reason = full
  const delay = isOn(state, 'repl-diskless-sync', true) ? number(state, 'repl-diskless-sync-delay', 5) : 0
  if (delay === 0) beginFullSync(state, link, ctx)
}

const beginFullSync = (state: NodeState, link: ReplicaLink, ctx: Context): void => {
  const r = state.repl
  r.backlog ??= newBacklog(r.offset)
  // a replica starting from a file has no database selected
  if (r.role === 'primary') r.db = -1
  const data = dumpKeys(state)
  link.state = 'syncing'
  link.ackAt = ctx.now
  ctx.send(link.conn, { type: 'syncStart', size: 60, reason: link.reason } as SyncStartMessage)
  ctx.send(link.conn, { type: 'sync', size: data.size, replid: r.replid, offset: r.offset, data } as SyncMessage)
}

const onAck = (state: NodeState, m: AckMessage, conn: ConnId, ctx: Context): void => {
  const link = state.repl.replicas.get(conn)
  if (link === undefined) return
  link.state = 'online'
  link.ack = m.offset
  link.ackAt = ctx.now
  commandSide().replicaAcked(state, ctx)
}

// ------------------------------------------------------------------ the cron, each second

const replicationCron = (state: NodeState, ctx: Context): void => {
  ctx.setTimer('replicationCron', SEC)
  const r = state.repl
  const timeout = number(state, 'repl-timeout', 60) * SEC
  if (r.role === 'replica' && r.primary !== null) {
    if (r.link !== 0 && ctx.now - r.lastIo > timeout) {
      ctx.close(r.link)
      linkLost(state, 'timeout', ctx)
    }
    if (r.link === 0) connect(state, ctx)
    else if (r.linkState === 'connected') sendAck(state, r.offset, ctx)
  }
  if (r.replicas.size === 0) return
  r.cron++
  if (r.role === 'primary' && r.cron % number(state, 'repl-ping-replica-period', 10) === 0 && !areWritesPaused(state, ctx.now))
    propagate(state, PING, ctx)
  const delay = number(state, 'repl-diskless-sync-delay', 5) * SEC
  for (const link of [...r.replicas.values()])
    if (link.state === 'waiting') {
      if (ctx.now - link.since >= delay) beginFullSync(state, link, ctx)
    } else if (ctx.now - link.ackAt > timeout) {
      r.replicas.delete(link.conn)
      ctx.close(link.conn)
    }
}

export const startReplicationCron = (after: number, ctx: Context): void => ctx.setTimer('replicationCron', after)

/** Replicas that are online and answered within `maxLag` seconds: what min-replicas-to-write counts. */
export const goodReplicaCount = (state: NodeState, maxLag: number, now: number): number => {
  let good = 0
  for (const link of state.repl.replicas.values())
    if (link.state === 'online' && Math.floor(now / SEC) - Math.floor(link.ackAt / SEC) <= maxLag) good++
  return good
}

export const replMessages = {
  psync: onPsync,
  syncContinue: onContinue,
  syncStart: onSyncStart,
  sync: onSync,
  replication: onStream,
  replicationAck: onAck,
}

export const replTimers = { replicationCron }
