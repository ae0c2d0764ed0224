import { newPages, ownPage, type Pages } from '../core/clone.ts'
import type { Context } from '../core/process.ts'
import { SLOTS, claimWins } from './rules.ts'
import type { ClusterState, NodeState, SlotSet } from './state.ts'

/** The slot table: 64 pages of 256 slots, each the owner's index into `peers`, −1 for nobody. */
const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS
const COUNT = SLOTS >> PAGE_BITS

export const newSlotTable = (): Pages<Int16Array> => newPages(COUNT, () => new Int16Array(PAGE).fill(-1))

export const ownerIn = (c: ClusterState, slot: number): number => c.slots.pages[slot >> PAGE_BITS][slot & (PAGE - 1)]

/** Peer index of a slot's owner in this node's view, −1 for nobody. */
export const slotOwner = (state: NodeState, slot: number): number => ownerIn(state.cluster!, slot)

/** Gives a slot to a peer (−1: to nobody), and keeps the counts. */
export const setSlotOwner = (state: NodeState, slot: number, peer: number): void => setOwnerIn(state.cluster!, slot, peer)

export const setOwnerIn = (c: ClusterState, slot: number, peer: number): void => {
  const before = ownerIn(c, slot)
  if (before === peer) {
    if (c.unclaimed.size > 0) c.unclaimed.delete(slot)
    return
  }
  if (before >= 0 && c.peers[before].bound !== null) c.peers[before].bound = without(c.peers[before].bound!, slot)
  if (peer >= 0 && c.peers[peer].bound !== null) c.peers[peer].bound = including(c.peers[peer].bound!, slot)
  bind(c, slot, before, peer)
}

const bind = (c: ClusterState, slot: number, before: number, peer: number): void => {
  if (c.unclaimed.size > 0) c.unclaimed.delete(slot)
  if (before >= 0 && --c.peers[before].numSlots === 0) c.told[before] = null
  if (peer >= 0) c.peers[peer].numSlots++
  ownPage(c.slots, slot >> PAGE_BITS)[slot & (PAGE - 1)] = peer
}

/** As `setOwnerIn`, for many slots in a row: the sets are built anew when they are asked for. */
const setOwnerOfMany = (c: ClusterState, slot: number, peer: number): void => {
  const before = ownerIn(c, slot)
  if (before === peer) return
  if (before >= 0) c.peers[before].bound = null
  if (peer >= 0) c.peers[peer].bound = null
  bind(c, slot, before, peer)
}

// ------------------------------------------------------------------ sets of slots

export const EMPTY_SET: SlotSet = Object.freeze({ count: 0, ranges: Object.freeze([]) as readonly number[] })

const setOf = (count: number, ranges: number[]): SlotSet => Object.freeze({ count, ranges: Object.freeze(ranges) as readonly number[] })

/** Index of the first run that does not end before the slot. */
const runAt = (ranges: readonly number[], slot: number): number => {
  let low = 0
  let high = ranges.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[2 * middle + 1] < slot) low = middle + 1
    else high = middle
  }
  return 2 * low
}

const without = (set: SlotSet, slot: number): SlotSet => {
  const r = runAt(set.ranges, slot)
  const from = set.ranges[r]
  const to = set.ranges[r + 1]
  const rest = from === to ? [] : slot === from ? [slot + 1, to] : slot === to ? [from, slot - 1] : [from, slot - 1, slot + 1, to]
  return setOf(set.count - 1, [...set.ranges.slice(0, r), ...rest, ...set.ranges.slice(r + 2)])
}

const including = (set: SlotSet, slot: number): SlotSet => {
  let r = runAt(set.ranges, slot)
  const joinsBefore = r > 0 && set.ranges[r - 1] === slot - 1
  const joinsAfter = r < set.ranges.length && set.ranges[r] === slot + 1
  const from = joinsBefore ? set.ranges[r - 2] : slot
  const to = joinsAfter ? set.ranges[r + 1] : slot
  const after = r + (joinsAfter ? 2 : 0)
  if (joinsBefore) r -= 2
  return setOf(set.count + 1, [...set.ranges.slice(0, r), from, to, ...set.ranges.slice(after)])
}

/** Runs of slots in the one and not in the other. */
export const minus = (a: readonly number[], b: readonly number[]): number[] => {
  const out: number[] = []
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    let from = a[i]
    const to = a[i + 1]
    while (j < b.length && b[j + 1] < from) j += 2
    for (let k = j; k < b.length && b[k] <= to; k += 2) {
      if (b[k] > from) out.push(from, b[k] - 1)
      from = b[k + 1] + 1
    }
    if (from <= to) out.push(from, to)
  }
  return out
}

const isSame = (a: SlotSet, b: SlotSet): boolean => {
  if (a === b) return true
  if (a.count !== b.count || a.ranges.length !== b.ranges.length) return false
  for (let i = 0; i < a.ranges.length; i++) if (a.ranges[i] !== b.ranges[i]) return false
  return true
}

/** The slots bound to a peer as an immutable set; it stays the same object while nothing changes. */
export const claimOf = (c: ClusterState, peer: number): SlotSet => (c.peers[peer].bound ??= slotsOf(c, peer))

const slotsOf = (c: ClusterState, peer: number): SlotSet => {
  const count = c.peers[peer].numSlots
  if (count === 0) return EMPTY_SET
  const ranges: number[] = []
  let last = -2
  for (let p = 0; p < COUNT; p++) {
    const owners = c.slots.pages[p]
    for (let i = owners.indexOf(peer); i >= 0 && i < PAGE; i++) {
      if (owners[i] !== peer) continue
      const slot = (p << PAGE_BITS) | i
      if (slot === last + 1) ranges[ranges.length - 1] = slot
      else ranges.push(slot, slot)
      last = slot
    }
  }
  return setOf(count, ranges)
}

// ------------------------------------------------------------------ claims

const ownsAll = (c: ClusterState, owner: number, ranges: readonly number[]): boolean => {
  for (let r = 0; r < ranges.length; r += 2)
    for (let slot = ranges[r]; slot <= ranges[r + 1]; slot++) if (ownerIn(c, slot) !== owner) return false
  return true
}

/** Whether what is claimed for an owner is just what we hold to be its slots. */
export const claimAgrees = (c: ClusterState, owner: number, claim: SlotSet): boolean => {
  const peer = c.peers[owner]
  if (peer.bound !== claim) {
    if (peer.numSlots !== claim.count || !(peer.bound === null ? ownsAll(c, owner, claim.ranges) : isSame(claim, peer.bound))) return false
    // one set for all tables that hold it
    peer.bound = claim
  }
  if (c.unclaimed.size > 0) for (const slot of c.unclaimed) if (ownerIn(c, slot) === owner) c.unclaimed.delete(slot)
  return true
}

/**
 * A claimed slot whose owner claims it too and has a greater configEpoch; −1 none. `claimant` is the primary that the claim speaks
 * for; `mayStale` tells whether its own slots count too, where somebody else speaks for it with an old epoch.
 */
export const newerOwner = (c: ClusterState, claim: SlotSet, epoch: number, claimant: number, mayStale: boolean): number => {
  const isNewer = (slot: number): boolean => {
    const owner = ownerIn(c, slot)
    return owner >= 0 && c.peers[owner].configEpoch > epoch && !c.unclaimed.has(slot)
  }
  // nearly all of a claim is what we hold to be the claimant's
  const stale = claimant >= 0 && mayStale && c.peers[claimant].configEpoch > epoch
  const ranges = stale || claimant < 0 ? claim.ranges : minus(claim.ranges, claimOf(c, claimant).ranges)
  for (let r = 0; r < ranges.length; r += 2) for (let slot = ranges[r]; slot <= ranges[r + 1]; slot++) if (isNewer(slot)) return slot
  return -1
}

export interface Rebound {
  /** slots that changed hands. */
  count: number
  /** how many of them were mine or my primary's. */
  ours: number
  claimed: number
  from: number
  /** slots of my own, with keys, that I lost. */
  lost: number[]
}

/** More than so many at once, and a set is better built anew. */
const MANY = 64

/** Binds the claimed slots to the claimant wherever its configEpoch wins. Slots being imported stay as the operator left them. */
export const rebind = (c: ClusterState, claimant: number, epoch: number, claim: SlotSet, ourPrimary: number): Rebound => {
  const out: Rebound = { count: 0, ours: 0, claimed: claim.count, from: -1, lost: [] }
  const bound = claimOf(c, claimant)
  const wanted = minus(claim.ranges, bound.ranges)
  const given = minus(bound.ranges, claim.ranges)
  if (c.unclaimed.size > 0) for (const slot of c.unclaimed) if (ownerIn(c, slot) === claimant) c.unclaimed.delete(slot)
  for (let r = 0; r < given.length; r += 2) for (let slot = given[r]; slot <= given[r + 1]; slot++) c.unclaimed.add(slot)
  const give = Math.abs(claim.count - bound.count) > MANY ? setOwnerOfMany : setOwnerIn
  for (let r = 0; r < wanted.length; r += 2)
    for (let slot = wanted[r]; slot <= wanted[r + 1]; slot++) {
      if (c.importing.size > 0 && c.importing.has(slot)) continue
      const owner = ownerIn(c, slot)
      if (!claimWins(owner < 0 || c.unclaimed.has(slot) ? null : c.peers[owner].configEpoch, epoch)) continue
      if (owner === 0) out.lost.push(slot)
      if (owner >= 0 && owner === ourPrimary) out.ours++
      if (owner >= 0) out.from = owner
      give(c, slot, claimant)
      out.count++
    }
  return out
}

/** Takes all of a peer's slots away; how many there were. */
export const dropSlots = (c: ClusterState, peer: number): number => moveSlots(c, peer, -1)

/** Gives all of one peer's slots to another. */
export const moveSlots = (c: ClusterState, from: number, to: number): number => {
  let moved = 0
  if (c.peers[from].numSlots === 0) return 0
  for (let slot = 0; slot < SLOTS; slot++)
    if (ownerIn(c, slot) === from) {
      setOwnerOfMany(c, slot, to)
      moved++
    }
  return moved
}

/** The only teller of a slot that changed hands. */
export const tellRebound = (
  state: NodeState,
  count: number,
  from: number,
  to: number,
  epoch: number,
  ctx: Context,
  because: readonly number[],
): void => {
  const peers = state.cluster!.peers
  ctx.emit('slots.rebound', { count, from: from < 0 ? null : peers[from].process, to: peers[to].process, epoch }, because)
}
