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

/** n1 ← n2 ← n3, and n4 by itself. Four servers of 7.0.15 were seen to do just this, in their logs, INFO and counters. */
describe('a chain', () => {
  const chain = (): Nodes => {
    const n = plainNodes(4, SMALL)
    follow(n, 'n2', 'n1')
    follow(n, 'n3', 'n2')
    for (const key of ['k1', 'k2', 'k3']) n.call('n1', 'SET', key, 'v')
    n.run(1000)
    return n
  }
  /** replid, replid2 and the offsets, as INFO has them. */
  const history = (n: Nodes, id: string) => {
    const { replid, replid2, secondOffset, offset } = n.node(id).repl
    return { replid, replid2, secondOffset, offset }
  }
  const NONE = '0'.repeat(40)
  /** How often n3's link went down meanwhile. */
  const drops = (n: Nodes, what: () => void): number => {
    const count = () => n.of('replication.linkDown').filter((f) => f.process === 'n3').length
    const before = count()
    what()
    n.run(100)
    expect(history(n, 'n3')).toEqual(history(n, 'n2'))
    return count() - before
  }

  it('the middle is promoted: the last one’s link is dropped, it goes on, and knows both names', () => {
    const n = chain()
    const old = n.node('n1').repl.replid
    const counts = during(n, 'n2', () => expect(drops(n, () => n.call('n2', 'REPLICAOF', 'NO', 'ONE'))).toBe(1))
    expect(counts).toEqual([0, 1, 0])
    expect(history(n, 'n3')).toMatchObject({ replid2: old, secondOffset: 108, offset: 107 })
    n.call('n2', 'SET', 'after', 'promo')
    n.run(100)
    expect(history(n, 'n3').offset).toBe(165)
  })

  it('the middle loads another history: only then the link is dropped, and the last one gets everything too', () => {
    const n = chain()
    n.call('n4', 'SET', 'x', '1')
    const counts = during(n, 'n2', () => expect(drops(n, () => n.call('n2', 'REPLICAOF', '10.0.0.4', '6379'))).toBe(1))
    expect(counts).toEqual([1, 0, 1])
    expect(history(n, 'n3')).toEqual({ replid: n.node('n4').repl.replid, replid2: NONE, secondOffset: -1, offset: 0 })
    expect([n.call('n3', 'GET', 'x'), n.call('n3', 'EXISTS', 'k1')]).toEqual(['1', 0])
  })

  it('the middle goes on elsewhere in the same history: the last one hears nothing of it', () => {
    const n = chain()
    follow(n, 'n4', 'n1')
    const counts = during(n, 'n2', () => expect(drops(n, () => follow(n, 'n2', 'n4'))).toBe(0))
    expect(counts).toEqual([0, 0, 0])
  })

  it('the first is given another name: it goes down the chain, a dropped link at a time', () => {
    const n = chain()
    follow(n, 'n1', 'n4')
    n.run(1000)
    const old = n.node('n4').repl.replid
    const counts = during(n, 'n2', () => expect(drops(n, () => n.call('n1', 'REPLICAOF', 'NO', 'ONE'))).toBe(1))
    expect(counts).toEqual([0, 1, 0])
    expect(history(n, 'n3')).toMatchObject({ replid: n.node('n1').repl.replid, replid2: old, secondOffset: n.node('n1').repl.offset + 1 })
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
