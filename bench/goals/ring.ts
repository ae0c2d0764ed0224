import { buildRing, keyHash, ringOwner, type Ring } from '../../src/engine/sharding/ring.ts'
import { goal } from '../lib/goal.ts'
import { compare, human, ratioOf } from '../lib/measure.ts'
import { named, peerCjs } from '../lib/peers.ts'
import { reported, wrong } from '../lib/row.ts'

const KEYS = 65_536
const NODES = 10
const POINTS = 160

interface Theirs {
  ring: { value: number; server: string }[]
  get(key: string): string
  find(hash: number): number
  hashValue(key: string): number
}

await goal(({ quick }) => {
  const HashRing = peerCjs<new (servers: string[]) => Theirs>('hashring')
  const peer = named('hashring')
  const servers = Array.from({ length: NODES }, (_, i) => `10.0.0.${i + 1}:6379`)
  const theirs = new HashRing(servers)
  const same: Ring = {
    points: Float64Array.from(theirs.ring, (p) => p.value),
    owners: Int32Array.from(theirs.ring, (p) => servers.indexOf(p.server)),
  }
  const keys = Array.from({ length: KEYS }, (_, i) => `item:${i * 7919}`)
  const hashes = Float64Array.from(keys, (key) => theirs.hashValue(key))
  for (let i = 0; i < KEYS; i++)
    if (servers[ringOwner(same, hashes[i])] !== theirs.get(keys[i])) return [wrong('G9 ring', peer, `${keys[i]}: another node`)]

  let sink = 0
  const rounds = quick ? 7 : 11
  const over = (look: (i: number) => number) => (n: number) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += look(i & (KEYS - 1))
    sink += sum
  }
  const [search, find] = compare(
    [
      { name: 'ringside', run: over((i) => ringOwner(same, hashes[i])) },
      { name: peer, run: over((i) => theirs.find(hashes[i])) },
    ],
    rounds,
  )
  const ring = buildRing(NODES, POINTS)
  const [whole, get] = compare(
    [
      { name: 'ringside', run: over((i) => ringOwner(ring, keyHash(keys[i]))) },
      { name: peer, run: over((i) => theirs.ring[theirs.find(theirs.hashValue(keys[i]))].server.length) },
    ],
    rounds,
  )
  if (sink < 0) return []
  const what = `${NODES} nodes of ${POINTS} points, ${KEYS} keys`
  return [
    reported(
      'G9 ring, search alone',
      human(search.rate),
      `${peer} ${human(find.rate)}`,
      ratioOf(search, find),
      `${what}; the same md5 ring, equal answers`,
    ),
    // not held to a goal: the lab's ring has a cheaper hash than md5, so the work is not the same
    reported(
      'G9 ring look-up',
      human(whole.rate),
      `${peer} ${human(get.rate)}`,
      ratioOf(whole, get),
      `${what}; ours hashes with FNV-1a, theirs with md5 and without its cache of answers`,
    ),
  ]
})
