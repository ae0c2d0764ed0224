import { describe, expect, it } from 'vitest'
import type { Reply } from '../engine/redis/reply.ts'
import { formatReply, quoted, splitArgs } from './console.ts'

describe('splitArgs', () => {
  it.each<[string, string[] | null]>([
    ['', []],
    ['   ', []],
    ['GET foo', ['GET', 'foo']],
    ['  SET  k   v  ', ['SET', 'k', 'v']],
    ['SET k "a b"', ['SET', 'k', 'a b']],
    [String.raw`SET k "\x41\n\"q\""`, ['SET', 'k', 'A\n"q"']],
    [String.raw`SET k '\x41 it\'s'`, ['SET', 'k', String.raw`\x41 it's`]],
    ['SET k ""', ['SET', 'k', '']],
    ['SET k "open', null],
    ["SET k 'open", null],
    ['SET k "a"b', null],
    ['pre"fix in"', ['prefix in']],
    ['GET é', ['GET', '\xc3\xa9']],
  ])('%j', (line, expected) => expect(splitArgs(line)).toEqual(expected))
})

describe('formatReply', () => {
  it.each<[string, Reply, string]>([
    ['integer', 1, '(integer) 1'],
    ['big integer', 9007199254740993n, '(integer) 9007199254740993'],
    ['string', 'a"b\n\xff', '"a\\"b\\n\\xff"'],
    ['status', { simple: 'OK' }, 'OK'],
    ['nil', null, '(nil)'],
    ['null array', { nullArray: true }, '(nil)'],
    ['error', { error: 'MOVED 12182 10.0.0.3:6379' }, '(error) MOVED 12182 10.0.0.3:6379'],
    ['empty array', [], '(empty array)'],
    ['nested array', ['a', [1, 'b'], null], '1) "a"\n2) 1) (integer) 1\n   2) "b"\n3) (nil)'],
    [
      'map',
      {
        map: [
          ['a', 1],
          ['b', [2]],
        ],
      },
      '1# "a" => (integer) 1\n2# "b" => 1) (integer) 2',
    ],
    ['set', { set: ['x'] }, '1~ "x"'],
    ['double', { double: 1.5 }, '(double) 1.5'],
    ['bool', { bool: true }, '(true)'],
  ])('%s', (_, reply, text) => expect(formatReply(reply)).toBe(text))

  it('aligns numbers of a long array', () => {
    const lines = formatReply(Array.from({ length: 10 }, () => 1 as Reply)).split('\n')
    expect(lines[0]).toBe(' 1) (integer) 1')
    expect(lines[9]).toBe('10) (integer) 1')
  })

  it('prints reports as they are', () => {
    expect(formatReply('cluster_enabled:1\r\ncluster_state:ok\r\n', ['CLUSTER', 'INFO'])).toBe('cluster_enabled:1\ncluster_state:ok')
  })

  it('quotes every byte', () => expect(quoted('\x00 \\')).toBe('"\\x00 \\\\"'))
})
