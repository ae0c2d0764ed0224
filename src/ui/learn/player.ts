import { create } from 'zustand'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import { scenarioById } from '../../content/scenarios/index.ts'
import type { Action } from '../../engine/action.ts'
import {
  advance,
  goalsReached,
  measure,
  placeOf,
  rightOption,
  startLesson,
  type Evidence,
  type PlayerInput,
  type PlayerState,
} from '../../lab/lesson-player.ts'
import { ENGINE_VERSION } from '../../lab/version.ts'
import { SEC } from '../../engine/core/time.ts'
import { nudge } from '../store/pump.ts'
import { act, undo } from '../store/session.ts'
import { useStore } from '../store/store.ts'

interface LessonStore {
  lesson: Lesson | null
  state: PlayerState | null
  seed: number
  /** actions that were there before the run of this step began. */
  before: number
  /** time passes twenty times as fast. */
  hurry: boolean
  /** the cluster is being set up. */
  preparing: boolean
  set(patch: Partial<Omit<LessonStore, 'set'>>): void
}

export const useLesson = create<LessonStore>((set) => ({
  lesson: null,
  state: null,
  seed: 0,
  before: 0,
  hurry: false,
  preparing: false,
  set: (patch) => set(patch),
}))

const HURRY = 20

const lab = () => useStore.getState().lab
const it = () => useLesson.getState()

const still = (): void => {
  lab()?.pause()
  nudge()
}

/** The cluster as it is where a step begins, standing still. What pointed into the old run goes. */
const prepare = async (lesson: Lesson, index: number, seed: number): Promise<void> => {
  const here = lab()
  if (!here) return
  it().set({ preparing: true })
  try {
    const { scenario, actions, at } = placeOf(lesson, index)
    const run = { format: 1 as const, engine: ENGINE_VERSION, scenario: scenario.id, seed, actions, at, events: Number.MAX_SAFE_INTEGER }
    here.pause()
    await here.open(scenario.id, { seed, run })
    useStore.getState().set({
      custom: null,
      selected: null,
      marked: [],
      litFact: null,
      causes: null,
      pinnedSlot: null,
      outageOpen: false,
      intro: false,
      tab: 'lesson',
    })
    it().set({ before: actions.length })
  } finally {
    it().set({ preparing: false })
    still()
  }
}

/** Opens a lesson at a step, from the step's own beginning. */
export const openLesson = async (lesson: Lesson, index = 0, seed = lesson.seed): Promise<void> => {
  it().set({ lesson, state: startLesson(lesson, index), seed, hurry: false })
  await prepare(lesson, index, seed)
}

export const send = (input: PlayerInput): void => {
  const { lesson, state, set } = it()
  if (lesson && state) set({ state: advance(lesson, state, input) })
}

/** The guess is locked. The clock stands until the learner acts, so that the same act on the same seed is the same run. */
export const begin = (): void => {
  const { frame } = useStore.getState()
  if (!frame) return
  it().set({ before: frame.actions.filter((a) => a.at <= frame.at).length })
  send({ type: 'begin', at: frame.at })
}

export const move = async (action: Action): Promise<void> => {
  if (await act(action)) lab()?.play(it().hurry ? HURRY : 'auto')
  nudge()
}

/** Lets time pass without an act. */
export const go = (): void => {
  lab()?.play(it().hurry ? HURRY : 'auto')
  nudge()
}

export const setHurry = (hurry: boolean): void => {
  it().set({ hurry })
  lab()?.setSpeed(hurry ? HURRY : 'auto')
  nudge()
}

/** The explanation: the run stands still while it is read. */
export const explain = (): void => {
  still()
  setHurry(false)
  send({ type: 'explain' })
}

/** Undoes the last act of this step's run. */
export const undoMove = async (): Promise<void> => {
  const { frame } = useStore.getState()
  if (frame && frame.actions.length > it().before) await undo()
}

/** To another step. The one after this goes on with the learner's own run, unless it begins afresh. */
export const toStep = async (index: number): Promise<void> => {
  const { lesson, state, seed } = it()
  if (!lesson || !state) return
  const goesOn = index === state.step + 1 && state.phase === 'explain' && lesson.steps[index]?.fresh === undefined
  send({ type: 'step', to: index })
  if (goesOn) still()
  else await prepare(lesson, index, seed)
}

/** The step once more: every act of its run undone, or its beginning on another seed. */
export const again = async (seed?: number): Promise<void> => {
  const { lesson, state, before, seed: now, set } = it()
  const here = lab()
  if (!lesson || !state || !here) return
  const began = state.phase !== 'predict'
  send({ type: 'again' })
  set({ hurry: false })
  if (seed === undefined && began) {
    here.pause()
    for (let n = useStore.getState().frame?.actions.length ?? 0; n > before; n--) if (!(await here.undo())) break
    await here.seek(state.since)
    return still()
  }
  set({ seed: seed ?? now })
  await prepare(lesson, state.step, seed ?? now)
}

/** What the run shows of the step: for goals, figures and the verdict. */
export const useEvidence = (): Evidence | null => {
  const lesson = useLesson((s) => s.lesson)
  const state = useLesson((s) => s.state)
  const facts = useStore((s) => s.facts)
  const windows = useStore((s) => s.windows)
  // a tenth of a second is as often as anything here changes
  const at = useStore((s) => Math.floor((s.frame?.at ?? 0) / 100_000) * 100_000)
  const step = lesson && state && lesson.steps[state.step]
  const scenario = step && scenarioById(placeOf(lesson, state.step).scenario.id)
  return scenario && state ? { facts, windows, scenario, since: state.since, now: at } : null
}

export interface Standing {
  goals: boolean[]
  all: boolean
  /** all goals, and every figure of the explanation is known. */
  ready: boolean
  value: number | null
  right: number
}

/** A figure that is still unknown so long after its time will stay unknown. */
const PATIENCE = 10 * SEC

export const standing = (step: Step, e: Evidence): Standing => {
  const goals = goalsReached(step, e)
  const all = goals.every(Boolean)
  const known = Object.values(step.figures).every((f) => measure(f.measure, e) !== null)
  const ready = all && (known || e.now > e.since + step.wait * SEC + PATIENCE)
  return { goals, all, ready, value: measure(step.measure, e), right: rightOption(step, e, ready) }
}
