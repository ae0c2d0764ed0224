import type { Fact, Frame, MetricWindow } from '../../lab/frame.ts'
import type { Lab } from '../../lab/lab.ts'
import { live, useStore } from './store.ts'

/** Between two looks at a lab that stands still. */
const IDLE_MS = 120
/** Between two looks at a lab whose messages are too quick to be drawn one by one: every second display frame. */
const QUICK_MS = 30
/** Words and figures change at most this often while only time passes; nobody reads faster. Many stations take long to lay out and paint. */
const WORDS_MS = 100
const WORDS_MS_A_PROCESS = 4

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

/** More than time passed: the words say so at once. */
const news = (a: Frame, b: Frame): boolean =>
  !b.playing ||
  a.playing !== b.playing ||
  b.at < a.at ||
  a.pace.reason !== b.pace.reason ||
  a.pace.mode !== b.pace.mode ||
  a.pace.base !== b.pace.base ||
  a.eachMessage !== b.eachMessage ||
  a.actions.length !== b.actions.length ||
  a.marks.length !== b.marks.length ||
  a.scenario !== b.scenario ||
  a.seed !== b.seed ||
  a.notice !== b.notice

const wordsEvery = (frame: Frame): number => Math.max(WORDS_MS, WORDS_MS_A_PROCESS * frame.processes.length)

/** Canvases get every frame. The rest of the page follows when something happened, else a few times a second. `now` in wall ms. */
export class Receiver {
  private facts: readonly Fact[] = []
  private windows: readonly MetricWindow[] = []
  private saidAt = -Infinity

  receive(frame: Frame, now: number): void {
    const s = useStore.getState()
    const before = live.getState().frame
    this.facts = mergeTail(this.facts, frame.factsFrom, frame.facts)
    this.windows = mergeTail(this.windows, frame.windowsFrom, frame.windows)
    const told = this.facts === s.facts && this.windows === s.windows && s.frame === before
    if (before && told && same(before, frame)) return
    live.setState({ frame })
    if (s.frame && this.facts === s.facts && !news(s.frame, frame) && now - this.saidAt < wordsEvery(frame)) return
    this.saidAt = now
    const acted = frame.actions.length > 0
    s.set({ frame, facts: this.facts, windows: this.windows, ...(s.intro && acted ? { intro: false } : {}) })
  }
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
  const receiver = new Receiver()
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
          receiver.receive(frame, performance.now())
          if (!frame.playing) lookAt = performance.now() + IDLE_MS
          else if (!frame.eachMessage) lookAt = now + QUICK_MS
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
