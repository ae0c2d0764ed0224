import { describe, expect, it } from 'vitest'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

/** Writes a key every 10 ms for three seconds, stops the node, starts it again; how many of 300 keys came back. */
const survivors = (config: Record<string, string>, stop: 'crash' | 'powerOff', seconds = 3): number => {
  const n = plainNodes(1, config)
  n.call('n1', 'PING')
  for (let i = 0; i < seconds * 100; i++) {
    n.call('n1', 'SET', `k${i}`, 'v')
    n.run(9.7)
  }
  n[stop]('n1')
  n.run(100)
  n.start('n1')
  n.run(100)
  return n.call('n1', 'DBSIZE') as number
}

describe('what a restart finds', () => {
  it('no directive speaks of files: nothing is lost', () => expect(survivors({}, 'powerOff')).toBe(300))

  it('no persistence at all: everything is lost', () => {
    expect(survivors({ save: '', appendonly: 'no' }, 'crash')).toBe(0)
  })

  it('snapshots: what came after the last one is lost', () => {
    const kept = survivors({ save: '1 10' }, 'crash')
    expect(kept).toBeGreaterThan(150)
    expect(kept).toBeLessThan(300)
    expect(survivors({ save: '60 10' }, 'crash')).toBe(0)
  })

  it('append-only, fsync every second: a kill loses nothing, a loss of power about a second', () => {
    expect(survivors({ appendonly: 'yes' }, 'crash')).toBe(300)
    const kept = survivors({ appendonly: 'yes', appendfsync: 'everysec' }, 'powerOff')
    expect(kept).toBeGreaterThanOrEqual(190)
    expect(kept).toBeLessThan(300)
  })

  it('append-only, fsync always: nothing is lost', () => {
    expect(survivors({ appendonly: 'yes', appendfsync: 'always' }, 'powerOff')).toBe(300)
  })

  it('append-only, fsync left to the kernel: a loss of power costs up to half a minute', () => {
    expect(survivors({ appendonly: 'yes', appendfsync: 'no' }, 'powerOff')).toBeLessThan(10)
    expect(survivors({ appendonly: 'yes', appendfsync: 'no' }, 'crash')).toBe(300)
  })

  it('the start says what it found and what is missing', () => {
    const n = plainNodes(1, { save: '3600 1' })
    n.call('n1', 'SET', 'a', '1')
    expect(n.call('n1', 'SAVE')).toEqual({ simple: 'OK' })
    n.call('n1', 'SET', 'a', '2')
    n.call('n1', 'SET', 'b', '1')
    n.run(5000)
    n.crash('n1')
    n.start('n1')
    expect(n.of('persistence.loaded')[0].data).toMatchObject({ from: 'snapshot', keys: 1, lost: 2 })
    expect(n.of('persistence.loaded')[0].data.age).toBeGreaterThan(4_900_000)
    expect(n.call('n1', 'GET', 'a')).toBe('1')
  })

  it('with appendonly on, dump.rdb is not looked at', () => {
    const n = plainNodes(1, { save: '3600 1', appendonly: 'no' })
    n.call('n1', 'SET', 'a', '1')
    n.call('n1', 'SAVE')
    n.call('n1', 'CONFIG', 'SET', 'appendonly', 'yes')
    n.call('n1', 'SET', 'b', '1')
    n.crash('n1')
    n.start('n1')
    expect(n.call('n1', 'DBSIZE')).toBe(2)
    expect(n.of('persistence.loaded')[0].data.from).toBe('append-only file')
  })
})

describe('by hand', () => {
  it('BGSAVE takes the picture now and has the file later; a second one is refused', () => {
    const n = plainNodes(1)
    for (let i = 0; i < 20; i++) n.call('n1', 'SET', `k${i}`, 'x'.repeat(100_000))
    expect(n.call('n1', 'BGSAVE')).toEqual({ simple: 'Background saving started' })
    expect(n.call('n1', 'BGSAVE')).toEqual({ error: 'ERR Background save already in progress' })
    expect(n.call('n1', 'INFO', 'persistence')).toContain('rdb_bgsave_in_progress:1')
    n.run(100)
    expect(n.of('persistence.saved')).toHaveLength(1)
    expect(n.call('n1', 'INFO', 'persistence')).toContain('rdb_saves:1')
    expect(n.call('n1', 'INFO', 'persistence')).toContain('rdb_changes_since_last_save:0')
  })
})

describe('the trap: a primary without persistence that restarts', () => {
  const family = (config: Record<string, string>): Nodes => {
    const n = plainNodes(2, { 'repl-diskless-sync-delay': '0', ...config })
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2000)
    for (let i = 0; i < 50; i++) n.call('n1', 'SET', `k${i}`, 'v')
    n.run(1000)
    expect(n.call('n2', 'DBSIZE')).toBe(50)
    n.crash('n1')
    n.run(500)
    n.start('n1')
    n.run(3000)
    return n
  }
  it('comes back empty, and its replica follows it into emptiness', () => {
    const n = family({ save: '' })
    expect([n.call('n1', 'DBSIZE'), n.call('n2', 'DBSIZE')]).toEqual([0, 0])
    expect(n.of('replication.synced').at(-1)!.data).toMatchObject({ keys: 0, dropped: 50 })
  })
  it('with a file that lost nothing, the replica goes on with what both have', () => {
    const n = family({})
    expect([n.call('n1', 'DBSIZE'), n.call('n2', 'DBSIZE')]).toEqual([50, 50])
    expect(n.of('replication.partial').at(-1)!.data.second).toBe(true)
  })
})
