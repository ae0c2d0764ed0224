import { create } from 'zustand'
import type { Lesson } from '../../content/lessons/types.ts'
import { keepSetting, setting } from '../store/keep.ts'

const read = (): Record<string, number> => {
  try {
    const kept: unknown = JSON.parse(setting('lessons') ?? '{}')
    return typeof kept === 'object' && kept !== null ? Object.fromEntries(Object.entries(kept).filter(([, n]) => typeof n === 'number')) : {}
  } catch {
    return {}
  }
}

const useFinishedStore = create<{ steps: Record<string, number> }>(() => ({ steps: read() }))

/** Steps finished, by lesson. */
export const useFinished = (): Record<string, number> => useFinishedStore((s) => s.steps)

export const lessonDone = (lesson: Lesson, step: number): void => {
  const { steps } = useFinishedStore.getState()
  const now = { ...steps, [lesson.id]: Math.max(steps[lesson.id] ?? 0, step + 1) }
  useFinishedStore.setState({ steps: now })
  keepSetting('lessons', JSON.stringify(now))
}
