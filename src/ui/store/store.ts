import { create, createStore } from 'zustand'
import { SCENARIOS } from '../../content/scenarios/index.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Micros } from '../../engine/core/time.ts'
import type { Scenario } from '../../engine/scenario.ts'
import type { Cause, Fact, Frame, MetricWindow } from '../../lab/frame.ts'
import type { Lab, StepKind } from '../../lab/lab.ts'

export type Tool = 'select' | 'cut'
export type PanelTab = 'lesson' | 'process' | 'slots' | 'events' | 'charts' | 'cli' | 'keys' | 'flow' | 'knobs'
export type DialogName = 'shortcuts' | 'palette' | 'scenario' | 'share'

/** The latest frame of all, for canvases alone: it changes too often for words. */
export const live = createStore<{ frame: Frame | null }>(() => ({ frame: null }))

/** The frame the words of the page follow, the selection and the view's own settings; no simulation logic. */
export interface LabStore {
  lab: Lab | null
  frame: Frame | null
  /** notable facts of the run so far, merged from the frames' tails. */
  facts: readonly Fact[]
  /** metric windows of the run so far, merged likewise. */
  windows: readonly MetricWindow[]
  /** the learner's own scenario while it is open, which no id names. */
  custom: Scenario | null
  /** the worker failed and was restarted from the run so far, or cannot start. */
  trouble: string | null
  /** a sentence that stays until it is read: a link that cannot be opened, storage that is full. */
  banner: string | null
  selected: ProcessId | null
  /** marked for a partition: by lasso, or by keyboard with the cut tool. */
  marked: readonly ProcessId[]
  tool: Tool
  /** fact whose causes are lit. */
  litFact: number | null
  /** its chain of causes, newest first; null while it is being asked for. */
  causes: readonly Cause[] | null
  /** slot pinned on the map, by hover or find-a-key. */
  pinnedSlot: number | null
  /** whose belief the slot map shows on the left. */
  believer: ProcessId | null
  tab: PanelTab
  /** on a wide page: what the lower half of the stage and the corner show. */
  lower: 'slots' | 'charts'
  corner: 'cli' | 'keys' | 'flow'
  dialog: DialogName | null
  stepKind: StepKind
  /** the chain of an outage is open in the left column. */
  outageOpen: boolean
  /** the opening page, until the learner's first act. */
  intro: boolean
  theme: 'light' | 'dark' | 'system'
  set(patch: Partial<Omit<LabStore, 'set'>>): void
}

export const useStore = create<LabStore>((set) => ({
  lab: null,
  frame: null,
  facts: [],
  windows: [],
  custom: null,
  trouble: null,
  banner: null,
  selected: null,
  marked: [],
  tool: 'select',
  litFact: null,
  causes: null,
  pinnedSlot: null,
  believer: null,
  tab: 'process',
  lower: 'slots',
  corner: 'cli',
  dialog: null,
  stepKind: 'message',
  outageOpen: false,
  intro: true,
  theme: 'system',
  set: (patch) => set(patch),
}))

/** One process's face of the latest frame. */
export const useFace = (id: ProcessId | null) => useStore((s) => (id ? s.frame?.processes.find((p) => p.id === id) : undefined))

/** The moment at which the learner arrives; what is before it is warm-up. */
export const startOfRun = (s: Pick<LabStore, 'custom' | 'frame'>): Micros =>
  (s.custom ?? SCENARIOS.find((x) => x.id === s.frame?.scenario))?.startAt ?? 0

/** The nodes stand outside cluster mode: no slots, no bus. */
export const useAlone = (): boolean => useStore((s) => s.frame?.processes.some((p) => p.node?.alone) ?? false)
