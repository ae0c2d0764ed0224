import { useEffect, useRef } from 'react'
import type { Trace } from '../charts/series.ts'
import { useStore } from '../store/store.ts'
import { drawTrace, prepare, readInk, watchSize } from './draw.ts'
import s from './tape.module.css'

const SHOWN_US = 8_000_000

/** One trace of the last seconds, without scale: its figure stands beside it. */
export const Spark = ({ trace }: { trace: Trace }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => {
      const { frame, windows } = useStore.getState()
      const p = prepare(element)
      if (!p || !frame) return
      const axis = { from: frame.at - SHOWN_US, to: frame.at, x0: 0, x1: p.width }
      drawTrace(p.c, readInk(), axis, { top: 4, height: p.height - 6 }, trace, windows, true)
    }
    const stop = useStore.subscribe((now, before) => {
      if (now.windows !== before.windows) draw()
    })
    const sizes = watchSize(element, draw)
    const themes = new MutationObserver(draw)
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      stop()
      sizes.disconnect()
      themes.disconnect()
    }
  }, [trace])
  return <canvas ref={canvas} className={s.spark} aria-hidden="true" />
}
