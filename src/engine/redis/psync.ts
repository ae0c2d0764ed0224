import type { ConnId } from '../core/network.ts'
import type { Context, Message, ProcessId } from '../core/process.ts'
import { DEFAULT_USER, areCredentials, isOpenToAll, refusesOtherHosts, userNamed } from './acl.ts'
import { mayRunNamed } from './acl-check.ts'
import { replicaNotAuthenticated } from './acl-log.ts'
import { SEC } from '../core/time.ts'
import { eachSince, newBacklog } from './backlog.ts'
import { commandSide, dumpKeys, type KeysDump } from './data.ts'
import { leftSnapshot } from './persistence.ts'
import { newHistory } from './histories.ts'
import { checkOutput, waitingFor } from './output-buffer.ts'
import { because, isOn, number } from './peers.ts'
import { isFencing, isGoodReplica, whyFullSync } from './rules.ts'
import { busyReply } from './scripting/busy.ts'
import type { NodeState, ReplicaLink } from './state.ts'

/** A primary and its replicas' links: partial or full, when a full sync begins, how far each replica is. */

// ------------------------------------------------------------------ messages

/** A replica asks to go on: its history ('?' = it has none), and the first byte it lacks. */
export interface PsyncMessage extends Message {
  readonly type: 'psync'
  readonly replid: string
  readonly next: number
  /** the fact behind its asking. */
  readonly fact: number
  /** masteruser and masterauth; null without. */
  readonly login: readonly [user: string, password: string] | null
  /** its primary asks it to take its place (PSYNC … FAILOVER). */
  readonly failover: boolean
}
/** The primary does not take it: the error it answers. */
export interface SyncRefusedMessage extends Message {
  readonly type: 'syncRefused'
  readonly reason: string
}
/** Partial: what was missed follows as the ordinary stream. */
export interface ContinueMessage extends Message {
  readonly type: 'syncContinue'
  readonly replid: string
  readonly missed: number
}
/** Full: the data set follows, so many bytes of it. */
export interface SyncStartMessage extends Message {
  readonly type: 'syncStart'
  readonly reason: string
  readonly total: number
}
/** A piece of the file, and at last the file itself. */
export interface SyncPartMessage extends Message {
  readonly type: 'syncPart'
}
export interface SyncMessage extends Message {
  readonly type: 'sync'
  readonly replid: string
  readonly offset: number
  /** database the stream goes on in; -1 = it will say. */
  readonly db: number
  readonly data: KeysDump
}
export interface AckMessage extends Message {
  readonly type: 'replicationAck'
  readonly offset: number
}

/** A file travels in pieces, bytes: a small one in about sixteen. */
const partOf = (total: number): number => Math.min(262_144, Math.max(2048, Math.ceil(total / 16)))

// ------------------------------------------------------------------ a link comes

export const replAccepted = (state: NodeState, conn: ConnId, from: ProcessId, ctx: Context): boolean => {
  state.repl.replicas.set(conn, {
    conn,
    process: from,
    user: DEFAULT_USER,
    state: 'handshake',
    ack: 0,
    ackAt: ctx.now,
    since: ctx.now,
    reason: '',
    softSince: -1,
    from: 0,
    read: 0,
    fact: 0,
  })
  return true
}

/** No history is worth keeping where there never was a replica: the first one begins a new one. */
export const openBacklog = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  if (r.backlog !== null) return
  beginHistory(state, ctx)
  r.backlog = newBacklog(state, r.offset)
}

/** A history of its own, that nobody shares yet. */
export const beginHistory = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  r.replid = newHistory(`${state.self} history ${r.histories++} at ${ctx.now}`)
  r.replid2 = newHistory('')
  r.secondOffset = -1
}

export const onPsync = (state: NodeState, m: PsyncMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  const link = r.replicas.get(conn)
  if (link === undefined) return
  // a replica whose own link is down cannot serve replicas of its own
  if (r.role === 'replica' && r.linkState !== 'connected') {
    r.replicas.delete(conn)
    ctx.close(conn)
    return
  }
  const refusal = whyRefused(state, m, link.process, ctx)
  if (refusal !== null) {
    refuseSync(state, conn, refusal, ctx)
    return
  }
  link.user = m.login === null ? DEFAULT_USER : m.login[0]
  link.ackAt = ctx.now
  link.fact = m.fact
  const full = whyNotPartial(state, m)
  if (full === null) return goOn(state, link, m, ctx)
  if (m.replid !== '?') r.syncs.refused++
  openBacklog(state, ctx)
  tellDivergence(state, link, m, ctx)
  link.state = 'waiting'
  link.since = ctx.now
  link.reason = full
  const delay = isOn(state, 'repl-diskless-sync', true) ? number(state, 'repl-diskless-sync-delay', 5) : 0
  if (delay === 0 && !isSyncing(state)) beginFullSyncs(state, ctx)
}

export const refuseSync = (state: NodeState, conn: ConnId, reason: string, ctx: Context): void => {
  state.repl.replicas.delete(conn)
  ctx.send(conn, { type: 'syncRefused', size: 60, reason } as SyncRefusedMessage)
  ctx.close(conn)
}

/** A replica is a client like any other: it needs a password where others do, and the right to PSYNC. The error, or null. */
export const whyRefused = (state: NodeState, m: PsyncMessage, replica: ProcessId, ctx: Context): string | null => {
  if (refusesOtherHosts(state)) return 'DENIED Redis is running in protected mode'
  if (state.script !== null) return busyReply(state.script).error
  if (m.login === null && isOpenToAll(state) && state.acl === null) return null
  const [user, password] = m.login ?? [DEFAULT_USER, '']
  if (m.login === null) {
    if (!isOpenToAll(state)) return 'NOAUTH Authentication required.'
  } else if (!areCredentials(state, user, password)) {
    replicaNotAuthenticated(state, user, replica, ctx)
    return 'WRONGPASS invalid username-password pair or user is disabled.'
  }
  const lacks = ['replconf', 'psync'].find((name) => !mayRunNamed(userNamed(state, user)!, name))
  return lacks === undefined ? null : `NOPERM this user has no permissions to run the '${lacks}' command`
}

const isSyncing = (state: NodeState): boolean => [...state.repl.replicas.values()].some((l) => l.state === 'syncing')

const whyNotPartial = (state: NodeState, m: PsyncMessage): string | null => {
  const r = state.repl
  const b = r.backlog
  if (m.replid === '?') return 'it has no data yet'
  if (b === null) return 'there is no backlog'
  const history = { replid: r.replid, replid2: r.replid2, secondOffset: r.secondOffset, from: b.from, end: r.offset }
  return whyFullSync(history, m.replid, m.next)
}

/** +CONTINUE: what it missed comes from the backlog. */
const goOn = (state: NodeState, link: ReplicaLink, m: PsyncMessage, ctx: Context): void => {
  const r = state.repl
  const missed = r.offset + 1 - m.next
  r.syncs.partial++
  // a world that has been running: links that were always there are no news
  if (missed > 0 || m.fact > 0 || m.replid !== r.replid)
    link.fact = ctx.emit('replication.partial', { replica: link.process, missed, second: m.replid !== r.replid }, because(m.fact))
  ctx.send(link.conn, { type: 'syncContinue', size: 60, replid: r.replid, missed } as ContinueMessage)
  link.state = 'online'
  link.ack = m.next - 1
  r.good = -1
  eachSince(r.backlog!, m.next, (item) => void ctx.send(link.conn, item))
}

/** Says why the past cannot be shared: the replica wrote on its own, or the backlog has moved on. */
const tellDivergence = (state: NodeState, link: ReplicaLink, m: PsyncMessage, ctx: Context): void => {
  const r = state.repl
  const from = r.backlog!.from
  const shared = m.replid === r.replid2 ? r.secondOffset : m.replid === r.replid ? r.offset + 1 : -1
  if (shared >= 0 && m.next > shared)
    link.fact = ctx.emit('replication.diverged', { replica: link.process, at: shared - 1, own: m.next - shared }, because(m.fact))
  else if (shared >= 0 && m.next < from)
    link.fact = ctx.emit(
      'replication.backlogOverflow',
      { replica: link.process, missed: r.offset + 1 - m.next, kept: r.offset + 1 - from },
      because(m.fact),
    )
}

// ------------------------------------------------------------------ full syncs

/** One picture of the data for all that wait: who comes later waits for the next. */
const beginFullSyncs = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  // a replica starting from a file has no database selected
  if (r.role === 'primary') r.db = -1
  const data = dumpKeys(state)
  for (const link of r.replicas.values()) {
    if (link.state !== 'waiting') continue
    r.syncs.full++
    link.state = 'syncing'
    link.from = r.offset
    link.ackAt = ctx.now
    link.fact = ctx.emit('replication.full', { replica: link.process, bytes: data.size, reason: link.reason }, because(link.fact))
    ctx.send(link.conn, { type: 'syncStart', size: 60, reason: link.reason, total: data.size } as SyncStartMessage)
    const part = partOf(data.size)
    let left = data.size
    for (; left > part; left -= part) ctx.send(link.conn, { type: 'syncPart', size: part, bulk: true } as SyncPartMessage)
    ctx.send(link.conn, { type: 'sync', size: left, bulk: true, replid: r.replid, offset: r.offset, db: r.db, data } as SyncMessage)
  }
  if (!isOn(state, 'repl-diskless-sync', true)) leftSnapshot(state, ctx)
}

// ------------------------------------------------------------------ how far they are

/** The file is loaded: what was written meanwhile follows. */
const startStream = (state: NodeState, link: ReplicaLink, ctx: Context): void => {
  link.state = 'online'
  state.repl.good = -1
  eachSince(state.repl.backlog!, link.from + 1, (item) => void ctx.send(link.conn, item))
}

export const onAck = (state: NodeState, m: AckMessage, conn: ConnId, ctx: Context): void => {
  const r = state.repl
  const link = r.replicas.get(conn)
  if (link === undefined) return
  if (link.state === 'syncing') startStream(state, link, ctx)
  link.ack = m.offset
  link.ackAt = ctx.now
  if (r.overruns.size > 0 && m.offset >= r.offset) r.overruns.delete(link.process)
  commandSide().replicaAcked(state, ctx)
}

/** Counts the replicas that are online and answered lately: what min-replicas-to-write asks for. */
const countGood = (state: NodeState, maxLag: number, now: number): number => {
  let good = 0
  for (const link of state.repl.replicas.values()) if (isGoodReplica(link.state === 'online', now, link.ackAt, maxLag)) good++
  return good
}

/** Good replicas as of the last count: once a second, and when one comes or goes. */
export const goodReplicas = (state: NodeState, ctx: Context): number => {
  const r = state.repl
  if (r.good < 0) r.good = countGood(state, number(state, 'min-replicas-max-lag', 10), ctx.now)
  return r.good
}

/** How many good replicas writes lack; 0 = they may go on. Tells when that changes. */
export const replicasLacking = (state: NodeState, ctx: Context): number => {
  const wanted = number(state, 'min-replicas-to-write', 0)
  const maxLag = number(state, 'min-replicas-max-lag', 10)
  const r = state.repl
  if (!isFencing(wanted, maxLag)) return 0
  const lacking = Math.max(0, wanted - goodReplicas(state, ctx))
  if (lacking > 0 && r.fenced === 0) r.fenced = ctx.emit('replication.fenced', { on: true, good: r.good, wanted, maxLag })
  else if (lacking === 0 && r.fenced > 0) {
    ctx.emit('replication.fenced', { on: false, good: r.good, wanted, maxLag }, because(r.fenced))
    r.fenced = 0
  }
  return lacking
}

/** The primary's part of the replication cron, each second. */
export const replicasCron = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  r.good = -1
  if (r.replicas.size === 0) return checkAlone(state, ctx)
  r.aloneSince = ctx.now
  const timeout = number(state, 'repl-timeout', 60) * SEC
  for (const link of [...r.replicas.values()]) {
    const traffic = ctx.traffic(link.conn)
    const waiting = waitingFor(state, link, ctx)
    if (waiting > 0 && checkOutput(state, link, waiting, ctx)) continue
    // a file that still moves is a sign of life
    if (link.state === 'syncing' && traffic !== null && traffic.read > link.read) link.ackAt = ctx.now
    link.read = traffic?.read ?? 0
    if (link.state !== 'waiting' && ctx.now - link.ackAt > timeout) {
      r.replicas.delete(link.conn)
      ctx.close(link.conn)
    }
  }
  if (isSyncDue(state, ctx)) beginFullSyncs(state, ctx)
}

/** Diskless: when the first that waits has waited repl-diskless-sync-delay, or repl-diskless-sync-max-replicas wait. */
const isSyncDue = (state: NodeState, ctx: Context): boolean => {
  const waiting = [...state.repl.replicas.values()].filter((l) => l.state === 'waiting')
  if (waiting.length === 0 || isSyncing(state)) return false
  if (!isOn(state, 'repl-diskless-sync', true)) return true
  const enough = number(state, 'repl-diskless-sync-max-replicas', 0)
  if (enough > 0 && waiting.length >= enough) return true
  const delay = number(state, 'repl-diskless-sync-delay', 5) * SEC
  return waiting.some((l) => ctx.now - l.since >= delay)
}

/** Without a replica for repl-backlog-ttl the history is given up. */
const checkAlone = (state: NodeState, ctx: Context): void => {
  const r = state.repl
  const ttl = number(state, 'repl-backlog-ttl', 3600) * SEC
  if (r.role !== 'primary' || r.backlog === null || ttl === 0 || ctx.now - r.aloneSince <= ttl) return
  beginHistory(state, ctx)
  r.backlog = null
}
