import { describe, expect, it } from 'vitest'
import type { Reply } from './reply.ts'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

const SMALL = { 'repl-backlog-size': '16384', 'repl-diskless-sync-delay': '0' }

const follow = (n: Nodes, replica: string, primary: string): void => {
  n.call(replica, 'REPLICAOF', `10.0.0.${primary.slice(1)}`, '6379')
  n.run(2500)
  expect(n.node(replica).repl.linkState).toBe('connected')
}
/** A primary n1 and its replicas n2, n3. */
const family = (config: Record<string, string> = SMALL): Nodes => {
  const n = plainNodes(3, config)
  n.call('n1', 'SET', 'before', '1')
  follow(n, 'n2', 'n1')
  follow(n, 'n3', 'n1')
  return n
}
const dropLinks = (n: Nodes, primary: string, replicas: string[]): void =>
  n.inside(primary, (state, ctx) => {
    for (const link of [...state.repl.replicas.values()])
      if (replicas.includes(link.process)) {
        state.repl.replicas.delete(link.conn)
        ctx.close(link.conn)
      }
  })
/** What INFO stats counted meanwhile: full, partial, refused. */
const during = (n: Nodes, id: string, what: () => void): [number, number, number] => {
  const before = { ...n.node(id).repl.syncs }
  what()
  const { full, partial, refused } = n.node(id).repl.syncs
  return [full - before.full, partial - before.partial, refused - before.refused]
}
const info = (n: Nodes, id: string, section: string): Map<string, string> => {
  const rows = String(n.call(id, 'INFO', section)).split('\r\n')
  return new Map(rows.map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1)]))
}
const isolate = (n: Nodes, id: string): void =>
  n.sim.cut(
    [id],
    ['n1', 'n2', 'n3'].filter((x) => x !== id),
    true,
  )

describe('what the recordings of PSYNC saw', () => {
  it('a dropped link without writes is partial for both', () => {
    const n = family()
    expect(during(n, 'n1', () => (dropLinks(n, 'n1', ['n2', 'n3']), n.run(2000)))).toEqual([0, 2, 0])
  })

  it('1 KB missed lies in the backlog: partial', () => {
    const n = family()
    const counts = during(n, 'n1', () => {
      isolate(n, 'n2')
      dropLinks(n, 'n1', ['n2'])
      n.call('n1', 'SET', 'kb', 'x'.repeat(1000))
      n.sim.heal()
      n.run(3000)
    })
    expect(counts).toEqual([0, 1, 0])
    expect(n.of('replication.partial').at(-1)!.data.missed).toBeGreaterThan(1000)
    expect(n.call('n2', 'STRLEN', 'kb')).toBe(1000)
  })

  it('3 MB missed is more than the backlog: full, and the replica has it all', () => {
    const n = family()
    const counts = during(n, 'n1', () => {
      isolate(n, 'n2')
      dropLinks(n, 'n1', ['n2'])
      for (let i = 0; i < 30; i++) n.call('n1', 'SET', `big${i}`, 'x'.repeat(100_000))
      n.sim.heal()
      n.run(5000)
    })
    expect(counts).toEqual([1, 0, 1])
    const lacked = n.of('replication.backlogOverflow')[0].data
    expect(lacked.missed).toBeGreaterThan(3_000_000)
    expect(lacked.kept).toBeLessThan(16_384 + 200_000)
    expect(n.call('n2', 'DBSIZE')).toBe(31)
    expect(info(n, 'n1', 'stats').get('sync_partial_err')).toBe('3')
  })

  it('a promoted replica: its sibling goes on by the second history', () => {
    const n = family()
    n.call('n2', 'REPLICAOF', 'NO', 'ONE')
    const counts = during(n, 'n2', () => follow(n, 'n3', 'n2'))
    expect(counts).toEqual([0, 1, 0])
    expect(n.of('replication.partial').at(-1)!.data.second).toBe(true)
    const rows = info(n, 'n2', 'replication')
    expect(rows.get('master_replid2')).toBe(n.node('n1').repl.replid)
    expect(Number(rows.get('second_repl_offset'))).toBe(n.node('n1').repl.offset + 1)
  })

  it('an old primary with a write of its own went past the point where the histories part: full, and its write is gone', () => {
    const n = family()
    n.call('n2', 'REPLICAOF', 'NO', 'ONE')
    n.call('n1', 'SET', 'diverge', '1')
    const counts = during(n, 'n2', () => follow(n, 'n1', 'n2'))
    expect(counts).toEqual([1, 0, 1])
    expect(n.of('replication.diverged')[0].data).toMatchObject({ replica: 'n1' })
    expect(n.of('replication.diverged')[0].data.own).toBeGreaterThan(30)
    expect(n.call('n1', 'EXISTS', 'diverge')).toBe(0)
  })

  it('a killed replica that kept its file goes on with it; without the file it gets everything', () => {
    const n = family({ ...SMALL, save: '' })
    const again = (empty: boolean): [number, number, number] =>
      during(n, 'n1', () => {
        n.crash('n3')
        n.run(100)
        n.start('n3', empty)
        n.run(1500)
      })
    expect(again(false)).toEqual([0, 1, 0])
    expect(again(true)).toEqual([1, 0, 0])
  })
})

describe('how a link stands', () => {
  it('ROLE and INFO tell of a transfer while it lasts', () => {
    const n = plainNodes(2, SMALL)
    for (let i = 0; i < 20; i++) n.call('n1', 'SET', `k${i}`, 'x'.repeat(100_000))
    n.sim.world.network.faults.set('n1|n2', { a: 'n1', b: 'n2', latency: 100, loss: 0, bandwidth: 1_000_000 })
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(1500)
    expect((n.call('n2', 'ROLE') as Reply[])[3]).toBe('sync')
    const rows = info(n, 'n2', 'replication')
    expect(rows.get('master_sync_in_progress')).toBe('1')
    expect(Number(rows.get('master_sync_total_bytes'))).toBeGreaterThan(2_000_000)
    expect(Number(rows.get('master_sync_perc'))).toBeGreaterThan(30)
    expect(info(n, 'n1', 'replication').get('slave0')).toContain('state=send_bulk')
    n.run(1500)
    expect((n.call('n2', 'ROLE') as Reply[])[3]).toBe('connected')
    expect(info(n, 'n1', 'replication').get('slave0')).toContain('state=online')
  })

  it('diskless replication waits for more replicas, and serves them with one file', () => {
    const n = plainNodes(3, { 'repl-diskless-sync-delay': '5' })
    n.call('n1', 'SET', 'a', '1')
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3000)
    expect((n.call('n2', 'ROLE') as Reply[])[3]).toBe('handshake')
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3500)
    expect(n.of('replication.full').map((f) => f.at)).toHaveLength(2)
    expect(new Set(n.of('replication.full').map((f) => f.at)).size).toBe(1)
  })

  it('without a replica for repl-backlog-ttl the history is given up', () => {
    const n = plainNodes(2, { ...SMALL, 'repl-backlog-ttl': '3' })
    n.call('n1', 'SET', 'a', '1')
    follow(n, 'n2', 'n1')
    const { replid } = n.node('n1').repl
    n.crash('n2')
    n.run(2000)
    expect(n.node('n1').repl.backlog).not.toBeNull()
    n.run(4000)
    expect(n.node('n1').repl.backlog).toBeNull()
    expect(n.node('n1').repl.replid).not.toBe(replid)
  })
})

describe('databases', () => {
  it('every database is replicated, by the stream and by a full sync', () => {
    const n = plainNodes(3, SMALL)
    n.call('n1', 'SELECT', '4')
    n.call('n1', 'SET', 'early', '4')
    follow(n, 'n2', 'n1')
    n.call('n1', 'SET', 'late', '4')
    n.call('n1', 'SELECT', '0')
    n.call('n1', 'SET', 'late', '0')
    n.call('n1', 'COPY', 'late', 'copied', 'DB', '7')
    n.call('n1', 'MOVE', 'late', '9')
    n.call('n1', 'SWAPDB', '7', '8')
    n.run(100)
    follow(n, 'n3', 'n2')
    n.call('n1', 'SELECT', '4')
    n.call('n1', 'SET', 'last', '4')
    n.run(100)
    for (const id of ['n2', 'n3']) {
      expect(n.call(id, 'DBSIZE')).toBe(0)
      n.call(id, 'SELECT', '4')
      expect([n.call(id, 'GET', 'early'), n.call(id, 'GET', 'late'), n.call(id, 'GET', 'last')]).toEqual(['4', '4', '4'])
      n.call(id, 'SELECT', '8')
      expect(n.call(id, 'GET', 'copied')).toBe('0')
      n.call(id, 'SELECT', '9')
      expect(n.call(id, 'GET', 'late')).toBe('0')
    }
  })
})
