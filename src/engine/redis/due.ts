import type { Micros } from '../core/time.ts'
import { MYSELF, NEVER, NOBODY, OLD_PONG, SOON } from './peers.ts'
import { WAITS, latestOf } from './sections.ts'
import type { ClusterState } from './state.ts'

/**
 * Whom the cron has to look at. Nearly every peer needs nothing for half the node timeout after its pong, and gossip makes that later
 * still: so each stands in the calendar where it was last known to become due, and is asked again only when that day has come. To look
 * at all of them at every tick was a tenth of the work of a hundred nodes.
 */

/** Days of the calendar, a power of two; together they are longer than half a node timeout. */
export const DAYS = 64
const dayLength = (timeout: Micros): Micros => Math.max(1, timeout / 2 / (DAYS - 2))

/** From when on a peer needs something: its pong, or the ping that waits for one, is then half a node timeout old. */
const dueAt = (c: ClusterState, i: number, timeout: Micros): Micros =>
  ((c.mentions[i] & WAITS) !== 0 ? c.pinged[i] : latestOf(c.pongs[i], c.mentions[i])) + timeout / 2

/**
 * Puts a peer on the day it becomes due, today at the earliest, and tells which that is. `latest` is half a node timeout from now: gossip
 * may tell of a pong that lies a little ahead, but a ping that is sent to that peer now waits from now, so no later day is sure.
 */
const note = (c: ClusterState, i: number, at: Micros, latest: Micros, length: Micros): number => {
  const day = Math.max(Math.floor((at < latest ? at : latest) / length), c.today)
  c.after[i] = c.days[day & (DAYS - 1)]
  c.days[day & (DAYS - 1)] = i
  return day
}

/** Takes all who stand on a day: the first of a chain by `after`. */
const takeDay = (c: ClusterState, day: number): number => {
  const first = c.days[day & (DAYS - 1)]
  c.days[day & (DAYS - 1)] = NOBODY
  return first
}

/** A peer was looked at: when it needs that again. */
export const lookAgain = (c: ClusterState, i: number, look: number, timeout: Micros, now: Micros): void => {
  c.look[i] = look
  if (look === NEVER) return
  const at = look === SOON ? 0 : dueAt(c, i, timeout)
  if (look === OLD_PONG) note(c, i, at, now + timeout / 2, dayLength(timeout))
  if (at < c.nextDue) c.nextDue = at
}

/** The peers that may need something now, in their order; the calendar knows them no longer. Sets `nextDue` for the others. */
export const peersDue = (c: ClusterState, timeout: Micros, now: Micros): number[] => {
  const due = c.nextDue === 0 ? allDue(c, timeout, now) : duePast(c, timeout, now)
  c.nextDue = earliest(c, timeout, now)
  return due
}

/** Somebody is to be looked at soon, or the node timeout is another: all are asked, and the calendar is written anew. */
const allDue = (c: ClusterState, timeout: Micros, now: Micros): number[] => {
  const due: number[] = []
  const latest = now + timeout / 2
  const length = dayLength(timeout)
  c.days.fill(NOBODY)
  c.today = Math.floor(now / length)
  for (let i = MYSELF + 1; i < c.peers.length; i++) {
    const at = c.look[i] === OLD_PONG ? dueAt(c, i, timeout) : c.look[i] === SOON ? 0 : Infinity
    if (at <= now) due.push(i)
    else if (at < Infinity) note(c, i, at, latest, length)
  }
  return due
}

/** Into a list that ascends: it is short. */
const insert = (list: number[], i: number): void => {
  let k = list.push(i) - 1
  for (; k > 0 && list[k - 1] > i; k--) list[k] = list[k - 1]
  list[k] = i
}

const duePast = (c: ClusterState, timeout: Micros, now: Micros): number[] => {
  const due: number[] = []
  const latest = now + timeout / 2
  const length = dayLength(timeout)
  const today = Math.floor(now / length)
  for (let day = Math.max(c.today, today - DAYS + 1); day <= today; day++)
    for (let i = takeDay(c, day), next: number; i >= 0; i = next) {
      next = c.after[i]
      const at = dueAt(c, i, timeout)
      if (at <= now) insert(due, i)
      else note(c, i, at, latest, length)
    }
  c.today = today
  return due
}

/** When the first of the calendar is due; who has moved to a later day since is put there. */
const earliest = (c: ClusterState, timeout: Micros, now: Micros): Micros => {
  const latest = now + timeout / 2
  const length = dayLength(timeout)
  const today = Math.floor(now / length)
  let least = Infinity
  for (let day = today; day < today + DAYS && day * length <= least; day++)
    for (let i = takeDay(c, day), next: number; i >= 0; i = next) {
      next = c.after[i]
      const at = dueAt(c, i, timeout)
      if (note(c, i, at, latest, length) === day && at < least) least = at
    }
  return least
}
