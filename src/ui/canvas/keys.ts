import { useEffect } from 'react'
import type { Layout } from './layout.ts'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { toggleMark } from './Lasso.tsx'
import { openActions, useStage } from './stage-state.ts'

/** The stage's one-letter shortcuts, for the shortcut sheet too. */
export const STAGE_KEYS: readonly { key: string; does: string }[] = [
  { key: 'V', does: 'Select' },
  { key: 'P', does: 'Cut a partition' },
  { key: 'Space', does: 'With the cut tool: mark the station' },
  { key: 'C', does: 'Cut off the marked, or the selected' },
  { key: 'H', does: 'Heal the network' },
  { key: 'K', does: 'Crash the selected process' },
  { key: 'F', does: 'Fail over to the selected replica' },
  { key: '.', does: 'Actions of the selected process' },
  { key: 'A', does: 'Add a primary (Shift: a replica)' },
  { key: 'E', does: 'Expire the hot key' },
  { key: 'R', does: 'Update a row' },
  { key: 'Z', does: 'Undo' },
  { key: 'L', does: 'Legend' },
  { key: 'Arrows', does: 'Next station in that direction' },
]

/** A key meant for a field, a menu or a dialog is not the stage's. */
const elsewhere = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role="menu"], [role="dialog"], [role="listbox"], [role="slider"]') !== null)

const KEYS: Record<string, (layout: Layout, shift: boolean) => void> = {
  v: () => useStore.getState().set({ tool: 'select', marked: [] }),
  p: () => useStore.getState().set({ tool: 'cut' }),
  h: () => void act({ type: 'heal' }),
  k: () => {
    const { selected, intro, frame } = useStore.getState()
    const process = selected ?? (intro ? frame?.processes.find((p) => p.node?.role === 'primary' && p.status === 'up')?.id : undefined)
    if (process && frame?.processes.find((p) => p.id === process)?.status !== 'crashed') void act({ type: 'crash', process })
  },
  f: () => {
    const { selected } = useStore.getState()
    if (selected) void act({ type: 'failover', process: selected })
  },
  c: () => {
    const { selected, marked, set } = useStore.getState()
    const inside = marked.length > 0 ? [...marked] : selected ? [selected] : []
    if (inside.length === 0) return
    void act({ type: 'partition', inside }).then((done) => done && set({ marked: [], tool: 'select' }))
  },
  a: (_, shift) => void act({ type: 'addNode', replica: shift }),
  e: () => void act({ type: 'expireHot' }),
  r: () => void act({ type: 'updateRow' }),
  l: () => useStage.getState().set({ legend: !useStage.getState().legend }),
  '.': () => {
    const { selected } = useStore.getState()
    if (selected) openActions(selected)
  },
}

export const useStageKeys = (layout: Layout): void => {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat || elsewhere(event.target)) return
      if (event.key === 'Escape') {
        const { tool, set } = useStore.getState()
        if (tool === 'cut') set({ tool: 'select', marked: [] })
        return
      }
      const does = KEYS[event.key.toLowerCase()]
      if (!does) return
      event.preventDefault()
      does(layout, event.shiftKey)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [layout])
}

export { toggleMark }
