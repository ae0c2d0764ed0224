import type { Question } from '../../content/questions/types.ts'
import { COMPUTE, fillIn } from '../../lab/compute.ts'
import type { QuestionProgress } from '../../lab/progress.ts'

/** Puts a question's computed figures into its prose. */
export const speaker = (q: Question): ((text: string) => string) => {
  const figures: Record<string, number> = {}
  for (const [name, f] of Object.entries(q.figures ?? {})) {
    const value = COMPUTE[f.compute](f.params)[f.value ?? 'answer']
    if (value !== undefined) figures[name] = value
  }
  return (text) => fillIn(text, figures)
}

export type Stand = 'new' | 'begun' | 'done'

/** Done: the options answered right, and a number. */
export const standOf = (p: QuestionProgress): Stand => (p.choice?.right && p.right > 0 ? 'done' : p.at > 0 ? 'begun' : 'new')

/** What was reached, in words; '' for a new question. */
export const standing = (p: QuestionProgress, points: number): string => {
  const parts: string[] = []
  if (p.best > 0) parts.push(`${p.best} of ${points} points`)
  if (p.choice) parts.push(p.choice.right ? 'options right' : 'options wrong')
  if (p.right > 0) parts.push(`${p.right} ${p.right === 1 ? 'number' : 'numbers'} right`)
  else if (p.wrong > 0) parts.push('no number right yet')
  return parts.join(' · ')
}
