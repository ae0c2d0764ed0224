import { expect, test } from 'vitest'
import { plainNodes } from './testing/plain-nodes.ts'

const WORDS = [
  'SET s 12',
  'APPEND s 3',
  'SETBIT s 1 0',
  'SETRANGE s 1 x',
  'EXPIRE s 100',
  'PERSIST s',
  'INCR n',
  'HSET h f 2',
  'HDEL h g',
  'RPUSH l c',
  'LSET l 0 z',
  'SADD m 9',
  'SREM m 1',
  'ZADD z 5 b',
  'ZINCRBY z 1 a',
  'SORT m STORE l',
  'RENAME n k',
  'COPY s t',
  'GETDEL s',
  'DEL h l',
]

/** Pages are shared between a world and its snapshots until written: nothing on them may be changed in place but on an own page. */
test.each(WORDS)('%s changes this world and no snapshot of it', (line) => {
  const n = plainNodes(1)
  for (const words of ['SET s 7', 'SET n 1', 'HSET h f 1 g 2', 'RPUSH l a b', 'SADD m 1 2 3', 'ZADD z 1 a 2 b'])
    n.call('n1', ...words.split(' '))
  const kept = n.sim.snapshot()
  const before = n.sim.digest()
  n.call('n1', ...line.split(' '))
  expect(n.sim.digest()).not.toBe(before)
  n.sim.restore(kept)
  expect(n.sim.digest()).toBe(before)
  // and what it kept is as it was, also to OBJECT ENCODING
  expect(n.call('n1', 'OBJECT', 'ENCODING', 's')).toBe('int')
})
