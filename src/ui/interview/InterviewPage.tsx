import { Link } from 'wouter'
import { QUESTIONS } from '../../content/questions/index.ts'
import { questionOf, type QuestionProgress } from '../../lab/progress.ts'
import { useProgress } from '../progress/keeper.ts'
import { ProgressFile } from '../progress/ProgressFile.tsx'
import s from './interview.module.css'

const standing = (q: QuestionProgress, points: number): string => {
  const parts: string[] = []
  if (q.best > 0) parts.push(`${q.best} of ${points} points`)
  if (q.choice) parts.push(q.choice.right ? 'options right' : 'options wrong')
  if (q.right > 0) parts.push(`${q.right} ${q.right === 1 ? 'number' : 'numbers'} right`)
  return parts.join(' · ')
}

/** All interview questions. */
const InterviewPage = () => {
  const progress = useProgress()
  return (
    <main className={s.page}>
      <h1>Answer first, then look</h1>
      <p className={s.prompt}>
        Say your answer aloud or write it down. Nothing you write is judged. Then tick what you said, choose, and work out one number.
      </p>
      <ol className={s.list}>
        {QUESTIONS.map((q) => (
          <li key={q.id}>
            <Link href={`/interview/${q.id}`}>
              <b>{q.title}</b>
              <small>{standing(questionOf(progress, q.id), q.points.length)}</small>
            </Link>
          </li>
        ))}
      </ol>
      <ProgressFile />
    </main>
  )
}

export default InterviewPage
