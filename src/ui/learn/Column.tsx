import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { LESSONS } from '../../content/lessons/index.ts'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import type { PlayerState } from '../../lab/lesson-player.ts'
import { Glyph } from '../design/Glyph.tsx'
import { again, begin, explain, move, send, standing, useEvidence } from './player.ts'
import s from './learn.module.css'

const PHASES = [
  ['predict', 'Predict'],
  ['run', 'Run'],
  ['explain', 'Explain'],
] as const

export const Rhythm = ({ phase }: { phase: PlayerState['phase'] }) => (
  <ol className={s.rhythm} aria-label="Where you are">
    {PHASES.map(([id, word], i) => (
      <li
        key={id}
        aria-current={id === phase ? 'step' : undefined}
        data-done={i < PHASES.findIndex(([p]) => p === phase) || undefined}
      >
        {word}
      </li>
    ))}
  </ol>
)

const Question = ({ step, state }: { step: Step; state: PlayerState }) => (
  <fieldset className={s.question} disabled={state.phase !== 'predict'}>
    <legend>{step.question}</legend>
    {step.options.map((option, i) => (
      <label key={option.text} data-chosen={state.guess === i || undefined}>
        <input
          type="radio"
          name={`guess-${step.id}`}
          checked={state.guess === i}
          onChange={() => send({ type: 'guess', option: i })}
        />
        <span>
          {option.text}
          {state.guess === i && state.phase !== 'predict' && <small>your guess, locked</small>}
        </span>
      </label>
    ))}
  </fieldset>
)

/** The lesson's column beside the lab: question, guess, what to do, goals. */
export const Column = ({ lesson, state }: { lesson: Lesson; state: PlayerState }) => {
  const step = lesson.steps[state.step]!
  const evidence = useEvidence()
  const now = state.phase === 'predict' || !evidence ? null : standing(step, evidence)
  const heading = useRef<HTMLHeadingElement>(null)
  const first = useRef(true)
  useEffect(() => {
    // focus follows the learner from phase to phase, not into the page at its opening
    if (first.current) first.current = false
    else heading.current?.focus()
  }, [state.step, state.phase])
  return (
    <div className={s.column}>
      <p className={s.place}>
        <Link href="/learn">Lesson {LESSONS.indexOf(lesson) + 1} of {LESSONS.length}</Link> <span>{lesson.title}</span>
      </p>
      <Rhythm phase={state.phase} />
      <h2 ref={heading} tabIndex={-1} className={s.stepTitle}>
        {lesson.steps.length > 1 && (
          <small>
            {state.step + 1} of {lesson.steps.length}
          </small>
        )}
        {step.title}
      </h2>
      <Question step={step} state={state} />
      {state.phase === 'explain' ? null : state.phase === 'predict' ? (
        <div className={s.row}>
          <button type="button" className={s.solid} disabled={state.guess === null} onClick={begin}>
            Lock my guess, run
          </button>
          {state.step > 0 && (
            <button type="button" className={s.text} onClick={() => send({ type: 'back' })}>
              Back
            </button>
          )}
        </div>
      ) : (
        <>
          <p className={s.task}>{step.task}</p>
          <div className={s.moves}>
            {step.moves.map((m) => (
              <button key={m.label} type="button" className={s.outline} onClick={() => void move(m.action)}>
                {m.label}
              </button>
            ))}
          </div>
          <section aria-label="Goals" className={s.goals}>
            <h3>Explain opens when</h3>
            <ul aria-live="polite">
              {step.goals.map((goal, i) => (
                <li key={goal.text} data-reached={now?.goals[i] || undefined}>
                  <Glyph name={now?.goals[i] ? 'vote' : 'expected'} />
                  {goal.text}
                  <span className="unseen">{now?.goals[i] ? ', reached' : ', not yet'}</span>
                </li>
              ))}
            </ul>
          </section>
          {step.hints.slice(0, state.hints).map((hint) => (
            <p key={hint} className={s.hint}>
              {hint}
            </p>
          ))}
          <div className={s.row}>
            <button type="button" className={s.solid} disabled={!now?.all} onClick={explain}>
              Explain
            </button>
            {state.hints < step.hints.length && !now?.all && (
              <button type="button" className={s.text} onClick={() => send({ type: 'hint' })}>
                Hint
              </button>
            )}
            <button type="button" className={s.text} onClick={() => void again()}>
              Start this step again
            </button>
          </div>
        </>
      )}
    </div>
  )
}
