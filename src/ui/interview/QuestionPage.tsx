import { useMemo, useState } from 'react'
import { Link, useParams } from 'wouter'
import { QUESTIONS } from '../../content/questions/index.ts'
import type { Question } from '../../content/questions/types.ts'
import { COMPUTE, fillIn } from '../../lab/compute.ts'
import { questionOf, recordChoice, recordTicks } from '../../lab/progress.ts'
import { progressKeeper, useProgress } from '../progress/keeper.ts'
import { NumberPart } from './NumberPart.tsx'
import s from './interview.module.css'

const figuresOf = (q: Question): Record<string, number> =>
  Object.fromEntries(
    Object.entries(q.figures ?? {}).map(([name, f]) => [name, COMPUTE[f.compute](f.params)[f.value ?? 'answer'] ?? Number.NaN]),
  )

const Points = ({ question, say }: { question: Question; say: (text: string) => string }) => {
  const ticks = questionOf(useProgress(), question.id).ticks
  const [shown, setShown] = useState(ticks.length > 0)
  const tick = (id: string, on: boolean): void => {
    const next = question.points.map((p) => p.id).filter((p) => (p === id ? on : ticks.includes(p)))
    progressKeeper().change((p) => recordTicks(p, question.id, next, Date.now()))
  }
  return (
    <section className={s.part}>
      <label className={s.own}>
        <span>Your answer, if you like to write it. It stays on this page and is not judged.</span>
        <textarea rows={4} />
      </label>
      <p className={s.row}>
        <button type="button" className={s.solid} aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide the points' : 'Show the points'}
        </button>
        <span role="status">{shown ? `${ticks.length} of ${question.points.length} ticked` : ''}</span>
      </p>
      {shown && (
        <>
          <fieldset>
            <legend className="unseen">Tick what you said</legend>
            {question.points.map((p) => (
              <label key={p.id} className={s.tick}>
                <input type="checkbox" checked={ticks.includes(p.id)} onChange={(e) => tick(p.id, e.target.checked)} />
                <span>
                  <b>{say(p.text)}</b>
                  <small>{say(p.why)}</small>
                </span>
              </label>
            ))}
          </fieldset>
          {question.corrections.length > 0 && (
            <dl className={s.corrections}>
              {question.corrections.map((c) => (
                <div key={c.says}>
                  <dt>
                    Often said: <q>{say(c.says)}</q>
                  </dt>
                  <dd>{say(c.truth)}</dd>
                </div>
              ))}
            </dl>
          )}
        </>
      )}
    </section>
  )
}

const Options = ({ question, say }: { question: Question; say: (text: string) => string }) => {
  const [chosen, setChosen] = useState<number | null>(null)
  const { choice } = questionOf(useProgress(), question.id)
  const option = chosen === null ? null : question.choice.options[chosen]
  return (
    <section className={s.part}>
      <fieldset>
        <legend>
          <h2>{say(question.choice.ask)}</h2>
        </legend>
        {question.choice.options.map((o, i) => (
          <label key={o.text} className={s.tick}>
            <input
              type="radio"
              name={`choice-${question.id}`}
              checked={chosen === i}
              onChange={() => {
                setChosen(i)
                progressKeeper().change((p) => recordChoice(p, question.id, o.right, Date.now()))
              }}
            />
            <span>{say(o.text)}</span>
          </label>
        ))}
      </fieldset>
      <div role="status">
        {option ? (
          <p className={s.why} data-right={option.right ? '' : undefined}>
            <b>{option.right ? 'Right.' : 'Not so.'}</b> {say(option.why)}
          </p>
        ) : (
          choice && <p className={s.source}>{choice.right ? 'You chose right last time.' : 'You chose wrong last time.'}</p>
        )}
      </div>
    </section>
  )
}

/** One question: answer, points, options, a number. */
const QuestionPage = () => {
  const { question: id } = useParams<{ question: string }>()
  const at = QUESTIONS.findIndex((q) => q.id === id)
  const question = QUESTIONS[at]
  const figures = useMemo(() => (question ? figuresOf(question) : {}), [question])
  if (!question)
    return (
      <main className={s.page}>
        <h1>There is no question called {id}.</h1>
        <Link href="/interview">See all questions</Link>
      </main>
    )
  const say = (text: string): string => fillIn(text, figures)
  const next = QUESTIONS[at + 1]
  return (
    <main className={s.page} key={question.id}>
      <p className={s.back}>
        <Link href="/interview">Interview</Link>, question {at + 1} of {QUESTIONS.length}
      </p>
      <h1>{question.title}</h1>
      <p className={s.prompt}>{say(question.prompt)}</p>
      <Points question={question} say={say} />
      <Options question={question} say={say} />
      {question.numbers.map((n) => (
        <NumberPart key={n.id} question={question.id} numeric={n} />
      ))}
      <nav className={s.next} aria-label="Questions">
        <Link href="/interview">All questions</Link>
        {next && <Link href={`/interview/${next.id}`}>Next: {next.title}</Link>}
      </nav>
    </main>
  )
}

export default QuestionPage
