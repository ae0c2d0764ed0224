import { useCallback, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Frame, SlotView } from '../../lab/frame.ts'
import { useView } from '../canvas/stage-state.ts'
import { count } from '../design/format.ts'
import { onShard, shardColour, shardLetter, shardToken } from '../design/shard.ts'
import { useAlone, useStore } from '../store/store.ts'
import { blocks, compare, nameOf, outline, ownersOf, paint, SIDE, SLOTS, type Difference, type Ink, type Rgb, type Run } from './compare.ts'
import { useSlots, useVisible, type BothViews } from './useSlots.ts'
import styles from './slots.module.css'

type Shards = Record<ProcessId, number>

const NO_SHARDS: Shards = {}

const shardsIn = (frame: Frame): Shards => Object.fromEntries(frame.processes.flatMap((p) => (p.node ? [[p.id, p.node.shard]] : [])))

const useBeliever = (): ProcessId | null => {
  const chosen = useStore((s) => s.believer)
  const selected = useStore((s) => s.selected)
  return useStore((s) => {
    const processes = s.frame?.processes ?? []
    const can = (id: ProcessId | null) => processes.some((p) => p.id === id && (p.kind === 'app' || p.kind === 'node'))
    if (can(chosen)) return chosen
    if (can(selected) && processes.some((p) => p.id === selected && p.status === 'up')) return selected
    return (
      (
        processes.find((p) => (p.app?.wrongSlots ?? 0) > 0) ??
        processes.find((p) => p.kind === 'app') ??
        processes.find((p) => p.kind === 'node')
      )?.id ?? null
    )
  })
}

const rgb = (style: CSSStyleDeclaration, token: string): Rgb => {
  const hex = style.getPropertyValue(token).trim().replace('#', '')
  const full = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16) || 0) as unknown as Rgb
}

const useInk = (shards: Shards): Ink => {
  const [theme, setTheme] = useState(() => document.documentElement.dataset['theme'])
  useEffect(() => {
    const watch = new MutationObserver(() => setTheme(document.documentElement.dataset['theme']))
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => watch.disconnect()
  }, [])
  return useMemo(() => {
    const style = getComputedStyle(document.documentElement)
    const hues = new Map<string, Rgb>()
    const hue = (token: string) => hues.get(token) ?? hues.set(token, rgb(style, token)).get(token)!
    return {
      stage: rgb(style, '--stage'),
      signal: rgb(style, '--signal'),
      ink: rgb(style, '--ink'),
      nobody: rgb(style, '--ink3'),
      tint: Number(style.getPropertyValue('--tint')) || 0.22,
      owner: (id) => hue(shardToken(shards[id] ?? -1)),
    }
    // The theme changes what the tokens say.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [shards, theme])
}

/** What one process believes about all 16,384 slots beside who really serves them. */
export const SlotMap = () => {
  const alone = useAlone()
  return alone ? (
    <section className={styles.slots} aria-label="Slot map">
      <p className={styles.empty}>No node here is in cluster mode, so there are no slots: the primary has every key.</p>
    </section>
  ) : (
    <ClusterSlots />
  )
}

const ClusterSlots = () => {
  const ref = useRef<HTMLElement>(null)
  const visible = useVisible(ref)
  const believer = useBeliever()
  const views = useSlots(believer, visible)
  const shards = useView(shardsIn)
  return (
    <section ref={ref} className={styles.slots} aria-label="Slot map">
      {views && believer ? <Maps views={views} shards={shards ?? NO_SHARDS} /> : <p className={styles.empty}>Asking who believes what…</p>}
    </section>
  )
}

const Maps = ({ views, shards }: { views: BothViews; shards: Shards }) => {
  const { belief, truth, believer } = views
  const ink = useInk(shards)
  const difference = useMemo(() => compare(belief, truth), [belief, truth])
  const left = useMemo(() => ownersOf(belief, difference.differs), [belief, difference])
  const right = useMemo(() => ownersOf(truth, difference.differs), [truth, difference])
  const pinned = useStore((s) => s.pinnedSlot)
  const [hover, setHover] = useState<number | null>(null)
  const border = useMemo(() => (difference.count > 0 ? outline(difference.differs) : ''), [difference])
  const hatched = useMemo(() => (difference.count > 0 ? blocks(difference.differs) : ''), [difference])
  const slot = hover ?? pinned
  const people = useView((f) => f.processes.filter((p) => p.kind === 'app' || p.kind === 'node').map((p) => p.id)) ?? []
  const [measured, rows] = useRowsOfLabel()
  const common = { difference, ink, border, hatched, filled: truth.filled, pinned, hover, onHover: setHover }
  return (
    <div className={styles.grid}>
      <Labels runs={apart(left, rows)} shards={shards} side="left" />
      <div className={styles.column}>
        <p className={styles.head}>
          <label>
            <span className="unseen">Whose slot map</span>
            <select
              className={styles.select}
              value={believer}
              onChange={(event) => useStore.getState().set({ believer: event.target.value })}
            >
              {people.map((id) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          </label>{' '}
          believes
        </p>
        <Plan {...common} view={belief} name={`${believer} believes`} hatch={false} />
      </div>
      <div ref={measured} className={styles.between} aria-hidden="true">
        {apart(left, rows).map((run, i) => (
          <span key={i} className={run.differs ? styles.unequal : ''} style={{ top: `${((run.row + 0.5) / SIDE) * 100}%` }}>
            {run.differs ? '≠' : '='}
          </span>
        ))}
      </div>
      <div className={styles.column}>
        <p className={styles.head}>
          <b>truth</b> as served
        </p>
        <Plan {...common} view={truth} name="The truth, as served" hatch />
      </div>
      <Labels runs={apart(right, rows)} shards={shards} side="right" />
      <div className={styles.words}>
        <Said difference={difference} believer={believer} />
        <SlotLine views={views} slot={slot} pinned={hover === null} />
        <p className={styles.note}>A cell is a slot, in full colour when it holds keys.</p>
      </div>
    </div>
  )
}

/** The height of a label with a little air, in pixels. */
const LABEL = 24

/** How many rows of the map one label covers at the size it is drawn in. */
const useRowsOfLabel = (): [(element: HTMLElement | null) => (() => void) | undefined, number] => {
  const [rows, setRows] = useState(11)
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined
    const sizes = new ResizeObserver(() => {
      if (element.clientHeight > 0) setRows(Math.ceil((LABEL * SIDE) / element.clientHeight) - 1)
    })
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  return [ref, rows]
}

/** Of labels that would overlap the later say nothing; the hover names every slot. */
const apart = (runs: readonly Run[], rows: number): Run[] => {
  const shown: Run[] = []
  for (const run of runs) {
    const last = shown[shown.length - 1]
    if (!last || run.row - last.row > rows) shown.push(run)
  }
  return shown
}

const Labels = ({ runs, shards, side }: { runs: readonly Run[]; shards: Shards; side: 'left' | 'right' }) => {
  return (
    <div className={styles.labels} data-side={side}>
      {runs.map((run, i) => {
        const shard = run.owner ? (shards[run.owner] ?? -1) : -1
        return (
          <span key={i} style={{ top: `${((run.row + 0.5) / SIDE) * 100}%` }} title={`${count(run.slots)} slots`}>
            {run.owner ? (
              <>
                <i className={styles.chip} style={{ background: shardColour(shard), color: onShard(shard) }}>
                  {shardLetter(shard)}
                </i>
                {run.owner}
              </>
            ) : (
              <span className="signal">nobody</span>
            )}
          </span>
        )
      })}
    </div>
  )
}

interface PlanProps {
  view: SlotView
  name: string
  difference: Difference
  filled: Uint8Array
  ink: Ink
  border: string
  hatched: string
  hatch: boolean
  pinned: number | null
  hover: number | null
  onHover: (slot: number | null) => void
}

const Plan = ({ view, name, difference, filled, ink, border, hatched, hatch, pinned, hover, onHover }: PlanProps) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const image = useRef<ImageData | null>(null)
  const pattern = useId()
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    image.current ??= context.createImageData(SIDE, SIDE)
    paint(image.current.data, view, filled, difference, ink)
    context.putImageData(image.current, 0, 0)
  }, [view, filled, difference, ink])

  const at = (event: PointerEvent<HTMLDivElement>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    const x = Math.min(SIDE - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * SIDE)))
    const y = Math.min(SIDE - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * SIDE)))
    return y * SIDE + x
  }
  const pin = (slot: number | null) => useStore.getState().set({ pinnedSlot: slot })
  const now = pinned ?? 0
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE, PageUp: -SIDE * 8, PageDown: SIDE * 8 }[event.key]
    if (event.key === 'Home') pin(0)
    else if (event.key === 'End') pin(SLOTS - 1)
    else if (event.key === 'Escape') pin(null)
    else if (by !== undefined) pin(pinned === null ? 0 : Math.min(SLOTS - 1, Math.max(0, now + by)))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const marks = [pinned, hover].filter((s) => s !== null)
  return (
    <div
      className={styles.map}
      role="slider"
      tabIndex={0}
      aria-label={`${name}: pick a slot`}
      aria-valuemin={0}
      aria-valuemax={SLOTS - 1}
      aria-valuenow={now}
      aria-valuetext={
        pinned === null
          ? 'no slot picked'
          : `slot ${pinned}, ${nameOf(view, pinned) ?? 'nobody'}, ${filled[pinned] ? 'holds keys' : 'empty'}`
      }
      onPointerMove={(event) => onHover(at(event))}
      onPointerLeave={() => onHover(null)}
      onPointerDown={(event) => {
        const slot = at(event)
        pin(slot === pinned ? null : slot)
      }}
      onKeyDown={onKey}
    >
      <canvas ref={canvas} width={SIDE} height={SIDE} aria-hidden="true" />
      <svg viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
        {hatch && hatched && (
          <>
            <defs>
              <pattern id={pattern} width={7} height={7} patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                <path d="M0 0V7" stroke="var(--signal)" strokeWidth={1} opacity={0.65} />
              </pattern>
            </defs>
            <path d={hatched} fill={`url(#${pattern})`} />
          </>
        )}
        {border && <path d={border} fill="none" stroke="var(--signal)" strokeWidth={2} vectorEffect="non-scaling-stroke" />}
        {view.open.slice(0, 400).map((o) => (
          <rect
            key={`${o.slot}${o.state}`}
            x={(o.slot & 127) - 0.6}
            y={(o.slot >> 7) - 0.6}
            width={2.2}
            height={2.2}
            fill="none"
            stroke="var(--ink)"
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
            {...(o.state === 'importing' ? { strokeDasharray: '2 1.5' } : {})}
          />
        ))}
        {marks.map((slot, i) => (
          <g key={i} transform={`translate(${(slot & 127) + 0.5} ${(slot >> 7) + 0.5})`}>
            <circle r={3} fill="var(--stage)" fillOpacity={0.75} stroke="var(--ink)" strokeWidth={2} vectorEffect="non-scaling-stroke" />
            <rect x={-0.5} y={-0.5} width={1} height={1} fill="var(--ink)" />
          </g>
        ))}
      </svg>
    </div>
  )
}

const Said = ({ difference, believer }: { difference: Difference; believer: ProcessId }) => {
  const asks = useStore((s) => s.frame?.processes.find((p) => p.id === believer)?.kind === 'app') ? 'still asks' : 'still names'
  if (difference.count === 0)
    return (
      <p>
        <b>Every slot agrees.</b> <span className="quiet">{believer} knows who serves.</span>
      </p>
    )
  return (
    <div>
      <p className="signal">
        <b>
          {count(difference.count)} slot{difference.count === 1 ? ' differs' : 's differ'}
        </b>
      </p>
      {difference.pairs.slice(0, 3).map((p, i) => (
        <p key={i}>
          {p.believed ? (
            <>
              {believer} {asks} <b>{p.believed}</b>
            </>
          ) : (
            <>{believer} knows no owner</>
          )}
          {difference.pairs.length > 1 ? ` for ${count(p.count)}` : ' here'}.{' '}
          {p.serves ? (
            <>
              <b>{p.serves}</b> serves.
            </>
          ) : (
            'Nobody serves.'
          )}
        </p>
      ))}
    </div>
  )
}

const SlotLine = ({ views, slot, pinned }: { views: BothViews; slot: number | null; pinned: boolean }) => {
  const { belief, truth, believer } = views
  const serves = slot === null ? null : nameOf(truth, slot)
  const [held, setHeld] = useState<{ slot: number; keys: readonly string[] } | null>(null)
  const keys = held !== null && held.slot === slot ? held.keys : []
  useEffect(() => {
    if (slot === null || !pinned || !serves) return
    let stopped = false
    void useStore
      .getState()
      .lab?.keys(serves, '*', 20_000)
      .then((rows) => !stopped && setHeld({ slot, keys: rows.filter((r) => r.slot === slot).map((r) => r.key) }))
      .catch(() => undefined)
    return () => {
      stopped = true
    }
  }, [slot, pinned, serves])
  if (slot === null)
    return (
      <p className="quiet">
        {matchMedia('(pointer: coarse)').matches ? 'Tap a slot.' : 'Point at a slot, or pick one with the arrow keys.'}
      </p>
    )
  const open = [...belief.open, ...truth.open].find((o) => o.slot === slot)
  const asks = nameOf(belief, slot)
  return (
    <p className="quiet">
      Slot <span className="mono">{slot}</span>:{' '}
      {asks === serves ? <>{serves ?? 'nobody'} serves</> : `${believer} asks ${asks ?? 'nobody'}, ${serves ?? 'nobody'} serves`}
      {open ? `, ${open.state} ${open.state === 'migrating' ? 'to' : 'from'} ${open.peer}` : ''}
      {truth.filled[slot] ? (
        keys.length > 0 ? (
          <>
            , holds <span className="mono">{keys.slice(0, 2).join(', ')}</span>
            {keys.length > 2 ? ` and ${keys.length - 2} more` : ''}
          </>
        ) : (
          ', holds keys'
        )
      ) : (
        ', empty'
      )}
      .
    </p>
  )
}
