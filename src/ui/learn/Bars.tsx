import type { CSSProperties } from 'react'
import type { Option, Step } from '../../content/lessons/types.ts'
import { format, measure, type Evidence } from '../../lab/lesson-player.ts'
import type { Outage, PartKind } from '../inspect/outage.ts'
import s from './bars.module.css'

/** One pattern a kind of part, in the bar and in the table. */
export const PATTERN: Record<PartKind, string | undefined> = {
  silence: s.silence,
  agreement: s.agreement,
  turn: s.turn,
  again: s.again,
  votes: s.votes,
  news: s.news,
}

const niceStep = (end: number): number => [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100].find((x) => end / x <= 10) ?? 200

/** Dots that would lie on each other are stacked. */
const stacked = (values: readonly number[], close: number): { at: number; level: number }[] => {
  const placed: { at: number; level: number }[] = []
  for (const at of [...values].sort((a, b) => a - b)) {
    let level = 0
    while (placed.some((p) => p.level === level && at - p.at < close)) level++
    placed.push({ at, level })
  }
  return placed
}

interface Props {
  step: Step
  guess: Option
  /** the guess in words. */
  said: string
  value: number
  evidence: Evidence
  outage: Outage | null
}

/** Guess, this run, theory and recordings on one axis. */
export const Bars = ({ step, guess, said, value, evidence, outage }: Props) => {
  const { unit, theory, recorded } = step
  const least = theory ? measure(theory.least, evidence) : null
  const most = theory ? measure(theory.most, evidence) : null
  const known = recorded?.values ?? []
  const greatest = Math.max(value, most ?? 0, guess.at ?? 0, ...known)
  const gap = niceStep(greatest * 1.06)
  const end = Math.ceil((greatest * 1.06) / gap) * gap
  const x = (v: number): string => `${(v / end) * 100}%`
  const ticks = Array.from({ length: Math.round(end / gap) + 1 }, (_, i) => i * gap)
  const short = (v: number): string => (Number.isInteger(v) ? String(v) : v.toFixed(1))
  const parts = outage?.parts.filter((p) => p.kind !== 'news') ?? []
  const range = least !== null && most !== null && least !== most ? `${short(least)} to ${short(most)}` : short(most ?? 0)
  return (
    <figure className={s.bars} style={{ '--run': x(value) } as CSSProperties}>
      <figcaption className="unseen">
        You said {said}. This run: {format(value, unit)}. {theory && `${theory.label}: ${range}.`}{' '}
        {recorded && `${known.length} recorded runs: ${short(Math.min(...known))} to ${short(Math.max(...known))}.`}
      </figcaption>
      <div className={s.grid} aria-hidden="true">
        {ticks.map((t) => (
          <i key={t} style={{ left: x(t) }} />
        ))}
        <b />
      </div>
      <div className={s.row} aria-hidden="true">
        <p>Your guess</p>
        <div>
          <i className={s.guessLine} style={{ width: guess.at === undefined ? '100%' : x(guess.at) }} />
          {guess.at !== undefined ? (
            <>
              <i className={s.guessMark} style={{ left: x(guess.at) }} />
              <span className={s.after} style={{ left: x(guess.at), marginLeft: 16 }}>
                {short(guess.at)}
              </span>
            </>
          ) : (
            <span className={s.open}>no end</span>
          )}
        </div>
      </div>
      <div className={s.row} aria-hidden="true">
        <p>
          This run <small>measured</small>
        </p>
        <div>
          {parts.length > 0 ? (
            parts.map((p) => (
              <i
                key={p.factId}
                className={`${s.segment} ${PATTERN[p.kind] ?? ''}`}
                style={{ left: x((p.from - (outage?.from ?? 0)) / 1e6), width: x(p.took / 1e6) }}
              />
            ))
          ) : (
            <i className={`${s.segment} ${s.silence}`} style={{ left: 0, width: x(value) }} />
          )}
          <strong className={s.after} style={{ left: x(value) }}>
            {unit === 's' ? `${value.toFixed(parts.length > 0 ? 3 : 1)} s` : format(value, unit)}
          </strong>
        </div>
      </div>
      {theory && least !== null && most !== null && (
        <div className={s.row} aria-hidden="true">
          <p>
            Theory <small>{theory.label === 'Theory' ? `${range} s` : theory.label}</small>
          </p>
          <div>
            {least === most ? (
              <i className={s.theoryMark} style={{ left: x(least) }} />
            ) : (
              <i className={s.theoryBand} style={{ left: x(least), width: x(most - least) }} />
            )}
            <span className={s.after} style={{ left: x(most) }}>
              {short(most)}
            </span>
          </div>
        </div>
      )}
      {recorded && (
        <div className={s.row} aria-hidden="true" title={recorded.source}>
          <p>
            {recorded.label} <small>{known.length} recorded runs</small>
          </p>
          <div>
            {stacked(known, end / 90).map(({ at, level }) => (
              <i key={`${at} ${level}`} className={s.dot} style={{ left: x(at), bottom: 8 + level * 9 }} />
            ))}
            <span className={s.after} style={{ left: x(Math.max(...known)), marginLeft: 4 }}>
              {short(Math.max(...known))}
            </span>
          </div>
        </div>
      )}
      <div className={s.axis} aria-hidden="true">
        {ticks.map((t, i) => (
          <span key={t} style={{ left: x(t) }}>
            {short(t)}
            {i === ticks.length - 1 && unit === 's' ? ' s' : ''}
          </span>
        ))}
      </div>
    </figure>
  )
}
