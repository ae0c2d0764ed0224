import { describe, expect, it } from 'vitest'
import { plainNodes } from './testing/plain-nodes.ts'

/** redis.conf: "Once the limit is reached … clients are disconnected, those that use most first"; NO-EVICT ones are spared and count. */
describe('maxmemory-clients', () => {
  it('closes the largest first until there is room, and never one that said CLIENT NO-EVICT on', () => {
    const n = plainNodes(1)
    for (const [who, size] of [
      ['n1#2', 50_000],
      ['n1#3', 30_000],
      ['n1#4', 3_000],
    ] as const) {
      if (who === 'n1#2') n.call(who, 'CLIENT', 'NO-EVICT', 'on')
      n.call(who, 'MULTI')
      n.call(who, 'SET', 'k', 'x'.repeat(size))
    }
    const listed = String(n.call('n1', 'CLIENT', 'LIST'))
    expect(listed.match(/cmd=\S+/g)!.sort((a, b) => (a < b ? -1 : 1))).toEqual(['cmd=client|list', 'cmd=set', 'cmd=set', 'cmd=set'])
    n.call('n1', 'CONFIG', 'SET', 'maxmemory-clients', '120kb')
    n.run(200)
    expect(n.of('client.evicted').length).toBe(1)
    expect([...n.node('n1').sessions.values()].map((s) => s.multi?.[0][2].length ?? 0)).toEqual([50_000, 3_000, 0])
    expect(n.call('n1', 'INFO', 'stats')).toContain('evicted_clients:1')
    n.call('n1', 'CONFIG', 'SET', 'maxmemory-clients', '10kb')
    n.run(200)
    // over the limit still, for the one that stays counts too
    expect([...n.node('n1').sessions.values()].map((s) => s.noEvict)).toEqual([true])
  })
})
