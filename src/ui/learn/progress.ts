import type { Lesson } from '../../content/lessons/types.ts'
import { recordLesson } from '../../lab/progress.ts'
import { progressKeeper, useProgress } from '../progress/keeper.ts'

/** Steps finished, by lesson. */
export const useFinished = (): Record<string, number> =>
  Object.fromEntries(Object.entries(useProgress().lessons).map(([id, l]) => [id, l.steps]))

/** A step was explained: kept with whether its guess was right. */
export const lessonDone = (lesson: Lesson, step: number, right: boolean): void =>
  progressKeeper().change((p) =>
    recordLesson(p, lesson.id, {
      steps: step + 1,
      done: step + 1 === lesson.steps.length,
      step: lesson.steps[step]!.id,
      guess: { right, at: Date.now() },
    }),
  )
