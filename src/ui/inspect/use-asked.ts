import { useEffect, useRef, useState } from 'react'
import type { Lab } from '../../lab/lab.ts'
import { useStore } from '../store/store.ts'

const EVERY_MS = 200

/** An answer of the lab kept fresh while the run moves: asked again at most five times a second, one outstanding. */
export const useAsked = <T>(ask: (lab: Lab) => Promise<T>, key: string, every = EVERY_MS): T | null => {
  const [answer, setAnswer] = useState<{ key: string; value: T } | null>(null)
  const asking = useRef(ask)
  useEffect(() => {
    asking.current = ask
  })
  useEffect(() => {
    let stopped = false
    let busy = false
    let askedFor = ''
    let askedAt = 0
    let timer = 0
    const look = () => {
      const { lab, frame } = useStore.getState()
      if (stopped || busy || !lab || !frame) return
      const place = `${frame.scenario} ${frame.seed} ${frame.events} ${frame.at} ${frame.actions.length}`
      if (place === askedFor) return
      const wait = askedAt + every - performance.now()
      if (wait > 0) {
        clearTimeout(timer)
        timer = window.setTimeout(look, wait)
        return
      }
      busy = true
      askedFor = place
      askedAt = performance.now()
      asking
        .current(lab)
        .then(
          (value) => !stopped && setAnswer({ key, value }),
          () => undefined,
        )
        .finally(() => {
          busy = false
          look()
        })
    }
    look()
    const stop = useStore.subscribe((now, before) => {
      if (now.frame !== before.frame) look()
    })
    return () => {
      stopped = true
      clearTimeout(timer)
      stop()
    }
  }, [key, every])
  return answer?.key === key ? answer.value : null
}
