import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { LESSONS } from '../../content/lessons/index.ts'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import { formatReply } from '../../lab/console.ts'
import { fill, type Evidence, type PlayerState } from '../../lab/lesson-player.ts'
import { Glyph } from '../design/Glyph.tsx'
import { useStore } from '../store/store.ts'
import { again, begin, explain, go, move, send, setHurry, standing, toStep, undoMove, useEvidence, useLesson } from './player.ts'
import { useFinished } from './progress.ts'
import s from './learn.module.css'

const PHASES = [
  ['predict', 'Predict'],
  ['run', 'Run'],
  ['explain', 'Explain'],
] as const

const Rhythm = ({ phase }: { phase: PlayerState['phase'] }) => (
  <ol className={s.rhythm} aria-label="Where you are">
    {PHASES.map(([id, word], i) => (
      <li key={id} aria-current={id === phase ? 'step' : undefined} data-done={i < PHASES.findIndex(([p]) => p === phase) || undefined}>
        {word}
      </li>
    ))}
  </ol>
)

const Head = ({ lesson, phase }: { lesson: Lesson; phase: PlayerState['phase'] }) => (
  <>
    <p className={s.place}>
      <Link href="/learn">
        Lesson {LESSONS.indexOf(lesson) + 1} of {LESSONS.length}
      </Link>{' '}
      <span>{lesson.title}</span>
    </p>
    <Rhythm phase={phase} />
  </>
)

/** The steps of the lesson: done, here, to come. */
export const Steps = ({ lesson, state }: { lesson: Lesson; state: PlayerState }) => {
  const finished = useFinished(lesson)
  return (
    <nav className={s.steps} aria-label="Steps">
      <ol>
        {lesson.steps.map((step, i) => (
          <li key={step.id} data-done={finished[i] || undefined} data-here={i === state.step || undefined}>
            <button type="button" aria-current={i === state.step ? 'step' : undefined} onClick={() => void toStep(i)}>
              {step.title}
              {finished[i] && <span className="unseen">, done</span>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

const Question = ({ step, state, said }: { step: Step; state: PlayerState; said: (text: string) => string }) => (
  <fieldset className={s.question} disabled={state.phase !== 'predict'}>
    <legend>{said(step.question)}</legend>
    {step.options.map((option, i) => (
      // once locked, the guess alone stays on screen: what is to be done needs the room
      <label key={option.text} data-chosen={state.guess === i || undefined} hidden={state.phase !== 'predict' && state.guess !== i}>
        <input type="radio" name={`guess-${step.id}`} checked={state.guess === i} onChange={() => send({ type: 'guess', option: i })} />
        <span>
          {said(option.text)}
          {state.guess === i && state.phase !== 'predict' && <small>your guess, locked at {(state.since / 1e6).toFixed(3)} s</small>}
        </span>
      </label>
    ))}
  </fieldset>
)

/** What a lesson's own commands were answered: the last few. */
const Answers = ({ evidence }: { evidence: Evidence }) => {
  const answers = evidence.facts.filter((f) => f.type === 'console.replied' && f.at >= evidence.since).slice(-3)
  if (answers.length === 0) return null
  return (
    <ul className={s.answers} aria-label="Answers" aria-live="polite">
      {answers.map(
        (f) =>
          f.type === 'console.replied' && (
            <li key={f.id}>
              <span>
                {f.data.node}&gt; {brief(f.data.argv)}
              </span>
              <b>{formatReply(f.data.reply, f.data.argv)}</b>
            </li>
          ),
      )}
    </ul>
  )
}

const brief = (argv: readonly string[]): string => {
  const text = argv.map((a) => (a.length === 40 ? `${a.slice(0, 6)}…` : a === '' ? '""' : a)).join(' ')
  return text.length > 64 ? `${text.slice(0, 62)}…` : text
}

/** Whether a move of the step was made already: a tick beside its button. */
const useMade = (step: Step): boolean[] => {
  const actions = useStore((x) => x.frame?.actions)
  const before = useLesson((x) => x.before)
  const made = (actions ?? []).slice(before).map((a) => JSON.stringify(a.action))
  return step.moves.map((m) => made.includes(JSON.stringify(m.action)))
}

const Moves = ({ step }: { step: Step }) => {
  const made = useMade(step)
  return (
    <div className={s.moves}>
      {step.moves.map((m, i) => (
        <button key={m.label} type="button" className={s.outline} data-made={made[i] || undefined} onClick={() => void move(m.action)}>
          {made[i] && <Glyph name="vote" size={14} />}
          {m.label}
          {made[i] && <span className="unseen">, done</span>}
        </button>
      ))}
    </div>
  )
}

const Goals = ({ step, goals }: { step: Step; goals: boolean[] }) => {
  const reached = step.goals.filter((_, i) => goals[i])
  return (
    <section aria-label="Goals" className={s.goals}>
      <h3>Explain opens when</h3>
      <ul>
        {step.goals.map((goal, i) => (
          <li key={goal.text} data-reached={goals[i] || undefined}>
            <Glyph name={goals[i] ? 'vote' : 'expected'} />
            {goal.text}
            <span className="unseen">{goals[i] ? ', reached' : ', not yet'}</span>
          </li>
        ))}
      </ul>
      <p className="unseen" role="status">
        {reached.length > 0 && `${reached.length} of ${step.goals.length} goals: ${reached.at(-1)!.text}.`}
      </p>
    </section>
  )
}

const Run = ({ step, state, evidence, said }: { step: Step; state: PlayerState; evidence: Evidence; said: (text: string) => string }) => {
  const now = standing(step, evidence)
  const playing = useStore((x) => x.frame?.playing ?? false)
  const hurry = useLesson((x) => x.hurry)
  const acted = useStore((x) => x.frame?.actions.length ?? 0) > useLesson((x) => x.before)
  return (
    <>
      <p className={s.task}>{said(step.task)}</p>
      <Moves step={step} />
      <Answers evidence={evidence} />
      <Goals step={step} goals={now.goals} />
      {step.hints.slice(0, state.hints).map((hint) => (
        <p key={hint} className={s.hint}>
          {said(hint)}
        </p>
      ))}
      <div className={s.foot}>
        <button type="button" className={s.solid} disabled={!now.ready} onClick={explain}>
          Explain
        </button>
        {acted && !playing && !now.ready && (
          <button type="button" className={s.outline} onClick={go}>
            Let time run
          </button>
        )}
        {acted && (
          <button type="button" className={s.outline} aria-pressed={hurry} onClick={() => setHurry(!hurry)}>
            Hurry ×20
          </button>
        )}
      </div>
      <p className={s.tools}>
        {state.hints < step.hints.length && !now.ready && (
          <button type="button" onClick={() => send({ type: 'hint' })}>
            Hint
          </button>
        )}
        {acted && (
          <button type="button" onClick={() => void undoMove()}>
            Undo
          </button>
        )}
        <button type="button" onClick={() => void again()}>
          Start again
        </button>
      </p>
      {now.all && !now.ready && <p className={s.hint}>A moment more: the last figures are being counted.</p>}
    </>
  )
}

/** The lesson's column beside the lab: question, guess, what to do, goals. */
export const Column = ({ lesson, state }: { lesson: Lesson; state: PlayerState }) => {
  const step = lesson.steps[state.step]!
  const evidence = useEvidence()
  const preparing = useLesson((x) => x.preparing)
  const heading = useRef<HTMLHeadingElement>(null)
  const first = useRef(true)
  useEffect(() => {
    // focus follows the learner from phase to phase, not into the page at its opening
    if (first.current) first.current = false
    else heading.current?.focus()
  }, [state.step, state.phase])
  if (!evidence) return null
  const said = (text: string): string => fill(text, step.figures, evidence)
  return (
    <div className={s.column}>
      <Head lesson={lesson} phase={state.phase} />
      <h2 ref={heading} tabIndex={-1} className={s.stepTitle}>
        {lesson.steps.length > 1 && (
          <small>
            {state.step + 1} of {lesson.steps.length}
          </small>
        )}
        {step.title}
      </h2>
      <Question step={step} state={state} said={said} />
      {state.phase === 'predict' ? (
        <>
          <div className={s.row}>
            <button type="button" className={s.solid} disabled={state.guess === null || preparing} onClick={begin}>
              Lock my guess
            </button>
          </div>
          <Steps lesson={lesson} state={state} />
        </>
      ) : (
        <Run step={step} state={state} evidence={evidence} said={said} />
      )}
    </div>
  )
}

/** The column beside an explanation: where one is, and the other steps. */
export const Rail = ({ lesson, state }: { lesson: Lesson; state: PlayerState }) => (
  <div className={s.column}>
    <Head lesson={lesson} phase={state.phase} />
    <Steps lesson={lesson} state={state} />
  </div>
)
