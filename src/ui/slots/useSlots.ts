import { useEffect, useRef, useState, type RefObject } from 'react'
import type { ProcessId } from '../../engine/core/process.ts'
import type { SlotView } from '../../lab/frame.ts'
import { useStore } from '../store/store.ts'

const EVERY_MS = 260

export const useVisible = (ref: RefObject<HTMLElement | null>): boolean => {
  const [visible, setVisible] = useState(false)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const watch = new IntersectionObserver(([entry]) => setVisible(entry?.isIntersecting ?? false))
    watch.observe(element)
    return () => watch.disconnect()
  }, [ref])
  return visible
}

export interface BothViews {
  believer: ProcessId
  belief: SlotView
  truth: SlotView
}

/** The slots as believed and as served, asked for about four times a second while they are looked at and something happened. */
export const useSlots = (believer: ProcessId | null, visible: boolean): BothViews | null => {
  const [views, setViews] = useState<BothViews | null>(null)
  const asked = useRef('')
  useEffect(() => {
    if (!believer || !visible) return
    let stopped = false
    let busy = false
    const ask = async () => {
      const { lab, frame } = useStore.getState()
      if (!lab || !frame || busy || document.hidden) return
      const place = `${believer} ${frame.scenario} ${frame.seed} ${frame.at} ${frame.events}`
      if (place === asked.current) return
      busy = true
      try {
        const [belief, truth] = await Promise.all([lab.slots(believer), lab.slots('truth')])
        if (stopped) return
        asked.current = place
        setViews({ believer, belief, truth })
      } catch {
        // The process may just have left; the next look asks again.
      } finally {
        busy = false
      }
    }
    asked.current = ''
    void ask()
    const timer = setInterval(() => void ask(), EVERY_MS)
    return () => {
      stopped = true
      clearInterval(timer)
    }
  }, [believer, visible])
  return views
}
