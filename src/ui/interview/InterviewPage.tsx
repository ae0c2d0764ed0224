import { Link } from 'wouter'
import { QUESTIONS } from '../../content/questions/index.ts'
import { questionOf } from '../../lab/progress.ts'
import { ProgressFile } from '../progress/ProgressFile.tsx'
import { useProgress } from '../progress/keeper.ts'
import { standing } from './figures.ts'
import s from './interview.module.css'

/** All questions. */
const InterviewPage = () => {
  const progress = useProgress()
  return (
    <main className={s.page}>
      <h1>
        <span>Answer first.</span> <b>Then compare.</b>
      </h1>
      <p className={s.lead}>
        Say your answer aloud, as you would to an interviewer. Then tick what you said, choose between four claims, and work out a number
        that the simulator computes afresh each time.
      </p>
      <ol className={s.list}>
        {QUESTIONS.map((q, i) => (
          <li key={q.id}>
            <Link href={`/interview/${q.id}`}>
              <span className={s.ordinal}>{i + 1}</span>
              <span>
                <b>{q.title}</b>
                <span>{q.prompt}</span>
              </span>
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
