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
  if (c.unclaimed.size > 0) c.unclaimed.delete(slot)
  const before = ownerIn(c, slot)
  if (before === peer) return
  if (before >= 0) c.peers[before].numSlots--
  if (peer >= 0) c.peers[peer].numSlots++
  ownPage(c.slots, slot >> PAGE_BITS)[slot & (PAGE - 1)] = peer
  c.slotsVersion++
}

export const EMPTY_SET: SlotSet = Object.freeze({ count: 0, ranges: Object.freeze([]) as readonly number[] })

/** The slots of a peer as an immutable set, built anew only after a change. */
export const claimOf = (c: ClusterState, peer: number): SlotSet => {
  if (c.claim.peer === peer && c.claim.version === c.slotsVersion) return c.claim.set
  const set = slotsOf(c, peer)
  c.claim = { peer, version: c.slotsVersion, set }
  return set
}

const slotsOf = (c: ClusterState, peer: number): SlotSet => {
  const count = c.peers[peer].numSlots
  if (count === 0) return EMPTY_SET
  const ranges: number[] = []
  let last = -2
  for (let p = 0; p < COUNT; p++) {
    const owners = c.slots.pages[p]
    for (let i = 0; i < PAGE; i++) {
      if (owners[i] !== peer) continue
      const slot = (p << PAGE_BITS) | i
      if (slot === last + 1) ranges[ranges.length - 1] = slot
      else ranges.push(slot, slot)
      last = slot
    }
  }
  return Object.freeze({ count, ranges: Object.freeze(ranges) as readonly number[] })
}

/** Whether what a sender claims for an owner is just what we hold to be its slots. Remembered until the table or the claim changes. */
export const claimAgrees = (c: ClusterState, sender: number, owner: number, claim: SlotSet): boolean => {
  const s = c.peers[sender]
  if (s.agreed === claim && s.agreedVersion === c.slotsVersion && s.agreedOwner === owner) return true
  if (c.peers[owner].numSlots !== claim.count) return false
  for (let r = 0; r < claim.ranges.length; r += 2)
    for (let slot = claim.ranges[r]; slot <= claim.ranges[r + 1]; slot++) if (ownerIn(c, slot) !== owner) return false
  s.agreed = claim
  s.agreedVersion = c.slotsVersion
  s.agreedOwner = owner
  return true
}

/** First claimed slot whose owner (other than `except`) claims it too and has a greater configEpoch; −1 none. */
export const newerOwner = (c: ClusterState, claim: SlotSet, epoch: number, except: number): number => {
  for (let r = 0; r < claim.ranges.length; r += 2)
    for (let slot = claim.ranges[r]; slot <= claim.ranges[r + 1]; slot++) {
      const owner = ownerIn(c, slot)
      if (owner >= 0 && owner !== except && c.peers[owner].configEpoch > epoch && !c.unclaimed.has(slot)) return slot
    }
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
  const news = c.unclaimed.size > 0
  let refused = 0
  for (let r = 0; r < claim.ranges.length; r += 2) {
    const last = claim.ranges[r + 1]
    // page by page, since nearly every slot stands as claimed already
    for (let slot = claim.ranges[r]; slot <= last; ) {
      const owners = c.slots.pages[slot >> PAGE_BITS]
      const end = Math.min(last, slot | (PAGE - 1))
      while (slot <= end && owners[slot & (PAGE - 1)] === claimant) {
        if (news) c.unclaimed.delete(slot)
        slot++
      }
      if (slot > end) continue
      const owner = owners[slot & (PAGE - 1)]
      if (c.importing.has(slot) || !claimWins(owner < 0 || c.unclaimed.has(slot) ? null : c.peers[owner].configEpoch, epoch)) refused++
      else {
        if (owner === 0) out.lost.push(slot)
        if (owner >= 0 && owner === ourPrimary) out.ours++
        if (owner >= 0) out.from = owner
        setOwnerIn(c, slot, claimant)
        out.count++
      }
      slot++
    }
  }
  if (c.peers[claimant].numSlots > claim.count - refused) noteUnclaimed(c, claimant, claim)
  return out
}

/** Slots that are bound to a peer which no longer claims them. */
const noteUnclaimed = (c: ClusterState, owner: number, claim: SlotSet): void => {
  let r = 0
  for (let page = 0; page < COUNT; page++) {
    const owners = c.slots.pages[page]
    for (let i = owners.indexOf(owner); i >= 0; i = owners.indexOf(owner, i + 1)) {
      const slot = (page << PAGE_BITS) | i
      while (r < claim.ranges.length && claim.ranges[r + 1] < slot) r += 2
      if (r >= claim.ranges.length || claim.ranges[r] > slot) c.unclaimed.add(slot)
    }
  }
}

/** Takes all of a peer's slots away; how many there were. */
export const dropSlots = (c: ClusterState, peer: number): number => moveSlots(c, peer, -1)

/** Gives all of one peer's slots to another. */
export const moveSlots = (c: ClusterState, from: number, to: number): number => {
  let moved = 0
  if (c.peers[from].numSlots === 0) return 0
  for (let slot = 0; slot < SLOTS; slot++)
    if (ownerIn(c, slot) === from) {
      setOwnerIn(c, slot, to)
      moved++
    }
  return moved
}

/** The only teller of a slot that changed hands. */
export const tellRebound = (
  state: NodeState, count: number, from: number, to: number, epoch: number, ctx: Context, because: readonly number[],
): void => {
  const peers = state.cluster!.peers
  ctx.emit('slots.rebound', { count, from: from < 0 ? null : peers[from].process, to: peers[to].process, epoch }, because)
}
