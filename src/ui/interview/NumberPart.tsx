import { useEffect, useId, useMemo, useRef, useState, type FormEvent } from 'react'
import type { Numeric } from '../../content/questions/types.ts'
import { accepts, COMPUTE, drawParams, fillIn, readNumber, say, type Values } from '../../lab/compute.ts'
import { MEASURE } from '../../lab/measure.ts'
import { questionOf, recordNumber } from '../../lab/progress.ts'
import { progressKeeper } from '../progress/keeper.ts'
import { SeeIt } from './SeeIt.tsx'
import { useMeasured } from './use-measured.ts'
import s from './interview.module.css'

interface Answer {
  value: number
  right: boolean
  /** what a known mistake forgot. */
  because: string
}

const grade = (value: number, n: Numeric, values: Values): Answer => {
  const right = accepts(value, values, n.tolerance, n.digits)
  const near = (name: string): boolean => {
    const other = values[name]
    return other !== undefined && accepts(value, { answer: other }, n.tolerance, n.digits)
  }
  return { value, right, because: right ? '' : (n.mistakes.find((m) => near(m.value))?.says ?? '') }
}

/** The answer, the learner's, and a measurement on one scale. */
const Scale = ({ rows, unit }: { rows: { label: string; note: string; value: number; text: string; mine?: boolean }[]; unit: string }) => {
  const most = Math.max(...rows.map((r) => r.value), Number.MIN_VALUE)
  return (
    <dl className={s.scale}>
      {rows.map((r) => (
        <div key={r.label} data-mine={r.mine || undefined}>
          <dt>
            {r.label} <small>{r.note}</small>
          </dt>
          <dd>
            <i style={{ width: `${Math.max(0, (r.value / most) * 100)}%` }} />
            <b>
              {r.text} {unit}
            </b>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** One number to work out. The first answer to the same figures counts, unless the solution was looked up before. */
export const NumberPart = ({ question, numeric, title }: { question: string; numeric: Numeric; title: string }) => {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [seed, setSeed] = useState(() => {
    const p = questionOf(progressKeeper().progress, question)
    return 1 + p.right + p.wrong
  })
  const [typed, setTyped] = useState('')
  const [trouble, setTrouble] = useState('')
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [solved, setSolved] = useState(false)
  const [renewed, setRenewed] = useState(false)
  const { params, values } = useMemo(() => {
    const drawn = drawParams(numeric.params, seed, `${question}/${numeric.id}`)
    return { params: drawn, values: COMPUTE[numeric.compute](drawn) }
  }, [numeric, question, seed])
  const measured = useMeasured(numeric.compute, params, seed, solved)
  const fill = (text: string): string => fillIn(text, { ...params, ...values })
  const show = (x: number): string => say(x, numeric.digits)

  useEffect(() => {
    if (renewed) input.current?.focus()
  }, [renewed, seed])

  const check = (e: FormEvent): void => {
    e.preventDefault()
    const read = readNumber(typed)
    setTrouble(read.ok ? '' : read.sentence)
    if (!read.ok) return input.current?.focus()
    const now = grade(read.value, numeric, values)
    if (!answer && !solved) progressKeeper().change((p) => recordNumber(p, question, now.right, Date.now()))
    setAnswer(now)
    if (now.right) setSolved(true)
  }
  const renew = (): void => {
    setSeed(seed + 1)
    setTyped('')
    setTrouble('')
    setAnswer(null)
    setSolved(false)
    setRenewed(true)
  }

  const { least, most } = values
  const truth = least !== undefined && most !== undefined && most > least ? `${show(least)} to ${show(most)}` : show(values.answer)
  const measurement = MEASURE[numeric.compute]
  const rows = [
    ...(answer ? [{ label: 'You', note: '', value: answer.value, text: say(answer.value), mine: true }] : []),
    { label: 'Worked out', note: '', value: values.answer, text: show(values.answer) },
    ...(typeof measured === 'number' && measurement
      ? [{ label: 'Measured', note: measurement.how, value: measured, text: show(measured) }]
      : []),
  ]
  return (
    <section className={s.part} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={`${id}-ask`} className={s.ask}>
        {fill(numeric.ask)}
      </p>
      <form onSubmit={check} noValidate>
        <p className={s.row}>
          <span className={s.number}>
            <input
              ref={input}
              inputMode="decimal"
              autoComplete="off"
              maxLength={40}
              aria-label={`Your number, ${numeric.unit}`}
              aria-invalid={trouble !== ''}
              aria-describedby={`${id}-ask ${id}-said`}
              value={typed}
              onChange={(e) => {
                setTyped(e.target.value)
                setTrouble('')
              }}
            />
            <span aria-hidden="true">{numeric.unit}</span>
          </span>
          <button type="submit" className={s.solid}>
            Check
          </button>
          {!solved && (
            <button type="button" className={s.text} onClick={() => setSolved(true)}>
              Show the solution
            </button>
          )}
          <button type="button" className={s.text} onClick={renew}>
            New numbers
          </button>
        </p>
      </form>
      <div id={`${id}-said`} role="status">
        {trouble !== '' && <p className={s.trouble}>{trouble}</p>}
        {trouble === '' && answer && (
          <p className={s.verdict}>
            <span>You say {say(answer.value)}.</span> <b>{answer.right ? `Right: ${truth}.` : solved ? `It is ${truth}.` : 'Not yet.'}</b>
            {!answer.right && (answer.because !== '' || !solved) && (
              <small>{answer.because === '' ? 'Try again, or look at the solution.' : fill(answer.because)}</small>
            )}
          </p>
        )}
      </div>
      {solved && (
        <>
          <ol className={s.steps}>
            {numeric.steps.map((step) => (
              <li key={step}>{fill(step)}</li>
            ))}
          </ol>
          <Scale rows={rows} unit={numeric.unit} />
          <p className={s.source}>
            {measured === undefined && <span role="status">Measuring… </span>}
            {numeric.source}
          </p>
          {numeric.see && <SeeIt see={numeric.see} />}
        </>
      )}
    </section>
  )
}
