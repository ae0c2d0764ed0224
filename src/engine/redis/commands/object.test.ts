import { expect, it } from 'vitest'
import { plainNodes } from '../testing/plain-nodes.ts'

const SHARED = 2147483647

/** What is said, then what a redis-server 7.0.15 answered to OBJECT REFCOUNT and OBJECT ENCODING of k. */
const RECORDED: readonly (readonly [string, number, string])[] = [
  ['SET k 5', SHARED, 'int'],
  ['SET k 9999', SHARED, 'int'],
  ['SET k 10000', 1, 'int'],
  ['SET k -1', 1, 'int'],
  ['SET k abc', 1, 'embstr'],
  ['SET k 05', 1, 'embstr'],
  ['DEL k; APPEND k 5', SHARED, 'int'],
  ['SET k 5; APPEND k 1', 1, 'raw'],
  ['SET k 10000; DECR k', SHARED, 'int'],
  ['SET k 9999; INCR k', 1, 'int'],
  ['SET k 5; INCRBYFLOAT k 1', 1, 'embstr'],
  ['SET a 5; DEL k; COPY a k', 1, 'int'],
  ['SET a 5; DEL k; COPY a k; EXPIRE k 100; PERSIST k', 1, 'int'],
  ['SET a 5; DEL b; COPY a b; RENAME b k', 1, 'int'],
  ['SET a 5; DEL k; COPY a k; INCR k', SHARED, 'int'],
  ['SET a abc; DEL k; COPY a k', 1, 'embstr'],
  ['DEL k; HSET k a 5', 1, 'listpack'],
  ['DEL k; CONFIG SET maxmemory 100mb; CONFIG SET maxmemory-policy allkeys-lru; SET k 5', 1, 'int'],
  ['CONFIG SET maxmemory-policy volatile-lfu; INCR k', 1, 'int'],
  ['CONFIG SET maxmemory-policy allkeys-random; SET k 5', SHARED, 'int'],
  ['CONFIG SET maxmemory 0; CONFIG SET maxmemory-policy allkeys-lru; SET k 5', SHARED, 'int'],
]

it('OBJECT REFCOUNT and ENCODING as recorded: small integers are shared, copies are not', () => {
  const n = plainNodes(1)
  for (const [said, count, encoding] of RECORDED) {
    for (const words of said.split('; ')) n.call('n1', ...words.split(' '))
    expect([said, n.call('n1', 'OBJECT', 'REFCOUNT', 'k'), n.call('n1', 'OBJECT', 'ENCODING', 'k')]).toEqual([said, count, encoding])
  }
})

it('MEMORY USAGE: a whole number stands in its value’s header', () => {
  const n = plainNodes(1)
  n.call('n1', 'GETSET', 'nokey', '0')
  n.call('n1', 'SET', 'abcde', '12345678')
  expect([n.call('n1', 'MEMORY', 'USAGE', 'nokey'), n.call('n1', 'MEMORY', 'USAGE', 'abcde')]).toEqual([48, 48])
})
