import '../../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { compress, decompress } from '../lzf.ts'
import { plainNodes } from '../testing/plain-nodes.ts'

/** Replies as a redis-server 7.0.15 gave them; the errors one by one are in the recordings 23 and 24. */
const OK = { simple: 'OK' }
const error = (text: string): { error: string } => ({ error: text })

const COUNTER = `#!lua name=counters
redis.register_function('bump', function(keys, args) return redis.call('incrby', keys[1], args[1]) end)
redis.register_function{function_name = 'value', callback = function(keys) return redis.call('get', keys[1]) end, flags = {'no-writes'}}`
const SHORT = { 'busy-reply-threshold': '5', 'repl-diskless-sync-delay': '0' }

describe('a library of functions', () => {
  it('is part of the data: it reaches replicas by the full sync and by the stream, and the effects of its functions do', () => {
    const n = plainNodes(2, SHORT)
    n.call('n1', 'FUNCTION', 'LOAD', COUNTER)
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3000)
    expect(n.call('n2', 'FCALL_RO', 'value', '1', 'k')).toBe(null)
    n.call('n1', 'FCALL', 'bump', '1', 'k', '5')
    n.call('n1', 'FUNCTION', 'LOAD', "#!lua name=more\nredis.register_function('f', function() return 7 end)")
    n.run(100)
    expect(n.call('n2', 'FCALL', 'value', '1', 'k')).toBe('5')
    expect([...n.node('n2').libraries.keys()]).toEqual(['counters', 'more'])
    expect(n.call('n2', 'FCALL', 'bump', '1', 'k', '5')).toEqual(error("READONLY You can't write against a read only replica."))
    expect(n.of('functions.changed').map((f) => [f.process, f.data.functions])).toEqual([
      ['n1', 2],
      ['n1', 3],
      ['n2', 3],
    ])
    n.call('n1', 'FLUSHALL')
    expect(n.node('n1').libraries.size).toBe(2)
    n.call('n1', 'FUNCTION', 'FLUSH')
    n.run(100)
    expect(n.node('n2').libraries.size).toBe(0)
  })

  it('outlives a restart, as the keys do; scripts do not', () => {
    for (const config of [{}, { appendonly: 'yes' }] as Record<string, string>[]) {
      const n = plainNodes(1, config)
      n.call('n1', 'FUNCTION', 'LOAD', COUNTER)
      const script = n.call('n1', 'SCRIPT', 'LOAD', 'return 1') as string
      n.crash('n1')
      n.run(100)
      n.start('n1')
      n.run(100)
      expect(n.call('n1', 'FCALL', 'bump', '1', 'k', '2')).toBe(2)
      expect(n.call('n1', 'EVALSHA', script, '0')).toEqual(error('NOSCRIPT No matching script. Please use EVAL.'))
    }
  })

  it('FUNCTION DUMP is what a server writes, and RESTORE reads it', () => {
    const n = plainNodes(1)
    n.call('n1', 'FUNCTION', 'LOAD', COUNTER)
    const dump = n.call('n1', 'FUNCTION', 'DUMP') as string
    n.call('n1', 'FUNCTION', 'FLUSH')
    expect(n.call('n1', 'FUNCTION', 'RESTORE', dump)).toEqual(OK)
    expect(n.call('n1', 'FUNCTION', 'RESTORE', dump)).toEqual(error('ERR Library counters already exists'))
    expect(n.call('n1', 'FUNCTION', 'RESTORE', dump, 'REPLACE')).toEqual(OK)
    expect(n.call('n1', 'FUNCTION', 'RESTORE', dump.slice(0, -1), 'FLUSH')).toEqual(error('ERR DUMP payload version or checksum are wrong'))
    expect(n.call('n1', 'FCALL', 'bump', '1', 'k', '2')).toBe(2)
    expect(n.call('n1', 'FUNCTION', 'DUMP')).toBe(dump)
  })

  it('one that never ends: others hear of FUNCTION KILL, and it alone ends it', () => {
    const n = plainNodes(1, SHORT)
    n.call('n1', 'FUNCTION', 'LOAD', "#!lua name=l\nredis.register_function('loop', function() while true do end end)")
    n.call('n1#2', 'PING')
    n.send('n1', 'FCALL', 'loop', '0', 'a')
    n.run(20)
    const busy = error('BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.')
    expect([n.call('n1#2', 'GET', 'a'), n.call('n1#2', 'SCRIPT', 'KILL')]).toEqual([busy, busy])
    const [, running] = n.call('n1#2', 'FUNCTION', 'STATS') as unknown[][]
    expect(running.slice(0, 4)).toEqual(['name', 'loop', 'command', ['FCALL', 'loop', '0', 'a']])
    expect(n.call('n1#2', 'FUNCTION', 'KILL')).toEqual(OK)
    n.run(10)
    expect(n.replies('n1').at(-1)).toEqual(error('ERR Script killed by user with SCRIPT KILL... script: loop, on @user_function:2.'))
  })
})

it('LZF: what is compressed comes back, and what would not be shorter stays', () => {
  for (const text of ['a'.repeat(1000), 'abcabcabcabd'.repeat(30), COUNTER]) {
    const packed = compress(text)!
    expect(packed.length).toBeLessThan(text.length)
    expect(decompress(packed, text.length)).toBe(text)
  }
  expect([compress('abcdefghijklmnopqrstuvwxyz'), decompress('\x05ab', 6), decompress('\xff', 9)]).toEqual([null, null, null])
})
