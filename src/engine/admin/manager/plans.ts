/** The arithmetic of redis-cli --cluster (7.0.15): pure, so that a plan can be looked at before anything moves. */

const SLOTS = 16384

/** The runs of slots that `create` cuts for so many primaries: a cursor in single precision, rounded; the last takes what is left. */
export const cutSlots = (primaries: number): [first: number, last: number][] => {
  const per = Math.fround(SLOTS / primaries)
  let first = 0
  let cursor = 0
  return Array.from({ length: primaries }, (_, i) => {
    let last = Math.round(Math.fround(Math.fround(cursor + per) - 1))
    if (last >= SLOTS || i === primaries - 1) last = SLOTS - 1
    const run: [number, number] = [first, Math.max(first, last)]
    first = run[1] + 1
    cursor = Math.fround(cursor + per)
    return run
  })
}

export interface Host {
  readonly ip: string
}

/** One node of each host in turn, hosts in the order in which they were first named (by their literal address). */
export const interleave = <T extends Host>(nodes: readonly T[]): T[] => {
  const hosts = new Map<string, T[]>()
  for (const node of nodes) hosts.set(node.ip, [...(hosts.get(node.ip) ?? []), node])
  const out: T[] = []
  for (let i = 0; out.length < nodes.length; i++) for (const group of hosts.values()) if (i < group.length) out.push(group[i])
  return out
}

/** A replica as first placed. `extra`: it was left over when every primary had its number. */
export interface Placed<T> {
  replica: T
  primary: T
  extra: boolean
}

/** Who follows whom before the optimiser: the rest turned by one, each primary takes the first on another host, or the first at all. */
export const placeReplicas = <T extends Host>(primaries: readonly T[], rest: readonly T[], each: number): Placed<T>[] => {
  const free = rest.length > 1 ? [...rest.slice(1), rest[0]] : [...rest]
  const out: Placed<T>[] = []
  const take = (primary: T, extra: boolean): void => {
    const elsewhere = free.findIndex((n) => n.ip !== primary.ip)
    const [replica] = free.splice(Math.max(0, elsewhere), 1)
    out.push({ replica, primary, extra })
  }
  for (const primary of primaries) for (let k = 0; k < each && free.length > 0; k++) take(primary, false)
  for (let i = 0; free.length > 0; i = (i + 1) % primaries.length) take(primaries[i], true)
  return out
}

/** 10,000 for each replica on its primary's host, 1 for each further replica of one primary on one host; and who offends. */
export const affinity = <T extends Host>(primaries: readonly T[], placed: readonly Placed<T>[]): { score: number; offending: number[] } => {
  let score = 0
  const offending: number[] = []
  for (const primary of primaries) {
    const hosts = new Map<string, number[]>()
    placed.forEach((p, i) => {
      if (p.primary === primary) hosts.set(p.replica.ip, [...(hosts.get(p.replica.ip) ?? []), i])
    })
    for (const [ip, replicas] of hosts) {
      if (ip === primary.ip) score += 10_000 * replicas.length
      else if (replicas.length > 1) score += replicas.length - 1
      else continue
      offending.push(...replicas)
    }
  }
  return { score, offending }
}

/** Swaps primaries at random, at most 500 times a node, never for the worse. `draw`: a whole number below its argument. */
export const optimise = <T extends Host>(
  primaries: readonly T[],
  placed: Placed<T>[],
  nodes: number,
  draw: (below: number) => number,
): number => {
  let { score, offending } = affinity(primaries, placed)
  for (let left = 500 * nodes; left > 0 && score > 0 && placed.length > 1; left--) {
    const a = offending[draw(offending.length)]
    const other = draw(placed.length - 1)
    const b = other < a ? other : other + 1
    const swap = (): void => {
      const kept = placed[a].primary
      placed[a].primary = placed[b].primary
      placed[b].primary = kept
    }
    swap()
    const now = affinity(primaries, placed)
    if (now.score > score) swap()
    else ({ score, offending } = now)
  }
  return score
}

export interface Owner {
  readonly slots: readonly number[]
}

/** Which slots leave whom: sources by size, the first gives ⌈n·share⌉, the others ⌊n·share⌋, lowest slots first. */
export const reshardTable = <T extends Owner>(sources: readonly T[], wanted: number): { slot: number; from: T }[] => {
  const sorted = [...sources].sort((a, b) => b.slots.length - a.slots.length)
  const total = sorted.reduce((sum, n) => sum + n.slots.length, 0)
  const moves: { slot: number; from: T }[] = []
  sorted.forEach((from, i) => {
    const share = (wanted / total) * from.slots.length
    const most = i === 0 ? Math.ceil(share) : Math.floor(share)
    for (const slot of from.slots.slice(0, Math.min(most, wanted - moves.length))) moves.push({ slot, from })
  })
  return moves
}

export interface Weighed<T> {
  node: T
  weight: number
  slots: number
}
export interface Rebalance<T> {
  involved: number
  total: number
  /** false: all shares are within the threshold. */
  needed: boolean
  transfers: { from: T; to: T; count: number }[]
}

/** Who gives how many slots to whom: an expected share ⌊16384·w/Σw⌋, lowest balance paired with highest. Empty primaries count only if `useEmpty`. */
export const rebalance = <T>(nodes: readonly Weighed<T>[], threshold: number, useEmpty: boolean): Rebalance<T> => {
  const part = nodes.filter((n) => useEmpty || n.slots > 0)
  const total = part.reduce((sum, n) => sum + n.weight, 0)
  const out: Rebalance<T> = { involved: part.length, total, needed: false, transfers: [] }
  const table = part.map((n) => {
    const expected = Math.trunc((SLOTS / total) * n.weight)
    if (threshold > 0) {
      const off = n.slots > 0 ? Math.abs(100 - (100 * expected) / n.slots) > threshold : expected > 1
      if (off) out.needed = true
    }
    return { node: n.node, balance: n.slots - expected }
  })
  if (!out.needed) return out
  // what rounding left over goes to those that receive
  let surplus = table.reduce((sum, n) => sum + n.balance, 0)
  while (surplus > 0 && table.some((n) => n.balance <= 0))
    for (const n of table)
      if (n.balance <= 0 && surplus > 0) {
        n.balance--
        surplus--
      }
  const sorted = [...table].sort((a, b) => a.balance - b.balance)
  for (let low = 0, high = sorted.length - 1; low < high;) {
    const to = sorted[low]
    const from = sorted[high]
    const count = Math.min(Math.abs(to.balance), Math.abs(from.balance))
    if (count > 0) out.transfers.push({ from: from.node, to: to.node, count })
    to.balance += count
    from.balance -= count
    if (to.balance === 0) low++
    if (from.balance === 0) high--
  }
  return out
}
