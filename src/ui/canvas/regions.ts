import type { ProcessId } from '../../engine/core/process.ts'
import type { Layout, Place } from './layout.ts'
import type { Point, Route } from './routes.ts'

const cross = (o: Point, a: Point, b: Point): number => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x)

/** Andrew's monotone chain, counter-clockwise. */
export const hull = (points: readonly Point[]): Point[] => {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  if (sorted.length < 3) return sorted
  const half = (list: readonly Point[]) => {
    const out: Point[] = []
    for (const p of list) {
      while (out.length >= 2 && cross(out[out.length - 2] as Point, out[out.length - 1] as Point, p) <= 0) out.pop()
      out.push(p)
    }
    out.pop()
    return out
  }
  return [...half(sorted), ...half(sorted.reverse())]
}

export const inside = (polygon: readonly Point[], p: Point): boolean => {
  let within = false
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[i] as Point
    const b = polygon[j] as Point
    if (a.y > p.y !== b.y > p.y && p.x < ((b.x - a.x) * (p.y - a.y)) / (b.y - a.y) + a.x) within = !within
  }
  return within
}

/** A rounded box about a station and the words at its right. */
const around = (p: Point, radius: number, words: number): Point[] =>
  Array.from({ length: 24 }, (_, i) => {
    const angle = (i * Math.PI) / 12 + Math.PI / 24
    return { x: p.x + radius * Math.cos(angle) + (Math.cos(angle) > 0 ? words : 0), y: p.y + radius * Math.sin(angle) }
  })

/** The origin's words stand under it, and take as much room there as half of a node's beside it. */
const aroundPlace = (p: Place, radius: number, words: number): Point[] =>
  p.kind === 'origin' ? around(p, radius * 1.2, 0).map((q) => ({ x: q.x, y: q.y > p.y ? q.y + words / 2 : q.y })) : around(p, radius, words)

/** How much of the outline's distance a stranger keeps from it. */
const CLEAR = 0.6

/** Outlines round the members that leave everybody else out: one where that can be, several where it cannot. */
export const outlines = (
  l: Layout,
  members: readonly ProcessId[],
  radius: number,
  words: number,
): { members: ProcessId[]; polygon: Point[] }[] => {
  const chosen = new Set(members)
  const strangers = [...l.places.values()].filter((q) => !chosen.has(q.id))
  const wrap = (ids: readonly ProcessId[]) => hull(ids.flatMap((id) => aroundPlace(l.places.get(id) as Place, radius, words)))
  // a disc that the outline only touches would look cut off too
  const discs = strangers.flatMap((q) => [q, ...around(q, radius * CLEAR, 0)])
  const free = (polygon: readonly Point[]) => !discs.some((q) => inside(polygon, q))

  let groups = l.order.filter((id) => chosen.has(id)).map((id) => ({ members: [id], polygon: wrap([id]) }))
  for (let merged = true; merged;) {
    merged = false
    for (let i = 0; i < groups.length && !merged; i++)
      for (let j = i + 1; j < groups.length && !merged; j++) {
        const a = groups[i]
        const b = groups[j]
        if (!a || !b) continue
        const polygon = hull([...a.polygon, ...b.polygon])
        if (!free(polygon)) continue
        groups = groups.filter((g) => g !== a && g !== b)
        groups.unshift({ members: [...a.members, ...b.members], polygon })
        merged = true
      }
  }
  return groups
}

/** The share of a route at which it first crosses the outline; null when it does not. */
export const crossing = (route: Route, polygon: readonly Point[]): number | null => {
  for (let i = 1; i < route.points.length; i++) {
    const a = route.points[i - 1] as Point
    const b = route.points[i] as Point
    let first = Infinity
    for (let k = 0, j = polygon.length - 1; k < polygon.length; j = k++) {
      const c = polygon[j] as Point
      const d = polygon[k] as Point
      const det = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x)
      if (Math.abs(det) < 1e-9) continue
      const t = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / det
      const u = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / det
      if (t >= 0 && t <= 1 && u >= 0 && u <= 1 && t < first) first = t
    }
    if (first < Infinity && route.length > 0) {
      const start = route.lengths[i - 1] as number
      const end = route.lengths[i] as number
      return (start + (end - start) * first) / route.length
    }
  }
  return null
}

const FAR = 1e5

/**
 * Whom a free-hand stroke cuts off: those inside it when it comes back to itself, else those on the smaller side of it
 * as it runs on to the edges of the map.
 */
export const cutBy = (l: Layout, stroke: readonly Point[]): ProcessId[] => {
  const first = stroke[0]
  const last = stroke[stroke.length - 1]
  if (!first || !last || stroke.length < 2) return []
  let length = 0
  for (let i = 1; i < stroke.length; i++)
    length += Math.hypot((stroke[i] as Point).x - (stroke[i - 1] as Point).x, (stroke[i] as Point).y - (stroke[i - 1] as Point).y)
  const apart = Math.hypot(last.x - first.x, last.y - first.y)
  const all = l.order.map((id) => l.places.get(id)).filter((q) => q !== undefined)
  if (apart < length * 0.55) return all.filter((q) => inside(stroke, q)).map((q) => q.id)

  const ux = (last.x - first.x) / apart
  const uy = (last.y - first.y) / apart
  const before = { x: first.x - ux * FAR, y: first.y - uy * FAR }
  const after = { x: last.x + ux * FAR, y: last.y + uy * FAR }
  const side = [
    before,
    ...stroke,
    after,
    { x: after.x - uy * FAR, y: after.y + ux * FAR },
    { x: before.x - uy * FAR, y: before.y + ux * FAR },
  ]
  const one = all.filter((q) => inside(side, q)).map((q) => q.id)
  const other = all.filter((q) => !inside(side, q)).map((q) => q.id)
  return one.length === 0 || other.length === 0 ? [] : one.length <= other.length ? one : other
}

/** 'n1, n2, app1 and 4 more'. */
export const named = (ids: readonly ProcessId[], most = 4): string =>
  ids.length <= most ? ids.join(', ') : `${ids.slice(0, most - 1).join(', ')} and ${ids.length - most + 1} more`

/** 'n2 to n6' where the numbers run on, else the names. */
export const range = (ids: readonly ProcessId[]): string => {
  const sorted = [...ids].sort((a, b) => Number(a.replace(/\D+/g, '')) - Number(b.replace(/\D+/g, '')))
  const numbers = sorted.map((id) => Number(id.replace(/\D+/g, '')))
  const runsOn = numbers.every((n, i) => i === 0 || n === (numbers[i - 1] as number) + 1)
  if (sorted.length >= 3 && runsOn) return `${sorted[0]} to ${sorted[sorted.length - 1]}`
  if (sorted.length > 3) return `${sorted.length} nodes`
  return sorted.join(', ')
}
