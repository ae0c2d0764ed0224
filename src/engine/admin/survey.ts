import type { ProcessId } from '../core/process.ts'
import { processAt, processWithId } from '../redis/address.ts'

/** One line of CLUSTER NODES. */
export interface Member {
  process: ProcessId
  id: string
  myself: boolean
  primary: boolean
  /** id of its primary, '-' = none. */
  replicaOf: string
  /** held to be down by the node that was asked (PFAIL or FAIL). */
  down: boolean
  handshake: boolean
  ranges: [number, number][]
  slots: number
  /** slots it moves or takes, told by the node itself only: `[93->-id]`, `[93-<-id]`. */
  open: number[]
}

/** Reads a reply of CLUSTER NODES. */
export const readNodes = (text: string): Member[] => {
  const members: Member[] = []
  for (const line of text.split('\n')) {
    const [id, address, flagText, replicaOf, , , , , ...slots] = line.trim().split(' ')
    if (address === undefined || flagText === undefined) continue
    const process = processAt(address.slice(0, address.indexOf(':'))) ?? processWithId(id)
    if (process === null) continue
    const flags = flagText.split(',')
    const ranges: [number, number][] = []
    const open: number[] = []
    let count = 0
    for (const part of slots) {
      if (part.startsWith('[')) open.push(parseInt(part.slice(1), 10))
      else if (part !== '') {
        const [from, to] = part.split('-')
        ranges.push([Number(from), Number(to ?? from)])
        count += Number(to ?? from) - Number(from) + 1
      }
    }
    members.push({
      process,
      id,
      myself: flags.includes('myself'),
      primary: flags.includes('master'),
      replicaOf,
      down: flags.includes('fail') || flags.includes('fail?') || flags.includes('noaddr'),
      handshake: flags.includes('handshake'),
      ranges,
      slots: count,
      open,
    })
  }
  return members
}

export const ownerIn = (members: readonly Member[], slot: number): Member | undefined =>
  members.find((m) => m.primary && m.ranges.some(([from, to]) => slot >= from && slot <= to))

/** One slot's journey. */
export interface Move {
  readonly slot: number
  readonly from: ProcessId
  readonly to: ProcessId
}

const lowest = (member: Member, count: number): number[] => {
  const slots: number[] = []
  for (const [from, to] of member.ranges.toSorted((x, y) => x[0] - y[0]))
    for (let slot = from; slot <= to && slots.length < count; slot++) slots.push(slot)
  return slots
}

/**
 * An even share for a new primary: 16384/(N+1) slots, from all primaries in proportion.
 * Sources by size, largest first; the first gives ⌈n·share⌉, the others ⌊n·share⌋; lowest slots first (redis-cli's reshard table).
 */
export const planAdd = (members: readonly Member[], to: ProcessId): Move[] => {
  const sources = members.filter((m) => m.primary && m.slots > 0 && m.process !== to)
  sources.sort((x, y) => y.slots - x.slots || (x.id < y.id ? -1 : 1))
  const total = sources.reduce((sum, m) => sum + m.slots, 0)
  const wanted = Math.floor(16384 / (sources.length + 1))
  const moves: Move[] = []
  sources.forEach((source, i) => {
    const n = (wanted / total) * source.slots
    const count = Math.min(i === 0 ? Math.ceil(n) : Math.floor(n), wanted - moves.length)
    for (const slot of lowest(source, count)) moves.push({ slot, from: source.process, to })
  })
  return moves
}

/** All slots of a leaving primary, in equal runs to the others; the smallest get what does not divide. */
export const planRemove = (members: readonly Member[], from: ProcessId): Move[] => {
  const source = members.find((m) => m.process === from)
  if (source === undefined || source.slots === 0) return []
  const targets = members.filter((m) => m.primary && !m.down && m.slots > 0 && m.process !== from)
  targets.sort((x, y) => x.slots - y.slots || (x.id < y.id ? -1 : 1))
  const slots = lowest(source, source.slots)
  const moves: Move[] = []
  let next = 0
  targets.forEach((target, i) => {
    const count = Math.floor(slots.length / targets.length) + (i < slots.length % targets.length ? 1 : 0)
    for (let k = 0; k < count; k++) moves.push({ slot: slots[next++], from, to: target.process })
  })
  return moves
}
