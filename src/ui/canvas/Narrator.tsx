import { useEffect, useRef, useState } from 'react'
import { useStore } from '../store/store.ts'
import { spoken } from './narrate.ts'

/** A listener is told at most this often. */
const EVERY_MS = 1500

/** Reads the notable facts aloud as they happen; what is scrubbed past is not recited. */
export const Narrator = () => {
  const [text, setText] = useState('')
  const heard = useRef(-1)
  useEffect(() => {
    const timer = setInterval(() => {
      const { facts, frame } = useStore.getState()
      const last = facts[facts.length - 1]
      if (!last || !frame) return
      if (heard.current < 0 || last.id < heard.current) {
        heard.current = last.id
        return
      }
      const fresh = facts.filter((f) => f.id > heard.current)
      heard.current = last.id
      const sentence = spoken(fresh)
      if (sentence) setText(sentence)
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p className="unseen" role="status" aria-live="polite" data-testid="narrator">
      {text}
    </p>
  )
}
