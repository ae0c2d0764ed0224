import { create } from 'zustand'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import { scenarioById } from '../../content/scenarios/index.ts'
import type { Action } from '../../engine/action.ts'
import { advance, goalsReached, measure, rightOption, startLesson, type Evidence, type PlayerInput, type PlayerState } from '../../lab/lesson-player.ts'
import { openScenario } from '../store/session.ts'
import { nudge } from '../store/pump.ts'
import { useStore } from '../store/store.ts'

interface LessonStore {
  lesson: Lesson | null
  state: PlayerState | null
  seed: number
  set(patch: Partial<Omit<LessonStore, 'set'>>): void
}

export const useLesson = create<LessonStore>((set) => ({ lesson: null, state: null, seed: 0, set: (patch) => set(patch) }))

const byLesson = async (action: Action): Promise<void> => {
  await useStore.getState().lab?.dispatch(action, 'lesson')
  nudge()
}

/** Puts the scenario where the step begins, standing still. */
const prepare = async (lesson: Lesson, step: Step, seed: number): Promise<void> => {
  if (step.fresh === undefined) {
    useStore.getState().lab?.pause()
    nudge()
    return
  }
  await openScenario(lesson.scenario, seed)
  useStore.getState().lab?.pause()
  for (const action of step.fresh) await byLesson(action)
  nudge()
}

export const openLesson = async (lesson: Lesson, seed = lesson.seed): Promise<void> => {
  useLesson.getState().set({ lesson, state: startLesson(lesson), seed })
  // where panels share one place, the lesson is the one in front
  useStore.getState().set({ tab: 'lesson' })
  await prepare(lesson, lesson.steps[0]!, seed)
}

export const send = (input: PlayerInput): void => {
  const { lesson, state, set } = useLesson.getState()
  if (lesson && state) set({ state: advance(lesson, state, input) })
}

export const begin = (): void => {
  const { frame, lab } = useStore.getState()
  if (!frame || !lab) return
  send({ type: 'begin', at: frame.at })
  lab.play('auto')
  nudge()
}

export const move = async (action: Action): Promise<void> => {
  await useStore.getState().lab?.dispatch(action, 'you')
  useStore.getState().lab?.play()
  nudge()
}

/** The explanation: the run stands still while it is read. */
export const explain = (): void => {
  useStore.getState().lab?.pause()
  send({ type: 'explain' })
  nudge()
}

export const next = async (): Promise<void> => {
  send({ type: 'next' })
  const { lesson, state, seed } = useLesson.getState()
  if (lesson && state) await prepare(lesson, lesson.steps[state.step]!, seed)
}

/** The step once more, on the same seed or another. A step that goes on from the one before takes the whole lesson back. */
export const again = async (seed?: number): Promise<void> => {
  const { lesson, state, seed: now } = useLesson.getState()
  if (!lesson || !state) return
  const step = lesson.steps[state.step]!
  if (step.fresh === undefined) return openLesson(lesson, seed ?? now)
  send({ type: 'again' })
  useLesson.getState().set({ seed: seed ?? now })
  await prepare(lesson, step, seed ?? now)
}

/** What the run shows of the step: for goals, figures and the verdict. */
export const useEvidence = (): Evidence | null => {
  const lesson = useLesson((s) => s.lesson)
  const since = useLesson((s) => s.state?.since ?? 0)
  const facts = useStore((s) => s.facts)
  const windows = useStore((s) => s.windows)
  // a tenth of a second is as often as anything here changes
  const at = useStore((s) => Math.floor((s.frame?.at ?? 0) / 100_000) * 100_000)
  const scenario = lesson && scenarioById(lesson.scenario)
  return scenario ? { facts, windows, scenario, since, now: at } : null
}

export interface Standing {
  goals: boolean[]
  all: boolean
  value: number | null
  right: number
}

export const standing = (step: Step, e: Evidence): Standing => {
  const goals = goalsReached(step, e)
  const all = goals.every(Boolean)
  const value = measure(step.measure, e)
  return { goals, all, value, right: rightOption(step, value, all) }
}
