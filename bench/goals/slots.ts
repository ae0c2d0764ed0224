import { keySlot } from '../../src/engine/redis/slots.ts'
import { goal } from '../lib/goal.ts'
import { compare } from '../lib/measure.ts'
import { named, peerCjs } from '../lib/peers.ts'
import { raced, wrong } from '../lib/row.ts'

const GOAL = 'G9 key→slot'
const KEYS = 4096

await goal(({ quick }) => {
  const theirSlot = peerCjs<(key: string) => number>('cluster-key-slot')
  const peer = named('cluster-key-slot')
  const keys = Array.from({ length: KEYS }, (_, i) => (i % 8 === 7 ? `user:{${i}}:cart` : `item:${i * 7919}`))
  for (const key of [...keys, '', '{}', '{}x', 'a{b', 'a{b}c{d}', '{{x}}', 'x}y{z}', '123456789'])
    if (keySlot(key) !== theirSlot(key)) return [wrong(GOAL, peer, `${JSON.stringify(key)}: ${keySlot(key)} and ${theirSlot(key)}`)]
  let sink = 0
  const run = (slot: (key: string) => number) => (n: number) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += slot(keys[i & (KEYS - 1)])
    sink += sum
  }
  const [ours, theirs] = compare(
    [
      { name: 'ringside', run: run(keySlot) },
      { name: peer, run: run(theirSlot) },
    ],
    quick ? 7 : 11,
  )
  if (sink < 0) return []
  return [raced(GOAL, ours, theirs, 1.5, quick, `${KEYS} keys, an eighth with tags`)]
})
