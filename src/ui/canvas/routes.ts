import type { ProcessId } from '../../engine/core/process.ts'
import type { MessageKind } from '../../lab/frame.ts'
import { BUS_LANE, CLIENT_LANE, RADIUS, type Layout, type Place } from './layout.ts'

export interface Point {
  x: number
  y: number
}

/** A way along the lines of the map, with the length up to each corner. */
export interface Route {
  points: readonly Point[]
  lengths: readonly number[]
  length: number
}

export type Line = 'client' | 'bus' | 'shard'

const REPLICATION: ReadonlySet<MessageKind> = new Set<MessageKind>(['replication', 'sync'])

const isServer = (p: Place | undefined): boolean => p?.kind === 'node' || p?.kind === 'sentinel'

/** The line a message of this kind travels on between these two. */
export const lineOf = (l: Layout, from: ProcessId, to: ProcessId, kind: MessageKind): Line => {
  const a = l.places.get(from)
  const b = l.places.get(to)
  if (!a || !b || !isServer(a) || !isServer(b)) return 'client'
  return REPLICATION.has(kind) && a.shard === b.shard ? 'shard' : 'bus'
}

export const polyline = (points: readonly Point[]): Route => {
  const kept: Point[] = []
  for (const p of points) {
    const q = kept[kept.length - 1]
    if (!q || Math.abs(q.x - p.x) > 0.01 || Math.abs(q.y - p.y) > 0.01) kept.push(p)
  }
  const lengths = [0]
  for (let i = 1; i < kept.length; i++) {
    const a = kept[i - 1] as Point
    const b = kept[i] as Point
    lengths.push((lengths[i - 1] as number) + Math.hypot(b.x - a.x, b.y - a.y))
  }
  return { points: kept, lengths, length: lengths[lengths.length - 1] ?? 0 }
}

/** The place a share of the way along; before 0 and after 1 it stays at the ends. */
export const pointAt = (route: Route, share: number): Point => {
  const last = route.points.length - 1
  if (last < 0) return { x: 0, y: 0 }
  const at = Math.min(1, Math.max(0, share)) * route.length
  for (let i = 1; i <= last; i++) {
    const end = route.lengths[i] as number
    if (at <= end || i === last) {
      const start = route.lengths[i - 1] as number
      const t = end > start ? Math.min(1, (at - start) / (end - start)) : 1
      const a = route.points[i - 1] as Point
      const b = route.points[i] as Point
      return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t }
    }
  }
  return route.points[0] as Point
}

const reversed = (points: readonly Point[]): Point[] => [...points].reverse()

/** From a node to the client rail of its band, and on to the first band's rail. */
const nodeToRail = (l: Layout, node: Place): Point[] => {
  const band = l.bands[node.band]
  const first = l.bands[0]
  if (!band || !first) return [{ x: node.x, y: node.y }]
  const r = RADIUS[l.density].primary
  const lane = node.x - CLIENT_LANE[l.density]
  const up: Point[] =
    node.row <= 0
      ? [
          { x: node.x, y: node.y - r },
          { x: node.x, y: band.railY },
        ]
      : [
          { x: node.x - RADIUS[l.density].replica, y: node.y },
          { x: lane, y: node.y },
          { x: lane, y: band.railY },
        ]
  return node.band === 0 ? up : [...up, { x: l.feederX, y: band.railY }, { x: l.feederX, y: first.railY }]
}

const toFirstRail = (l: Layout, place: Place): Point[] => {
  if (isServer(place)) return nodeToRail(l, place)
  const first = l.bands[0]
  const size = RADIUS[l.density][place.kind === 'app' ? 'app' : 'origin']
  const edge = place.kind === 'app' ? place.y + size : place.y - size
  return [
    { x: place.x, y: edge },
    { x: place.x, y: first?.railY ?? edge },
  ]
}

const clientPoints = (l: Layout, a: Place, b: Place): Point[] => {
  if (a.kind === 'node' && b.kind === 'node' && a.band === b.band)
    return [...nodeToRail(l, a).slice(0, 3), ...reversed(nodeToRail(l, b).slice(0, 3))]
  return [...toFirstRail(l, a), ...reversed(toFirstRail(l, b))]
}

/** From a node along its bus lane to the bus. */
export const busStub = (l: Layout, node: Place): Point[] => {
  const lane = node.x + BUS_LANE[l.density]
  const busY = l.bands[node.band]?.busY ?? node.y
  const edge = RADIUS[l.density][node.row === 0 ? 'primary' : 'replica'] * 0.66
  return [
    { x: lane, y: node.y + Math.sign(busY - node.y) * edge },
    { x: lane, y: busY },
  ]
}

const busPoints = (l: Layout, a: Place, b: Place): Point[] => {
  const up = busStub(l, a)
  const down = busStub(l, b)
  if (a.band === b.band) {
    // Two of one shard share a lane: no need to go round by the bus.
    if (a.x === b.x) return [up[0] as Point, down[0] as Point]
    return [...up, ...reversed(down)]
  }
  const from = l.bands[a.band]?.busY ?? a.y
  const to = l.bands[b.band]?.busY ?? b.y
  return [...up, { x: l.trunkX, y: from }, { x: l.trunkX, y: to }, ...reversed(down)]
}

const shardPoints = (l: Layout, a: Place, b: Place): Point[] => {
  const down = b.y > a.y ? 1 : -1
  const radius = (q: Place) => (q.row === 0 ? RADIUS[l.density].primary : RADIUS[l.density].replica)
  return [
    { x: a.x, y: a.y + down * radius(a) },
    { x: b.x, y: b.y - down * radius(b) },
  ]
}

/** Routes of one layout, worked out once each. */
export class Routes {
  private known = new Map<string, Route | null>()
  constructor(readonly layout: Layout) {}

  /** null when one end is not on the map (an operator's console). */
  of(from: ProcessId, to: ProcessId, kind: MessageKind): Route | null {
    const line = lineOf(this.layout, from, to, kind)
    const key = `${line} ${from} ${to}`
    const had = this.known.get(key)
    if (had !== undefined) return had
    const route = this.find(from, to, line)
    this.known.set(key, route)
    return route
  }

  private find(from: ProcessId, to: ProcessId, line: Line): Route | null {
    const a = this.layout.places.get(from)
    const b = this.layout.places.get(to)
    if (!a || !b || a === b) return null
    const points =
      line === 'shard' ? shardPoints(this.layout, a, b) : line === 'bus' ? busPoints(this.layout, a, b) : clientPoints(this.layout, a, b)
    const route = polyline(points)
    return route.length > 0 ? route : null
  }
}
