import { useId, useMemo, useState, type FormEvent } from 'react'
import { useLocation } from 'wouter'
import type { Numeric, See } from '../../content/questions/types.ts'
import { accepts, COMPUTE, drawParams, fillIn, readNumber, say } from '../../lab/compute.ts'
import { finish, MEASURE } from '../../lab/measure.ts'
import { recordNumber } from '../../lab/progress.ts'
import { progressKeeper } from '../progress/keeper.ts'
import { act, openScenario } from '../store/session.ts'
import s from './interview.module.css'

interface Verdict {
  right: boolean
  sentence: string
}

const SeeIt = ({ see }: { see: See }) => {
  const [, go] = useLocation()
  const open = async (): Promise<void> => {
    go('/')
    if (!(await openScenario(see.scenario))) return
    for (const action of see.setup) await act(action)
  }
  return (
    <p className={s.row}>
      <button type="button" className={s.text} onClick={() => void open()}>
        See it run
      </button>
      <span className={s.hint}>{see.hint}</span>
    </p>
  )
}

/** A number to work out, with fresh figures as often as wanted. Only the first answer to the same figures counts. */
export const NumberPart = ({ question, numeric }: { question: string; numeric: Numeric }) => {
  const id = useId()
  const [seed, setSeed] = useState(1)
  const [typed, setTyped] = useState('')
  const [verdict, setVerdict] = useState<Verdict | null>(null)
  const [trouble, setTrouble] = useState('')
  const [shown, setShown] = useState(false)
  const [measured, setMeasured] = useState('')
  const { params, values } = useMemo(() => {
    const drawn = drawParams(numeric.params, seed, `${question}/${numeric.id}`)
    return { params: drawn, values: COMPUTE[numeric.compute](drawn) }
  }, [numeric, question, seed])
  const fill = (text: string): string => fillIn(text, { ...params, ...values })
  const measurement = MEASURE[numeric.compute]

  const check = (e: FormEvent): void => {
    e.preventDefault()
    const read = readNumber(typed)
    setTrouble(read.ok ? '' : read.sentence)
    if (!read.ok) return setVerdict(null)
    const right = accepts(read.value, values, numeric.tolerance, numeric.digits)
    const mistake = right
      ? undefined
      : numeric.mistakes.find((m) => accepts(read.value, { answer: values[m.value] ?? Number.NaN }, numeric.tolerance, numeric.digits))
    const sentence = right
      ? `Right: ${say(values.answer, numeric.digits)} ${numeric.unit}.`
      : `Not yet. ${mistake ? fill(mistake.says) : 'Try again, or see how it is worked out.'}`
    setVerdict({ right, sentence })
    if (!shown && !verdict?.right) progressKeeper().change((p) => recordNumber(p, question, right, Date.now()))
    if (right) setShown(true)
  }

  const renew = (): void => {
    setSeed(seed + 1)
    setTyped('')
    setVerdict(null)
    setTrouble('')
    setShown(false)
    setMeasured('')
  }

  return (
    <section className={s.part} aria-labelledby={`${id}-ask`}>
      <h2>Work it out</h2>
      <p id={`${id}-ask`} className={s.ask}>
        {fill(numeric.ask)}
      </p>
      <form onSubmit={check}>
        <p className={s.row}>
          <span className={s.number}>
            <input
              inputMode="decimal"
              autoComplete="off"
              aria-label={`Your number, ${numeric.unit}`}
              aria-invalid={trouble !== ''}
              aria-describedby={`${id}-said`}
              value={typed}
              onChange={(e) => setTyped(e.target.value)}
            />
            <span>{numeric.unit}</span>
          </span>
          <button type="submit" className={s.solid}>
            Check
          </button>
          <button type="button" className={s.text} onClick={renew}>
            New numbers
          </button>
          <button type="button" className={s.text} aria-expanded={shown} onClick={() => setShown(!shown)}>
            {shown ? 'Hide the solution' : 'Show the solution'}
          </button>
        </p>
      </form>
      <div role="status" id={`${id}-said`}>
        {trouble && <p className={s.wrong}>{trouble}</p>}
        {verdict && (
          <p className={s.why} data-right={verdict.right ? '' : undefined}>
            {verdict.sentence}
          </p>
        )}
      </div>
      {shown && (
        <>
          <ol className={s.steps}>
            {numeric.steps.map((step) => (
              <li key={step}>{fill(step)}</li>
            ))}
          </ol>
          <p className={s.source}>{numeric.source}</p>
          {measurement && (
            <p className={s.row}>
              <button
                type="button"
                className={s.text}
                onClick={() => setMeasured(`${say(finish(measurement.run(params, seed)))} ${measurement.how}`)}
              >
                Measure it here
              </button>
              <span role="status">{measured}</span>
            </p>
          )}
        </>
      )}
      {numeric.see && <SeeIt see={numeric.see} />}
    </section>
  )
}
