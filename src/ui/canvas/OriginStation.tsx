import { memo } from 'react'
import type { Node, NodeProps } from 'reactflow'
import { count } from '../design/format.ts'
import { useStore } from '../store/store.ts'
import { RADIUS, type Density } from './layout.ts'
import { Hub } from './NodeStation.tsx'
import { faceIn, useView } from './stage-state.ts'
import { originSpoken } from './words.ts'
import styles from './stage.module.css'

export type OriginNode = Node<{ density: Density }, 'origin'>

const QUEUE_DRAWN = 39

/** The database: one square a worker, and whoever waits, counted and drawn. */
export const OriginStation = memo(({ id, data, selected }: NodeProps<OriginNode>) => {
  const { density } = data
  const view = useView((frame) => {
    const face = faceIn(frame, id)
    if (!face?.database) return null
    const { busy, workers, queue } = face.database
    return { busy, workers, queue, status: face.status, slow: face.slow, spoken: originSpoken(face) }
  })
  const marked = useStore((s) => s.marked.includes(id))
  if (!view) return null
  const { busy, workers, queue } = view
  const side = Math.max(2, Math.min(8, Math.ceil(Math.sqrt(workers))))
  const rows = Math.ceil(Math.min(workers, side * side) / side)
  const half = RADIUS[density].origin
  const pad = density === 'full' ? 6 : 4
  const gap = density === 'full' ? 2.5 : 1.5
  const cell = (half * 2 - pad * 2 - (side - 1) * gap) / side
  const reach = half + 9
  const up = view.status === 'up'
  const drawn = Math.min(queue, QUEUE_DRAWN)
  const facts =
    view.status === 'crashed'
      ? 'crashed'
      : view.status === 'off'
        ? 'powered off'
        : view.status === 'paused'
          ? 'paused'
          : view.slow > 1
            ? `slow ×${view.slow}`
            : null
  return (
    <>
      <Hub />
      <svg
        className={styles.mark}
        style={{ margin: -reach }}
        width={reach * 2}
        height={reach * 2}
        viewBox={`${-reach} ${-reach} ${reach * 2} ${reach * 2}`}
        aria-hidden="true"
      >
        {(selected || marked) && (
          <rect
            x={-half - 5}
            y={-half - 5}
            width={half * 2 + 10}
            height={half * 2 + 10}
            fill="none"
            rx={3}
            stroke={marked ? 'var(--signal)' : 'var(--ink)'}
            strokeWidth={2}
            {...(marked ? { strokeDasharray: '1 5', strokeLinecap: 'round' as const } : {})}
          />
        )}
        <rect
          x={-half}
          y={-half}
          width={half * 2}
          height={half * 2}
          fill="var(--stage)"
          stroke={up ? 'var(--ink)' : 'var(--signal)'}
          strokeWidth={1.5}
          {...(up ? {} : { strokeDasharray: '4 3' })}
        />
        {Array.from({ length: Math.min(workers, rows * side) }, (_, i) => (
          <rect
            key={i}
            x={-half + pad + (i % side) * (cell + gap)}
            y={-half + pad + Math.floor(i / side) * (cell + gap)}
            width={cell}
            height={cell}
            fill={i < busy && up ? 'var(--ink)' : 'var(--line)'}
          />
        ))}
      </svg>
      <span
        className={styles.below}
        data-density={density}
        style={{ top: `calc(50% + ${half + 6}px)`, left: `calc(50% - ${half}px)` }}
        aria-hidden="true"
      >
        <b className={styles.originName}>{id}</b>
        {facts && <span className={styles.signal}>{facts}</span>}
        {density === 'full' && !facts && (
          <span className={styles.plain}>
            {busy} of {workers} busy
          </span>
        )}
        {queue > 0 && (
          <span className={styles.signal}>
            {count(queue)} {density === 'full' ? 'queued' : 'wait'}
          </span>
        )}
        {queue > 0 && density === 'full' && (
          <svg width={65} height={15} viewBox="0 0 65 15">
            {Array.from({ length: drawn }, (_, i) => (
              <rect key={i} x={(i % 13) * 5} y={Math.floor(i / 13) * 5} width={3.5} height={3.5} fill="var(--signal)" />
            ))}
          </svg>
        )}
      </span>
      <span className="unseen">
        {view.spoken}
        {marked ? ', inside the cut' : ''}
      </span>
    </>
  )
})
OriginStation.displayName = 'OriginStation'
