import type { Step } from '../../content/lessons/types.ts'
import { measure, type Evidence } from '../../lab/lesson-player.ts'
import s from './learn.module.css'

/** This run, theory and recordings on one axis of seconds. */
export const Bars = ({ step, value, evidence }: { step: Step; value: number; evidence: Evidence }) => {
  const least = step.theory ? measure(step.theory.least, evidence) : null
  const most = step.theory ? measure(step.theory.most, evidence) : null
  const recorded = step.recorded?.values ?? []
  const end = Math.ceil(Math.max(value, most ?? 0, ...recorded) + 0.5)
  const x = (t: number) => `${(t / end) * 100}%`
  const ticks = Array.from({ length: end + 1 }, (_, i) => i).filter((i) => end <= 12 || i % 5 === 0)
  const range = `${Math.min(...recorded).toFixed(1)} to ${Math.max(...recorded).toFixed(1)} s`
  return (
    <dl className={s.bars}>
      <div>
        <dt>
          This run <small>measured</small>
        </dt>
        <dd>
          <i className={s.runBar} style={{ width: x(value) }} />
          <b style={{ left: x(value) }}>{value.toFixed(2)} s</b>
        </dd>
      </div>
      {least !== null && most !== null && (
        <div>
          <dt>
            {step.theory!.label} <small>{`${least} to ${most} s`}</small>
          </dt>
          <dd>
            <i className={s.theoryBar} style={{ left: x(least), width: x(most - least) }} />
          </dd>
        </div>
      )}
      {recorded.length > 0 && (
        <div>
          <dt>
            {step.recorded!.label} <small>{recorded.length} recorded runs</small>
          </dt>
          <dd>
            <span className="unseen">{range}</span>
            {recorded.map((t) => (
              <i key={t} className={s.dot} style={{ left: x(t) }} />
            ))}
          </dd>
        </div>
      )}
      <div aria-hidden="true" className={s.axis}>
        <dt />
        <dd>
          {ticks.map((t) => (
            <span key={t} style={{ left: x(t) }}>
              {t}
            </span>
          ))}
        </dd>
      </div>
    </dl>
  )
}
