import { changeSpeed } from '../timeline/speed.ts'
import { playPause, redo, step, undo } from '../store/session.ts'
import { useStore } from '../store/store.ts'

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
