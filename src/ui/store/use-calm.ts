import { useEffect, useRef, useState } from 'react'
import { useStore, type LabStore } from './store.ts'

const EVERY_MS = 150

/** A view of the store for what is read, not watched: renewed at most every 150 ms, and at once when `key` changes. */
export const useCalm = <T>(view: (s: LabStore) => T, key = ''): T => {
  const [shown, setShown] = useState(() => ({ key, value: view(useStore.getState()) }))
  const latest = useRef(view)
  useEffect(() => {
    latest.current = view
  })
  useEffect(() => {
    let timer = 0
    let at = 0
    const show = () => {
      timer = 0
      at = performance.now()
      setShown({ key, value: latest.current(useStore.getState()) })
    }
    const stop = useStore.subscribe((now, before) => {
      if (now.frame !== before.frame && timer === 0) timer = window.setTimeout(show, Math.max(0, at + EVERY_MS - performance.now()))
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [key])
  return shown.key === key ? shown.value : view(useStore.getState())
}
