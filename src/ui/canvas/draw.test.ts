import { describe, expect, it } from 'vitest'
import type { Frame, MessageFace } from '../../lab/frame.ts'
import { Flows, lanesIn, marksOf, progress, type Scene } from './draw.ts'
import { layout, type Member } from './layout.ts'
import { crossing, cutBy, hull, inside, outlines, range } from './regions.ts'
import { fitted, type Line } from './words.ts'
import { lineOf, pointAt, polyline, Routes } from './routes.ts'

const members: Member[] = [
  ...[1, 2, 3, 4, 5, 6].map((n): Member => ({ id: `n${n}`, kind: 'node', shard: (n - 1) % 3 })),
  ...[1, 2, 3].map((n): Member => ({ id: `app${n}`, kind: 'app', shard: 0 })),
  { id: 'origin', kind: 'origin', shard: 0 },
]
const l = layout(members, { width: 780, height: 312 })
const routes = new Routes(l)
const scene: Scene = { layout: l, routes, walls: [], words: true, still: false }
const place = (id: string) => l.places.get(id) as NonNullable<ReturnType<typeof l.places.get>>
const message = (over: Partial<MessageFace>): MessageFace => ({
  id: 1,
  from: 'app1',
  to: 'n2',
  kind: 'command',
  sentAt: 1000,
  deliverAt: 2000,
  label: '',
  ...over,
})
const frame = (messages: MessageFace[], over: Partial<Frame> = {}): Frame =>
  ({ messages, traffic: [], eachMessage: true, seq: 1, playing: true, ...over }) as Frame

describe('routes', () => {
  it('sends requests along the rail, gossip along the bus, replication down the shard', () => {
    expect(lineOf(l, 'app1', 'n2', 'command')).toBe('client')
    expect(lineOf(l, 'n1', 'n2', 'ping')).toBe('bus')
    expect(lineOf(l, 'n1', 'n4', 'replication')).toBe('shard')
    const railY = l.bands[0]?.railY
    const busY = l.bands[0]?.busY
    expect(routes.of('app1', 'n2', 'command')?.points.some((p) => p.y === railY)).toBe(true)
    expect(routes.of('n1', 'n6', 'ping')?.points.some((p) => p.y === busY)).toBe(true)
    expect(routes.of('n1', 'n4', 'replication')?.points.every((p) => p.x === place('n1').x)).toBe(true)
  })

  it('goes back the way it came', () => {
    const there = routes.of('app1', 'n3', 'command')
    const back = routes.of('n3', 'app1', 'reply')
    expect(back?.points).toEqual([...(there?.points ?? [])].reverse())
  })

  it('reaches every pair, at right angles only', () => {
    for (const a of l.order)
      for (const b of l.order) {
        if (a === b) continue
        const route = routes.of(a, b, 'command')
        expect(route, `${a} to ${b}`).not.toBeNull()
        route?.points.forEach((p, i) => {
          const q = route.points[i - 1]
          if (q) expect(p.x === q.x || p.y === q.y, `${a} to ${b}`).toBe(true)
        })
      }
    expect(routes.of('cli', 'n1', 'command')).toBeNull()
  })

  it('finds the place on the way', () => {
    const route = polyline([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 30 },
    ])
    expect(pointAt(route, 0.25)).toEqual({ x: 10, y: 0 })
    expect(pointAt(route, 0.5)).toEqual({ x: 10, y: 10 })
    expect(pointAt(route, -1)).toEqual({ x: 0, y: 0 })
    expect(pointAt(route, 9)).toEqual({ x: 10, y: 30 })
  })
})

describe('messages', () => {
  it('stand where the model has them', () => {
    expect(progress(message({}), 1500)).toBe(0.5)
    const [mark] = marksOf(frame([message({})]), 1000, scene)
    expect(mark?.x).toBe(place('app1').x)
    expect(marksOf(frame([message({})]), 2001, scene)).toHaveLength(0)
  })

  it('pile up at the wall of a partition', () => {
    const walls = outlines(l, ['n1', 'n4', 'app1'], 34, 88).map((o) => o.polygon)
    const held = Array.from({ length: 5 }, (_, id) => message({ id, from: 'app2', to: 'n1', deliverAt: Infinity }))
    const marks = marksOf(frame(held), 5000, { ...scene, walls })
    expect(marks).toHaveLength(5)
    const [wall] = walls
    for (const m of marks) expect(inside(wall ?? [], m)).toBe(false)
    expect(new Set(marks.map((m) => m.x)).size).toBe(5)
  })

  it('make the deciding one big and say a broadcast once', () => {
    const votes = ['n1', 'n2', 'n3'].map((to, id) => message({ id, from: 'n4', to, kind: 'voteRequest', label: 'asks for a vote' }))
    const marks = marksOf(frame(votes), 1500, scene)
    expect(marks.every((m) => m.big)).toBe(true)
    expect(marks.filter((m) => m.label !== '').map((m) => m.label)).toEqual(['n4 asks for a vote'])
  })

  it('cost in proportion to their number', () => {
    const flights = (count: number) =>
      frame(Array.from({ length: count }, (_, id) => message({ id, from: `app${(id % 3) + 1}`, to: `n${(id % 6) + 1}` })))
    const [few, many] = [flights(50), flights(500)]
    const quickest = (f: typeof few): number =>
      Math.min(
        ...Array.from({ length: 60 }, () => {
          const began = performance.now()
          marksOf(f, 1500, scene)
          return performance.now() - began
        }),
      )
    // ten times as many: a cost that grew with the square would be a hundredfold
    expect(quickest(many) / quickest(few)).toBeLessThan(40)
  })

  it('show the lane of a replica that clients talk to', () => {
    expect(lanesIn(frame([message({ to: 'n4' }), message({ to: 'n1' })]), l)).toEqual(['n4'])
  })
})

describe('flows', () => {
  it('rise with what is delivered and fade without', () => {
    const flows = new Flows()
    for (let i = 1; i <= 60; i++)
      flows.take(frame([], { seq: i, traffic: [{ from: 'app1', to: 'n1', kind: 'command', count: 2 }] }), i * 16)
    const busy = flows.top(10)[0]?.rate ?? 0
    expect(busy).toBeGreaterThan(60)
    expect(busy).toBeLessThan(160)
    for (let i = 61; i <= 400; i++) flows.take(frame([], { seq: i }), i * 16)
    expect(flows.top(10)).toHaveLength(0)
  })

  it('shows the busiest, and gossip only in the room that is left', () => {
    const flows = new Flows()
    const traffic = [4, 1, 3].map((count, i) => ({ from: 'app1', to: `n${i + 1}`, kind: 'command' as const, count }))
    const gossip = [40, 90].map((count, i) => ({ from: 'n1', to: `n${i + 2}`, kind: 'ping' as const, count }))
    flows.take(frame([], { seq: 1, traffic: [...gossip, ...traffic] }), 16)
    const shown = (limit: number) => flows.top(limit).map((f) => `${f.kind} ${f.to}`)
    expect(shown(2)).toEqual(['command n1', 'command n3'])
    expect(shown(4)).toEqual(['command n1', 'command n2', 'command n3', 'ping n3'])
    expect(shown(9)).toHaveLength(5)
  })
})

describe('words beside a node', () => {
  it('say who suspects it in full, in short, or how many, as there is room', () => {
    const line: Line = { text: 'PFAIL seen by n2, n6, n7', short: 'PFAIL by n2, n6, n7', least: 'PFAIL by 3', tone: 'signal' }
    expect([400, 130, 70, 10].map((room) => fitted(line, room))).toEqual([line.text, line.short, line.least, line.least])
  })
})

describe('cuts', () => {
  it('hold the origin with its words under it, not beside it', () => {
    const at = place('origin')
    const polygon = outlines(l, ['origin'], 34, 88)[0]?.polygon ?? []
    expect(inside(polygon, { x: at.x, y: at.y + 70 })).toBe(true)
    expect(inside(polygon, { x: at.x + 60, y: at.y })).toBe(false)
  })
  it('leave strangers outside', () => {
    const groups = outlines(l, ['n1', 'n3', 'app1'], 34, 88)
    const others = l.order.filter((id) => !['n1', 'n3', 'app1'].includes(id))
    for (const g of groups) for (const id of others) expect(inside(g.polygon, place(id)), id).toBe(false)
    expect(groups.flatMap((g) => g.members).sort()).toEqual(['app1', 'n1', 'n3'])
  })

  it('do not touch the disc of anybody outside, across two rows of a large cluster', () => {
    const large = layout(
      [
        ...Array.from({ length: 24 }, (_, i): Member => ({ id: `n${i + 1}`, kind: 'node', shard: i % 12 })),
        ...[1, 2, 3].map((n): Member => ({ id: `app${n}`, kind: 'app', shard: 0 })),
        { id: 'origin', kind: 'origin', shard: 0 },
      ],
      { width: 780, height: 312 },
    )
    const cut = ['n1', 'n2', 'n15', 'n16']
    const groups = outlines(large, cut, 24, 30)
    for (const g of groups)
      for (const q of large.places.values())
        if (!cut.includes(q.id))
          for (const [dx, dy] of [
            [12, 0],
            [-12, 0],
            [0, 12],
            [0, -12],
          ] as const)
            expect(inside(g.polygon, { x: q.x + dx, y: q.y + dy }), q.id).toBe(false)
    expect(groups.flatMap((g) => g.members).sort()).toEqual(['n1', 'n15', 'n16', 'n2'])
  })

  it('by a ring take those inside', () => {
    const c = place('n2')
    const ring = Array.from({ length: 20 }, (_, i) => ({
      x: c.x + 40 * Math.cos(i * 0.32),
      y: c.y + 40 * Math.sin(i * 0.32),
    }))
    expect(cutBy(l, ring)).toEqual(['n2'])
  })

  it('by a line across take the smaller side', () => {
    const x = (place('n1').x + place('n2').x) / 2
    const line = [
      { x, y: place('app1').y + 5 },
      { x: x + 3, y: place('n1').y },
      { x, y: place('n4').y - 5 },
    ]
    expect(cutBy(l, line).sort()).toEqual(['app1', 'n1', 'n4'])
    expect(cutBy(l, [...line].reverse()).sort()).toEqual(['app1', 'n1', 'n4'])
  })

  it('meet a route where it crosses', () => {
    const square = hull([
      { x: 5, y: -5 },
      { x: 15, y: -5 },
      { x: 15, y: 5 },
      { x: 5, y: 5 },
    ])
    const route = polyline([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ])
    expect(crossing(route, square)).toBeCloseTo(0.5)
    expect(
      crossing(
        polyline([
          { x: 0, y: 50 },
          { x: 10, y: 50 },
        ]),
        square,
      ),
    ).toBeNull()
  })

  it('are named shortly', () => {
    expect(range(['n2', 'n3', 'n4', 'n5', 'n6'])).toBe('n2 to n6')
    expect(range(['n6', 'n2'])).toBe('n2, n6')
    expect(range(['n1', 'n3', 'n5', 'n9'])).toBe('4 nodes')
  })
})
