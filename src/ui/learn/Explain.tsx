import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { LESSONS } from '../../content/lessons/index.ts'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import { fill, format, type PlayerState } from '../../lab/lesson-player.ts'
import { breakdown } from '../inspect/outage.ts'
import { Bars } from './Bars.tsx'
import { again, next, send, standing, useEvidence, useLesson } from './player.ts'
import { useVariants } from './variants.ts'
import s from './learn.module.css'

const Parts = ({ facts, windows, since }: { facts: Parameters<typeof breakdown>[0]; windows: Parameters<typeof breakdown>[1]; since: number }) => {
  const outage = breakdown(
    facts.filter((f) => f.at >= since),
    windows,
    Infinity,
  )
  if (!outage) return null
  const took = (us: number) => `${(us / 1e6).toFixed(3)} s`
  return (
    <table className={s.parts}>
      <thead>
        <tr>
          <th scope="col">What happened</th>
          <th scope="col">this run</th>
          <th scope="col">rule, T = node-timeout</th>
        </tr>
      </thead>
      <tbody>
        {outage.parts.map((p) => (
          <tr key={p.factId}>
            <th scope="row">{p.text}</th>
            <td>{took(p.took)}</td>
            <td>{p.law}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">until the applications found {outage.promoted}</th>
          <td>{took(outage.total)}</td>
          <td />
        </tr>
      </tfoot>
    </table>
  )
}

const Variants = ({ lesson, step, seed }: { lesson: Lesson; step: Step; seed: number }) => {
  const results = useVariants(lesson, step, seed)
  const most = Math.max(1, ...results.map((r) => r.value ?? 0))
  return (
    <table className={s.variants} aria-busy={results.some((r) => r.value === undefined)}>
      <caption>The same fault, seed {seed}, other ways</caption>
      <tbody>
        {results.map((r) => (
          <tr key={r.label}>
            <th scope="row">{r.label}</th>
            <td>
              <i style={{ width: `${r.value === null ? 100 : ((r.value ?? 0) / most) * 100}%` }} data-endless={r.value === null || undefined} />
            </td>
            <td>{r.value === undefined ? 'running…' : r.value === null ? `not over after ${step.wait} s` : format(r.value, step.unit)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The explanation takes the stage's place: what was guessed, what the run did, what a wrong guess believed. */
export const Explain = ({ lesson, state, onDone }: { lesson: Lesson; state: PlayerState; onDone: (right: boolean) => void }) => {
  const step = lesson.steps[state.step]!
  const seed = useLesson((x) => x.seed)
  const evidence = useEvidence()
  const [, go] = useLocation()
  const heading = useRef<HTMLHeadingElement>(null)
  const now = evidence && standing(step, evidence)
  const right = now !== null && now.right === state.guess
  useEffect(() => {
    heading.current?.focus()
    onDone(right)
    // once a step: the verdict does not change while it is read
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [step.id])
  if (!evidence || !now) return null
  const guess = step.options[state.guess ?? 0]!
  const truth = step.options[now.right]
  const others = step.options.filter((o) => o !== guess && o !== truth)
  const lastStep = state.step + 1 === lesson.steps.length
  const following = LESSONS[LESSONS.indexOf(lesson) + 1]
  return (
    <section className={s.explain} aria-label="Explanation">
      <h1 ref={heading} tabIndex={-1}>
        <span>You said {lower(guess.text)}.</span> <b>{fill(step.verdict, step.figures, evidence)}</b>
      </h1>
      {step.unit === 's' && step.theory && now.value !== null && <Bars step={step} value={now.value} evidence={evidence} />}
      <div className={s.two}>
        <div>
          {step.parts && <Parts facts={evidence.facts} windows={evidence.windows} since={state.since} />}
          {step.explain.map((text) => (
            <p key={text} className="prose">
              {fill(text, step.figures, evidence)}
            </p>
          ))}
          {step.variants && <Variants key={`${step.id} ${seed}`} lesson={lesson} step={step} seed={seed} />}
        </div>
        <aside className={s.beliefs}>
          <p className={s.label}>{right ? 'Right. Your guess says' : 'Your guess believed'}</p>
          <h2>{guess.belief.name}</h2>
          <p>{guess.belief.text}</p>
          {!right && truth && (
            <>
              <p className={s.label}>The run says: {lower(truth.text)}</p>
              <h2>{truth.belief.name}</h2>
              <p>{truth.belief.text}</p>
            </>
          )}
          {others.length > 0 && (
            <ul>
              {others.map((o) => (
                <li key={o.text}>
                  <b>{o.text}.</b> {o.belief.text}
                </li>
              ))}
            </ul>
          )}
        </aside>
      </div>
      <footer>
        {lastStep ? (
          <button type="button" className={s.solid} onClick={() => go(following ? `/learn/${following.id}` : '/learn')}>
            {following ? `Next lesson: ${following.title}` : 'All lessons'}
          </button>
        ) : (
          <button type="button" className={s.solid} onClick={() => void next()}>
            Next: {lesson.steps[state.step + 1]!.title}
          </button>
        )}
        <button type="button" className={s.outline} onClick={() => void again(seed + 1)}>
          Roll another seed
        </button>
        <button type="button" className={s.text} onClick={() => send({ type: 'back' })}>
          Back to the lab at this moment
        </button>
        <span className={s.model}>Model: {evidence.scenario.latency.mean} µs links, Redis 7.0.15 rules, seed {seed}.</span>
      </footer>
    </section>
  )
}

const lower = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text)
