import { useEffect, useMemo, useRef, useState } from 'react'
import { Link, useParams } from 'wouter'
import { QUESTIONS, questionById } from '../../content/questions/index.ts'
import type { Question } from '../../content/questions/types.ts'
import { speaker } from './figures.ts'
import { NumberPart } from './NumberPart.tsx'
import { Options } from './Options.tsx'
import { Points } from './Points.tsx'
import { Rail } from './Rail.tsx'
import s from './interview.module.css'

/** One question: answer, compare, choose, compute. What would give the answer away comes after the answer. */
const Asked = ({ question }: { question: Question }) => {
  const [shown, setShown] = useState(false)
  const say = useMemo(() => speaker(question), [question])
  const heading = useRef<HTMLHeadingElement>(null)
  const at = QUESTIONS.indexOf(question)
  const next = QUESTIONS[at + 1]
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
    document.getElementById('main')?.scrollTo(0, 0)
  }, [])
  return (
    <div className={s.layout}>
      <Rail current={question} label="Questions" />
      <main className={s.question}>
        <p className={s.back}>
          <Link href="/interview">All questions</Link>{' '}
          <span>
            {at + 1} of {QUESTIONS.length}
          </span>
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {say(question.prompt)}
        </h1>
        <Points question={question} say={say} shown={shown} onShow={() => setShown(true)} />
        {shown && (
          <>
            <Options question={question} say={say} />
            {question.numbers.map((n, i) => (
              <NumberPart
                key={n.id}
                question={question.id}
                numeric={n}
                title={question.numbers.length > 1 ? `Work it out, ${i + 1} of ${question.numbers.length}` : 'Work it out'}
              />
            ))}
            <nav className={s.next} aria-label="Next">
              {next ? (
                <Link href={`/interview/${next.id}`} className={s.solid}>
                  Next: {next.title}
                </Link>
              ) : (
                <span className="quiet">That was the last one.</span>
              )}
              <Link href="/interview" className={s.text}>
                All questions
              </Link>
            </nav>
          </>
        )}
      </main>
    </div>
  )
}

const QuestionPage = () => {
  const { question: id } = useParams<{ question: string }>()
  const question = questionById(id)
  if (question) return <Asked key={question.id} question={question} />
  return (
    <main className={s.page}>
      <h1>There is no question called {id}.</h1>
      <p>
        <Link href="/interview">See all questions</Link>
      </p>
    </main>
  )
}

export default QuestionPage
