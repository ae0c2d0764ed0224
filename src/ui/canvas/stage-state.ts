import { useMemo } from 'react'
import { create } from 'zustand'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Frame, ProcessFace } from '../../lab/frame.ts'
import { useStore } from '../store/store.ts'

export interface Anchor {
  x: number
  y: number
}

interface StageState {
  menu: { process: ProcessId; at: Anchor } | null
  link: { a: ProcessId; b: ProcessId; at: Anchor } | null
  legend: boolean
  /** nodes below the first row with client traffic of late. */
  lanes: readonly ProcessId[]
  /** the map was panned or zoomed by hand. */
  moved: boolean
  /** it may be: too much to read at once. */
  loose: boolean
  /** back to the whole map. */
  home: () => void
  set(patch: Partial<Omit<StageState, 'set'>>): void
}

/** Which pop-up of the stage is open, and where. */
export const useStage = create<StageState>((set) => ({
  menu: null,
  link: null,
  legend: false,
  lanes: [],
  moved: false,
  loose: false,
  home: () => undefined,
  set: (patch) => set(patch),
}))

/** Opens the menu of a process at a place on the screen, or at its station. */
export const openActions = (process: ProcessId, at?: Anchor): void => {
  const station = document.querySelector(`.react-flow__node[data-id="${CSS.escape(process)}"]`)
  const box = station?.getBoundingClientRect()
  useStage.getState().set({
    menu: {
      process,
      at: at ?? { x: box ? box.left + box.width / 2 : innerWidth / 2, y: box ? box.bottom : innerHeight / 2 },
    },
  })
}

const indexes = new WeakMap<Frame, Map<ProcessId, ProcessFace>>()

export const faceIn = (frame: Frame, id: ProcessId): ProcessFace | undefined => {
  let index = indexes.get(frame)
  if (!index) indexes.set(frame, (index = new Map(frame.processes.map((p) => [p.id, p]))))
  return index.get(id)
}

/** A small view of the frame, rendered again only when it says something else. */
export const useView = <T>(view: (frame: Frame) => T): T | null => {
  const text = useStore((s) => (s.frame ? JSON.stringify(view(s.frame)) : ''))
  return useMemo(() => (text ? (JSON.parse(text) as T) : null), [text])
}
