import { newPages, ownPage, type Pages } from '../core/clone.ts'
import type { Context } from '../core/process.ts'
import { NOBODY, change, sayAnew, type Draft } from './peers.ts'
import { SLOTS, claimWins } from './rules.ts'
import type { ClusterState, NodeState, SlotSet } from './state.ts'
import { shareUniformPages } from './uniform-pages.ts'

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
  if (!bind(c, slot, peer)) return
  if (before >= 0) setBound(c, before, without(c.peers[before].bound, slot))
  if (peer >= 0) setBound(c, peer, including(c.peers[peer].bound, slot))
}

/** The same for many slots: what those concerned own is looked up at the end. */
export const setOwners = (c: ClusterState, slots: Iterable<number>, peer: number): void => {
  const concerned = new Set<number>()
  for (const slot of slots) {
    const before = ownerIn(c, slot)
    if (bind(c, slot, peer) && before >= 0) concerned.add(before)
  }
  if (peer >= 0) concerned.add(peer)
  for (const index of concerned) setBound(c, index, slotsOf(c, index))
}

/** Whether that was a change. */
const bind = (c: ClusterState, slot: number, peer: number): boolean => {
  if (c.unclaimed.size > 0) c.unclaimed.delete(slot)
  if (ownerIn(c, slot) === peer) return false
  ownPage(c.slots, slot >> PAGE_BITS)[slot & (PAGE - 1)] = peer
  return true
}

const setBound = (c: ClusterState, peer: number, bound: SlotSet): void => {
  if (c.peers[peer].bound === bound) return
  change(c, peer, { bound, numSlots: bound.count })
  if (bound.count === 0) sayAnew(c, peer)
}

/** At the start: binds the slots of each of these rows of runs to the peer with its number, a later row's before an earlier one's. */
export const bindAll = (
  c: ClusterState,
  drafts: Draft[],
  rows: readonly (readonly [index: number, runs: [from: number, to: number][]])[],
): void => {
  for (const [index, runs] of rows)
    for (const [from, to] of runs) for (let slot = from; slot <= to; slot++) ownPage(c.slots, slot >> PAGE_BITS)[slot & (PAGE - 1)] = index
  shareUniformPages(c.slots)
  const sets = allSets(c, drafts.length)
  drafts.forEach((draft, i) => {
    draft.bound = sets[i]
    draft.numSlots = sets[i].count
  })
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

export const isSameSet = (a: SlotSet, b: SlotSet): boolean => {
  if (a === b) return true
  if (a.count !== b.count || a.ranges.length !== b.ranges.length) return false
  for (let i = 0; i < a.ranges.length; i++) if (a.ranges[i] !== b.ranges[i]) return false
  return true
}

/** The slots bound to a peer as an immutable set; it stays the same object while nothing changes. */
export const claimOf = (c: ClusterState, peer: number): SlotSet => c.peers[peer].bound

const slotsOf = (c: ClusterState, peer: number): SlotSet => {
  const ranges: number[] = []
  let count = 0
  let last = -2
  for (let p = 0; p < COUNT; p++) {
    const owners = c.slots.pages[p]
    for (let i = owners.indexOf(peer); i >= 0 && i < PAGE; i++) {
      if (owners[i] !== peer) continue
      const slot = (p << PAGE_BITS) | i
      if (slot === last + 1) ranges[ranges.length - 1] = slot
      else ranges.push(slot, slot)
      last = slot
      count++
    }
  }
  return count === 0 ? EMPTY_SET : setOf(count, ranges)
}

/** The same for all peers, in one walk along the table. */
const allSets = (c: ClusterState, peers: number): SlotSet[] => {
  const ranges: number[][] = Array.from({ length: peers }, () => [])
  const counts = new Int32Array(peers)
  let last = NOBODY
  for (let slot = 0; slot < SLOTS; slot++) {
    const owner = ownerIn(c, slot)
    if (owner >= 0) {
      const runs = ranges[owner]
      if (owner === last) runs[runs.length - 1] = slot
      else runs.push(slot, slot)
      counts[owner]++
    }
    last = owner
  }
  return ranges.map((runs, i) => (counts[i] === 0 ? EMPTY_SET : setOf(counts[i], runs)))
}

// ------------------------------------------------------------------ claims

/** Whether what is claimed for an owner is just what we hold to be its slots. */
export const claimAgrees = (c: ClusterState, owner: number, claim: SlotSet): boolean => {
  const { bound } = c.peers[owner]
  if (bound !== claim && !isSameSet(claim, bound)) return false
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

/** Binds the claimed slots to the claimant wherever its configEpoch wins. Slots being imported stay as the operator left them. */
export const rebind = (c: ClusterState, claimant: number, epoch: number, claim: SlotSet, ourPrimary: number): Rebound => {
  const out: Rebound = { count: 0, ours: 0, claimed: claim.count, from: -1, lost: [] }
  const bound = claimOf(c, claimant)
  const wanted = minus(claim.ranges, bound.ranges)
  const given = minus(bound.ranges, claim.ranges)
  if (c.unclaimed.size > 0) for (const slot of c.unclaimed) if (ownerIn(c, slot) === claimant) c.unclaimed.delete(slot)
  for (let r = 0; r < given.length; r += 2) for (let slot = given[r]; slot <= given[r + 1]; slot++) c.unclaimed.add(slot)
  const taken: number[] = []
  for (let r = 0; r < wanted.length; r += 2)
    for (let slot = wanted[r]; slot <= wanted[r + 1]; slot++) {
      if (c.importing.size > 0 && c.importing.has(slot)) continue
      const owner = ownerIn(c, slot)
      if (!claimWins(owner < 0 || c.unclaimed.has(slot) ? null : c.peers[owner].configEpoch, epoch)) continue
      if (owner === 0) out.lost.push(slot)
      if (owner >= 0 && owner === ourPrimary) out.ours++
      if (owner >= 0) out.from = owner
      taken.push(slot)
    }
  out.count = taken.length
  if (taken.length === 1) setOwnerIn(c, taken[0], claimant)
  else if (taken.length > 1) setOwners(c, taken, claimant)
  return out
}

/** Takes all of a peer's slots away; how many there were. */
export const dropSlots = (c: ClusterState, peer: number): number => moveSlots(c, peer, -1)

/** Gives all of one peer's slots to another. */
export const moveSlots = (c: ClusterState, from: number, to: number): number => {
  const { bound } = c.peers[from]
  if (bound.count > 0) setOwners(c, slotsIn(bound), to)
  return bound.count
}

const slotsIn = function* ({ ranges }: SlotSet): Iterable<number> {
  for (let r = 0; r < ranges.length; r += 2) for (let slot = ranges[r]; slot <= ranges[r + 1]; slot++) yield slot
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
