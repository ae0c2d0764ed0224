import { useEffect, useRef } from 'react'
import { SEC, type Micros } from '../../engine/core/time.ts'
import type { Frame, Mark } from '../../lab/frame.ts'
import { TRACES } from '../charts/series.ts'
import { seconds } from '../design/format.ts'
import { seek } from '../store/session.ts'
import { live, startOfRun, useStore } from '../store/store.ts'
import { atOf, drawMark, drawNow, drawTrace, isSignal, prepare, readInk, ticks, watchSize, wholeRun, xOf, type Axis } from './draw.ts'
import s from './tape.module.css'

/** Rows of the full tape, in pixels from its top; the transport's figures stand beside the traces. */
const ZOOM = { top: 6, line: 32, bottom: 58 }
const LINE = 92
const ROWS = { top: 118, each: 30, height: 22 }
/** What the zoomed sweep shows around now. */
const NEAR: Micros = 2 * SEC
const NEAR_PAST = 0.78

interface Axes {
  whole: Axis
  near: Axis
}

const startOf = (frame: Frame): Micros => startOfRun({ custom: useStore.getState().custom, frame })

const axesOf = (frame: Frame, width: number, edge: number): Axes => {
  const start = Math.min(startOf(frame), frame.at)
  const x0 = edge
  const x1 = width - edge
  const from = Math.max(start - NEAR * (1 - NEAR_PAST), frame.at - NEAR * NEAR_PAST)
  return {
    whole: { ...wholeRun(start, Math.max(frame.end, frame.at)), x0, x1 },
    near: { from, to: from + NEAR, x0, x1 },
  }
}

const ACT_WORDS: Record<string, string> = {
  powerOff: 'power off',
  restartEmpty: 'restart empty',
  slow: 'slow down',
  failover: 'fail over to',
  partition: 'cut',
  link: 'change a link',
  resetLinks: 'reset the links',
  config: 'set a directive',
  addNode: 'add a node',
  removeNode: 'remove',
  cancelReshard: 'cancel the reshard',
  redisCli: 'redis-cli --cluster',
  redisCliInput: 'answer redis-cli',
  redisCliStop: 'stop redis-cli',
  expireHot: 'expire the hot key',
  updateRow: 'update a row',
  subscription: 'change a subscription',
  load: 'change the load',
  policy: 'change the policy',
  origin: 'change the database',
}

/** Room beside the line of now, in pixels. */
const CLEAR = 9

/** A mark names an action by its type, and its process after it. */
const actWords = (label: string): string => {
  const [type = '', process = ''] = label.split(' ')
  return `${ACT_WORDS[type] ?? type}${process && process !== '*' ? ` ${process}` : ''}`
}

/** Turning a knob says less than an act; a lesson turns some before its first. */
const SETTINGS: ReadonlySet<string> = new Set(['load', 'policy'])

/** Decides which marks get their words: the weightier first, as long as they touch neither each other nor the line of now. */
const labelled = (c: CanvasRenderingContext2D, marks: readonly { x: number; mark: Mark }[], { x0, x1 }: Axis, now: number) => {
  const weight: Record<Mark['kind'], number> = {
    action: 6,
    promoted: 5,
    fail: 4,
    election: 3,
    pfail: 2,
    vote: 1,
    state: 0,
    other: 0,
  }
  const weigh = ({ kind, label }: Mark) => weight[kind] - (kind === 'action' && SETTINGS.has(label.split(' ')[0] ?? '') ? 0.5 : 0)
  const taken: { from: number; to: number }[] = []
  const out: { x: number; text: string; mark: Mark; start: number }[] = []
  const said = new Set<string>()
  for (const { x, mark } of [...marks].sort((a, b) => weigh(b.mark) - weigh(a.mark) || a.mark.at - b.mark.at)) {
    if (weight[mark.kind] === 0) continue
    const text = mark.kind === 'action' ? `you ${actWords(mark.label)}` : mark.label
    const width = c.measureText(text).width
    let start = Math.max(x0, Math.min(x1 - width, x - width / 2))
    if (start - CLEAR < now && now < start + width + CLEAR) start = now + CLEAR + width < x1 ? now + CLEAR : now - CLEAR - width
    const key = `${mark.kind} ${Math.round(x / 8)}`
    if (said.has(key) || taken.some((t) => start < t.to + 10 && start + width > t.from - 10)) continue
    said.add(key)
    taken.push({ from: start, to: start + width })
    out.push({ x, text, mark, start })
  }
  return out
}

const drawSweep = (c: CanvasRenderingContext2D, frame: Frame, axis: Axis, y: number, labelY: number, size: number) => {
  const ink = readInk()
  const clamp = (at: Micros) => Math.max(axis.x0, Math.min(axis.x1, xOf(axis, at)))
  c.lineWidth = 2
  c.strokeStyle = ink.line
  c.beginPath()
  c.moveTo(axis.x0, y)
  c.lineTo(axis.x1, y)
  c.stroke()
  if (frame.end > frame.at) {
    c.strokeStyle = ink.edge
    c.setLineDash([4, 4])
    c.beginPath()
    c.moveTo(clamp(frame.at), y)
    c.lineTo(clamp(frame.end), y)
    c.stroke()
    c.setLineDash([])
  }
  c.strokeStyle = ink.ink
  c.lineWidth = 2.5
  c.beginPath()
  c.moveTo(clamp(axis.from), y)
  c.lineTo(clamp(frame.at), y)
  c.stroke()
  const marks = frame.marks.filter((m) => m.at >= axis.from && m.at <= axis.to).map((mark) => ({ x: xOf(axis, mark.at), mark }))
  for (const { x, mark } of marks) {
    c.globalAlpha = mark.at > frame.at ? 0.4 : 1
    if (mark.kind !== 'state' && mark.kind !== 'other') drawMark(c, ink, mark.kind, x, y, size)
    c.globalAlpha = 1
  }
  c.font = `${ink.small} ${ink.text}`
  c.textBaseline = 'alphabetic'
  for (const { text, mark, start } of labelled(c, marks, axis, clamp(frame.at))) {
    c.fillStyle = isSignal(mark.kind) && mark.kind === 'action' ? ink.signal : mark.at > frame.at ? ink.ink3 : ink.ink
    c.fillText(text, start, labelY)
  }
}

const drawFull = (canvas: HTMLCanvasElement): void => {
  const { frame } = live.getState()
  const { windows } = useStore.getState()
  const p = prepare(canvas)
  if (!p || !frame) return
  const { c, width, height } = p
  const ink = readInk()
  const { whole, near } = axesOf(frame, width, 24)
  const axisY = height - 8

  // the zoomed sweep, and where on the whole it lies
  c.fillStyle = ink.sunk
  const a = Math.max(whole.x0, xOf(whole, near.from))
  const b = Math.min(whole.x1, xOf(whole, near.to))
  c.fillRect(near.x0, 0, near.x1 - near.x0, ZOOM.bottom)
  c.globalAlpha = 0.6
  c.beginPath()
  c.moveTo(near.x0, ZOOM.bottom)
  c.lineTo(near.x1, ZOOM.bottom)
  c.lineTo(b, LINE - 8)
  c.lineTo(a, LINE - 8)
  c.fill()
  c.fillRect(a, LINE - 8, b - a, 16)
  c.globalAlpha = 1

  // marks through the traces
  c.lineWidth = 1
  c.setLineDash([2, 3])
  for (const m of frame.marks) {
    if (m.kind !== 'action' && m.kind !== 'fail' && m.kind !== 'promoted') continue
    c.strokeStyle = m.kind === 'action' ? ink.signal : ink.edge
    const x = Math.round(xOf(whole, m.at)) + 0.5
    c.beginPath()
    c.moveTo(x, LINE + 8)
    c.lineTo(x, axisY - 14)
    c.stroke()
  }
  c.setLineDash([])
  TRACES.forEach((trace, i) => drawTrace(c, ink, whole, { top: ROWS.top + i * ROWS.each, height: ROWS.height }, trace, windows))

  drawSweep(c, frame, whole, LINE, LINE - 12, 5)
  drawSweep(c, frame, near, ZOOM.line, 18, 5.5)
  c.fillStyle = ink.ink2
  c.font = `${ink.mark} ${ink.text}`
  const waits = waitingWords(frame)
  if (waits) {
    c.textAlign = 'center'
    c.fillText(waits, (near.x0 + Math.min(near.x1, xOf(near, frame.at))) / 2, ZOOM.bottom - 8)
    c.textAlign = 'left'
  }
  for (const t of ticks(whole)) {
    const text = `${t / 1e6} s`
    const x = Math.min(xOf(whole, t) - (t === whole.from ? 0 : c.measureText(text).width / 2), whole.x1 - c.measureText(text).width)
    c.fillText(text, x, axisY)
  }
  drawNow(c, ink, xOf(near, frame.at), 0, ZOOM.bottom)
  drawNow(c, ink, xOf(whole, frame.at), LINE - 12, axisY - 14, false)
}

/** What the run waits for, where the wait has a known end. */
const waitingWords = (frame: Frame): string => {
  for (const p of frame.processes) {
    const e = p.node?.election
    if (e?.phase === 'waiting' && e.startsAt > frame.at)
      return `${p.id} waits its turn, ${Math.ceil((e.startsAt - frame.at) / 1000)} ms more`
  }
  return ''
}

const drawSmall = (canvas: HTMLCanvasElement): void => {
  const { frame } = live.getState()
  const p = prepare(canvas)
  if (!p || !frame) return
  const { whole } = axesOf(frame, p.width, 16)
  drawSweep(p.c, frame, whole, 28, 14, 5)
  drawNow(p.c, readInk(), xOf(whole, frame.at), 3, 42)
}

/** The run as a tape: what happened when, and the four traces under it. Drag or use the arrow keys to go anywhere in it. */
export const Tape = ({ small = false }: { small?: boolean }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const seeking = useRef<{ busy: boolean; next: Micros | null }>({ busy: false, next: null })

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    let asked = 0
    let said: Frame | null = null
    let wordsChanged = false
    const draw = () => {
      // the page's words are laid out and painted in this display frame: the tape has the next
      asked = wordsChanged ? requestAnimationFrame(draw) : 0
      wordsChanged = false
      if (asked !== 0) return
      ;(small ? drawSmall : drawFull)(element)
      const { frame } = useStore.getState()
      const slider = box.current
      if (!frame || !slider || frame === said) return
      said = frame
      slider.setAttribute('aria-valuemin', String(Math.floor(startOf(frame) / 1000)))
      slider.setAttribute('aria-valuemax', String(Math.ceil(Math.max(frame.end, frame.at) / 1000)))
      slider.setAttribute('aria-valuenow', String(Math.round(frame.at / 1000)))
      slider.setAttribute('aria-valuetext', `${seconds(frame.at)} seconds of ${seconds(Math.max(frame.end, frame.at))}`)
    }
    const ask = () => {
      if (asked === 0) asked = requestAnimationFrame(draw)
    }
    const stop = useStore.subscribe((now, before) => {
      wordsChanged ||= now.frame !== before.frame
      if (now.windows !== before.windows || now.theme !== before.theme) ask()
    })
    const unfollow = live.subscribe(ask)
    const sizes = watchSize(element, ask)
    const themes = new MutationObserver(ask)
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    void document.fonts.ready.then(ask)
    ask()
    return () => {
      stop()
      unfollow()
      sizes.disconnect()
      themes.disconnect()
      cancelAnimationFrame(asked)
    }
  }, [small])

  /** One seek at a time; of those asked for meanwhile only the last. */
  const go = (at: Micros) => {
    const state = seeking.current
    state.next = at
    if (state.busy) return
    state.busy = true
    const run = async () => {
      while (state.next !== null) {
        const target = state.next
        state.next = null
        await seek(target)
      }
      state.busy = false
    }
    void run()
  }

  const drag = useRef<Axis | null>(null)
  const pointerAt = (event: React.PointerEvent): number => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0)
  const clampToRun = (at: Micros, frame: Frame) => Math.max(startOf(frame), Math.min(at, Math.max(frame.end, frame.at)))

  return (
    <div
      ref={box}
      className={small ? s.small : s.tape}
      role="slider"
      tabIndex={0}
      aria-label="Time of the run, in milliseconds"
      aria-valuemin={0}
      aria-valuemax={0}
      aria-valuenow={0}
      onPointerDown={(event) => {
        const { frame, lab } = useStore.getState()
        if (!frame || event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        lab?.pause()
        const y = event.clientY - (canvas.current?.getBoundingClientRect().top ?? 0)
        const axes = axesOf(frame, canvas.current?.clientWidth ?? 0, small ? 16 : 24)
        // the axis is kept for the drag, since seeking moves the zoomed sweep
        drag.current = !small && y < ZOOM.bottom ? axes.near : axes.whole
        go(clampToRun(atOf(drag.current, pointerAt(event)), frame))
      }}
      onPointerMove={(event) => {
        const { frame } = useStore.getState()
        if (drag.current && frame) go(clampToRun(atOf(drag.current, pointerAt(event)), frame))
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onKeyDown={(event) => {
        const { frame, lab } = useStore.getState()
        if (!frame || event.ctrlKey || event.metaKey || event.altKey) return
        const end = Math.max(frame.end, frame.at)
        const small = event.shiftKey ? 1000 : 100_000
        const to: Record<string, Micros> = {
          ArrowLeft: frame.at - small,
          ArrowDown: frame.at - small,
          ArrowRight: frame.at + small,
          ArrowUp: frame.at + small,
          PageDown: frame.at - SEC,
          PageUp: frame.at + SEC,
          Home: startOf(frame),
          End: end,
        }
        const at = to[event.key]
        if (at === undefined) return
        event.preventDefault()
        lab?.pause()
        go(clampToRun(at, frame))
      }}
    >
      <canvas ref={canvas} className={s.canvas} aria-hidden="true" />
    </div>
  )
}
