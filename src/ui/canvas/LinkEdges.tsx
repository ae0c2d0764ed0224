import { memo } from 'react'
import { MS } from '../../engine/core/time.ts'
import type { LinkFault } from '../../engine/core/network.ts'
import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from 'reactflow'
import { shardColour } from '../design/shard.ts'
import { span } from '../design/format.ts'
import { faceIn, useView } from './stage-state.ts'
import styles from './stage.module.css'

export type ShardEdgeType = Edge<{ shard: number; fromY: number; toY: number; x: number; width: number }, 'shard'>
export type FanEdgeType = Edge<{ fault: LinkFault | null; own: boolean; bend: number }, 'fan'>

/** The replication line of a shard; ties where it carries nothing. */
export const ShardEdge = memo(({ id, source, target, data }: EdgeProps<ShardEdgeType>) => {
  const view = useView((frame) => {
    const upper = faceIn(frame, source)
    const lower = faceIn(frame, target)
    const alive = (f: typeof upper) => f?.status === 'up' || f?.status === 'paused'
    const replica = lower?.node?.role === 'replica' ? lower : upper
    return { from: alive(upper), to: alive(lower), linked: replica?.node?.linkUp ?? false }
  })
  if (!data || !view) return null
  const { x, fromY, toY, shard, width } = data
  const mid = fromY + (toY - fromY) * 0.72
  const whole = view.linked && view.from && view.to
  const ties = (a: number, b: number) => (
    <path d={`M${x} ${a}V${b}`} stroke="var(--edge)" strokeWidth={width} strokeDasharray="1.5 5" fill="none" />
  )
  const solid = (a: number, b: number) => <path d={`M${x} ${a}V${b}`} stroke={shardColour(shard)} strokeWidth={width} fill="none" />
  return (
    <>
      {whole ? (
        solid(fromY, toY)
      ) : (
        <>
          {view.from && !view.to ? solid(fromY, fromY + (toY - fromY) * 0.3) : null}
          {ties(view.from && !view.to ? fromY + (toY - fromY) * 0.34 : fromY, view.to && !view.from ? mid - 4 : toY)}
          {view.to && !view.from ? solid(mid, toY) : null}
        </>
      )}
      <BaseEdge id={id} path={`M${x} ${fromY}V${toY}`} interactionWidth={22} style={{ stroke: 'transparent' }} />
    </>
  )
})
ShardEdge.displayName = 'ShardEdge'

/** What is slow about a link; an everyday latency is not said beside a narrow line. */
const faultWords = ({ latency, loss, bandwidth }: LinkFault): string =>
  [
    bandwidth === undefined || latency > MS ? span(latency) : '',
    loss > 0 ? `${Math.round(loss * 100)} % lost` : '',
    bandwidth === undefined ? '' : `${bandwidth / 1000} kB/s`,
  ]
    .filter(Boolean)
    .join(', ')

/** A link of its own: of the selected process, or one whose latency or loss was changed. */
export const FanEdge = memo(({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<FanEdgeType>) => {
  const mx = (sourceX + targetX) / 2
  const my = (sourceY + targetY) / 2
  const length = Math.hypot(targetX - sourceX, targetY - sourceY) || 1
  const bend = data?.bend ?? 0
  const cx = mx - ((targetY - sourceY) / length) * bend
  const cy = my + ((targetX - sourceX) / length) * bend
  const fault = data?.fault
  return (
    <>
      <BaseEdge
        id={id}
        path={`M${sourceX} ${sourceY}Q${cx} ${cy} ${targetX} ${targetY}`}
        interactionWidth={16}
        style={{
          stroke: fault ? 'var(--signal)' : 'var(--edge)',
          strokeWidth: 1.5,
          ...(fault ? (fault.loss > 0 ? { strokeDasharray: '5 4' } : {}) : { strokeDasharray: '1 4', strokeLinecap: 'round' }),
        }}
      />
      {fault && (
        <EdgeLabelRenderer>
          <span
            className={styles.linkWords}
            style={{ transform: `translate(-50%, -50%) translate(${(mx + cx) / 2}px, ${(my + cy) / 2}px)` }}
          >
            {faultWords(fault)}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
})
FanEdge.displayName = 'FanEdge'
