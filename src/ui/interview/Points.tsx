import { useEffect, useRef, useState } from 'react'
import type { Question } from '../../content/questions/types.ts'
import { questionOf, recordTicks } from '../../lab/progress.ts'
import { progressKeeper, useProgress } from '../progress/keeper.ts'
import s from './interview.module.css'

interface Props {
  question: Question
  say: (text: string) => string
  shown: boolean
  onShow: () => void
}

/** The learner's own answer, then the points to tick. What is written is read by nobody. */
export const Points = ({ question, say, shown, onShow }: Props) => {
  const { ticks } = questionOf(useProgress(), question.id)
  const heading = useRef<HTMLHeadingElement>(null)
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    if (asked) heading.current?.focus()
  }, [asked])
  const tick = (id: string, on: boolean): void => {
    const next = question.points.map((p) => p.id).filter((p) => (p === id ? on : ticks.includes(p)))
    progressKeeper().change((p) => recordTicks(p, question.id, next, Date.now()))
  }
  return (
    <>
      <section className={s.part} aria-label="Your answer">
        <label className={s.own}>
          <span>Say your answer aloud, or write it here. Only you read it, and it is not kept.</span>
          <textarea rows={4} />
        </label>
        {!shown && (
          <p className={s.row}>
            <button
              type="button"
              className={s.solid}
              onClick={() => {
                onShow()
                setAsked(true)
              }}
            >
              Show expected points
            </button>
            <span className="quiet">Then: four options, and a number to work out.</span>
          </p>
        )}
      </section>
      {shown && (
        <section className={s.part} aria-labelledby="points">
          <h2 id="points" ref={heading} tabIndex={-1}>
            Tick what you said
          </h2>
          <fieldset aria-labelledby="points">
            {question.points.map((p) => (
              <label key={p.id} className={s.tick}>
                <input type="checkbox" checked={ticks.includes(p.id)} onChange={(e) => tick(p.id, e.target.checked)} />
                <span>
                  <b>{say(p.text)}</b>
                  <span>{say(p.why)}</span>
                  <small>{say(p.source)}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <p className={s.score} role="status">
            {ticks.length === 0
              ? 'Nothing ticked yet.'
              : `You said ${ticks.length} of ${question.points.length}.${ticks.length === question.points.length ? ' A complete answer.' : ''}`}
          </p>
          <h3 className={s.label}>Often said, and not so</h3>
          <dl className={s.corrections}>
            {question.corrections.map((c) => (
              <div key={c.says}>
                <dt>{say(c.says)}</dt>
                <dd>
                  {say(c.truth)} <small>{say(c.source)}</small>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  )
}
