import { useEffect, useRef, useState } from 'react'
import { Popover, Slider } from 'radix-ui'
import { X } from 'lucide-react'
import type { ProcessId } from '../../engine/core/process.ts'
import { act } from '../store/session.ts'
import { span } from '../design/format.ts'
import { useStore } from '../store/store.ts'
import { focusStation } from './ProcessMenu.tsx'
import { useStage, type Anchor } from './stage-state.ts'
import styles from './stage.module.css'

/** Latency moves by equal ratios: 0.05 ms to 2 s. */
const STEPS = 100
const LEAST = 50
const MOST = 2_000_000
const fromStep = (step: number): number => {
  const value = LEAST * Math.pow(MOST / LEAST, step / STEPS)
  const scale = Math.pow(10, Math.floor(Math.log10(value)) - 1)
  return Math.round(value / scale) * scale
}
const toStep = (latency: number): number => Math.round((Math.log(Math.max(LEAST, latency) / LEAST) / Math.log(MOST / LEAST)) * STEPS)

const ORDINARY = 250

/** Bandwidths to choose from, bytes a second; 0 leaves the network's own. */
const RATES = [0, 10_000_000, 1_000_000, 300_000, 100_000, 30_000, 10_000, 3_000]
const rateText = (rate: number): string => (rate === 0 ? 'as the network' : rate >= 1e6 ? `${rate / 1e6} MB/s` : `${rate / 1000} kB/s`)
const placeOf = (rate: number): number => (rate === 0 ? 0 : RATES.findIndex((r) => r > 0 && r <= rate))

export const LinkPopover = () => {
  const link = useStage((s) => s.link)
  if (!link) return null
  return <Link key={`${link.a} ${link.b}`} {...link} />
}

const Link = ({ a, b, at }: { a: ProcessId; b: ProcessId; at: Anchor }) => {
  const fault = useStore.getState().frame?.linkFaults.find((f) => (f.a === a && f.b === b) || (f.a === b && f.b === a))
  const [latency, setLatency] = useState(fault?.latency ?? ORDINARY)
  const [loss, setLoss] = useState(fault?.loss ?? 0)
  const [rate, setRate] = useState(Math.max(0, placeOf(fault?.bandwidth ?? 0)))
  const close = () => useStage.getState().set({ link: null })
  const waiting = useRef<{ timer: number; send: () => void } | null>(null)
  // Arrow keys commit at every press: one action once they rest.
  const send = (next: { latency: number; loss: number; rate: number }) => {
    clearTimeout(waiting.current?.timer)
    const now = () => {
      waiting.current = null
      const bandwidth = RATES[next.rate] ?? 0
      void act({ type: 'link', a, b, latency: Math.round(next.latency), loss: next.loss, ...(bandwidth > 0 ? { bandwidth } : {}) })
    }
    waiting.current = { timer: window.setTimeout(now, 300), send: now }
  }
  useEffect(
    () => () => {
      clearTimeout(waiting.current?.timer)
      waiting.current?.send()
    },
    [],
  )
  return (
    <Popover.Root open onOpenChange={(open) => !open && close()}>
      <Popover.Anchor asChild>
        <span className={styles.anchor} style={{ left: at.x, top: at.y }} aria-hidden="true" />
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className={styles.popover}
          collisionPadding={12}
          sideOffset={8}
          // The menu it came from gives its focus back after this is open.
          onFocusOutside={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            focusStation(a)
          }}
          aria-label={`Link between ${a} and ${b}`}
        >
          <div className={styles.popoverHead}>
            <span>
              Link <b>{a}</b> to <b>{b}</b>, both ways
            </span>
            <Popover.Close className={styles.iconButton} aria-label="Close">
              <X size={15} aria-hidden="true" />
            </Popover.Close>
          </div>
          <Knob label="Latency one way" value={span(latency)}>
            <Slider.Root
              className={styles.slider}
              min={0}
              max={STEPS}
              value={[toStep(latency)]}
              onValueChange={([v]) => v !== undefined && setLatency(fromStep(v))}
              onValueCommit={([v]) => v !== undefined && send({ latency: fromStep(v), loss, rate })}
            >
              <Slider.Track className={styles.sliderTrack}>
                <Slider.Range className={styles.sliderRange} />
              </Slider.Track>
              <Slider.Thumb className={styles.sliderThumb} aria-label="Latency one way" aria-valuetext={span(latency)} />
            </Slider.Root>
          </Knob>
          <Knob label="Packet loss" value={`${Math.round(loss * 100)} %`}>
            <Slider.Root
              className={styles.slider}
              min={0}
              max={90}
              step={1}
              value={[Math.round(loss * 100)]}
              onValueChange={([v]) => v !== undefined && setLoss(v / 100)}
              onValueCommit={([v]) => v !== undefined && send({ latency, loss: v / 100, rate })}
            >
              <Slider.Track className={styles.sliderTrack}>
                <Slider.Range className={styles.sliderRange} />
              </Slider.Track>
              <Slider.Thumb className={styles.sliderThumb} aria-label="Packet loss" aria-valuetext={`${Math.round(loss * 100)} percent`} />
            </Slider.Root>
          </Knob>
          <Knob label="Bandwidth" value={rateText(RATES[rate] ?? 0)}>
            <Slider.Root
              className={styles.slider}
              min={0}
              max={RATES.length - 1}
              step={1}
              value={[rate]}
              onValueChange={([v]) => v !== undefined && setRate(v)}
              onValueCommit={([v]) => v !== undefined && send({ latency, loss, rate: v })}
            >
              <Slider.Track className={styles.sliderTrack}>
                <Slider.Range className={styles.sliderRange} />
              </Slider.Track>
              <Slider.Thumb className={styles.sliderThumb} aria-label="Bandwidth" aria-valuetext={rateText(RATES[rate] ?? 0)} />
            </Slider.Root>
          </Knob>
          <p className={styles.popoverNote}>TCP sends lost packets again: loss shows as delay.</p>
          <button
            type="button"
            className={styles.outline}
            onClick={() => {
              void act({ type: 'cut', from: [a], to: [b] }).then(() => act({ type: 'cut', from: [b], to: [a] }))
              close()
            }}
          >
            Cut this link
          </button>{' '}
          <button
            type="button"
            className={styles.outline}
            onClick={() => {
              clearTimeout(waiting.current?.timer)
              waiting.current = null
              void act({ type: 'resetLinks' })
              close()
            }}
          >
            Reset all links
          </button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const Knob = ({ label, value, children }: { label: string; value: string; children: React.ReactNode }) => (
  <div className={styles.knob}>
    <span>{label}</span>
    <b className="mono">{value}</b>
    {children}
  </div>
)
