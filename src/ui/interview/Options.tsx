import { useEffect, useRef, useState } from 'react'
import type { Question } from '../../content/questions/types.ts'
import { recordChoice } from '../../lab/progress.ts'
import { Glyph } from '../design/Glyph.tsx'
import { progressKeeper } from '../progress/keeper.ts'
import s from './interview.module.css'

/** Choose, lock, then read what every option believes: choosing with the arrow keys must not give the answer away. */
export const Options = ({ question, say }: { question: Question; say: (text: string) => string }) => {
  const [chosen, setChosen] = useState<number | null>(null)
  const [locked, setLocked] = useState(false)
  const verdict = useRef<HTMLParagraphElement>(null)
  const first = useRef<HTMLInputElement>(null)
  const [again, setAgain] = useState(0)
  const option = chosen === null ? undefined : question.choice.options[chosen]
  useEffect(() => {
    if (locked) verdict.current?.focus()
  }, [locked])
  useEffect(() => {
    if (again > 0) first.current?.focus()
  }, [again])
  const lock = (): void => {
    if (!option) return
    setLocked(true)
    progressKeeper().change((p) => recordChoice(p, question.id, option.right, Date.now()))
  }
  return (
    <section className={s.part} aria-labelledby="choice">
      <form
        onSubmit={(e) => {
          e.preventDefault()
          lock()
        }}
      >
        <fieldset disabled={locked} aria-labelledby="choice">
          <h2 id="choice">{say(question.choice.ask)}</h2>
          {question.choice.options.map((o, i) => (
            <label key={o.text} className={s.tick} data-locked={locked || undefined} data-chosen={chosen === i || undefined}>
              <input ref={i === 0 ? first : undefined} type="radio" name="choice" checked={chosen === i} onChange={() => setChosen(i)} />
              <span>
                {say(o.text)}
                {locked && (
                  <span className={s.belief}>
                    <Glyph name={o.right ? 'ok' : 'no'} size={14} />
                    <span>
                      <b>{o.right ? 'Right.' : 'No.'}</b> {say(o.why)}
                    </span>
                  </span>
                )}
              </span>
            </label>
          ))}
        </fieldset>
        {locked && option ? (
          <div className={s.row}>
            <p ref={verdict} tabIndex={-1} role="status" className={s.score}>
              {option.right ? 'You chose the right one.' : 'You chose a wrong one: see what it believes.'}
            </p>
            <button
              type="button"
              className={s.text}
              onClick={() => {
                setLocked(false)
                setChosen(null)
                setAgain(again + 1)
              }}
            >
              Choose again
            </button>
          </div>
        ) : (
          <p className={s.row}>
            <button type="submit" className={s.solid} disabled={!option}>
              Check my choice
            </button>
          </p>
        )}
      </form>
    </section>
  )
}
