import type { Context } from '../core/process.ts'
import { MS, SEC, type Micros } from '../core/time.ts'
import { unixMs } from './clock.ts'
import { directive } from './config.ts'
import { countChanged } from './data.ts'
import { enter, leave } from './databases.ts'
import { newKeyspace, rdbSize, shareKeys } from './keyspace.ts'
import type { NodeState, Persistence, Snapshot } from './state.ts'

/**
 * What a node's disk holds when it starts again: `save` writes the whole data set now and then (dump.rdb), `appendonly` every
 * change as it comes. A killed process loses nothing that it has written, since the kernel still has it; a loss of power loses
 * what was not forced to the disk. Only where a directive speaks of it: without one a restart loses nothing, so that a failover's
 * losses stand alone.
 */

const FILES = ['save', 'appendonly', 'appendfsync'] as const
const TICK = 100 * MS
/** appendfsync no: the kernel writes when it likes, Linux within about half a minute. */
const KERNEL_FLUSH = 30 * SEC
/** A disk that takes 100 MB a second. */
const DISK_BYTES_PER_MICRO = 100

/** Turns the files on once a directive speaks of them. */
export const watchFiles = (state: NodeState, ctx: Context): void => {
  if (state.persistence === null) {
    if (!FILES.some((name) => state.config.has(name))) return
    state.persistence = emptyFiles(state, ctx.now)
  }
  const p = state.persistence
  if (!isAppending(state)) p.synced = null
  else if (p.synced === null) p.synced = takeSnapshot(state, ctx.now)
  if (isAppending(state) || savePoints(state).length > 0) ctx.setTimer('files', TICK)
}

export const isAppending = (state: NodeState): boolean => directive(state, 'appendonly') === 'yes'

/** The `save` directive: so many seconds and so many changes. */
const savePoints = (state: NodeState): [seconds: number, changes: number][] => {
  const words = directive(state, 'save')
    .split(/\s+/)
    .filter((w) => w !== '')
  const points: [number, number][] = []
  for (let i = 0; i + 1 < words.length; i += 2) points.push([Number(words[i]), Number(words[i + 1])])
  return points
}

export const takeSnapshot = (state: NodeState, now: Micros): Snapshot => {
  const { db } = state
  if (db !== 0) leave(state, db)
  const snapshot = {
    keys: shareKeys(state.keys),
    parked: [...state.parked].map(([number, keys]) => [number, shareKeys(keys)] as const),
    libraries: state.libraries,
    replid: state.repl.replid,
    offset: state.repl.offset,
    db: state.repl.db,
    at: now,
  }
  if (db !== 0) enter(state, db)
  return snapshot
}

/** A full sync passed through dump.rdb, on whichever side: it stays there. */
export const leftSnapshot = (state: NodeState, ctx: Context): void => {
  if (state.persistence !== null) state.persistence.snapshot = takeSnapshot(state, ctx.now)
}

// ------------------------------------------------------------------ BGSAVE and fsync

/** Bytes of all databases in a dump.rdb, roughly. */
export const fileSize = (state: NodeState): number => {
  let size = rdbSize(state.keys)
  for (const keys of state.parked.values()) size += rdbSize(keys)
  return size
}

const diskTime = (bytes: number): Micros => Math.max(MS, Math.round(bytes / DISK_BYTES_PER_MICRO))

/** BGSAVE: the picture is taken now, and is a file when the disk has it. False when one is under way. */
export const beginSave = (state: NodeState, ctx: Context): boolean => {
  const p = (state.persistence ??= emptyFiles(state, ctx.now))
  if (p.saving !== null) return false
  p.saving = takeSnapshot(state, ctx.now)
  p.savingSince = ctx.now
  p.savedChanges = state.stats.changes
  ctx.setTimer('saved', diskTime(fileSize(state)))
  return true
}

/** SAVE: the node does nothing else meanwhile. False when a BGSAVE is under way. */
export const saveNow = (state: NodeState, ctx: Context): boolean => {
  const p = (state.persistence ??= emptyFiles(state, ctx.now))
  if (p.saving !== null) return false
  p.savedChanges = state.stats.changes
  p.savingSince = ctx.now
  finish(state, takeSnapshot(state, ctx.now), ctx)
  return true
}

const emptyFiles = (state: NodeState, now: Micros): Persistence => ({
  snapshot: null,
  saving: null,
  savingSince: 0,
  synced: null,
  syncedChanges: state.stats.changes,
  savedChanges: state.stats.changes,
  lastSave: now,
  saves: 0,
  lastTook: -1,
})

/** Time SAVE keeps the thread. */
export const saveTime = (state: NodeState): Micros => diskTime(fileSize(state))

const finish = (state: NodeState, snapshot: Snapshot, ctx: Context): void => {
  const p = state.persistence!
  p.snapshot = snapshot
  p.saving = null
  p.lastSave = ctx.now
  p.lastTook = ctx.now - p.savingSince
  p.saves++
  ctx.emit('persistence.saved', { keys: snapshot.keys.size, took: p.lastTook })
}

const onSaved = (state: NodeState, ctx: Context): void => {
  const saving = state.persistence?.saving
  if (saving != null) finish(state, saving, ctx)
}

/** Looks at the save points, and forces the append-only file to the disk. */
const onFiles = (state: NodeState, ctx: Context): void => {
  const p = state.persistence
  if (p === null) return
  const points = savePoints(state)
  const appending = isAppending(state)
  if (!appending && points.length === 0) return
  ctx.setTimer('files', TICK)
  const { changes } = state.stats
  if (appending && changes !== p.syncedChanges) {
    const every = directive(state, 'appendfsync') === 'no' ? KERNEL_FLUSH : SEC
    if (p.synced === null || ctx.now - p.synced.at >= every) {
      p.synced = takeSnapshot(state, ctx.now)
      p.syncedChanges = changes
    }
  }
  const idle = Math.floor(ctx.now / SEC) - Math.floor(p.lastSave / SEC)
  if (p.saving === null && points.some(([seconds, least]) => changes - p.savedChanges >= least && idle > seconds)) beginSave(state, ctx)
}

export const fileTimers = { files: onFiles, saved: onSaved }

// ------------------------------------------------------------------ what outlives a stop

export interface Files {
  snapshot: Snapshot | null
  log: Snapshot | null
  /** of the keys there were, how many are missing or older in the file that will be loaded, and that file's age. */
  lost: number
  age: Micros
}

/** What the disk holds after a kill, or after the power went. */
export const filesAfter = (state: NodeState, powerLost: boolean, now: Micros): Files => {
  const p = state.persistence!
  const appending = isAppending(state)
  const keepsAll = !powerLost || directive(state, 'appendfsync') === 'always'
  const log = appending ? (keepsAll ? takeSnapshot(state, now) : p.synced) : null
  const loaded = appending ? log : p.snapshot
  const lost = countChanged(state.keys, loaded?.keys ?? newKeyspace())
  return { snapshot: p.snapshot, log, lost, age: loaded === null ? 0 : now - loaded.at }
}

/** The file a start reads: the append-only file where it is on, whatever dump.rdb holds. */
export const fileToLoad = (files: Files, config: ReadonlyMap<string, string>): Snapshot | null =>
  config.get('appendonly') === 'yes' ? files.log : files.snapshot

/** Starts on what the disk holds, and says what is missing. */
export const loadFiles = (state: NodeState, files: Files, ctx: Context): void => {
  const appending = isAppending(state)
  const loaded = fileToLoad(files, state.config)
  if (loaded !== null) {
    state.keys = shareKeys(loaded.keys)
    for (const [db, keys] of loaded.parked) state.parked.set(db, shareKeys(keys))
    state.libraries = loaded.libraries
  }
  watchFiles(state, ctx)
  if (state.persistence !== null) {
    state.persistence.snapshot = files.snapshot
    state.persistence.synced = appending ? takeSnapshot(state, ctx.now) : null
  }
  const from = loaded === null ? 'nothing' : appending ? 'append-only file' : 'snapshot'
  ctx.emit('persistence.loaded', { from, keys: state.keys.size, lost: files.lost, age: files.age })
}

// ------------------------------------------------------------------ INFO

const yes = (on: boolean): string => (on ? '1' : '0')

export const persistenceLines = (state: NodeState, now: Micros): string[] => {
  const p = state.persistence
  const saving = p !== null && p.saving !== null
  const appending = isAppending(state)
  const seconds = (t: Micros): number => Math.floor(t / SEC)
  return [
    'loading:0',
    'async_loading:0',
    'current_cow_peak:0',
    'current_cow_size:0',
    'current_cow_size_age:0',
    'current_fork_perc:0.00',
    'current_save_keys_processed:0',
    `current_save_keys_total:${saving ? p.saving!.keys.size : 0}`,
    `rdb_changes_since_last_save:${state.stats.changes - (p?.savedChanges ?? 0)}`,
    `rdb_bgsave_in_progress:${yes(saving)}`,
    `rdb_last_save_time:${Math.floor(unixMs(p?.lastSave ?? state.bootedAt) / 1000)}`,
    'rdb_last_bgsave_status:ok',
    `rdb_last_bgsave_time_sec:${p === null || p.lastTook < 0 ? -1 : seconds(p.lastTook)}`,
    `rdb_current_bgsave_time_sec:${saving ? seconds(now - p.savingSince) : -1}`,
    `rdb_saves:${p?.saves ?? 0}`,
    'rdb_last_cow_size:0',
    'rdb_last_load_keys_expired:0',
    'rdb_last_load_keys_loaded:0',
    `aof_enabled:${yes(appending)}`,
    'aof_rewrite_in_progress:0',
    'aof_rewrite_scheduled:0',
    'aof_last_rewrite_time_sec:-1',
    'aof_current_rewrite_time_sec:-1',
    'aof_last_bgrewrite_status:ok',
    'aof_rewrites:0',
    'aof_rewrites_consecutive_failures:0',
    'aof_last_write_status:ok',
    'aof_last_cow_size:0',
    'module_fork_in_progress:0',
    'module_fork_last_cow_size:0',
    ...(appending && p !== null
      ? [
          `aof_current_size:${fileSize(state)}`,
          'aof_base_size:0',
          'aof_pending_rewrite:0',
          'aof_buffer_length:0',
          `aof_pending_bio_fsync:${yes(state.stats.changes !== p.syncedChanges)}`,
          'aof_delayed_fsync:0',
        ]
      : []),
  ]
}
