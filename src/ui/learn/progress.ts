import type { Lesson } from '../../content/lessons/types.ts'
import { lessonOf, recordLesson } from '../../lab/progress.ts'
import { progressKeeper, useProgress } from '../progress/keeper.ts'

/** Which steps of a lesson were finished. */
export const useFinished = (lesson: Lesson): boolean[] => {
  const { guesses } = lessonOf(useProgress(), lesson.id)
  return lesson.steps.map((step) => Object.hasOwn(guesses, step.id))
}

export const stepDone = (lesson: Lesson, index: number, right: boolean): void => {
  const step = lesson.steps[index]!
  progressKeeper().change((p) => {
    const known = new Set([...Object.keys(lessonOf(p, lesson.id).guesses), step.id])
    const steps = lesson.steps.filter((s) => known.has(s.id)).length
    return recordLesson(p, lesson.id, {
      steps,
      done: steps === lesson.steps.length,
      step: step.id,
      guess: { right, at: Date.now() },
    })
  })
}
