import { buildRing, keyHash, ringOwner, weightedServers } from '../../src/engine/sharding/ring.ts'
import { goal } from '../lib/goal.ts'
import { compare, human, ratioOf } from '../lib/measure.ts'
import { named, peerCjs } from '../lib/peers.ts'
import { raced, reported, wrong } from '../lib/row.ts'

const KEYS = 65_536
const NODES = 10

interface Theirs {
  ring: { value: number; server: string }[]
  get(key: string): string
  find(hash: number): number
  hashValue(key: string): number
}

/** The first key that the two rings give to different servers. */
const differs = (HashRing: new (servers: Record<string, number>) => Theirs, weights: number[], keys: string[]): string | undefined => {
  const servers = weights.map((weight, i) => ({ name: `10.0.0.${i + 1}:6379`, weight }))
  const ours = buildRing(weightedServers(servers))
  const theirs = new HashRing(Object.fromEntries(servers.map((s) => [s.name, s.weight])))
  // their hash is of the key in UTF-8
  const owner = (key: string) => servers[ringOwner(ours, keyHash(Buffer.from(key).toString('latin1')))].name
  return keys.find((key) => owner(key) !== theirs.get(key))
}

await goal(({ quick }) => {
  const HashRing = peerCjs<new (servers: Record<string, number>) => Theirs>('hashring')
  const peer = named('hashring')
  const keys = Array.from({ length: KEYS }, (_, i) => `item:${i * 7919}`)
  const odd = Array.from({ length: 2000 }, (_, i) => `${'ключ/鍵/'.repeat(i % 20)}${i}`)
  const equal = Array.from({ length: NODES }, () => 1)
  const counts = [1, 2, 3, 7, 14, 23, 49, 100].map((count) => Array.from({ length: count }, () => 1))
  for (const weights of [equal, [1, 2, 3, 4, 5], [600, 300, 300, 1], ...counts]) {
    const key = differs(HashRing, weights, weights === equal ? [...keys, ...odd] : [...keys.slice(0, 4000), ...odd])
    if (key !== undefined) return [wrong('G9 ring', peer, `${key}: another node of ${weights.length}`)]
  }

  const ours = buildRing(weightedServers(equal.map((weight, i) => ({ name: `10.0.0.${i + 1}:6379`, weight }))))
  const theirs = new HashRing(Object.fromEntries(equal.map((weight, i) => [`10.0.0.${i + 1}:6379`, weight])))
  const hashes = Float64Array.from(keys, keyHash)
  let sink = 0
  const rounds = quick ? 7 : 11
  const over = (look: (i: number) => number) => (n: number) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += look(i & (KEYS - 1))
    sink += sum
  }
  // `get` without its cache of answers: a key asked for the first time
  const [whole, get] = compare(
    [
      { name: 'ringside', run: over((i) => ringOwner(ours, keyHash(keys[i]))) },
      { name: peer, run: over((i) => theirs.ring[theirs.find(theirs.hashValue(keys[i]))].server.length) },
    ],
    rounds,
  )
  const [search, find] = compare(
    [
      { name: 'ringside', run: over((i) => ringOwner(ours, hashes[i])) },
      { name: peer, run: over((i) => theirs.find(hashes[i])) },
    ],
    rounds,
  )
  if (sink < 0) return []
  const what = `${NODES} nodes of 160 points, ${KEYS} keys; equal owners, with weights too`
  return [
    raced('G9 ring look-up', whole, get, 5, quick, `${what}; both md5, without the peer’s cache of answers`),
    reported('G9 ring, search alone', human(search.rate), `${peer} ${human(find.rate)}`, ratioOf(search, find), what),
  ]
})
