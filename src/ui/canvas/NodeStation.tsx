import { memo } from 'react'
import { Handle, Position, type NodeProps, type Node } from 'reactflow'
import { Glyph, GlyphMark } from '../design/Glyph.tsx'
import { onShard, shardColour, shardLetter } from '../design/shard.ts'
import { useStore } from '../store/store.ts'
import { RADIUS, type Density } from './layout.ts'
import { faceIn, useView } from './stage-state.ts'
import { fitted, nodeWords, type Line } from './words.ts'
import styles from './stage.module.css'

export type StationNode = Node<{ density: Density; row: number; room: number; invited: boolean; roomLeft: boolean }, 'station'>

/** Where edges end: the station's middle. */
export const Hub = () => (
  <>
    <Handle type="source" position={Position.Top} isConnectable={false} className={styles.hub} aria-hidden="true" />
    <Handle type="target" position={Position.Top} isConnectable={false} className={styles.hub} aria-hidden="true" />
  </>
)

const Votes = ({ votes }: { votes: NonNullable<Line['votes']> }) => (
  <span className={styles.votes}>
    {votes.map((v, i) => (
      <Glyph key={i} name={v === 'granted' ? 'vote' : 'expected'} size={14} />
    ))}
  </span>
)

export const LineView = ({ line, room = Infinity }: { line: Line; room?: number }) => (
  <span className={`${styles.line} ${styles[line.tone]}`}>
    {line.glyph && <Glyph name={line.glyph} size={13} />}
    {line.votes && line.votes.length <= 7 && <Votes votes={line.votes} />}
    {fitted(line, room)}
  </span>
)

export const NodeStation = memo(({ id, data, selected }: NodeProps<StationNode>) => {
  const { density } = data
  const view = useView((frame) => {
    const face = faceIn(frame, id)
    if (!face?.node) return null
    return { status: face.status, slow: face.slow, shard: face.node.shard, words: nodeWords(face, frame.at, density === 'dense') }
  })
  const marked = useStore((s) => s.marked.includes(id))
  if (!view) return null
  const { status, shard, words } = view
  const primary = words.role === 'primary'
  const R = primary ? RADIUS[density].primary : RADIUS[density].replica
  const letter = shardLetter(shard)
  const dead = status === 'crashed' || status === 'off'
  const size = density === 'full' ? (primary ? 16 : 12.5) : density === 'compact' ? (primary ? 14 : 11) : primary ? 11 : 9
  const letterSize = letter.length > 1 ? size * 0.74 : size
  const reach = R + 15
  // the invitation keeps off the words
  const ring = density === 'full' ? 7 : 4
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
        {data.invited && <circle r={R + ring} className={styles.invite} />}
        {data.invited && <circle r={R + ring * 1.7} className={styles.inviteWide} />}
        {selected && <circle r={R + 6} fill="none" stroke="var(--ink)" strokeWidth={2} />}
        {marked && <circle r={R + 10} fill="none" stroke="var(--signal)" strokeWidth={2} strokeDasharray="1 5" strokeLinecap="round" />}
        {dead ? (
          <>
            <circle r={R} fill="var(--stage)" stroke="var(--signal)" strokeWidth={2} strokeDasharray="4 3" />
            {status === 'crashed' ? (
              <path
                d={`M${-R * 0.39} ${-R * 0.39}l${R * 0.78} ${R * 0.78}m0 ${-R * 0.78}l${-R * 0.78} ${R * 0.78}`}
                stroke="var(--signal)"
                strokeWidth={density === 'dense' ? 2 : 2.75}
              />
            ) : (
              <GlyphMark name="off" x={0} y={0} scale={R / 13} />
            )}
          </>
        ) : primary ? (
          <>
            <circle r={R} fill={shardColour(shard)} stroke="var(--stage)" strokeWidth={2} />
            <text y={letterSize * 0.345} textAnchor="middle" style={{ fontSize: letterSize, fontWeight: 700, fill: onShard(shard) }}>
              {letter}
            </text>
          </>
        ) : (
          <>
            <circle r={R - 1.5} fill="var(--stage)" stroke={shardColour(shard)} strokeWidth={density === 'dense' ? 3 : 4} />
            <text y={letterSize * 0.36} textAnchor="middle" style={{ fontSize: letterSize, fontWeight: 700, fill: 'var(--ink)' }}>
              {letter}
            </text>
          </>
        )}
        {status === 'paused' && <Badge name="pause" R={R} />}
        {status === 'up' && view.slow > 1 && <Badge name="slow" R={R} />}
      </svg>
      <span
        className={styles.label}
        data-density={density}
        style={{ left: `calc(50% + ${R + (density === 'full' ? 16 : density === 'compact' ? 10 : 5)}px)` }}
        aria-hidden="true"
      >
        <span className={styles.name}>
          <b>{id}</b>
          {density === 'full' && <span className={styles.role}>{words.role}</span>}
        </span>
        {density === 'full' && words.lines.map((line, i) => <LineView key={i} line={line} room={data.room - R} />)}
        {density !== 'full' && words.brief && (
          <LineView line={density === 'dense' && words.brief.text === 'down' ? { ...words.brief, text: '' } : words.brief} />
        )}
        {density === 'compact' && !words.brief && primary && words.lines[1] && (
          <LineView line={{ ...words.lines[1], text: words.lines[1].text.replace(' ops', '') }} />
        )}
        {data.invited && !data.roomLeft && <Invitation id={id} />}
      </span>
      {data.invited && data.roomLeft && (
        <span className={styles.inviteLeft} aria-hidden="true">
          <Invitation id={id} />
        </span>
      )}
      <span className="unseen">
        {words.spoken}
        {marked ? ', inside the cut' : ''}
        {data.invited ? ', invites you: press Enter to crash it' : ''}
      </span>
    </>
  )
})
NodeStation.displayName = 'NodeStation'

const Badge = ({ name, R }: { name: 'pause' | 'slow'; R: number }) => (
  <g transform={`translate(${R * 0.78} ${R * 0.78})`}>
    <circle r={8} fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.5} />
    <GlyphMark name={name} x={0} y={0} scale={0.72} />
  </g>
)

const Invitation = ({ id }: { id: string }) => (
  <span className={styles.invitation}>
    <b>
      <span className={styles.click}>Click</span>
      <span className={styles.tap}>Tap</span> {id}
    </b>
    <span className={styles.click}>
      or press <kbd>K</kbd>
    </span>
  </span>
)
