import { describe, expect, it } from 'vitest'
import { layout, neighbour, roomRight, signature, type Member } from './layout.ts'
import { fitted } from './words.ts'

const cluster = (shards: number, replicas: number, apps: number): Member[] => [
  ...Array.from({ length: shards * (1 + replicas) }, (_, i): Member => ({
    id: `n${i + 1}`,
    kind: 'node',
    shard: i % shards,
  })),
  ...Array.from({ length: apps }, (_, i): Member => ({ id: `app${i + 1}`, kind: 'app', shard: 0 })),
  { id: 'origin', kind: 'origin', shard: 0 },
]
const LAB = { width: 780, height: 312 }
const PHONE = { width: 360, height: 280 }
const at = (l: ReturnType<typeof layout>, id: string) => {
  const place = l.places.get(id)
  if (!place) throw new Error(`${id} has no place`)
  return place
}

describe('layout', () => {
  for (const [name, members, box] of [
    ['one node', cluster(1, 0, 2), LAB],
    ['3+3', cluster(3, 1, 3), LAB],
    ['four primaries', cluster(4, 0, 3), LAB],
    ['6+6', cluster(6, 1, 4), LAB],
    ['24 nodes', cluster(12, 1, 3), LAB],
    ['100 nodes', cluster(50, 1, 3), LAB],
    ['two replicas a shard', cluster(3, 2, 3), LAB],
    ['3+3 on a phone', cluster(3, 1, 3), PHONE],
    ['24 nodes on a phone', cluster(12, 1, 3), PHONE],
    ['100 nodes on a projector', cluster(50, 1, 3), { width: 1900, height: 900 }],
    ['more applications than shards', cluster(2, 1, 7), LAB],
  ] as const)
    it(`places everybody inside the box, apart from one another: ${name}`, () => {
      const l = layout(members, box)
      expect(l.places.size).toBe(members.length)
      const all = [...l.places.values()]
      for (const p of all) {
        expect(p.x * l.zoom).toBeGreaterThan(0)
        expect(p.x * l.zoom).toBeLessThan(box.width)
        expect(p.y * l.zoom).toBeGreaterThan(0)
        expect(p.y * l.zoom).toBeLessThan(box.height)
        for (const q of all) if (p !== q) expect(Math.hypot(p.x - q.x, p.y - q.y)).toBeGreaterThan(34)
      }
    })

  it('reads applications first, then primaries, then replicas, then the origin', () => {
    expect(layout(cluster(3, 1, 3), LAB).order).toEqual(['app1', 'app2', 'app3', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'origin'])
  })

  it('stands replicas under their shard and applications above', () => {
    const l = layout(cluster(3, 1, 3), LAB)
    expect(at(l, 'n4').x).toBe(at(l, 'n1').x)
    expect(at(l, 'n4').y).toBeGreaterThan(at(l, 'n1').y)
    expect(at(l, 'app2').x).toBe(at(l, 'n2').x)
    expect(at(l, 'origin').x).toBeGreaterThan(at(l, 'n3').x)
  })

  it('does not know roles: a promoted replica stays where it stands', () => {
    const members = cluster(3, 1, 3)
    expect(signature(members)).not.toMatch(/primary|replica/)
    expect(layout([...members].reverse(), LAB).places.get('n4')).toEqual(layout(members, LAB).places.get('n4'))
  })

  it('keeps the columns of others when a shard is added', () => {
    const l = layout([...cluster(3, 1, 3), { id: 'n7', kind: 'node', shard: 3 }], LAB)
    expect(l.columns.map((c) => c.shard)).toEqual([0, 1, 2, 3])
    expect(at(l, 'n7').row).toBe(0)
  })

  it('puts a node of no shard yet last', () => {
    const l = layout([...cluster(3, 1, 3), { id: 'n7', kind: 'node', shard: -1 }], LAB)
    expect(l.columns.at(-1)?.members).toEqual(['n7'])
  })

  it('uses words where there is room, and fewer where there is not', () => {
    expect(layout(cluster(3, 1, 3), LAB).density).toBe('full')
    expect(layout(cluster(3, 1, 3), PHONE).density).toBe('compact')
    expect(layout(cluster(50, 1, 3), LAB).density).toBe('dense')
  })

  it('moves by arrow to the neighbour one sees', () => {
    const l = layout(cluster(3, 1, 3), LAB)
    expect(neighbour(l, 'n1', 'ArrowRight')).toBe('n2')
    expect(neighbour(l, 'n1', 'ArrowDown')).toBe('n4')
    expect(neighbour(l, 'n1', 'ArrowUp')).toBe('app1')
    expect(neighbour(l, 'n3', 'ArrowRight')).toBe('origin')
    expect(neighbour(l, 'app1', 'ArrowUp')).toBeNull()
  })

  it('stands Sentinels in a row below the nodes they watch, inside the map', () => {
    for (const box of [LAB, PHONE])
      for (const n of [1, 2, 3, 5]) {
        const sentinels = Array.from({ length: n }, (_, i): Member => ({ id: `s${i + 1}`, kind: 'sentinel', shard: 0 }))
        const l = layout([...cluster(1, 2, 3), ...sentinels], box)
        const lowest = Math.max(...[...l.places.values()].filter((p) => p.kind === 'node').map((p) => p.y))
        const row = sentinels.map((s) => at(l, s.id))
        for (const p of row) expect(p.y).toBeGreaterThan(lowest + 20)
        expect(new Set(row.map((p) => p.x)).size).toBe(n)
        expect(Math.max(...row.map((p) => p.y))).toBeLessThan(l.height)
      }
  })
})

describe('room for words', () => {
  const l = layout(cluster(4, 1, 3), LAB)
  it('ends before the next station of the row', () => {
    const gap = at(l, 'n2').x - at(l, 'n1').x
    expect(roomRight(l, at(l, 'n1'))).toBeLessThan(gap - 36)
    expect(roomRight(l, at(l, 'n1'))).toBeGreaterThan(gap / 2)
  })
  it('ends before the database, which stands beside the last primary, and is free beside the last replica', () => {
    expect(roomRight(l, at(l, 'n4'))).toBeLessThan(at(l, 'origin').x - at(l, 'n4').x - 26)
    expect(roomRight(l, at(l, 'n8'))).toBe(Infinity)
  })
})

describe('words beside a station', () => {
  const line = { glyph: 'pfail', text: 'PFAIL seen by 4 nodes', short: 'PFAIL by 4 nodes', tone: 'signal' } as const
  it('are in full where there is room, short where the next station is near', () => {
    expect(fitted(line, 170)).toBe('PFAIL seen by 4 nodes')
    expect(fitted(line, 120)).toBe('PFAIL by 4 nodes')
    expect(fitted({ text: 'in step', tone: 'plain' }, 10)).toBe('in step')
  })
})
