import { useEffect, useId, useRef, useState } from 'react'
import s from './knobs.module.css'

/** A change is sent when the hand rests this long. */
const REST_MS = 350

interface NumberKnob {
  label: string
  unit: string
  hint: string
  min: number
  max: number
  step: number
  /** steps of equal ratio, for what spans decades. */
  log?: boolean
}

/** A slider with its number; both move it, and one action goes out when the hand rests. */
export const Knob = ({ knob, value, send }: { knob: NumberKnob; value: number; send: (value: number) => void }) => {
  const id = useId()
  // what the hand set last, until the run says another value
  const [local, setLocal] = useState<{ over: number; value: number } | null>(null)
  const timer = useRef(0)
  const shown = local?.over === value ? local.value : value
  // what the hand typed stands as it is; five sixths of a run do not fit their field
  const said =
    local?.over === value ? Number(shown.toPrecision(6)) : shown >= 10 ? Math.round(shown * 10) / 10 : Number(shown.toPrecision(4))
  useEffect(() => () => clearTimeout(timer.current), [])

  const change = (next: number) => {
    if (!Number.isFinite(next)) return
    const inside = Math.max(knob.min, Math.min(knob.max, next))
    setLocal({ over: value, value: inside })
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      if (inside !== value) send(inside)
      else setLocal(null)
    }, REST_MS)
  }
  const low = Math.log(Math.max(knob.min, knob.step))
  const span = Math.log(knob.max) - low
  const toSlider = (v: number) => (knob.log ? (v <= 0 ? 0 : Math.max(0, ((Math.log(v) - low) / span) * 1000)) : v)
  const fromSlider = (x: number) => {
    if (!knob.log) return x
    const v = Math.exp(low + (x / 1000) * span)
    return x <= 0 ? knob.min : Number(v.toPrecision(2))
  }
  return (
    <div className={s.knob} title={knob.hint}>
      <label htmlFor={id}>{knob.label}</label>
      <input
        id={id}
        type="range"
        min={knob.log ? 0 : knob.min}
        max={knob.log ? 1000 : knob.max}
        step={knob.log ? 10 : knob.step}
        value={toSlider(shown)}
        aria-valuetext={`${said} ${knob.unit}`}
        onChange={(e) => change(fromSlider(Number(e.target.value)))}
      />
      <span className={s.number}>
        <input
          type="number"
          min={knob.min}
          max={knob.max}
          step="any"
          value={said}
          aria-label={`${knob.label}, ${knob.unit || 'number'}`}
          onChange={(e) => e.target.value !== '' && change(Number(e.target.value))}
        />
        <span>{knob.unit}</span>
      </span>
    </div>
  )
}

/** One of a few. */
export const Choice = <T extends string>({
  label,
  value,
  options,
  hint,
  send,
}: {
  label: string
  value: T
  options: readonly [T, string][]
  hint: string
  send: (value: T) => void
}) => {
  const id = useId()
  return (
    <div className={s.choice} title={hint}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => send(e.target.value as T)}>
        {options.map(([v, text]) => (
          <option key={v} value={v}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

export const Group = ({ title, children, open = false }: { title: string; children: React.ReactNode; open?: boolean }) => (
  <details className={s.group} open={open}>
    <summary>{title}</summary>
    {children}
  </details>
)
