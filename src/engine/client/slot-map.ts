import { newPages, ownPage, type Pages } from '../core/clone.ts'
import type { ProcessId } from '../core/process.ts'
import { processAt, processWithId } from '../redis/address.ts'
import type { Reply } from '../redis/reply.ts'
import { shareUniformPages } from '../redis/uniform-pages.ts'

/** What a client believes: who owns which slot. `slots` holds indexes into `nodes`, -1 = unknown. */
export interface SlotMap {
  nodes: ProcessId[]
  /** by node index: indexes of its replicas. */
  replicas: number[][]
  slots: Pages<Int16Array>
  /** indexes of the nodes the last CLUSTER SLOTS named. */
  listed: number[]
  /** false until CLUSTER SLOTS was heard once. */
  known: boolean
}

const SLOTS = 16384
const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS

export const newSlotMap = (nodes: readonly ProcessId[]): SlotMap => ({
  nodes: nodes.slice(),
  replicas: nodes.map(() => []),
  slots: newPages(SLOTS / PAGE, () => new Int16Array(PAGE).fill(-1)),
  listed: nodes.map((_, i) => i),
  known: false,
})

/** Index of the believed owner, -1 = unknown. */
export const ownerIndex = (map: SlotMap, slot: number): number => map.slots.pages[slot >> PAGE_BITS][slot & (PAGE - 1)]

export const ownerOf = (map: SlotMap, slot: number): ProcessId | null => {
  const i = ownerIndex(map, slot)
  return i < 0 ? null : map.nodes[i]
}

export const indexOfNode = (map: SlotMap, node: ProcessId): number => {
  const known = map.nodes.indexOf(node)
  if (known >= 0) return known
  map.nodes.push(node)
  map.replicas.push([])
  return map.nodes.length - 1
}

/** True when it changed. */
export const setOwner = (map: SlotMap, slot: number, node: number): boolean => {
  const p = slot >> PAGE_BITS
  if (map.slots.pages[p][slot & (PAGE - 1)] === node) return false
  ownPage(map.slots, p)[slot & (PAGE - 1)] = node
  return true
}

/** Without a cluster one node has them all. */
export const setAllOwners = (map: SlotMap, node: number): void => {
  for (let p = 0; p < SLOTS / PAGE; p++) ownPage(map.slots, p).fill(node)
}

/** The process a row of CLUSTER SLOTS means: ip, port, id. */
const listedAt = (row: readonly Reply[]): ProcessId | null => processAt(String(row[0])) ?? processWithId(String(row[2]))

/** Takes over a reply of CLUSTER SLOTS; the number of slots whose owner changed. Slots it does not name keep their believed owner. */
export const learnSlots = (map: SlotMap, reply: Reply): number => {
  if (!Array.isArray(reply)) return 0
  let changed = 0
  const listed = new Set<number>()
  for (const range of reply) {
    if (!Array.isArray(range) || !Array.isArray(range[2])) continue
    const primary = listedAt(range[2])
    if (primary === null) continue
    const owner = indexOfNode(map, primary)
    for (let slot = Number(range[0]); slot <= Number(range[1]); slot++) if (setOwner(map, slot, owner)) changed++
    if (listed.has(owner)) continue
    listed.add(owner)
    const replicas: number[] = []
    for (const entry of range.slice(3)) {
      const replica = Array.isArray(entry) ? listedAt(entry) : null
      if (replica !== null) replicas.push(indexOfNode(map, replica))
    }
    map.replicas[owner] = replicas
  }
  if (changed > 0) shareUniformPages(map.slots)
  if (listed.size > 0) {
    map.known = true
    map.listed = [...listed]
    for (const owner of listed) for (const replica of map.replicas[owner]) if (!listed.has(replica)) map.listed.push(replica)
  }
  return changed
}

/** The belief as runs of slots, for views. */
export const slotRuns = (map: SlotMap): { from: number; to: number; owner: ProcessId | null }[] => {
  const runs: { from: number; to: number; owner: ProcessId | null }[] = []
  let from = 0
  for (let slot = 1; slot <= SLOTS; slot++)
    if (slot === SLOTS || ownerIndex(map, slot) !== ownerIndex(map, from)) {
      runs.push({ from, to: slot - 1, owner: ownerOf(map, from) })
      from = slot
    }
  return runs
}
