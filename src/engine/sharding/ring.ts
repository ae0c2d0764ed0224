import { md5Words } from './md5.ts'

/**
 * A hash ring: every server stands at many points of a circle of 2^32; a key belongs to the first point at or after its own hash
 * (D. Karger et al., "Consistent hashing and random trees", STOC 1997). Points and keys are hashed as libketama does and the
 * clients of memcached after it, so that this ring and theirs name the same owner.
 */
export interface Ring {
  /** ascending; after them one more at the end of the circle, which belongs to the owner of the first. */
  points: Uint32Array
  /** server of each point. */
  owners: Int32Array
  /** for each value of a hash's top bits, the first point that is not below it: where the search begins. */
  starts: Int32Array
  shift: number
}

export interface Server {
  name: string
  /** MD5s of its name, each of which makes four points. */
  hashes: number
}

/** libketama's forty hashes, 160 points, for each server. */
const HASHES = 40
export const RING_POINTS = 4 * HASHES

export const equalServers = (names: readonly string[], hashes = HASHES): Server[] => names.map((name) => ({ name, hashes }))

/**
 * Servers by weight as libketama has it: forty hashes on average, shared out by weight and rounded down. So everybody's
 * number hangs on the others, and a newcomer moves some of their points too. The divisions are in its order to the last bit: they
 * give 39 to each of 14 equal servers.
 */
export const weightedServers = (servers: readonly { name: string; weight: number }[]): Server[] => {
  const total = servers.reduce((sum, { weight }) => sum + weight, 0)
  return servers.map(({ name, weight }) => ({ name, hashes: Math.floor((weight / total) * HASHES * servers.length) }))
}

const END = 0xffffffff

export const buildRing = (servers: readonly Server[]): Ring => {
  const all: { at: number; server: number }[] = []
  servers.forEach(({ name, hashes }, server) => {
    for (let i = 0; i < hashes; i++) for (const word of md5Words(`${name}-${i}`)) all.push({ at: word >>> 0, server })
  })
  // points at one place keep the order of their servers
  all.sort((x, y) => x.at - y.at)
  const bits = Math.min(16, 34 - Math.clz32(all.length))
  const shift = 32 - bits
  const starts = new Int32Array(1 << bits)
  for (let top = 0, i = 0; top < starts.length; top++) {
    while (i < all.length && all[i].at >>> shift < top) i++
    starts[top] = i
  }
  return {
    points: Uint32Array.from([...all.map((p) => p.at), END]),
    owners: Int32Array.from([...all, ...all.slice(0, 1)].map((p) => p.server)),
    starts,
    shift,
  }
}

/** The server a hash belongs to. A quarter of the starts have a point, so the walk is a step or two. */
export const ringOwner = (ring: Ring, hash: number): number => {
  const { points } = ring
  let i = ring.starts[hash >>> ring.shift]
  while (points[i] < hash) i++
  return ring.owners[i]
}

/** Hash of a key (a byte string): the first four bytes of its MD5, least first. */
export const keyHash = (key: string): number => md5Words(key)[0] >>> 0
