import { memo, useId } from 'react'
import type { Node, NodeProps } from 'reactflow'
import { shardColour } from '../design/shard.ts'
import { useStore } from '../store/store.ts'
import { RADIUS, type Density } from './layout.ts'
import { Hub, LineView } from './NodeStation.tsx'
import { faceIn, useView } from './stage-state.ts'
import { appWords, stripesOf, type Stripe } from './words.ts'
import styles from './stage.module.css'

export type AppNode = Node<{ density: Density }, 'app'>

/** A square that holds the application's own slot map. */
export const AppSquare = ({ stripes, size, selected }: { stripes: readonly Stripe[]; size: number; selected: boolean }) => {
  const hatch = useId()
  const half = size / 2
  const inner = size - 6
  const anyWrong = stripes.some((s) => s.wrong)
  const tops = stripes.map((_, i) => -half + 3 + inner * stripes.slice(0, i).reduce((sum, s) => sum + s.share, 0))
  return (
    <>
      <defs>
        <pattern id={hatch} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke="var(--stage)" strokeWidth={2.6} />
        </pattern>
      </defs>
      {selected && (
        <rect x={-half - 5} y={-half - 5} width={size + 10} height={size + 10} rx={6} fill="none" stroke="var(--ink)" strokeWidth={2} />
      )}
      <rect x={-half} y={-half} width={size} height={size} rx={3} fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.5} />
      {stripes.map((s, i) => {
        const height = s.share * inner
        const at = tops[i] ?? 0
        const gap = stripes.length <= 6 ? 1 : 0
        return (
          <g key={i}>
            <rect
              x={-half + 3}
              y={at}
              width={inner}
              height={Math.max(0.6, height - gap)}
              fill={shardColour(s.shard)}
              opacity={anyWrong && !s.wrong ? 0.45 : 1}
            />
            {s.wrong && <rect x={-half + 3} y={at} width={inner} height={Math.max(0.6, height - gap)} fill={`url(#${hatch})`} />}
          </g>
        )
      })}
    </>
  )
}

export const AppStation = memo(({ id, data, selected }: NodeProps<AppNode>) => {
  const { density } = data
  const view = useView((frame) => {
    const face = faceIn(frame, id)
    return face ? { words: appWords(face), stripes: stripesOf(face, frame), up: face.status === 'up' } : null
  })
  const marked = useStore((s) => s.marked.includes(id))
  const believer = useStore((s) => s.believer === id)
  if (!view) return null
  const size = RADIUS[density].app * 2
  const reach = size / 2 + 9
  const { words } = view
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
        <AppSquare stripes={view.stripes} size={size} selected={selected} />
        {marked && (
          <rect
            x={-size / 2 - 7}
            y={-size / 2 - 7}
            width={size + 14}
            height={size + 14}
            rx={7}
            fill="none"
            stroke="var(--signal)"
            strokeWidth={2}
            strokeDasharray="1 5"
            strokeLinecap="round"
          />
        )}
      </svg>
      <span className={styles.label} data-density={density} style={{ left: `calc(50% + ${size / 2 + 8}px)` }} aria-hidden="true">
        <span className={styles.name}>
          <b>{id}</b>
          {density === 'full' && believer && <span className={styles.role}>map shown</span>}
        </span>
        {density === 'full' && (
          <span className={styles.line}>
            {words.l1 !== null && (
              <>
                L1
                <span className={styles.bar}>
                  <span style={{ width: `${Math.round(words.l1 * 100)}%` }} />
                </span>
              </>
            )}
            {words.line.text}
          </span>
        )}
        {words.side && density !== 'dense' && (
          <LineView
            line={
              density === 'compact'
                ? {
                    ...words.side,
                    text: words.side.text
                      .replace(/errors?/, 'err')
                      .replace(' slots', '')
                      .replace('not subscribed', 'no sub'),
                  }
                : words.side
            }
          />
        )}
      </span>
      <span className="unseen">
        {words.spoken}
        {marked ? ', inside the cut' : ''}
      </span>
    </>
  )
})
AppStation.displayName = 'AppStation'
