import { describe, expect, it } from 'vitest'
import { dumpExactly, restoreEntry } from '../rdb.ts'
import type { Entry } from '../state.ts'
import { plainNodes } from '../testing/plain-nodes.ts'

const ON = { 'enable-debug-command': 'yes', 'repl-diskless-sync-delay': '0' }
const base64 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('base64')

/** What a redis-server 7.0.15 answered. */
describe('DEBUG', () => {
  it('PROTOCOL shows what RESP2 has no words for', () => {
    const n = plainNodes(1, ON)
    expect(n.call('n1', 'DEBUG', 'PROTOCOL', 'bignum')).toEqual({ bignum: '1234567999999999999999999999999999999' })
    expect(n.call('n1', 'DEBUG', 'PROTOCOL', 'attrib')).toEqual({
      frames: [{ attributes: [['key-popularity', ['key:123', 90]]] }, 'Some real reply following the attribute'],
    })
    expect(n.call('n1', 'DEBUG', 'PROTOCOL', 'push')).toEqual({ error: 'ERR RESP2 is not supported by this command' })
  })

  it('a digest is the server’s own, whatever the order of keys, and a replica’s is its primary’s', () => {
    const n = plainNodes(2, ON)
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3000)
    for (const line of ['SET n 123', 'SET e hello', 'RPUSH l 1 2 a', 'SADD s 1 2', 'ZADD z 1 a 2.5 b', 'HSET h f v g 12'])
      n.call('n1', ...line.split(' '))
    expect(n.call('n1', 'DEBUG', 'DIGEST-VALUE', 'n', 'e', 'nokey', 'l')).toEqual([
      { simple: '89f7f51b707418f666d5b45e053bd5bbbf82ac2b' },
      { simple: '36b23a1456b2dce2c3ed252c456761301dba8060' },
      { simple: '0'.repeat(40) },
      { simple: '1fe23627d46afbcd9f824022e04c0f06fb54def1' },
    ])
    n.run(100)
    expect(n.call('n2', 'DEBUG', 'DIGEST')).toEqual(n.call('n1', 'DEBUG', 'DIGEST'))
    n.call('n1', 'DEBUG', 'POPULATE', '2', 'px', '4')
    expect(n.call('n1', 'MGET', 'px:0', 'px:1')).toEqual(['valu', 'valu'])
    n.run(100)
    expect(n.call('n2', 'EXISTS', 'px:0')).toBe(0)
  })

  it('OBJECT tells how long a value is in a file', () => {
    const n = plainNodes(1, ON)
    n.call('n1', 'SET', 'r', 'a'.repeat(61))
    n.call('n1', 'RPUSH', 'l', '1', '2', 'a')
    const about = (key: string): string => (n.call('n1', 'DEBUG', 'OBJECT', key) as { simple: string }).simple
    expect(about('r')).toContain('encoding:raw serializedlength:12 ')
    expect(about('l')).toContain('encoding:quicklist serializedlength:17 ')
    expect(about('l')).toContain('ql_nodes:1 ql_avg_node:3.00 ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:14')
  })

  it('RELOAD gives values their small encodings back, in every database, and changes nothing else', () => {
    const n = plainNodes(1, ON)
    const say = (line: string): unknown => n.call('n1', ...line.split(' '))
    const encodings = (): unknown[] => ['a', 's', 'h'].map((key) => say(`OBJECT ENCODING ${key}`))
    for (const line of ['SET a 1', 'APPEND a 2', 'SADD s 1 x', 'SREM s x', `HSET h f ${'x'.repeat(70)}`, 'HSET h f 1', 'EXPIRE a 100'])
      say(line)
    expect(encodings()).toEqual(['raw', 'hashtable', 'hashtable'])
    const before = say('DEBUG DIGEST')
    say('SELECT 4')
    expect([say('DEBUG DIGEST'), say('DEBUG RELOAD')]).toEqual([before, { simple: 'OK' }])
    say('SELECT 0')
    expect([encodings(), say('DEBUG DIGEST'), say('TTL a')]).toEqual([['int', 'intset', 'listpack'], before, 100])
  })

  it('is off unless enable-debug-command says yes', () => {
    expect(plainNodes(1).call('n1', 'DEBUG', 'DIGEST')).toMatchObject({ error: expect.stringContaining('DEBUG command not allowed') })
  })
})

describe('DUMP', () => {
  const entries: readonly [Entry, string][] = [
    [{ type: 'set', value: new Set(['1', '2', '70000']), expireAt: -1 }, 'CxQEAAAAAwAAAAEAAAACAAAAcBEBAAoAhdXBBlsd0FU='],
    [{ type: 'list', value: ['1', '-5000', 'a', '2147483648'], expireAt: -1 }, 'EgECGhoAAAAEAAEB8XjsA4FhAvQAAACAAAAAAAn/CgAzofNaZWyR2g=='],
  ]
  it.each(entries)('is byte for byte what a server writes: %#', (entry, expected) => {
    expect(base64(dumpExactly(entry))).toBe(expected)
  })
  it.each<Entry>([
    { type: 'list', value: ['a', '', '\xff\0', '-4097', 'x'.repeat(5000), '9223372036854775807'], expireAt: -1 },
    { type: 'list', value: Array.from({ length: 900 }, (_, i) => `element ${i}`), expireAt: -1 },
    { type: 'set', value: new Set(['-9223372036854775808', '1']), expireAt: -1 },
    { type: 'hash', value: new Map([['f', 'v'.repeat(40)]]), expireAt: -1 },
    { type: 'zset', value: new Map([['b', -Infinity], ['a', 0.1]]), expireAt: -1 }, // prettier-ignore
    { type: 'zset', value: new Map([['b', 2], ['a', 1]]), expireAt: -1, kept: 'raw' }, // prettier-ignore
  ])('comes back whole: %#', (entry) => {
    const back = restoreEntry(dumpExactly(entry))!
    const { value } = entry
    expect({ ...back, value: [...back.value].length }).toMatchObject({ type: entry.type, value: [...value].length })
    const sorted = (v: Entry['value']): string[] => [...v].map(String).sort((a, b) => (a < b ? -1 : 1))
    expect(Array.isArray(value) ? back.value : sorted(back.value)).toEqual(Array.isArray(value) ? value : sorted(value))
  })
})
