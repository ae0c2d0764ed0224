import { memo } from 'react'
import type { Node, NodeProps } from 'reactflow'
import { GlyphMark } from '../design/Glyph.tsx'
import { useStore } from '../store/store.ts'
import { RADIUS, type Density } from './layout.ts'
import { Hub, LineView } from './NodeStation.tsx'
import { faceIn, useView } from './stage-state.ts'
import { sentinelWords } from './words.ts'
import styles from './stage.module.css'

export type SentinelNode = Node<{ density: Density }, 'sentinel'>

const hexagon = (r: number): string =>
  Array.from({ length: 6 }, (_, i) => {
    const angle = (i * Math.PI) / 3
    return `${i === 0 ? 'M' : 'L'}${(r * Math.cos(angle)).toFixed(2)} ${(r * Math.sin(angle)).toFixed(2)}`
  }).join('') + 'Z'

/** A hexagon with an eye: whoever watches. */
export const SentinelMark = ({ R, status, alert }: { R: number; status: string; alert: boolean }) => {
  const dead = status === 'crashed' || status === 'off'
  const ink = dead ? 'var(--signal)' : 'var(--ink)'
  return (
    <>
      <path d={hexagon(R)} fill="var(--stage)" stroke={ink} strokeWidth={2} {...(dead ? { strokeDasharray: '4 3' } : {})} />
      {status === 'off' ? (
        <GlyphMark name="off" x={0} y={0} scale={R / 15} />
      ) : status === 'crashed' ? (
        <GlyphMark name="crash" x={0} y={0} scale={R / 15} />
      ) : (
        <>
          <path
            d={`M${-R * 0.6} 0Q0 ${-R * 0.62} ${R * 0.6} 0Q0 ${R * 0.62} ${-R * 0.6} 0Z`}
            fill="none"
            stroke="var(--ink)"
            strokeWidth={1.5}
            strokeLinejoin="round"
          />
          <circle r={R * 0.2} fill={alert ? 'var(--signal)' : 'var(--ink)'} />
        </>
      )}
    </>
  )
}

/** A Sentinel: what it believes of the primary, and what it does about it. */
export const SentinelStation = memo(({ id, data, selected }: NodeProps<SentinelNode>) => {
  const { density } = data
  const view = useView((frame) => {
    const face = faceIn(frame, id)
    return face ? { words: sentinelWords(face), status: face.status, slow: face.slow, alert: (face.sentinel?.agree ?? 0) > 0 } : null
  })
  const marked = useStore((s) => s.marked.includes(id))
  if (!view) return null
  const { words, status } = view
  const R = RADIUS[density].replica + 1
  const reach = R + 15
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
        {selected && <path d={hexagon(R + 6)} fill="none" stroke="var(--ink)" strokeWidth={2} />}
        {marked && (
          <path d={hexagon(R + 10)} fill="none" stroke="var(--signal)" strokeWidth={2} strokeDasharray="1 5" strokeLinecap="round" />
        )}
        <SentinelMark R={R} status={status} alert={view.alert} />
        {(status === 'paused' || (status === 'up' && view.slow > 1)) && (
          <g transform={`translate(${R * 0.78} ${R * 0.78})`}>
            <circle r={8} fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.5} />
            <GlyphMark name={status === 'paused' ? 'pause' : 'slow'} x={0} y={0} scale={0.72} />
          </g>
        )}
      </svg>
      <span
        className={styles.label}
        data-density={density}
        style={{ left: `calc(50% + ${R + (density === 'full' ? 14 : density === 'compact' ? 9 : 5)}px)` }}
        aria-hidden="true"
      >
        <span className={styles.name}>
          <b>{id}</b>
          {density === 'full' && <span className={styles.role}>Sentinel</span>}
        </span>
        {(density === 'full' ? words.lines : density === 'compact' ? words.lines.slice(0, 1) : words.brief ? [words.brief] : []).map(
          (line, i) => (
            <LineView key={i} line={line} />
          ),
        )}
      </span>
      <span className="unseen">
        {words.spoken}
        {marked ? ', inside the cut' : ''}
      </span>
    </>
  )
})
SentinelStation.displayName = 'SentinelStation'
