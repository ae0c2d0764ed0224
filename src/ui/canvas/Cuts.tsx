import { memo } from 'react'
import { HeartPulse } from 'lucide-react'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Partition } from '../../lab/frame.ts'
import { act } from '../store/session.ts'
import type { Density, Layout } from './layout.ts'
import { named, outlines } from './regions.ts'
import type { Point } from './routes.ts'
import { useView } from './stage-state.ts'
import styles from './stage.module.css'

/** How far the line keeps from a station's middle, and how much room it leaves for the words beside. */
const WALL: Record<Density, { radius: number; words: number }> = {
  full: { radius: 34, words: 88 },
  compact: { radius: 25, words: 40 },
  dense: { radius: 15, words: 20 },
}

export const wallsRound = (l: Layout, ids: readonly ProcessId[]) => outlines(l, ids, WALL[l.density].radius, WALL[l.density].words)

/** The side that is drawn as cut off: the one with fewer processes on the map. */
export const smallerSide = (l: Layout, p: Partition): ProcessId[] => {
  const from = p.from.filter((id) => l.places.has(id))
  const to = p.to.filter((id) => l.places.has(id))
  return from.length <= to.length || to.length === 0 ? from : to
}

const round = (polygon: readonly Point[]): string =>
  polygon.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join('') + 'Z'

/** The same two processes, cut the other way. */
const mirrors = (p: Partition, q: Partition): boolean =>
  !p.bothWays && !q.bothWays && p.from.length === 1 && p.to.length === 1 && p.from[0] === q.to[0] && p.to[0] === q.from[0]

/** Partitions in force: a dotted line round the smaller side. */
export const Cuts = memo(({ layout: l }: { layout: Layout }) => {
  const partitions = useView((frame) => frame.partitions)
  if (!partitions || partitions.length === 0) return null
  const drawn = partitions
    .filter((p, i) => !partitions.slice(0, i).some((q) => mirrors(p, q)))
    .map((p) => {
      const side = smallerSide(l, p)
      const outward = side.every((id) => p.from.includes(id))
      const parts = wallsRound(l, side)
      const alone = p.from.length === 1 && p.to.length === 1
      const deaf = partitions.some((q) => mirrors(p, q))
      const word = p.bothWays
        ? 'cut off'
        : alone
          ? `${deaf ? 'no link to' : 'cannot reach'} ${p.to[0]}`
          : outward
            ? 'nothing gets out'
            : 'nothing gets in'
      return { parts, word, side }
    })
  return (
    <>
      <svg className={styles.tracks} width={1} height={1} aria-hidden="true">
        {drawn.flatMap(({ parts }, i) =>
          parts.map((o, k) => (
            <path
              key={`${i}.${k}`}
              d={round(o.polygon)}
              fill="var(--signal)"
              fillOpacity={0.04}
              stroke="var(--signal)"
              strokeWidth={2}
              strokeDasharray="0.1 6"
              strokeLinecap="round"
            />
          )),
        )}
      </svg>
      {drawn.map(({ parts, word, side }, i) => {
        const polygon = parts[0]?.polygon
        if (!polygon) return null
        const bottom = Math.max(...polygon.map((p) => p.y))
        const xs = polygon.map((p) => p.x)
        // under the outline, or beside it where the map ends
        const at =
          bottom - 5 <= l.height - 28
            ? { x: Math.min(...xs) + 14, y: bottom - 5 }
            : { x: Math.min(Math.max(...xs) + 22, l.width - 130), y: (bottom + Math.min(...polygon.map((p) => p.y))) / 2 - 12 }
        return (
          <div
            key={i}
            className={styles.heal}
            data-cut-words
            data-x={at.x}
            data-y={at.y}
            style={{ transform: `translate(${at.x}px, ${at.y}px)` }}
          >
            <span className={styles.signal}>
              {word}
              <span className="unseen">: {named(side, 9)}</span>
            </span>
            {i === 0 && (
              <button type="button" className={`${styles.healButton} nopan`} onClick={() => void act({ type: 'heal' })}>
                <HeartPulse size={13} aria-hidden="true" /> Heal
              </button>
            )}
          </div>
        )
      })}
    </>
  )
})
Cuts.displayName = 'Cuts'
