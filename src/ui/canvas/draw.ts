import type { Frame, MessageFace, MessageKind } from '../../lab/frame.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import { shardToken } from '../design/shard.ts'
import type { Layout, Place } from './layout.ts'
import { lineOf, pointAt, type Point, type Route, type Routes } from './routes.ts'
import { crossing } from './regions.ts'

/** Everything drawn on the canvas is worked out here from (frame, clock); the canvas keeps nothing. */

export type Palette = (token: string) => string

export interface Scene {
  layout: Layout
  routes: Routes
  /** outlines of the sides of the partitions in force: what cannot pass stops there. */
  walls: readonly (readonly Point[])[]
  /** labels and trails off when small. */
  words: boolean
  still: boolean
}

export interface Mark {
  kind: MessageKind
  x: number
  y: number
  /** the way it goes, a unit vector. */
  dx: number
  dy: number
  shard: number
  big: boolean
  label: string
  /** points from the tail to it; empty for the ordinary. */
  trail: Point[]
  held: boolean
}

const DECISIVE: ReadonlySet<MessageKind> = new Set<MessageKind>(['vote', 'voteRequest', 'fail', 'manualFailover'])
const QUIET: ReadonlySet<MessageKind> = new Set<MessageKind>(['ping', 'pong', 'meet', 'other', 'update'])
/** Where two labels would overlap, the earlier kind speaks. */
const SAID_FIRST: readonly MessageKind[] = ['manualFailover', 'vote', 'fail', 'voteRequest']
const MAX_WORDS = 6
const TRAIL_PX = 96

/** How far along its way a message is at a time. One that a partition holds waits at the wall, later ones behind it. */
export const progress = (m: MessageFace, at: number): number => {
  if (!Number.isFinite(m.deliverAt)) return 1
  return m.deliverAt > m.sentAt ? Math.min(1, Math.max(0, (at - m.sentAt) / (m.deliverAt - m.sentAt))) : 1
}

const wallOn = (scene: Scene, route: Route): number => {
  let share = Infinity
  for (const wall of scene.walls) {
    const at = crossing(route, wall)
    if (at !== null && at < share) share = at
  }
  return share === Infinity ? 0.5 : share
}

const shardFor = (layout: Layout, m: { from: ProcessId; to: ProcessId }): number => {
  const to = layout.places.get(m.to)
  if (to?.kind === 'node') return to.shard
  const from = layout.places.get(m.from)
  return from?.kind === 'node' ? from.shard : -1
}

/** Messages as marks on the map. */
export const marksOf = (frame: Frame, at: number, scene: Scene): Mark[] => {
  const marks: Mark[] = []
  const waiting = new Map<Route, number>()
  const said = new Map<string, number>()
  for (const m of frame.messages) {
    const held = !Number.isFinite(m.deliverAt)
    if (!held && (at < m.sentAt || at > m.deliverAt)) continue
    const route = scene.routes.of(m.from, m.to, m.kind)
    if (!route) continue
    let share = progress(m, at)
    if (held) {
      const before = waiting.get(route) ?? 0
      waiting.set(route, before + 1)
      if (before > 24) continue
      share = Math.max(0, wallOn(scene, route) - (10 + before * 6) / route.length)
    }
    const p = pointAt(route, share)
    const q = pointAt(route, Math.max(0, share - 2 / route.length))
    const gone = Math.hypot(p.x - q.x, p.y - q.y) || 1
    const big = DECISIVE.has(m.kind) && !held
    let label = ''
    if (big && scene.words && m.label) {
      const from = m.kind === 'vote' ? `${m.label} from ${m.from}` : m.kind === 'voteRequest' ? `${m.from} ${m.label}` : m.label
      const times = said.get(from) ?? 0
      // One broadcast is said once; the leader of the pack carries the words.
      if (times === 0 && said.size < MAX_WORDS) label = from
      said.set(from, times + 1)
    }
    marks.push({
      kind: m.kind,
      x: p.x,
      y: p.y,
      dx: (p.x - q.x) / gone,
      dy: (p.y - q.y) / gone,
      shard: shardFor(scene.layout, m),
      big,
      label,
      trail: big ? trailBehind(route, share) : [],
      held,
    })
  }
  return marks
}

const trailBehind = (route: Route, share: number): Point[] => {
  const end = share * route.length
  const start = Math.max(0, end - TRAIL_PX)
  const steps = [0, 1, 2, 3, 4, 5, 6].map((i) => start + ((end - start) * i) / 6)
  const corners = route.lengths.filter((at) => at > start && at < end)
  return [...steps, ...corners].sort((a, b) => a - b).map((at) => pointAt(route, at / route.length))
}

// ---------------------------------------------------------------- flows: rates where single messages are too quick to see

export interface Flow {
  from: ProcessId
  to: ProcessId
  kind: MessageKind
  /** delivered a wall second, smoothed. */
  rate: number
}

/** Rates by link, folded from the frames' counts and fading by wall time. */
export class Flows {
  private rates = new Map<string, Flow>()
  private seq = -1
  private last = 0

  take(frame: Frame, now: number): void {
    if (frame.seq === this.seq) return
    const elapsed = Math.min(0.5, Math.max(0.008, (now - this.last) / 1000))
    this.seq = frame.seq
    this.last = now
    if (!frame.playing && frame.traffic.length === 0) return
    const fade = Math.exp(-elapsed / 0.35)
    for (const [key, flow] of this.rates) {
      flow.rate *= fade
      if (flow.rate < 0.4) this.rates.delete(key)
    }
    for (const t of frame.traffic) {
      const key = `${t.from} ${t.to} ${t.kind}`
      const flow = this.rates.get(key)
      const gained = (t.count / elapsed) * (1 - fade)
      if (flow) flow.rate += gained
      else this.rates.set(key, { from: t.from, to: t.to, kind: t.kind, rate: gained })
    }
  }

  clear(): void {
    this.rates.clear()
  }

  /** The busiest links; gossip where the rest leaves room. */
  top(limit: number): Flow[] {
    const loud: Flow[] = []
    const quiet: Flow[] = []
    for (const flow of this.rates.values()) (QUIET.has(flow.kind) ? quiet : loud).push(flow)
    return [...busiest(loud, limit), ...busiest(quiet, Math.max(0, limit - loud.length))]
  }
}

/** A hundred nodes gossip on thousands of links: their rates alone are sorted, not the links. */
const busiest = (flows: Flow[], limit: number): Flow[] => {
  if (flows.length <= limit) return flows
  const least = Float64Array.from(flows, (f) => f.rate).sort()[flows.length - limit] ?? Infinity
  return flows.filter((f) => f.rate >= least).slice(0, limit)
}

const serves = (p: Place): boolean => p.row > 0 && (p.kind === 'node' || p.kind === 'sentinel')
const asks = (p: Place): boolean => p.kind === 'app' || p.kind === 'origin'

/** Nodes below the first row that talk with applications now: their client lane is worth a line. */
export const lanesIn = (frame: Frame, layout: Layout): ProcessId[] => {
  const lanes = new Set<ProcessId>()
  for (const m of frame.eachMessage ? frame.messages : frame.traffic) {
    const from = layout.places.get(m.from)
    const to = layout.places.get(m.to)
    if (!from || !to) continue
    if (serves(from) && asks(to)) lanes.add(m.from)
    if (serves(to) && asks(from)) lanes.add(m.to)
  }
  return [...lanes]
}

/** Pixels a pulse runs in a second: a fixed pace, since a real flight would be too quick to see. */
const PULSE_PX = 110

// ---------------------------------------------------------------- on the canvas

type Ctx = CanvasRenderingContext2D

const colourOf = (mark: { kind: MessageKind; shard: number }, palette: Palette): string => {
  switch (mark.kind) {
    case 'command':
    case 'reply':
    case 'migrate':
      return palette(shardToken(mark.shard))
    case 'error':
    case 'fail':
      return palette('--signal')
    case 'origin':
    case 'originReply':
    case 'publish':
    case 'message':
      return palette('--ink2')
    case 'replication':
    case 'sync':
      return palette('--stage')
    case 'vote':
    case 'voteRequest':
    case 'manualFailover':
      return palette('--ink')
    default:
      return palette('--edge')
  }
}

const disc = (c: Ctx, x: number, y: number, r: number): void => {
  c.beginPath()
  c.arc(x, y, r, 0, Math.PI * 2)
}

const poly = (c: Ctx, x: number, y: number, ...xy: number[]): void => {
  c.beginPath()
  for (let i = 0; i < xy.length; i += 2) c.lineTo(x + (xy[i] as number), y + (xy[i + 1] as number))
  c.closePath()
}

/** One message's shape, centred. `s` scales it. */
export const shape = (c: Ctx, mark: Pick<Mark, 'kind' | 'shard' | 'x' | 'y'>, s: number, palette: Palette): void => {
  const { x, y } = mark
  const colour = colourOf(mark, palette)
  const stage = palette('--stage')
  c.fillStyle = colour
  c.strokeStyle = colour
  c.lineWidth = 2 * s
  switch (mark.kind) {
    case 'command':
      disc(c, x, y, 4 * s)
      return c.fill()
    case 'reply':
      disc(c, x, y, 3.5 * s)
      c.fillStyle = stage
      c.fill()
      return c.stroke()
    case 'error':
      disc(c, x, y, 5.5 * s)
      c.fillStyle = stage
      c.fill()
      c.lineWidth = 1.5 * s
      c.stroke()
      c.beginPath()
      c.moveTo(x - 2.2 * s, y - 2.2 * s)
      c.lineTo(x + 2.2 * s, y + 2.2 * s)
      c.moveTo(x + 2.2 * s, y - 2.2 * s)
      c.lineTo(x - 2.2 * s, y + 2.2 * s)
      return c.stroke()
    case 'origin':
      return c.fillRect(x - 3.5 * s, y - 3.5 * s, 7 * s, 7 * s)
    case 'originReply':
      c.fillStyle = stage
      c.fillRect(x - 3.5 * s, y - 3.5 * s, 7 * s, 7 * s)
      c.lineWidth = 1.5 * s
      return c.strokeRect(x - 3 * s, y - 3 * s, 6 * s, 6 * s)
    case 'fail':
      poly(c, x, y, 0, -5.5 * s, 5.5 * s, 0, 0, 5.5 * s, -5.5 * s, 0)
      return c.fill()
    case 'voteRequest':
      poly(c, x, y, -4.5 * s, -5.5 * s, 5.5 * s, 0, -4.5 * s, 5.5 * s)
      c.fillStyle = stage
      c.fill()
      c.lineJoin = 'round'
      c.lineWidth = 1.75 * s
      return c.stroke()
    case 'vote':
      c.fillRect(x - 6 * s, y - 6 * s, 12 * s, 12 * s)
      c.beginPath()
      c.moveTo(x - 3.2 * s, y + 0.2 * s)
      c.lineTo(x - 0.8 * s, y + 2.8 * s)
      c.lineTo(x + 3.3 * s, y - 2.6 * s)
      c.strokeStyle = stage
      c.lineWidth = 1.75 * s
      return c.stroke()
    case 'manualFailover':
      poly(
        c,
        x,
        y,
        -5.5 * s,
        4.5 * s,
        -5.5 * s,
        -3.5 * s,
        -2.3 * s,
        -0.5 * s,
        0,
        -5 * s,
        2.3 * s,
        -0.5 * s,
        5.5 * s,
        -3.5 * s,
        5.5 * s,
        4.5 * s,
      )
      return c.fill()
    case 'replication':
      disc(c, x, y, 3 * s)
      return c.fill()
    case 'sync':
      disc(c, x, y, 4.5 * s)
      c.fill()
      c.strokeStyle = palette('--ink')
      c.lineWidth = 1.5 * s
      return c.stroke()
    case 'publish':
    case 'message':
      disc(c, x, y, 4 * s)
      c.fillStyle = stage
      c.fill()
      c.lineWidth = 1.5 * s
      c.stroke()
      disc(c, x, y, 1.6 * s)
      c.fillStyle = colour
      return c.fill()
    case 'migrate':
      for (const [dx, dy] of [
        [-4.5, -4.5],
        [0.5, -4.5],
        [-4.5, 0.5],
        [0.5, 0.5],
      ] as const)
        c.fillRect(x + dx * s, y + dy * s, 4 * s, 4 * s)
      return undefined
    case 'update':
      poly(c, x, y, 0, -4 * s, 4 * s, 3 * s, -4 * s, 3 * s)
      return c.fill()
    default:
      disc(c, x, y, 2.25 * s)
      return c.fill()
  }
}

const words = (c: Ctx, text: string, x: number, y: number, palette: Palette): void => {
  c.font = `600 12px ${palette('--font-text')}`
  c.textAlign = 'center'
  c.lineJoin = 'round'
  c.lineWidth = 4
  c.strokeStyle = palette('--stage')
  c.strokeText(text, x, y)
  c.fillStyle = palette('--ink')
  c.fillText(text, x, y)
}

const drawMark = (c: Ctx, mark: Mark, palette: Palette): void => {
  if (!mark.big) return shape(c, mark, 1, palette)
  const ink = mark.kind === 'fail' ? palette('--signal') : palette('--ink')
  c.strokeStyle = ink
  c.lineCap = 'butt'
  for (let i = 1; i < mark.trail.length; i++) {
    const a = mark.trail[i - 1] as Point
    const b = mark.trail[i] as Point
    c.lineWidth = 1.5 + (i / mark.trail.length) * 5.5
    c.globalAlpha = 0.25 + (i / mark.trail.length) * 0.75
    c.beginPath()
    c.moveTo(a.x, a.y)
    c.lineTo(b.x, b.y)
    c.stroke()
  }
  c.globalAlpha = 1
  c.fillStyle = palette('--stage')
  c.fillRect(mark.x - 10.5, mark.y - 10.5, 21, 21)
  shape(c, mark, 1.5, palette)
  const nose = { x: mark.x + mark.dx * 19, y: mark.y + mark.dy * 19 }
  const back = { x: mark.x + mark.dx * 12, y: mark.y + mark.dy * 12 }
  c.beginPath()
  c.moveTo(nose.x, nose.y)
  c.lineTo(back.x - mark.dy * 4.5, back.y + mark.dx * 4.5)
  c.lineTo(back.x + mark.dy * 4.5, back.y - mark.dx * 4.5)
  c.closePath()
  c.fillStyle = ink
  c.fill()
}

/** The stretch of a route between two lengths, round its corners. */
const along = (c: Ctx, route: Route, start: number, end: number): void => {
  const a = pointAt(route, start / route.length)
  c.moveTo(a.x, a.y)
  for (let i = 1; i < route.points.length - 1; i++) {
    const at = route.lengths[i] as number
    if (at > start && at < end) c.lineTo((route.points[i] as Point).x, (route.points[i] as Point).y)
  }
  const b = pointAt(route, end / route.length)
  c.lineTo(b.x, b.y)
}

const drawFlow = (c: Ctx, flow: Flow, route: Route, scene: Scene, phase: number, palette: Palette): void => {
  const line = lineOf(scene.layout, flow.from, flow.to, flow.kind)
  const colour = colourOf({ kind: flow.kind, shard: shardFor(scene.layout, flow) }, palette)
  const pulses = flow.kind === 'error' ? 1 : Math.max(1, Math.min(3, Math.round(Math.log10(1 + flow.rate))))
  const spacing = Math.max(route.length / pulses, 26)
  const quiet = QUIET.has(flow.kind) || (line === 'bus' && flow.kind !== 'migrate')
  const long = quiet ? 3 : line === 'shard' ? 4 : flow.kind === 'message' || flow.kind === 'publish' ? 5 : 9
  // Each link starts its pulses elsewhere, so that they do not march in step.
  let seed = 7
  for (let i = 0; i < flow.to.length; i++)
    seed = (seed * 31 + flow.to.charCodeAt(i) * 17 + flow.from.charCodeAt(i % flow.from.length) * 7) % 997
  const offset = (seed / 997) * spacing
  c.strokeStyle = colour
  c.lineCap = 'round'
  c.lineWidth = quiet ? 3 : line === 'shard' ? 3 : 4
  c.globalAlpha = flow.kind === 'error' ? 1 : Math.min(1, 0.35 + flow.rate / 12)
  const hollow = flow.kind === 'reply'
  for (let k = 0; k < pulses; k++) {
    const end = ((phase * PULSE_PX + offset + k * spacing) % (spacing * pulses)) as number
    if (end > route.length) continue
    const b = pointAt(route, end / route.length)
    if (flow.kind === 'error') {
      shape(c, { kind: 'error', shard: -1, x: b.x, y: b.y }, 0.9, palette)
      c.strokeStyle = colour
      continue
    }
    c.beginPath()
    along(c, route, Math.max(0, end - long), end)
    c.stroke()
    if (hollow) {
      c.strokeStyle = palette('--stage')
      c.lineWidth = 1.6
      c.stroke()
      c.strokeStyle = colour
      c.lineWidth = 4
    }
  }
  c.globalAlpha = 1
}

/** The whole overlay. The context is already scaled to the map's coordinates. `phase` is seconds the pulses have run. */
export const drawFrame = (
  c: Ctx,
  frame: Frame,
  at: number,
  scene: Scene,
  flows: readonly Flow[],
  phase: number,
  palette: Palette,
): number => {
  if (!frame.eachMessage) {
    for (const flow of flows) {
      const route = scene.routes.of(flow.from, flow.to, flow.kind)
      if (route) drawFlow(c, flow, route, scene, scene.still ? 0.3 : phase, palette)
    }
  }
  const marks = marksOf(frame, at, scene).filter((m) => frame.eachMessage || m.held || m.big)
  for (const mark of marks) if (!mark.big) drawMark(c, mark, palette)
  for (const mark of marks) if (mark.big) drawMark(c, mark, palette)
  const taken: { x: number; y: number; half: number }[] = []
  for (const mark of marks.filter((m) => m.label !== '').sort((a, b) => SAID_FIRST.indexOf(a.kind) - SAID_FIRST.indexOf(b.kind))) {
    const half = mark.label.length * 3.2
    const x = Math.max(half + 2, mark.x)
    const y = mark.y - 17
    if (taken.some((t) => Math.abs(t.y - y) < 14 && Math.abs(t.x - x) < t.half + half + 6)) continue
    taken.push({ x, y, half })
    words(c, mark.label, x, y, palette)
  }
  return marks.length
}
