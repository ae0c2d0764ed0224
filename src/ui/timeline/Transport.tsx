import { ChevronDown, Pause, Play, Redo2, RotateCcw, StepForward, Undo2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { SPEEDS, type StepKind } from '../../lab/lab.ts'
import { alerting, TRACES, valueNow } from '../charts/series.ts'
import { clockParts, times } from '../design/format.ts'
import menu from '../design/menu.module.css'
import { playPause, redo, reset, setSpeed, step, undo } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import s from './transport.module.css'

const STEPS: { kind: StepKind; label: string }[] = [
  { kind: 'message', label: 'message' },
  { kind: 'event', label: 'event' },
  { kind: 'millisecond', label: 'millisecond' },
]

export const Clock = () => {
  const at = useStore((x) => x.frame?.at ?? 0)
  const [large, smallDigit] = clockParts(at)
  return (
    <div className={s.clock} role="timer" aria-label={`Simulated time ${large} seconds`}>
      {large}
      <small>
        {smallDigit}
        <i>s</i>
      </small>
    </div>
  )
}

/** 'auto, 0.002×: a vote travels'. */
export const usePace = (): { speed: string; reason: string } => {
  const speed = useStore((x) => x.frame?.speed ?? 1)
  const mode = useStore((x) => x.frame?.pace.mode ?? 'auto')
  const reason = useStore((x) => x.frame?.pace.reason ?? '')
  const playing = useStore((x) => x.frame?.playing ?? false)
  return {
    speed: mode === 'auto' ? `auto, ${times(speed)}` : times(speed),
    reason: reason || (playing ? (speed === 1 ? 'simulated, real time' : '') : 'paused'),
  }
}

const SpeedMenu = () => {
  const pace = usePace()
  const mode = useStore((x) => x.frame?.pace.mode ?? 'auto')
  const base = useStore((x) => x.frame?.pace.base ?? 1)
  const value = mode === 'auto' ? 'auto' : String(base)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={s.speed} aria-label={`Speed: ${pace.speed}`}>
        <b>{pace.speed}</b> <ChevronDown size={12} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.content} align="end" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.RadioGroup value={value} onValueChange={(v) => setSpeed(v === 'auto' ? 'auto' : Number(v))}>
            <DropdownMenu.RadioItem className={menu.item} value="auto">
              auto <span className={menu.hint}>slows at decisive moments</span>
            </DropdownMenu.RadioItem>
            <DropdownMenu.Separator className={menu.line} />
            {[...SPEEDS].reverse().map((x) => (
              <DropdownMenu.RadioItem key={x} className={menu.item} value={String(x)}>
                {times(x)} {x === 1 && <span className={menu.hint}>real time</span>}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const StepMenu = () => {
  const kind = useStore((x) => x.stepKind)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={s.stepKind} aria-label={`Step by: ${kind}`}>
        step: {kind} <ChevronDown size={12} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.content} align="end" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.RadioGroup value={kind} onValueChange={(v) => useStore.getState().set({ stepKind: v as StepKind })}>
            {STEPS.map((x) => (
              <DropdownMenu.RadioItem key={x.kind} className={menu.item} value={x.kind}>
                one {x.label}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export const PlayButton = ({ className }: { className?: string | undefined }) => {
  const playing = useStore((x) => x.frame?.playing ?? false)
  return (
    <button
      type="button"
      className={className ?? s.play}
      onClick={playPause}
      aria-label={playing ? 'Pause' : 'Play'}
      title={`${playing ? 'Pause' : 'Play'} (Space)`}
    >
      {playing ? <Pause size={16} fill="currentColor" aria-hidden="true" /> : <Play size={16} fill="currentColor" aria-hidden="true" />}
    </button>
  )
}

const Buttons = ({ phone = false }: { phone?: boolean }) => (
  <div className={s.buttons}>
    {!phone && (
      <button type="button" onClick={() => void reset()} aria-label="Back to the start" title="Back to the start">
        <RotateCcw size={15} aria-hidden="true" />
      </button>
    )}
    <button type="button" onClick={() => void undo()} aria-label="Undo: back to before your last act" title="Undo (Z)">
      <Undo2 size={16} aria-hidden="true" />
    </button>
    <PlayButton />
    {!phone && (
      <button type="button" onClick={() => void redo()} aria-label="Redo" title="Redo (Shift Z)">
        <Redo2 size={16} aria-hidden="true" />
      </button>
    )}
    <button type="button" onClick={() => void step()} aria-label="Step" title="Step (S)">
      <StepForward size={16} aria-hidden="true" />
    </button>
    {!phone && <StepMenu />}
  </div>
)

/** The four figures of the last second, beside their traces. */
export const Figures = () => {
  const windows = useStore((x) => x.windows)
  return (
    <dl className={s.figures}>
      {TRACES.map((trace) => {
        const value = valueNow(trace, windows)
        const alert = alerting(trace, value)
        return (
          <div key={trace.id}>
            <dt>
              {trace.label} <span>{trace.alertText}</span>
            </dt>
            <dd className={alert ? s.alert : undefined}>
              {trace.show(value)}
              {alert && <span className="unseen"> (alert)</span>}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

export const Transport = () => {
  const pace = usePace()
  return (
    <section className={s.transport} aria-label="Transport">
      <div className={s.head}>
        <Clock />
        <div className={s.pace}>
          <SpeedMenu />
          <span className={s.reason}>{pace.reason}</span>
        </div>
      </div>
      <Buttons />
      <Figures />
    </section>
  )
}

export const PhoneTransport = () => {
  const pace = usePace()
  return (
    <section className={s.phone} aria-label="Transport">
      <div>
        <Clock />
        <div className={s.phonePace}>
          <SpeedMenu />
          <span>{pace.reason}</span>
        </div>
      </div>
      <Buttons phone />
    </section>
  )
}
