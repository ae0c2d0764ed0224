import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { LESSONS } from '../../content/lessons/index.ts'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import { fill, format, measure, verdict, type Evidence, type PlayerState } from '../../lab/lesson-player.ts'
import { seconds, tied } from '../design/format.ts'
import { breakdown, type Outage } from '../inspect/outage.ts'
import { Bars, PATTERN } from './Bars.tsx'
import { again, send, standing, toStep, useEvidence, useLesson } from './player.ts'
import { stepDone } from './progress.ts'
import { useVariants } from './variants.ts'
import s from './learn.module.css'

/** Words that Redis itself writes in capitals stand out. */
const Marked = ({ text }: { text: string }) => (
  <>{text.split(/\b(PFAIL|FAIL|MOVED)\b/).map((part, i) => (i % 2 === 1 ? <b key={i}>{part}</b> : part))}</>
)

const Parts = ({ outage, rule }: { outage: Outage; rule: string }) => {
  const until = outage.parts.filter((p) => p.kind !== 'news')
  const news = outage.parts.find((p) => p.kind === 'news')
  const total = until.reduce((sum, p) => sum + p.took, 0)
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
        {until.map((p) => (
          <tr key={p.factId}>
            <th scope="row">
              <i className={PATTERN[p.kind]} />
              <span>
                <Marked text={p.text} />
              </span>
            </th>
            <td>{seconds(p.took)} s</td>
            <td>{p.law}</td>
          </tr>
        ))}
        <tr className={s.total}>
          <th scope="row">
            <i />
            <span>{outage.promoted} is primary</span>
          </th>
          <td>{seconds(total)} s</td>
          <td>{rule}</td>
        </tr>
        {news && (
          <tr>
            <th scope="row">
              <i className={PATTERN.news} />
              <span>
                then <Marked text={news.text} />
              </span>
            </th>
            <td>{seconds(news.took)} s</td>
            <td>{news.law}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}

const Table = ({ step, evidence }: { step: Step; evidence: Evidence }) => {
  if (!step.table) return null
  const show = (name: string | undefined): string => (name === undefined ? '' : fill(`{${name}}`, step.figures, evidence))
  return (
    <table className={s.parts}>
      <thead>
        <tr>
          <th scope="col">What happened</th>
          <th scope="col">this run</th>
          <th scope="col">{step.table.some((r) => r.law) ? 'law' : ''}</th>
        </tr>
      </thead>
      <tbody>
        {step.table.map((r) => (
          <tr key={r.what}>
            <th scope="row">
              <span>{r.what}</span>
            </th>
            <td>{show(r.run)}</td>
            <td>{show(r.law)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const Variants = ({ lesson, index, seed, evidence }: { lesson: Lesson; index: number; seed: number; evidence: Evidence }) => {
  const step = lesson.steps[index]!
  const values = useVariants(lesson, index, seed)
  const { title, list } = step.variants!
  const known = list.map((v) => values[v.label])
  const most = Math.max(1, ...known.map((v) => v ?? 0))
  return (
    <table className={s.variants} aria-busy={known.some((v) => v === undefined)}>
      <caption>{title}</caption>
      <thead className="unseen">
        <tr>
          <th scope="col">way</th>
          <th scope="col">bar</th>
          <th scope="col">measured</th>
          <th scope="col">law</th>
        </tr>
      </thead>
      <tbody>
        {list.map(({ label, law }, i) => {
          const value = known[i]
          return (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>
                <i style={{ width: `${value === null ? 100 : ((value ?? 0) / most) * 100}%` }} data-endless={value === null || undefined} />
              </td>
              <td>{value === undefined ? 'running…' : value === null ? `over ${step.wait} s` : format(value, step.unit)}</td>
              <td>{law && fill(law, step.figures, evidence)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

const outageOf = (step: Step, evidence: Evidence): Outage | null =>
  step.parts
    ? breakdown(
        evidence.facts.filter((f) => f.at >= evidence.since && f.at <= evidence.now),
        evidence.windows,
        Infinity,
      )
    : null

/** A theory in the words of the table's last line. */
const ruleOf = (step: Step, evidence: Evidence): string => {
  const least = step.theory && measure(step.theory.least, evidence)
  const most = step.theory && measure(step.theory.most, evidence)
  return least && most ? `${least} to about ${most} s` : ''
}

/** What was guessed, what the run did, theory, and what a wrong guess believed. */
export const Explain = ({ lesson, state }: { lesson: Lesson; state: PlayerState }) => {
  const step = lesson.steps[state.step]!
  const seed = useLesson((x) => x.seed)
  const evidence = useEvidence()
  const [, visit] = useLocation()
  const heading = useRef<HTMLHeadingElement>(null)
  const now = evidence && standing(step, evidence)
  const right = now !== null && now.right === state.guess
  useEffect(() => {
    heading.current?.focus()
    stepDone(lesson, state.step, right)
    // once a step: the verdict does not change while it is read
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [step.id])
  if (!evidence || !now) return null
  const said = (text: string): string => fill(text, step.figures, evidence)
  const guess = step.options[state.guess ?? 0]!
  const truth = step.options[now.right]
  const others = step.options.filter((o) => o !== guess && o !== truth)
  const outage = outageOf(step, evidence)
  const following = LESSONS[LESSONS.indexOf(lesson) + 1]
  const next = lesson.steps[state.step + 1]
  return (
    <section className={s.explain} aria-label="Explanation">
      <h1 ref={heading} tabIndex={-1}>
        <span>You said {tied(lower(said(head(guess.text))))}.</span> <b>{tied(verdict(step, evidence))}</b>
      </h1>
      {step.theory && now.value !== null && (
        <Bars step={step} guess={guess} said={lower(said(guess.text))} value={now.value} evidence={evidence} outage={outage} />
      )}
      <div className={s.two}>
        <div>
          {outage && <Parts outage={outage} rule={ruleOf(step, evidence)} />}
          <Table step={step} evidence={evidence} />
          {step.explain.map((text) => (
            <p key={text} className="prose">
              {said(text)}
            </p>
          ))}
          {step.variants && <Variants key={`${step.id} ${seed}`} lesson={lesson} index={state.step} seed={seed} evidence={evidence} />}
        </div>
        <aside className={s.beliefs} aria-label="What the guesses believed">
          <p className={s.label}>{right ? 'You are right' : 'Your guess believed'}</p>
          <h2>{guess.belief.name}</h2>
          <p>{said(guess.belief.text)}</p>
          {!right && truth && (
            <>
              <p className={s.label}>The run says: {lower(said(truth.text))}</p>
              <h2>{truth.belief.name}</h2>
              <p>{said(truth.belief.text)}</p>
            </>
          )}
          {others.length > 0 && (
            <ul>
              {others.map((o) => (
                <li key={o.text}>
                  <b>{said(head(o.text))}.</b> {said(o.belief.text)}
                </li>
              ))}
            </ul>
          )}
        </aside>
      </div>
      <footer>
        {next ? (
          <button type="button" className={s.solid} onClick={() => void toStep(state.step + 1)}>
            Next: {next.title}
          </button>
        ) : (
          <button type="button" className={s.solid} onClick={() => visit(following ? `/learn/${following.id}` : '/learn')}>
            {following ? `Next lesson: ${following.title}` : 'All lessons'}
          </button>
        )}
        <button type="button" className={s.outline} onClick={() => void again(seed + 1)}>
          Roll another seed
        </button>
        <button type="button" className={s.text} onClick={() => send({ type: 'back' })}>
          Back to {seconds(evidence.now)} s in the lab
        </button>
        <span className={s.model}>
          Model: {evidence.scenario.latency.mean / 1000} ms a link, rules of Redis 7.0.15, seed {seed}.
        </span>
      </footer>
    </section>
  )
}

/** The answer without its reason: what stands before the colon. */
const head = (text: string): string => text.split(':')[0]!
const lower = (text: string): string => (/^[A-Z][a-z]|^A /.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text)
