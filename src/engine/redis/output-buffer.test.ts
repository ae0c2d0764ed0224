import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { SEC } from '../core/time.ts'
import { brokenLimit } from './output-buffer.ts'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

const MB = 1_000_000
const slowLink = (n: Nodes, bandwidth: number): void =>
  void n.sim.world.network.faults.set('n1|n2', { a: 'n1', b: 'n2', latency: 100, loss: 0, bandwidth })

describe('client-output-buffer-limit replica', () => {
  const limit = { hard: 256 * MB, soft: 64 * MB, seconds: 60 }
  it('the hard limit closes at once, but never below repl-backlog-size', () => {
    expect(brokenLimit(limit, MB, 256 * MB, -1, 0)).toBe('hard')
    expect(brokenLimit({ ...limit, hard: 2 * MB }, 10 * MB, 9 * MB, -1, 0)).toBeNull()
    expect(brokenLimit({ hard: 0, soft: 0, seconds: 0 }, MB, 1000 * MB, -1, 0)).toBeNull()
  })
  it('the soft limit closes when it was exceeded for longer than its seconds', () => {
    expect(brokenLimit(limit, MB, 70 * MB, 10 * SEC, 70 * SEC)).toBeNull()
    expect(brokenLimit(limit, MB, 70 * MB, 10 * SEC, 71 * SEC)).toBe('soft')
    expect(brokenLimit(limit, MB, 60 * MB, 10 * SEC, 99 * SEC)).toBeNull()
  })
})

describe('a replica that cannot keep up', () => {
  /** n1 holds `data` MB and takes 500 kB of writes a second while n2 wants its first full sync over 1 MB a second. */
  const loop = (config: Record<string, string>, data: number, seconds: number): Nodes => {
    const n = plainNodes(2, { 'repl-diskless-sync-delay': '0', ...config })
    for (let i = 0; i < data * 10; i++) n.call('n1', 'SET', `k${i}`, 'x'.repeat(100_000))
    slowLink(n, MB)
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    for (let i = 0; i < seconds * 5; i++) {
      n.call('n1', 'SET', `new${i % 5}`, 'y'.repeat(100_000))
      n.run(199)
    }
    return n
  }

  it('a full sync that lasts longer than the buffer holds begins again and again, and never ends', () => {
    const n = loop({ 'client-output-buffer-limit': 'replica 3mb 0 0' }, 12, 40)
    expect(n.of('replication.bufferClosed').length).toBeGreaterThan(2)
    expect(n.of('replication.bufferClosed').map((f) => f.data.times)).toEqual(n.of('replication.bufferClosed').map((_, i) => i + 1))
    expect(n.of('replication.bufferClosed')[0].data).toMatchObject({ kind: 'hard', syncing: true, limit: 3 * 1_048_576 })
    expect(n.of('replication.full').length).toBeGreaterThan(2)
    expect(n.of('replication.synced')).toHaveLength(0)
  })

  it('with a larger buffer the same replica gets in step', () => {
    const n = loop({}, 12, 40)
    expect(n.of('replication.bufferClosed')).toHaveLength(0)
    expect(n.of('replication.synced')).toHaveLength(1)
    n.run(15_000)
    expect(n.node('n2').repl.offset).toBe(n.node('n1').repl.offset)
    expect(n.node('n2').keys.size).toBe(n.node('n1').keys.size)
  })

  it('a stopped replica takes what the kernels hold, 35 writes of 100 kB, and loses the rest with its primary', () => {
    const n = plainNodes(2, { 'repl-diskless-sync-delay': '0' })
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2000)
    const before = n.node('n2').repl.offset
    n.sim.pause(n.sim.process('n2')!)
    for (let i = 0; i < 300; i++) n.call('n1', 'SET', `big${i}`, 'x'.repeat(99_960))
    const written = n.node('n1').repl.offset - before
    expect(written).toBeGreaterThan(29_900_000)
    n.crash('n1')
    n.sim.resume(n.sim.process('n2')!)
    n.run(500)
    const got = n.node('n2').repl.offset - before
    expect(got).toBeGreaterThan(3_300_000)
    expect(got).toBeLessThan(3_600_000)
  })

  it('resumed in time, a stopped replica gets everything', () => {
    const n = plainNodes(2, { 'repl-diskless-sync-delay': '0' })
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2000)
    n.sim.pause(n.sim.process('n2')!)
    for (let i = 0; i < 100; i++) n.call('n1', 'SET', `big${i}`, 'x'.repeat(100_000))
    n.sim.resume(n.sim.process('n2')!)
    n.run(3000)
    expect(n.node('n2').repl.offset).toBe(n.node('n1').repl.offset)
    expect(n.node('n1').repl.syncs.full).toBe(1)
  })
})

describe('min-replicas-to-write', () => {
  it('a stalled replica: NOREPLICAS after its lag, and writes again when it answers', () => {
    const n = plainNodes(2, { 'repl-diskless-sync-delay': '0', 'min-replicas-to-write': '1', 'min-replicas-max-lag': '2' })
    expect(n.call('n1', 'SET', 'k', '0')).toEqual({ error: 'NOREPLICAS Not enough good replicas to write.' })
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3000)
    expect(n.call('n1', 'SET', 'k', '1')).toEqual({ simple: 'OK' })
    n.sim.pause(n.sim.process('n2')!)
    const since = n.sim.world.now
    while (n.sim.world.now < since + 10 * SEC && typeof n.call('n1', 'SET', 'k', '2') === 'object' && n.of('replication.fenced').length < 3)
      n.run(50)
    const after = (n.sim.world.now - since) / SEC
    expect(after).toBeGreaterThan(1)
    expect(after).toBeLessThan(4)
    expect(n.call('n1', 'GET', 'k')).toBe('2')
    n.sim.resume(n.sim.process('n2')!)
    n.run(2000)
    expect(n.call('n1', 'SET', 'k', '3')).toEqual({ simple: 'OK' })
    expect(n.of('replication.fenced').map((f) => f.data.on)).toEqual([true, false, true, false])
  })
})

describe('WAIT', () => {
  it('answers as soon as enough replicas have this client’s writes, at the latest after its timeout', () => {
    const n = plainNodes(3, { 'repl-diskless-sync-delay': '0' })
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3000)
    n.call('n1', 'SET', 'a', '1')
    const began = n.sim.world.now
    expect(n.call('n1', 'WAIT', '2', '1000')).toBe(2)
    expect(n.sim.world.now - began).toBeLessThan(0.01 * SEC)
    n.sim.pause(n.sim.process('n3')!)
    n.call('n1', 'SET', 'a', '2')
    expect(n.call('n1', 'WAIT', '2', '500')).toBe(1)
    n.call('n1', 'MULTI')
    n.call('n1', 'SET', 'a', '3')
    n.call('n1', 'WAIT', '2', '0')
    expect(n.call('n1', 'EXEC')).toEqual([{ simple: 'OK' }, 0])
    expect(n.call('n2', 'WAIT', '1', '0')).toMatchObject({
      error: expect.stringMatching(/^ERR WAIT cannot be used with replica instances/),
    })
    expect(n.call('n1', 'EVAL', "return redis.call('WAIT', '1', '0')", '0')).toMatchObject({
      error: expect.stringContaining('not allowed from script'),
    })
  })
})
