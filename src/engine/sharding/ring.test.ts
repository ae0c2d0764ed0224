import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ringDeviation, ringMoved, ringMovedDeviation } from '../laws/load.ts'
import { buildRing, equalServers, keyHash, RING_POINTS, ringOwner, weightedServers, type Ring, type Server } from './ring.ts'

const KEYS = Array.from({ length: 4000 }, (_, i) => `item:${i}`)
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length
const deviation = (x: readonly number[]) => Math.sqrt(mean(x.map((y) => (y - mean(x)) ** 2)))
const equals = (count: number, seed = 0, hashes = 40): Server[] =>
  equalServers(
    Array.from({ length: count }, (_, i) => `10.0.${seed}.${i}:11211`),
    hashes,
  )
const without = (servers: Server[], gone: number) => servers.filter((_, i) => i !== gone)

test('a node that joins takes 1/(N+1) of the circle, and keys move to the newcomer only', () => {
  const shares: number[] = []
  for (let seed = 1; seed <= 40; seed++) {
    const [before, after] = [buildRing(equals(10, seed)), buildRing(equals(11, seed))]
    let moved = 0
    for (const key of KEYS) {
      const hash = keyHash(key)
      const owner = ringOwner(after, hash)
      if (owner === ringOwner(before, hash)) continue
      moved++
      expect(owner).toBe(10)
    }
    shares.push(moved / KEYS.length)
  }
  const error = Math.sqrt(ringMovedDeviation(10, RING_POINTS) ** 2 + (0.09 * 0.91) / KEYS.length) / Math.sqrt(shares.length)
  expect(Math.abs(mean(shares) - ringMoved(10))).toBeLessThan(3 * error)
})

test('a node that leaves gives up its own keys, and nobody else’s move', () => {
  const servers = equals(10)
  const before = buildRing(servers)
  for (let gone = 0; gone < 10; gone++) {
    const after = buildRing(without(servers, gone))
    for (const key of KEYS) {
      const owner = ringOwner(before, keyHash(key))
      if (owner !== gone) expect(ringOwner(after, keyHash(key))).toBe(owner > gone ? owner - 1 : owner)
    }
  }
})

const sharesOf = ({ points, owners }: Ring, nodes: number): number[] => {
  const share = Array.from({ length: nodes }, () => 0)
  for (let i = 0; i < points.length; i++) share[owners[i]] += (points[i] - (i === 0 ? 0 : points[i - 1])) / 2 ** 32
  return share
}

test('virtual nodes leave the mean alone and shrink the deviation of the shares', () => {
  for (const hashes of [1, 4, 40]) {
    const all: number[] = []
    for (let seed = 1; seed <= 150; seed++) all.push(...sharesOf(buildRing(equals(10, seed, hashes)), 10))
    expect(mean(all)).toBeCloseTo(0.1, 9)
    expect(deviation(all) / 0.1 / ringDeviation(10, 4 * hashes)).toBeGreaterThan(0.88)
    expect(deviation(all) / 0.1 / ringDeviation(10, 4 * hashes)).toBeLessThan(1.12)
  }
})

test('a weight is a share of the circle', () => {
  const each = (count: number) => weightedServers(equals(count).map(({ name }) => ({ name, weight: 1 })))[0].hashes
  expect([each(13), each(14), each(15)]).toEqual([40, 39, 40])
  const shares = sharesOf(buildRing(weightedServers([600, 300, 100].map((weight, i) => ({ name: `cache${i}`, weight })))), 3)
  ;[0.6, 0.3, 0.1].forEach((want, i) => expect(shares[i]).toBeCloseTo(want, 1))
})

/** libketama in its own order: a sorted list of (point, server), and the first at or after the key, else the first of all. */
test('the owner is the one that a search of the whole list finds, at the ends of the circle too', () => {
  const servers = [3, 1, 2, 2, 5].map((weight, i) => ({ name: `10.1.1.${i}:11211`, weight }))
  const digest = (text: string) => createHash('md5').update(text).digest()
  const list = servers.flatMap(({ name, weight }, server) =>
    Array.from({ length: Math.floor((weight / 13) * 40 * 5) }, (_, i) => digest(`${name}-${i}`)).flatMap((sum) =>
      [0, 4, 8, 12].map((at) => ({ at: sum.readUInt32LE(at), server })),
    ),
  )
  list.sort((x, y) => x.at - y.at)
  const owner = (hash: number) => (list.find((p) => p.at >= hash) ?? list[0]).server
  const ring = buildRing(weightedServers(servers))
  for (const key of KEYS.slice(0, 1000)) expect(ringOwner(ring, keyHash(key))).toBe(owner(digest(key).readUInt32LE(0)))
  const edges = list.slice(0, 40).flatMap(({ at }) => [at - 1, at, at + 1])
  for (const hash of [0, 1, 2 ** 32 - 1, list.at(-1)!.at, list.at(-1)!.at + 1, ...edges]) expect(ringOwner(ring, hash)).toBe(owner(hash))
})
