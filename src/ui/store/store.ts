import { create } from 'zustand'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Frame } from '../../lab/frame.ts'
import type { Lab } from '../../lab/lab.ts'

export type Tool = 'select' | 'cut'
export type PanelTab = 'lesson' | 'process' | 'slots' | 'events' | 'charts' | 'cli' | 'keys' | 'flow' | 'knobs'

/** The latest frame, the selection and the view's own settings; no simulation logic. */
export interface LabStore {
  lab: Lab | null
  frame: Frame | null
  /** the worker failed and was restarted from the run so far, or cannot start. */
  trouble: string | null
  selected: ProcessId | null
  /** marked for a partition: by lasso, or by keyboard with the cut tool. */
  marked: readonly ProcessId[]
  tool: Tool
  /** fact whose causes are lit. */
  litFact: number | null
  /** slot pinned on the map, by hover or find-a-key. */
  pinnedSlot: number | null
  /** whose belief the slot map shows on the left. */
  believer: ProcessId | null
  tab: PanelTab
  /** the opening page, until the learner's first act. */
  intro: boolean
  theme: 'light' | 'dark' | 'system'
  set(patch: Partial<Omit<LabStore, 'set'>>): void
}

export const useStore = create<LabStore>((set) => ({
  lab: null,
  frame: null,
  trouble: null,
  selected: null,
  marked: [],
  tool: 'select',
  litFact: null,
  pinnedSlot: null,
  believer: null,
  tab: 'process',
  intro: true,
  theme: 'system',
  set: (patch) => set(patch),
}))

/** One process's face of the latest frame. */
export const useFace = (id: ProcessId | null) => useStore((s) => (id ? s.frame?.processes.find((p) => p.id === id) : undefined))
