import type { Frame } from '../../lab/frame.ts'
import type { Lab } from '../../lab/lab.ts'
import { useStore } from './store.ts'

/** Between two looks at a lab that stands still. */
const IDLE_MS = 120

/** A list whose tail from `from` on is replaced; the same list when nothing changed. */
export const mergeTail = <T>(list: readonly T[], from: number, tail: readonly T[]): readonly T[] => {
  if (tail.length === 0 && from >= list.length) return list
  return [...list.slice(0, from), ...tail]
}

/** Nothing the page draws differs. */
const same = (a: Frame, b: Frame): boolean =>
  a.at === b.at &&
  a.events === b.events &&
  a.end === b.end &&
  a.playing === b.playing &&
  a.speed === b.speed &&
  a.pace.reason === b.pace.reason &&
  a.pace.mode === b.pace.mode &&
  a.actions.length === b.actions.length &&
  a.marks.length === b.marks.length &&
  a.scenario === b.scenario &&
  a.seed === b.seed &&
  a.notice === b.notice &&
  b.facts.length === 0 &&
  b.windows.length === 0

export const receive = (frame: Frame): void => {
  const s = useStore.getState()
  const facts = mergeTail(s.facts, frame.factsFrom, frame.facts)
  const windows = mergeTail(s.windows, frame.windowsFrom, frame.windows)
  if (s.frame && same(s.frame, frame) && facts === s.facts && windows === s.windows) return
  const acted = frame.actions.length > 0
  s.set({ frame, facts, windows, ...(s.intro && acted ? { intro: false } : {}) })
}

let wake: (() => void) | null = null

/** Something was asked of the lab: look at once, also when it stands still. */
export const nudge = (): void => wake?.()

/** Pulls frames: one outstanding, at most one a display frame, none while the tab is hidden. Returns how to stop. */
export const startPump = (lab: Lab): (() => void) => {
  let stopped = false
  let outstanding = false
  let drawn = 0
  let lookAt = 0
  const tick = (now: number) => {
    if (stopped) return
    drawn = requestAnimationFrame(tick)
    if (outstanding || now < lookAt || document.hidden) return
    outstanding = true
    lab
      .frame()
      .then(
        (frame) => {
          if (stopped) return
          receive(frame)
          if (!frame.playing) lookAt = performance.now() + IDLE_MS
        },
        () => {
          lookAt = performance.now() + 4 * IDLE_MS
        },
      )
      .finally(() => {
        outstanding = false
      })
  }
  wake = () => {
    lookAt = 0
  }
  drawn = requestAnimationFrame(tick)
  return () => {
    stopped = true
    cancelAnimationFrame(drawn)
  }
}
