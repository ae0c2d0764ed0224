import { describe, expect, it } from 'vitest'
import { below, newStream } from '../core/random.ts'
import { MYSELF, addPeer, change, newPeer } from './peers.ts'
import { claimAgrees, claimOf, minus, newerOwner, ownerIn, rebind, setOwnerIn, setOwners } from './slots-config.ts'
import { layout, rig } from './testing/bare-node.ts'
import type { ClusterState } from './state.ts'

const table = (): ClusterState => {
  const c = rig(layout(3, 0), 1).node('n1').cluster!
  for (const i of c.peers.keys()) change(c, i, { configEpoch: 0 })
  return c
}
const scan = (c: ClusterState, peer: number): number[] => {
  const out: number[] = []
  for (let slot = 0; slot < 16384; slot++) if (ownerIn(c, slot) === peer) out.push(slot)
  return out
}
const spelled = (ranges: readonly number[]): number[] => {
  const out: number[] = []
  for (let r = 0; r < ranges.length; r += 2) for (let slot = ranges[r]; slot <= ranges[r + 1]; slot++) out.push(slot)
  return out
}

describe('sets of slots', () => {
  it('stay what a look along the table finds, one change after the other', () => {
    const c = table()
    const s = newStream(7, 'slots')
    addPeer(c, newPeer('f'.repeat(40), { process: 'n9', ip: '10.0.0.9', port: 6379, cport: 16379 }, 0))
    for (let step = 0; step < 3000; step++) setOwnerIn(c, below(s, 60), below(s, 5) - 1)
    for (const i of c.peers.keys()) {
      expect(spelled(claimOf(c, i).ranges)).toEqual(scan(c, i))
      expect(claimOf(c, i).count).toBe(c.peers[i].numSlots)
      expect(claimOf(c, i).count).toBe(scan(c, i).length)
    }
    setOwners(c, [...scan(c, 1), ...scan(c, 2)], 0)
    for (const i of c.peers.keys()) expect(spelled(claimOf(c, i).ranges)).toEqual(scan(c, i))
  })

  it('are taken from each other', () => {
    expect(minus([0, 9], [3, 4])).toEqual([0, 2, 5, 9])
    expect(minus([0, 9], [0, 9])).toEqual([])
    expect(minus([0, 2, 8, 9], [1, 8])).toEqual([0, 0, 9, 9])
    expect(minus([5, 5], [])).toEqual([5, 5])
  })
})

describe('claims', () => {
  it('the greater configEpoch is believed, a smaller one is not', () => {
    const c = table()
    change(c, 1, { configEpoch: 5 })
    change(c, 2, { configEpoch: 7 })
    const claim = { count: 2, ranges: [5461, 5461, 16383, 16383] }
    expect(rebind(c, 1, 5, claim, MYSELF)).toMatchObject({ count: 0 })
    expect(newerOwner(c, claim, 5, 1, false)).toBe(16383)
    expect(rebind(c, 2, 7, { count: 5463, ranges: [5461, 5461, 10923, 16383, 0, 0].slice(0, 4) }, MYSELF)).toMatchObject({
      count: 1,
      from: 1,
    })
    expect(ownerIn(c, 5461)).toBe(2)
    expect(claimAgrees(c, 2, claimOf(c, 2))).toBe(true)
  })

  it('a slot its owner no longer claims goes to anybody who does, and is nobody’s reason to object', () => {
    const c = table()
    change(c, 1, { configEpoch: 9 })
    rebind(c, 1, 9, { count: 5461, ranges: [5462, 10922] }, MYSELF)
    expect([...c.unclaimed]).toEqual([5461])
    expect(ownerIn(c, 5461)).toBe(1)
    expect(newerOwner(c, { count: 1, ranges: [5461, 5461] }, 3, 2, false)).toBe(-1)
    expect(rebind(c, 2, 3, { count: 5462, ranges: [5461, 5461, 10923, 16383] }, MYSELF)).toMatchObject({ count: 1 })
    expect(c.unclaimed.size).toBe(0)
  })

  it('of slots I lose, those with their owner still are told: their keys must go', () => {
    const c = table()
    change(c, 1, { configEpoch: 9 })
    expect(rebind(c, 1, 9, { count: 5464, ranges: [0, 1, 5461, 10922] }, MYSELF)).toMatchObject({
      count: 2,
      ours: 2,
      lost: [0, 1],
      from: 0,
    })
  })

  it('slots being imported stay as the operator left them', () => {
    const c = table()
    c.importing.set(0, 1)
    change(c, 1, { configEpoch: 9 })
    expect(rebind(c, 1, 9, { count: 5463, ranges: [0, 0, 5461, 10922] }, MYSELF)).toMatchObject({ count: 0 })
  })
})
