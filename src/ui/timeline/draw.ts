import type { Micros } from '../../engine/core/time.ts'
import type { Mark, MetricWindow } from '../../lab/frame.ts'
import type { Trace } from '../charts/series.ts'
import { together, WINDOW_US } from '../charts/series.ts'

export interface Ink {
  ink: string
  ink2: string
  ink3: string
  line: string
  edge: string
  signal: string
  sunk: string
  bg: string
  stage: string
  text: string
  /** sizes of a fact and of an axis mark. */
  small: string
  mark: string
}

let inks: { theme: string; value: Ink } | null = null

/** The theme's colours for a canvas, read once a theme. */
export const readInk = (): Ink => {
  const root = document.documentElement
  const theme = `${root.dataset['theme'] ?? ''} ${innerWidth >= 1900}`
  if (inks?.theme === theme) return inks.value
  const style = getComputedStyle(root)
  const get = (name: string) => style.getPropertyValue(name).trim()
  const value: Ink = {
    ink: get('--ink'),
    ink2: get('--ink2'),
    ink3: get('--ink3'),
    line: get('--line'),
    edge: get('--edge'),
    signal: get('--signal'),
    sunk: get('--sunk'),
    bg: get('--bg'),
    stage: get('--stage'),
    text: get('--font-text'),
    small: get('--t-small'),
    mark: get('--t-mark'),
  }
  inks = { theme, value }
  return value
}

const boxes = new WeakMap<Element, { width: number; height: number }>()

/** Calls `then` when a canvas has another size, and remembers it: to ask the page for it would lay it out in the middle of a frame. */
export const watchSize = (canvas: HTMLCanvasElement, then: () => void): ResizeObserver => {
  const observer = new ResizeObserver(([entry]) => {
    if (entry) boxes.set(canvas, entry.contentRect)
    then()
  })
  observer.observe(canvas)
  return observer
}

/** Sizes a canvas whose size is watched to its box and the screen's pixels; returns its context in CSS pixels. */
export const prepare = (canvas: HTMLCanvasElement): { c: CanvasRenderingContext2D; width: number; height: number } | null => {
  const { width, height } = boxes.get(canvas) ?? { width: 0, height: 0 }
  const c = canvas.getContext('2d')
  if (!c || width === 0 || height === 0) return null
  const dots = devicePixelRatio || 1
  if (canvas.width !== Math.round(width * dots) || canvas.height !== Math.round(height * dots)) {
    canvas.width = Math.round(width * dots)
    canvas.height = Math.round(height * dots)
  }
  c.setTransform(dots, 0, 0, dots, 0, 0)
  c.clearRect(0, 0, width, height)
  return { c, width, height }
}

export interface Axis {
  from: Micros
  to: Micros
  x0: number
  x1: number
}
export const xOf = (a: Axis, at: Micros): number => a.x0 + ((at - a.from) / (a.to - a.from)) * (a.x1 - a.x0)
export const atOf = (a: Axis, x: number): Micros => a.from + ((x - a.x0) / (a.x1 - a.x0)) * (a.to - a.from)

const SPANS = [14, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700, 3600, 7200, 14400, 86400]

/** The whole run on one line: its span grows in steps, so that the picture stands still between them. */
export const wholeRun = (start: Micros, end: Micros): { from: Micros; to: Micros } => {
  const need = (end - start) / 1e6 + 0.5
  const s = SPANS.find((x) => x >= need) ?? need
  return { from: start, to: start + s * 1e6 }
}

/** Whole steps that leave about 90 px between ticks. */
export const ticks = (a: Axis): Micros[] => {
  const room = Math.max(2, Math.floor((a.x1 - a.x0) / 84))
  const each = (a.to - a.from) / 1e6 / room
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200].find((s) => s >= each) ?? 14_400
  const out: Micros[] = []
  for (let t = Math.ceil(a.from / 1e6 / step) * step; t * 1e6 <= a.to; t += step) out.push(t * 1e6)
  return out
}

/** One trace in its row; what is beyond its alert is drawn in signal. */
export const drawTrace = (
  c: CanvasRenderingContext2D,
  ink: Ink,
  a: Axis,
  row: { top: number; height: number },
  trace: Trace,
  windows: readonly MetricWindow[],
  plain = false,
): void => {
  const bottom = row.top + row.height
  const size = Math.max(1, Math.ceil((a.to - a.from) / WINDOW_US / Math.max(60, (a.x1 - a.x0) / 2)))
  const points: { x: number; value: number }[] = []
  let top = trace.floorTop
  for (let i = 0; i < windows.length; i += size) {
    const w = size === 1 ? windows[i]! : together(windows.slice(i, i + size))!
    if (w.at + WINDOW_US * size < a.from || w.at > a.to) continue
    const value = trace.value(w)
    if (value === null) continue
    const shown = trace.id === 'origin' || trace.id === 'redirects' ? value / Math.min(size, windows.length - i) : value
    top = Math.max(top, shown)
    points.push({ x: xOf(a, w.at + (WINDOW_US * size) / 2), value: shown })
  }
  const y = (value: number) => bottom - trace.scale(value, top) * row.height
  c.lineWidth = 1
  c.strokeStyle = ink.line
  c.beginPath()
  c.moveTo(a.x0, Math.round(bottom) + 0.5)
  c.lineTo(a.x1, Math.round(bottom) + 0.5)
  c.stroke()
  if (trace.alert !== null && !plain) {
    c.strokeStyle = ink.signal
    c.setLineDash([1.5, 3])
    c.beginPath()
    const at = Math.round(y(trace.alert)) + 0.5
    c.moveTo(a.x0, at)
    c.lineTo(a.x1, at)
    c.stroke()
    c.setLineDash([])
  }
  c.save()
  c.beginPath()
  c.rect(a.x0, row.top - 4, a.x1 - a.x0, row.height + 8)
  c.clip()
  c.lineWidth = 1.75
  c.lineJoin = 'round'
  const beyond = (p: { value: number }) => trace.alert !== null && (trace.alertBelow ? p.value < trace.alert : p.value > trace.alert)
  for (let i = 1; i < points.length;) {
    const red = beyond(points[i]!)
    c.strokeStyle = red ? ink.signal : ink.ink
    c.beginPath()
    c.moveTo(points[i - 1]!.x, y(points[i - 1]!.value))
    while (i < points.length && beyond(points[i]!) === red) {
      c.lineTo(points[i]!.x, y(points[i]!.value))
      i++
    }
    c.stroke()
  }
  c.restore()
}

export const isSignal = (kind: Mark['kind']): boolean => kind === 'action' || kind === 'pfail' || kind === 'fail'

/** A mark's shape, as in the legend: × act, half and full diamond, triangle asks, ticked box votes, crown promoted. */
export const drawMark = (c: CanvasRenderingContext2D, ink: Ink, kind: Mark['kind'], x: number, y: number, size = 5): void => {
  c.save()
  c.translate(x, y)
  c.scale(size / 5, size / 5)
  c.lineWidth = 1.5
  const diamond = () => {
    c.beginPath()
    c.moveTo(0, -5.5)
    c.lineTo(5.5, 0)
    c.lineTo(0, 5.5)
    c.lineTo(-5.5, 0)
    c.closePath()
  }
  c.strokeStyle = c.fillStyle = isSignal(kind) ? ink.signal : ink.ink
  switch (kind) {
    case 'action':
      c.lineWidth = 2.25
      c.beginPath()
      c.moveTo(-4.5, -4.5)
      c.lineTo(4.5, 4.5)
      c.moveTo(4.5, -4.5)
      c.lineTo(-4.5, 4.5)
      c.stroke()
      break
    case 'pfail':
      diamond()
      c.fillStyle = ink.bg
      c.fill()
      c.stroke()
      c.fillStyle = ink.signal
      c.beginPath()
      c.moveTo(0, -5.5)
      c.lineTo(0, 5.5)
      c.lineTo(-5.5, 0)
      c.fill()
      break
    case 'fail':
      diamond()
      c.fill()
      c.stroke()
      break
    case 'election':
      c.beginPath()
      c.moveTo(-4, -5.5)
      c.lineTo(5.5, 0)
      c.lineTo(-4, 5.5)
      c.closePath()
      c.fillStyle = ink.bg
      c.fill()
      c.stroke()
      break
    case 'vote':
      c.fillRect(-5, -5, 10, 10)
      c.strokeStyle = ink.bg
      c.beginPath()
      c.moveTo(-2.8, 0.2)
      c.lineTo(-0.8, 2.4)
      c.lineTo(2.8, -2.2)
      c.stroke()
      break
    case 'promoted':
      c.beginPath()
      c.moveTo(-5.5, 4.5)
      c.lineTo(-5.5, -3.5)
      c.lineTo(-2.3, -0.5)
      c.lineTo(0, -5)
      c.lineTo(2.3, -0.5)
      c.lineTo(5.5, -3.5)
      c.lineTo(5.5, 4.5)
      c.closePath()
      c.fill()
      break
    case 'state':
      c.strokeStyle = ink.signal
      c.fillStyle = ink.bg
      c.beginPath()
      c.arc(0, 0, 4, 0, 7)
      c.fill()
      c.stroke()
      break
    default:
      c.fillStyle = ink.edge
      c.beginPath()
      c.arc(0, 0, 2.5, 0, 7)
      c.fill()
  }
  c.restore()
}

/** The needle of now, with its head at the top. */
export const drawNow = (c: CanvasRenderingContext2D, ink: Ink, x: number, top: number, bottom: number, head = true): void => {
  c.strokeStyle = c.fillStyle = ink.signal
  c.lineWidth = 2
  c.beginPath()
  c.moveTo(x, top)
  c.lineTo(x, bottom)
  c.stroke()
  if (!head) return
  c.beginPath()
  c.moveTo(x - 5.5, top)
  c.lineTo(x + 5.5, top)
  c.lineTo(x + 5.5, top + 4)
  c.lineTo(x, top + 9)
  c.lineTo(x - 5.5, top + 4)
  c.closePath()
  c.fill()
}
