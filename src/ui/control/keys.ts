import { STAGE_KEYS } from '../canvas/keys.ts'
import { changeSpeed } from '../timeline/Transport.tsx'
import { playPause, redo, step, undo } from '../store/session.ts'
import { useStore } from '../store/store.ts'

export interface Shortcut {
  keys: string
  what: string
}

/** The sheet behind `?`. */
export const SHORTCUTS: readonly { title: string; rows: readonly Shortcut[] }[] = [
  {
    title: 'Time',
    rows: [
      { keys: 'Space', what: 'Play or pause' },
      { keys: 'S', what: 'Step' },
      { keys: 'Z', what: 'Undo: back to before your last act' },
      { keys: 'Shift Z', what: 'Redo' },
      { keys: '<', what: 'Slower' },
      { keys: '>', what: 'Faster' },
      { keys: '← →', what: 'On the tape: 0.1 s; with Shift 1 ms' },
      { keys: 'PgUp PgDn', what: 'On the tape: one second' },
      { keys: 'Home End', what: 'On the tape: start and end of the run' },
    ],
  },
  {
    title: 'Stage',
    rows: STAGE_KEYS.filter((k) => k.key !== 'Z').map((k) => ({ keys: k.key, what: k.does })),
  },
  {
    title: 'Page',
    rows: [
      { keys: 'Ctrl K', what: 'Find any command' },
      { keys: '?', what: 'This sheet' },
    ],
  },
]

const FIELDS = 'input, textarea, select, [contenteditable="true"], [role="menu"], [role="dialog"], [role="listbox"]'
/** Space and Enter press what has the focus. */
const PRESSED = 'button, a, summary, [role="button"], [role="tab"], [role="switch"]'

const KEYS: Record<string, () => void> = {
  ' ': playPause,
  s: () => void step(),
  S: () => void step(),
  z: () => void undo(),
  Z: () => void redo(),
  '<': () => changeSpeed(-1),
  '>': () => changeSpeed(1),
}

/** One listener for the whole lab. Returns how to stop. */
export const listenForKeys = (onLab: () => boolean): (() => void) => {
  const listen = (event: KeyboardEvent) => {
    const { dialog, set } = useStore.getState()
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      set({ dialog: dialog === 'palette' ? null : 'palette' })
      return
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog !== null) return
    const target = event.target instanceof Element ? event.target : null
    if (target?.closest(FIELDS)) return
    if (event.key === '?') {
      event.preventDefault()
      set({ dialog: 'shortcuts' })
      return
    }
    if (!onLab()) return
    if (event.key === ' ' && target?.closest(PRESSED)) return
    const run = KEYS[event.key]
    if (!run || event.repeat) return
    event.preventDefault()
    run()
  }
  // before the stage's own keys, which let a handled key be
  addEventListener('keydown', listen, true)
  return () => removeEventListener('keydown', listen, true)
}
