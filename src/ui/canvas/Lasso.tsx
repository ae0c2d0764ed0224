import { useRef, useState, type PointerEvent } from 'react'
import { useReactFlow } from 'reactflow'
import { Scissors } from 'lucide-react'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import type { Layout } from './layout.ts'
import { cutBy, named } from './regions.ts'
import type { Point } from './routes.ts'
import styles from './stage.module.css'

export const toggleMark = (id: string): void => {
  const { marked, set } = useStore.getState()
  set({ marked: marked.includes(id) ? marked.filter((m) => m !== id) : [...marked, id] })
}

/** The cut tool's sheet over the map: a stroke round or across, or taps on stations. */
export const Lasso = ({ layout }: { layout: Layout }) => {
  const flow = useReactFlow()
  const [stroke, setStroke] = useState<Point[]>([])
  const kept = useRef<Point[]>([])
  const marked = useStore((s) => s.marked)

  const local = (event: PointerEvent<HTMLDivElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const onMap = (event: PointerEvent<HTMLDivElement>, points: readonly Point[]): Point[] => {
    const box = event.currentTarget.getBoundingClientRect()
    return points.map((p) => flow.screenToFlowPosition({ x: p.x + box.left, y: p.y + box.top }))
  }

  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    kept.current = [local(event)]
    setStroke(kept.current)
  }
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const last = kept.current[kept.current.length - 1]
    if (!last) return
    const p = local(event)
    if (Math.hypot(p.x - last.x, p.y - last.y) < 3) return
    kept.current = [...kept.current, p]
    setStroke(kept.current)
    if (kept.current.length > 3) useStore.getState().set({ marked: cutBy(layout, onMap(event, kept.current)) })
  }
  const up = (event: PointerEvent<HTMLDivElement>) => {
    const first = kept.current[0]
    if (first && kept.current.length <= 3) {
      const [at] = onMap(event, [first])
      let near: string | null = null
      let least = 30
      for (const place of layout.places.values()) {
        const d = at ? Math.hypot(place.x - at.x, place.y - at.y) : Infinity
        if (d < least) {
          least = d
          near = place.id
        }
      }
      if (near) toggleMark(near)
    }
    kept.current = []
    setStroke([])
  }

  const first = stroke[0]
  return (
    <div className={styles.lasso} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} data-testid="lasso">
      {stroke.length > 1 && first && (
        <svg width="100%" height="100%" aria-hidden="true">
          <path
            d={stroke.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x} ${p.y}`).join('')}
            fill="var(--signal)"
            fillOpacity={0.05}
            stroke="var(--signal)"
            strokeWidth={2}
            strokeDasharray="0.1 6"
            strokeLinecap="round"
          />
          <circle cx={first.x} cy={first.y} r={5} fill="var(--stage)" stroke="var(--signal)" strokeWidth={1.5} />
          <text x={first.x + 10} y={first.y - 8} className={styles.lassoWords}>
            {marked.length === 0 ? 'nobody inside yet' : `${marked.length} inside`}
          </text>
        </svg>
      )}
    </div>
  )
}

/** Which way the marked processes lose the rest. */
export const ConfirmCut = ({ layout, over }: { layout: Layout; over: boolean }) => {
  const marked = useStore((s) => s.marked)
  const rest = layout.order.filter((id) => !marked.includes(id))
  const done = () => useStore.getState().set({ marked: [], tool: 'select' })
  const cut = async (way: 'both' | 'out' | 'in') => {
    const inside = [...marked]
    const ok = await act(
      way === 'both'
        ? { type: 'partition', inside }
        : way === 'out'
          ? { type: 'cut', from: inside, to: rest }
          : { type: 'cut', from: rest, to: inside },
    )
    if (ok) done()
  }
  return (
    <div className={styles.confirm} data-over={over ? '' : undefined} role="group" aria-label="Cut a partition">
      <span className={styles.confirmWords} role="status">
        <Scissors size={14} aria-hidden="true" />
        {marked.length === 0 ? (
          <span>Draw round those to cut off, or across the map; or tap them.</span>
        ) : (
          <span>
            Cut off <b>{named(marked)}</b> from the rest
          </span>
        )}
      </span>
      <span className={styles.confirmButtons}>
        {marked.length > 0 && rest.length > 0 && (
          <>
            <button type="button" className={styles.solid} onClick={() => void cut('both')}>
              Both ways <kbd>C</kbd>
            </button>
            <button
              type="button"
              className={styles.outline}
              onClick={() => void cut('out')}
              title="What they send no longer reaches the rest"
            >
              One way out
            </button>
            <button
              type="button"
              className={styles.outline}
              onClick={() => void cut('in')}
              title="What the rest sends no longer reaches them"
            >
              One way in
            </button>
          </>
        )}
        <button type="button" className={styles.outline} onClick={done}>
          Cancel
        </button>
      </span>
    </div>
  )
}
