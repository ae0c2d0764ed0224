import { X } from 'lucide-react'
import type { MessageKind } from '../../lab/frame.ts'
import { Glyph, type GlyphName } from '../design/Glyph.tsx'
import { useEffect, useRef } from 'react'
import { shape, type Palette } from './draw.ts'
import { SentinelMark } from './SentinelStation.tsx'
import { useStage } from './stage-state.ts'
import styles from './stage.module.css'

const MESSAGES: readonly [MessageKind, string][] = [
  ['command', 'request, in the colour of its shard'],
  ['reply', 'reply'],
  ['error', 'error: MOVED, CLUSTERDOWN…'],
  ['origin', 'query to the origin'],
  ['originReply', 'rows back from it'],
  ['ping', 'gossip: ping and pong'],
  ['fail', 'broadcast: FAIL'],
  ['voteRequest', 'asks for a vote'],
  ['vote', 'vote'],
  ['manualFailover', 'manual failover'],
  ['update', 'update of a stale slot map'],
  ['publish', 'published invalidation'],
  ['migrate', 'keys that move'],
]

const STATES: readonly [GlyphName, string][] = [
  ['crash', 'crashed: dashed ring and ×'],
  ['off', 'powered off'],
  ['pause', 'paused'],
  ['slow', 'slow'],
  ['pfail', 'PFAIL or SDOWN: one suspects'],
  ['fail', 'FAIL or ODOWN: enough agree'],
  ['error', 'answers CLUSTERDOWN'],
  ['clock', 'waits its turn'],
  ['election', 'asks for votes'],
  ['vote', 'vote granted'],
  ['expected', 'expected, not here yet'],
  ['promoted', 'promoted'],
  ['cut', 'partition'],
  ['slot', 'slots that move'],
]

const MessageMark = ({ kind }: { kind: MessageKind }) => {
  const ref = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const c = ref.current?.getContext('2d')
    if (!c) return
    const ratio = devicePixelRatio || 1
    c.canvas.width = c.canvas.height = 16 * ratio
    const style = getComputedStyle(document.documentElement)
    const palette: Palette = (token) => style.getPropertyValue(token).trim()
    c.scale(ratio, ratio)
    shape(c, { kind, shard: 0, x: 8, y: 8 }, 1, palette)
  })
  return <canvas ref={ref} style={{ width: 16, height: 16, flex: 'none' }} aria-hidden="true" />
}

/** Every mark of the map with its word. */
export const Legend = () => {
  const open = useStage((s) => s.legend)
  if (!open) return null
  return (
    <section className={styles.legend} aria-label="Legend">
      <button
        type="button"
        className={`${styles.iconButton} ${styles.legendClose}`}
        aria-label="Close the legend"
        onClick={() => useStage.getState().set({ legend: false })}
      >
        <X size={15} aria-hidden="true" />
      </button>
      <div>
        <h3>Stations</h3>
        <ul>
          <li>
            <svg width={16} height={16} viewBox="-8 -8 16 16" aria-hidden="true">
              <circle r={7} fill="var(--A)" />
              <text y={3.2} textAnchor="middle" style={{ fontSize: 9, fontWeight: 700, fill: 'var(--on-shard)' }}>
                A
              </text>
            </svg>
            primary, with its shard's letter
          </li>
          <li>
            <svg width={16} height={16} viewBox="-8 -8 16 16" aria-hidden="true">
              <circle r={5.6} fill="var(--stage)" stroke="var(--A)" strokeWidth={2.6} />
            </svg>
            replica
          </li>
          <li>
            <svg width={16} height={16} viewBox="-17 -17 34 34" aria-hidden="true">
              <SentinelMark R={14} status="up" alert={false} />
            </svg>
            Sentinel, outside cluster mode
          </li>
          <li>
            <svg width={16} height={16} viewBox="-8 -8 16 16" aria-hidden="true">
              <rect x={-6.5} y={-6.5} width={13} height={13} rx={2} fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.5} />
              <path d="M-4.5-3.2h9" stroke="var(--A)" strokeWidth={2.4} />
              <path d="M-4.5 0h9" stroke="var(--B)" strokeWidth={2.4} />
              <path d="M-4.5 3.2h9" stroke="var(--C)" strokeWidth={2.4} />
            </svg>
            application and its slot map, hatched where wrong
          </li>
          <li>
            <Glyph name="origin" />
            origin: a square a worker
          </li>
          <li>
            <svg width={16} height={16} viewBox="-8 -8 16 16" aria-hidden="true">
              <path d="M-8 0H8" stroke="var(--A)" strokeWidth={5} />
            </svg>
            replication; ties where it stopped
          </li>
          <li>
            <svg width={16} height={16} viewBox="-8 -8 16 16" aria-hidden="true">
              <path d="M-8-2H8M-8 2H8" stroke="var(--edge)" strokeWidth={1.25} />
            </svg>
            cluster bus, every node with every other
          </li>
        </ul>
      </div>
      <div>
        <h3>States</h3>
        <ul>
          {STATES.map(([name, word]) => (
            <li key={name}>
              <Glyph name={name} />
              {word}
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h3>Messages</h3>
        <ul>
          {MESSAGES.map(([kind, word]) => (
            <li key={kind}>
              <MessageMark kind={kind} />
              {word}
            </li>
          ))}
        </ul>
        <p>Dots are single messages when a flight can be seen. At higher speeds short dashes run instead: more where more is delivered.</p>
      </div>
    </section>
  )
}
