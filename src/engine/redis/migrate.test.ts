import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { MS, SEC } from '../core/time.ts'
import { eachSince } from './backlog.ts'
import { getEntry, setEntry } from './keyspace.ts'
import { keySlot } from './slots.ts'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

const OTHER = ['10.0.0.2', '6379'] as const
const busyUntil = (n: Nodes, id: string): number => n.sim.process(id)!.busyUntil
const has = (n: Nodes, id: string, key: string): boolean => getEntry(n.node(id).keys, key) !== undefined

/** A hash of so many fields stands on n1. */
const large = (n: Nodes, fields: number): void =>
  n.inside('n1', (state) => {
    const value = new Map(Array.from({ length: fields }, (_, i) => [`field:${i}`, `value-of-some-length:${i}`]))
    setEntry(state.keys, 'big', { type: 'hash', value, expireAt: -1, kept: 'raw' }, keySlot('big'))
  })

describe('MIGRATE keeps the thread of its source', () => {
  it('a target that stands still: nobody is served until the timeout, as recorded, 1001 ms of 1000', () => {
    const n = plainNodes(2)
    n.call('n1', 'SET', 'k', 'v')
    n.call('n1#2', 'PING')
    n.sim.pause(n.sim.process('n2')!)
    const began = n.sim.world.now
    n.send('n1', 'MIGRATE', ...OTHER, 'k', '0', '1000')
    n.run(50)
    expect(n.call('n1#2', 'PING')).toEqual({ simple: 'PONG' })
    expect((n.sim.world.now - began) / MS).toBeCloseTo(1000, -1)
    expect(n.replies('n1').at(-1)).toEqual({ error: 'IOERR error or timeout reading to target instance' })
    // what the target finds in its socket when it goes on, it runs: both have the key
    n.sim.resume(n.sim.process('n2')!)
    n.run(10)
    expect([has(n, 'n1', 'k'), has(n, 'n2', 'k')]).toEqual([true, true])
  })

  it('its timers wait too, and go on afterwards', () => {
    const n = plainNodes(2)
    n.call('n1', 'MSET', 'k', 'v', 'short', '1')
    n.call('n1', 'PEXPIRE', 'short', '50')
    n.sim.pause(n.sim.process('n2')!)
    n.send('n1', 'MIGRATE', ...OTHER, 'k', '0', '1000')
    n.run(900)
    expect(has(n, 'n1', 'short')).toBe(true)
    n.run(400)
    expect(has(n, 'n1', 'short')).toBe(false)
  })

  it('a source stopped meanwhile reads the answer when it goes on, and a crashed one begins anew', () => {
    const n = plainNodes(2)
    n.call('n1', 'MSET', 'k', 'v', 'l', 'v')
    n.send('n1', 'MIGRATE', ...OTHER, 'k', '0', '1000')
    n.run(0.25)
    n.sim.pause(n.sim.process('n1')!)
    n.run(100)
    n.send('n1#2', 'PING')
    n.sim.resume(n.sim.process('n1')!)
    n.run(10)
    expect([n.replies('n1').at(-1), n.replies('n1#2')]).toEqual([{ simple: 'OK' }, [{ simple: 'PONG' }]])
    n.send('n1', 'MIGRATE', ...OTHER, 'l', '0', '1000')
    n.run(0.25)
    n.crash('n1')
    n.start('n1')
    expect(n.call('n1', 'PING')).toEqual({ simple: 'PONG' })
  })

  it('the replicas hear of the keys that arrived in one DEL: recorded when one of three was refused', () => {
    const n = plainNodes(3, { 'repl-diskless-sync-delay': '0' })
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2500)
    n.call('n1', 'MSET', 'a', '1', 'b', '2', 'c', '3')
    n.call('n2', 'SET', 'b', '9')
    const { offset } = n.node('n1').repl
    expect(n.call('n1', 'MIGRATE', ...OTHER, '', '0', '1000', 'KEYS', 'a', 'b', 'c')).toEqual({
      error: 'ERR Target instance replied with error: BUSYKEY Target key name already exists.',
    })
    const heard: string[] = []
    eachSince(n.node('n1').repl.backlog!, offset + 1, (item) => heard.push(item.argv.join(' ')))
    expect(heard).toEqual(['DEL a c'])
  })
})

describe('a large key stalls both its nodes', () => {
  it('100,000 fields: recorded 172 ms on the source, 81 ms of them on the target', () => {
    const n = plainNodes(2)
    large(n, 100_000)
    n.call('n1#2', 'PING')
    n.call('n2#2', 'PING')
    const began = n.sim.world.now
    n.send('n1', 'MIGRATE', ...OTHER, 'big', '0', '60000')
    n.send('n1#2', 'PING')
    while (n.replies('n1#2').length < 2) n.sim.step()
    const took = (n.sim.world.now - began) / MS
    expect(took).toBeGreaterThan(172 * 0.6)
    expect(took).toBeLessThan(172 * 2)
    const told = n.of('node.stalled').map((f) => [f.process, f.data.command, f.data.key])
    expect(told).toEqual([
      ['n2', 'RESTORE', 'big'],
      ['n1', 'MIGRATE', 'big'],
    ])
    const onTarget = n.of('node.stalled')[0].data.took / MS
    expect(onTarget).toBeGreaterThan(81 * 0.6)
    expect(onTarget).toBeLessThan(81 * 2)
    expect([has(n, 'n1', 'big'), has(n, 'n2', 'big')]).toEqual([false, true])
  })

  it('small keys are told by nobody, and take no more than their round trips', () => {
    const n = plainNodes(2)
    n.call('n1', 'SET', 'k', 'v')
    const began = n.sim.world.now
    n.call('n1', 'MIGRATE', ...OTHER, 'k', '0', '1000')
    expect(n.sim.world.now - began).toBeLessThan(MS)
    expect(n.of('node.stalled')).toEqual([])
    expect(busyUntil(n, 'n1')).toBeLessThan(n.sim.world.now + SEC)
  })
})

/** Seen of two servers of 7.0.15. */
describe('MIGRATE in a transaction', () => {
  const said = (n: Nodes, ...lines: string[]) => lines.map((line) => n.call('n1', ...line.split(' '))).at(-1)

  it('waits for each in turn, goes on behind it, and the replicas get one transaction', () => {
    const n = plainNodes(3, { 'repl-diskless-sync-delay': '0' })
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2500)
    n.call('n1', 'MSET', 'k1', '1', 'k2', '2')
    const { offset } = n.node('n1').repl
    const to = (key: string) => `MIGRATE 10.0.0.2 6379 ${key} 0 1000`
    said(n, 'MULTI', 'SET x 1', to('k1'), 'GET k1', to('nokey'), to('k2'), 'LPUSH l a')
    n.send('n1#2', 'BLPOP', 'l', '0')
    n.run(1)
    expect(n.call('n1', 'EXEC')).toEqual([{ simple: 'OK' }, { simple: 'OK' }, null, { simple: 'NOKEY' }, { simple: 'OK' }, 1])
    n.run(10)
    expect(n.replies('n1#2')).toEqual([['l', 'a']])
    expect([has(n, 'n2', 'k1'), has(n, 'n2', 'k2'), has(n, 'n1', 'k1')]).toEqual([true, true, false])
    const heard: string[] = []
    eachSince(n.node('n1').repl.backlog!, offset + 1, (item) => heard.push(item.argv.join(' ')))
    expect(heard).toEqual(['MULTI', 'SET x 1', 'DEL k1', 'DEL k2', 'LPUSH l a', 'EXEC', 'LPOP l'])
    expect(said(n, 'MULTI', 'PING', 'EXEC')).toEqual([{ simple: 'PONG' }])
  })

  it('an error of the target is one reply among the others', () => {
    const n = plainNodes(2)
    n.call('n1', 'SET', 'k', '1')
    n.call('n2', 'SET', 'k', '2')
    const busy = { error: 'ERR Target instance replied with error: BUSYKEY Target key name already exists.' }
    expect(said(n, 'MULTI', 'MIGRATE 10.0.0.2 6379 k 0 1000', 'GET k', 'EXEC')).toEqual([busy, '1'])
    n.sim.pause(n.sim.process('n2')!)
    const late = { error: 'IOERR error or timeout reading to target instance' }
    expect(said(n, 'MULTI', 'MIGRATE 10.0.0.2 6379 k 0 300', 'GET k', 'EXEC')).toEqual([late, '1'])
  })

  it('an expired key that it meets and the keys that went are told together', () => {
    const n = plainNodes(3, { 'repl-diskless-sync-delay': '0' })
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2500)
    n.call('n1', 'MSET', 'm1', '1', 'm2', '2')
    n.call('n1', 'DEBUG', 'SET-ACTIVE-EXPIRE', '0')
    n.call('n1', 'SET', 'dead', '1', 'PX', '1')
    const { offset } = n.node('n1').repl
    n.run(2)
    expect(n.call('n1', 'MIGRATE', ...OTHER, '', '0', '1000', 'KEYS', 'm1', 'dead', 'm2')).toEqual({ simple: 'OK' })
    const heard: string[] = []
    eachSince(n.node('n1').repl.backlog!, offset + 1, (item) => heard.push(item.argv.join(' ')))
    expect(heard).toEqual(['MULTI', 'DEL dead', 'DEL m1 m2', 'EXEC'])
  })
})

describe('the connection of MIGRATE', () => {
  const sessions = (n: Nodes) => n.node('n2').sessions.size
  const ok = (n: Nodes, key: string, db = '0', ...options: string[]) => {
    n.call('n1', 'SET', key, '1')
    return n.call('n1', 'MIGRATE', ...OTHER, key, db, '1000', ...options)
  }

  it('is kept for ten seconds after its last use', () => {
    const n = plainNodes(2)
    expect(ok(n, 'k1')).toEqual({ simple: 'OK' })
    n.run(8000)
    expect(ok(n, 'k2')).toEqual({ simple: 'OK' })
    expect(n.node('n2').nextClientId).toBe(2)
    n.run(9900)
    expect(sessions(n)).toBe(1)
    n.run(2200)
    expect(sessions(n)).toBe(0)
    expect(n.node('n1').migrationSockets.size).toBe(0)
  })

  it('selects the database that is meant, and tells when there is none', () => {
    const n = plainNodes(2)
    ok(n, 'a', '3')
    ok(n, 'b', '3')
    expect(ok(n, 'c', '99')).toEqual({ error: 'ERR Target instance replied with error: ERR DB index is out of range' })
    expect(n.call('n1', 'EXISTS', 'c')).toBe(1)
    n.call('n2', 'SELECT', '3')
    // the value went all the same, to the database that was selected
    expect(n.call('n2', 'EXISTS', 'a', 'b', 'c')).toBe(3)
  })

  it('a key leaves the database it is in', () => {
    const n = plainNodes(2)
    n.call('n1', 'SET', 'k', 'zero')
    n.call('n1', 'SELECT', '5')
    expect(ok(n, 'k')).toEqual({ simple: 'OK' })
    expect(n.call('n1', 'EXISTS', 'k')).toBe(0)
    n.call('n1', 'SELECT', '0')
    expect(n.call('n1', 'GET', 'k')).toBe('zero')
  })

  it('killed by the target, or lost with it, it is opened anew without a word', () => {
    const n = plainNodes(2)
    ok(n, 'k1')
    const [kept] = n.node('n2').sessions.values()
    expect(n.call('n2', 'CLIENT', 'KILL', 'ID', String(kept.clientId))).toBe(1)
    expect(ok(n, 'k1', '0', 'REPLACE')).toEqual({ simple: 'OK' })
    n.powerOff('n2')
    n.run(100)
    n.start('n2')
    expect(ok(n, 'k2')).toEqual({ simple: 'OK' })
  })

  it('to itself: nobody answers, and the key stays', () => {
    const n = plainNodes(1)
    n.call('n1', 'SET', 'q', '1')
    const began = n.sim.world.now
    expect(n.call('n1', 'MIGRATE', '10.0.0.1', '6379', 'q', '0', '300')).toEqual({
      error: 'IOERR error or timeout reading to target instance',
    })
    expect((n.sim.world.now - began) / MS).toBeCloseTo(300, -1)
    expect(n.call('n1', 'GET', 'q')).toBe('1')
  })
})

describe('MIGRATE within a script', () => {
  const call = (key: string, ...more: string[]): string =>
    `redis.call(${['migrate', ...OTHER, key, '0', '1000', ...more].map((word) => `'${word}'`).join(', ')})`

  it('moves the key, and the script goes on with what it had: recorded OK, NOKEY and BUSYKEY', () => {
    const n = plainNodes(2)
    n.call('n1', 'MSET', 'k', 'v', 'l', 'w')
    const script = `local n = redis.call('incr', 'n') local first = ${call('k')} redis.call('incr', 'n')
      local second = ${call('l')} return {n, first, second, redis.call('get', 'n'), redis.call('exists', 'k', 'l')}`
    expect(n.call('n1', 'EVAL', script, '0')).toEqual([1, { simple: 'OK' }, { simple: 'OK' }, '2', 0])
    expect([has(n, 'n2', 'k'), has(n, 'n2', 'l')]).toEqual([true, true])
    expect(n.call('n1', 'EVAL', `return ${call('k')}`, '0')).toEqual({ simple: 'NOKEY' })
    n.call('n1', 'SET', 'k', 'v2')
    expect(n.call('n1', 'EVAL', `return ${call('k').replace('call', 'pcall')}`, '0')).toEqual({
      error: 'ERR Target instance replied with error: BUSYKEY Target key name already exists.',
    })
    expect(n.call('n1', 'EVAL', `pcall(function() ${call('k', 'REPLACE')} end) return redis.call('exists', 'k')`, '0')).toBe(0)
  })

  it('within a transaction too, in a coroutine, in another database, and by a function; the replicas hear all of it in order', () => {
    const n = plainNodes(3, { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '3600' })
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2500)
    n.call('n1', 'MSET', 'k', 'v', 'l', 'w')
    const { offset } = n.node('n1').repl
    n.call('n1', 'MULTI')
    n.call('n1', 'INCR', 'a')
    n.call(
      'n1',
      'EVAL',
      `local f = coroutine.wrap(function() return ${call('k')} end) redis.call('incr', 'b') f() return redis.call('incr', 'c')`,
      '0',
    )
    n.call('n1', 'INCR', 'd')
    expect(n.call('n1', 'EXEC')).toEqual([1, 1, 1])
    const told: string[] = []
    eachSince(n.node('n1').repl.backlog!, offset + 1, (item) => void told.push(item.argv.join(' ')))
    expect(told).toEqual(['MULTI', 'INCR a', 'incr b', 'DEL k', 'incr c', 'INCR d', 'EXEC'])
    const library = `#!lua name=lib\nredis.register_function('move', function(keys) redis.call('select', '3') redis.call('set', keys[1], 'x')
      local r = ${call('l')} return {r, redis.call('exists', keys[1])} end)`
    n.call('n1', 'FUNCTION', 'LOAD', library)
    // in database 3 it is another key
    expect(n.call('n1', 'FCALL', 'move', '1', 'l')).toEqual([{ simple: 'OK' }, 0])
    expect(has(n, 'n1', 'l')).toBe(true)
  })
})
