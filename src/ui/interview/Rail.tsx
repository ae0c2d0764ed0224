import { Link } from 'wouter'
import { QUESTIONS } from '../../content/questions/index.ts'
import type { Question } from '../../content/questions/types.ts'
import { questionOf } from '../../lab/progress.ts'
import { useProgress } from '../progress/keeper.ts'
import { ProgressFile } from '../progress/ProgressFile.tsx'
import { standOf } from './figures.ts'
import s from './interview.module.css'

const WORD = { new: '', begun: ', begun', done: ', done' } as const

/** All questions as stations of a line. */
export const Rail = ({ current, label }: { current: Question; label: string }) => {
  const progress = useProgress()
  return (
    <nav className={s.rail} aria-label={label}>
      <p className={s.place}>
        <Link href="/interview">Interview</Link>{' '}
        <span>
          question {QUESTIONS.indexOf(current) + 1} of {QUESTIONS.length}
        </span>
      </p>
      <ol>
        {QUESTIONS.map((q) => {
          const stand = standOf(questionOf(progress, q.id))
          return (
            <li key={q.id} data-stand={stand}>
              <Link href={`/interview/${q.id}`} aria-current={q === current ? 'page' : undefined}>
                {q.title}
                <span className="unseen">{WORD[stand]}</span>
              </Link>
            </li>
          )
        })}
      </ol>
      <ProgressFile />
    </nav>
  )
}
