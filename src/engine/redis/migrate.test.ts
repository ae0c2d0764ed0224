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
