import { useId, useState } from 'react'
import type { Timing } from '../../content/fidelity.ts'
import { count } from '../design/format.ts'
import { axisOf, difference, isApart, middle } from './figures.ts'
import s from './truth.module.css'

const ms = (x: number): string => count(Math.round(x))
const signed = (x: number): string => `${x < 0 ? '−' : '+'}${count(Math.abs(Math.round(x)))}`

export const verdictOf = (t: Timing): string =>
  isApart(t) ? 'apart' : t.verdict === 'within' ? `same within ${count(t.bound)} ms` : 'not shown'

const chip = (setting: string): string => setting.replace('node-timeout ', '')

/** Recorded runs as dots above the simulated range, on an axis of their own; the shade is the declared bound around the recorded median. */
const Plot = ({ t }: { t: Timing }) => {
  const { from, to } = axisOf(t)
  const x = (v: number): string => `${(Math.min(Math.max((v - from) / (to - from), 0), 1) * 100).toFixed(2)}%`
  const wide = (a: number, b: number): string => `${(((Math.min(b, to) - Math.max(a, from)) / (to - from)) * 100).toFixed(2)}%`
  const m = middle(t.recorded)
  const beyond = t.recorded.filter((v) => v > to)
  const { p5, q1, median, q3, p95 } = t.simulated
  return (
    <span className={s.plot} data-many={t.recorded.length > 30 || undefined} aria-hidden="true">
      <i className={s.bound} style={{ left: x(m - t.bound), width: wide(m - t.bound, m + t.bound) }} />
      <i className={s.recordedMedian} style={{ left: x(m) }} />
      {t.recorded
        .filter((v) => v <= to)
        .map((v, i) => (
          <i key={i} className={s.dot} style={{ left: x(v) }} />
        ))}
      {beyond.length > 0 && (
        <small className={s.beyond}>
          {beyond.length} at {ms(Math.max(...beyond))} →
        </small>
      )}
      <i className={s.whisker} style={{ left: x(p5), width: wide(p5, p95) }} />
      <i className={s.box} style={{ left: x(q1), width: wide(q1, q3) }} />
      <i className={s.median} style={{ left: x(median) }} />
      <small className={s.from}>{ms(from)}</small>
      <small className={s.to}>{ms(to)} ms</small>
    </span>
  )
}

/** Recorded beside simulated, one setting at a time; every figure of every setting below. */
export const Timings = ({ timings }: { timings: readonly Timing[] }) => {
  const settings = [...new Set(timings.map((t) => t.setting))]
  const [chosen, choose] = useState(settings[0])
  const name = useId()
  const rows = timings.filter((t) => t.setting === chosen)
  const own = rows[0]?.file === 'own'
  return (
    <>
      <fieldset className={s.chips}>
        <legend className="unseen">Which runs</legend>
        {settings.map((setting) => (
          <label key={setting} data-on={setting === chosen || undefined}>
            <input type="radio" name={name} className="unseen" checked={setting === chosen} onChange={() => choose(setting)} />
            {chip(setting)}
          </label>
        ))}
      </fieldset>
      <p className={s.key} aria-hidden="true">
        <span>
          <i className={s.keyDot} /> a recorded run
        </span>
        <span>
          <i className={s.keyBox} /> {count(rows[0]?.simulated.n ?? 0)} simulated: middle half, 5 to 95 %
        </span>
        <span>
          <i className={s.keyBound} /> the declared bound around the recorded median
        </span>
      </p>
      <table className={s.timings}>
        <caption className="unseen">{chosen}: medians in milliseconds, recorded beside simulated</caption>
        <thead>
          <tr>
            <th scope="col">
              {own ? 'Recorded for this project' : `Recording ${rows[0]?.file ?? ''}`}, {rows[0]?.recorded.length ?? 0} runs
            </th>
            <th scope="col">recorded</th>
            <th scope="col">simulated</th>
            <th scope="col" className={s.roomy}>
              difference, 90 % interval
            </th>
            <th scope="col" className={s.roomy}>
              verdict
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((t) => (
            <tr key={t.name} data-whole={t.name.endsWith('in all') || undefined} data-apart={isApart(t) || undefined}>
              <th scope="row">
                <span>{t.name.replace(', in all', '')}</span>
                <Plot t={t} />
              </th>
              <td>{ms(middle(t.recorded))}</td>
              <td>
                <b>{ms(t.simulated.median)}</b>
              </td>
              <td className={s.roomy}>
                {signed(difference(t))}{' '}
                <small>
                  {signed(t.low)} to {signed(t.high)}
                </small>
              </td>
              <td className={s.roomy}>{verdictOf(t)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={s.note}>
        <b>Same within</b>: the 90 % bootstrap interval of the difference of medians lies inside the bound, which is two one-sided tests at
        5 %. <b>Not shown</b>: the medians agree, but so few recordings cannot prove it. Nothing is called the same because a test failed to
        reject it.
      </p>
      <details className={s.details}>
        <summary>Every row with its Kolmogorov–Smirnov distance and p value</summary>
        <div className={s.scroll} tabIndex={0} role="region" aria-label="All timings">
          <table className={s.full}>
            <thead>
              <tr>
                <th scope="col">runs</th>
                <th scope="col">part</th>
                <th scope="col">recorded n</th>
                <th scope="col">median</th>
                <th scope="col">simulated n</th>
                <th scope="col">median</th>
                <th scope="col">90 % interval</th>
                <th scope="col">bound</th>
                <th scope="col">KS</th>
                <th scope="col">p</th>
                <th scope="col">p after Holm</th>
                <th scope="col">verdict</th>
              </tr>
            </thead>
            <tbody>
              {timings.map((t) => (
                <tr key={`${t.setting} ${t.name}`}>
                  <td>{t.setting}</td>
                  <th scope="row">{t.name}</th>
                  <td>{t.recorded.length}</td>
                  <td>{ms(middle(t.recorded))}</td>
                  <td>{count(t.simulated.n)}</td>
                  <td>{ms(t.simulated.median)}</td>
                  <td>
                    {signed(t.low)} to {signed(t.high)}
                  </td>
                  <td>±{count(t.bound)}</td>
                  <td>{t.ks.toFixed(2)}</td>
                  <td>{small(t.p)}</td>
                  <td>{small(t.pHolm)}</td>
                  <td>{verdictOf(t)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  )
}

const small = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3))
