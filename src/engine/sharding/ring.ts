import { hash32 } from '../core/random.ts'

/**
 * A hash ring: every node stands at V points of a circle of 2^32; a key belongs to the first point at or after its own hash.
 * (D. Karger et al., "Consistent hashing and random trees", STOC 1997.)
 */
export interface Ring {
  /** ascending. */
  points: Float64Array
  /** node of each point. */
  owners: Int32Array
}

export const buildRing = (nodes: number, virtual: number, seed = 0): Ring => {
  const all: { at: number; node: number }[] = []
  for (let node = 0; node < nodes; node++) for (let v = 0; v < virtual; v++) all.push({ at: hash32(`node-${node}#${v}`, seed), node })
  all.sort((x, y) => x.at - y.at || x.node - y.node)
  return { points: Float64Array.from(all, (p) => p.at), owners: Int32Array.from(all, (p) => p.node) }
}

export const ringOwner = (ring: Ring, hash: number): number => {
  let low = 0
  let high = ring.points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ring.points[middle] < hash) low = middle + 1
    else high = middle
  }
  return ring.owners[low === ring.points.length ? 0 : low]
}

/** Hash of a key, apart from the hashes of the points. */
export const keyHash = (key: string, seed = 0): number => hash32(key, seed ^ 0x5bd1e995)
