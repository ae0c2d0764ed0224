import { useEffect, useRef } from 'react'
import { useStoreApi } from 'reactflow'
import type { Frame } from '../../lab/frame.ts'
import { live } from '../store/store.ts'
import { Clock } from './clock.ts'
import { drawFrame, Flows, lanesIn, type Flow, type Palette, type Scene } from './draw.ts'
import type { Layout } from './layout.ts'
import { useStage } from './stage-state.ts'
import type { Point, Routes } from './routes.ts'
import { smallerSide, wallsRound } from './Cuts.tsx'
import styles from './stage.module.css'

const readPalette = (): Palette => {
  const style = getComputedStyle(document.documentElement)
  const known = new Map<string, string>()
  return (token) => {
    let value = known.get(token)
    if (value === undefined) known.set(token, (value = style.getPropertyValue(token).trim()))
    return value
  }
}

/** A lane stays this long after its last message, so that it does not flicker. */
const LANE_MS = 4000
/** Links whose pulses are drawn. */
const MOST_FLOWS = 140

interface WordsBox {
  x: number
  y: number
  width: number
  height: number
}
const NO_WORDS: readonly WordsBox[] = []

/** Where the words and the button of each cut stand on the map. */
const readWords = (stage: HTMLElement | null): WordsBox[] =>
  [...(stage?.querySelectorAll<HTMLElement>('[data-cut-words]') ?? [])].map((e) => ({
    x: Number(e.dataset['x']),
    y: Number(e.dataset['y']),
    width: e.offsetWidth,
    height: e.offsetHeight,
  }))

/** One canvas over the map, drawn from the latest frame and the clock. */
export const Messages = ({ layout, routes }: { layout: Layout; routes: Routes }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const flow = useStoreApi()

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const clock = new Clock()
    const flows = new Flows()
    const reduced = matchMedia('(prefers-reduced-motion: reduce)')
    let palette = readPalette()
    let stale = true
    let drawnSeq = -1
    let drawnKey = ''
    let walls: Point[][] = []
    let wallsOf = ''
    let phase = 0
    let last = 0
    let next = 0
    let ratio = 1
    let taken: Frame | null = null
    let busiest: readonly Flow[] = []
    let lanesAt = 0
    let words: readonly WordsBox[] = []
    const seen = new Map<string, number>()

    const resize = () => {
      ratio = devicePixelRatio || 1
      const { clientWidth, clientHeight } = element
      element.width = Math.round(clientWidth * ratio)
      element.height = Math.round(clientHeight * ratio)
      stale = true
    }
    const sizes = new ResizeObserver(resize)
    sizes.observe(element)
    const theme = new MutationObserver(() => {
      palette = readPalette()
      stale = true
    })
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })

    const tick = (now: number) => {
      next = requestAnimationFrame(tick)
      const { frame } = live.getState()
      if (!frame) return
      if (frame !== taken) {
        taken = frame
        clock.take(frame, now)
        flows.take(frame, now)
        busiest = flows.top(MOST_FLOWS)
        for (const id of lanesIn(frame, layout)) seen.set(id, now)
      }
      if (now - lanesAt > 400) {
        lanesAt = now
        for (const [id, at] of seen) if (now - at > LANE_MS) seen.delete(id)
        const lanes = [...seen.keys()].sort((a, b) => (a < b ? -1 : 1))
        if (lanes.join() !== useStage.getState().lanes.join()) useStage.getState().set({ lanes })
        const read = frame.partitions.length > 0 ? readWords(element.parentElement) : NO_WORDS
        if (JSON.stringify(read) !== JSON.stringify(words)) {
          words = read
          stale = true
        }
      }
      if (frame.playing) phase += Math.min(0.1, (now - last) / 1000)
      last = now
      const { transform } = flow.getState()
      const key = transform.join()
      const moves = frame.playing && !reduced.matches
      if (!stale && !moves && frame.seq === drawnSeq && key === drawnKey) return
      stale = false
      drawnSeq = frame.seq
      drawnKey = key

      const cuts = JSON.stringify(frame.partitions)
      if (cuts !== wallsOf) {
        wallsOf = cuts
        walls = frame.partitions.flatMap((p) => wallsRound(layout, smallerSide(layout, p)).map((o) => o.polygon))
      }
      const at = reduced.matches ? frame.at : clock.at(now)
      const [x, y, zoom] = transform
      const scene: Scene = { layout, routes, walls, words: zoom > 0.6, still: reduced.matches }
      const began = performance.now()
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.clearRect(0, 0, element.width, element.height)
      context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y)
      drawFrame(context, frame, at, scene, busiest, phase, palette)
      // the words at a cut lie under this canvas: what runs over them goes
      for (const box of words) context.clearRect(box.x, box.y, box.width, box.height)
      element.dataset['cost'] = (performance.now() - began).toFixed(2)
    }
    next = requestAnimationFrame(tick)
    return () => {
      cancelAnimationFrame(next)
      sizes.disconnect()
      theme.disconnect()
    }
  }, [layout, routes, flow])

  return <canvas ref={canvas} className={styles.messages} aria-hidden="true" />
}
