import { describe, expect, it } from 'vitest'
import type { NodesConf } from './bus.ts'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

const ALONE: NodesConf = {
  nodes: [{ process: 'n1', primary: true, replicaOf: null, slots: [[0, 16383]], configEpoch: 1 }],
  currentEpoch: 1,
  settled: true,
}

/** How often the server's cron comes within so many milliseconds. */
const ticks = (n: Nodes, milliseconds: number): number => {
  let count = 0
  const stop = n.sim.observe({ onEvent: (_event, _cause, entry) => void (entry.name === 'activeExpiry' && count++) })
  n.run(milliseconds)
  stop()
  return count
}

describe('the server’s cron of a node of a cluster', () => {
  it('comes no more while there is nothing to do, and again while a key may expire', () => {
    const n = plainNodes(1, {}, 1, ALONE)
    n.run(1000)
    expect(ticks(n, 1000)).toBe(0)
    n.call('n1', 'SET', 'k', '1', 'PX', '1000')
    expect(ticks(n, 1000)).toBe(10)
    n.run(300)
    expect(n.node('n1').stats.expired).toBe(1)
    expect(ticks(n, 1000)).toBe(0)
  })

  it('deletes what expired at the tick at which it would have, had it never rested', () => {
    const goneAt = (config: Record<string, string>): number => {
      const n = plainNodes(1, config, 1, ALONE)
      n.run(1030)
      n.call('n1', 'SET', 'k', '1', 'PX', '150')
      while (n.node('n1').keys.size > 0) n.sim.step()
      return n.sim.world.now
    }
    // with a limit on clients it never rests
    expect(goneAt({})).toBe(goneAt({ 'maxmemory-clients': '1gb' }))
  })

  it('has pauses end and limits kept after a rest', () => {
    const n = plainNodes(1, {}, 1, ALONE)
    n.run(1000)
    n.call('n1', 'CLIENT', 'PAUSE', '250', 'WRITE')
    n.send('n1#2', 'SET', 'k', '1')
    n.run(400)
    expect(n.replies('n1#2')).toEqual([{ simple: 'OK' }])
    n.run(500)
    n.call('n1', 'CONFIG', 'SET', 'maxmemory-clients', '1')
    n.run(200)
    expect(n.of('client.evicted').length).toBeGreaterThan(0)
  })
})
