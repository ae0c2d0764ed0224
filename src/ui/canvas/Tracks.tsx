import { memo } from 'react'
import { shardColour } from '../design/shard.ts'
import { BUS_LANE, CLIENT_LANE, RADIUS, type Layout } from './layout.ts'
import { busStub, type Point, type Routes } from './routes.ts'
import { faceIn, useStage, useView } from './stage-state.ts'
import styles from './stage.module.css'

const path = (points: readonly Point[]): string =>
  points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join('')

interface ColumnState {
  /** row by row: is it dead, does it serve the shard's clients. */
  rows: { dead: boolean; serves: boolean; reads: boolean }[]
}

/** The lines everything runs on: client rail, cluster bus, stubs, and the way a vote goes while one is asked for. */
export const Tracks = memo(({ layout: l, routes }: { layout: Layout; routes: Routes }) => {
  const view = useView((frame) => {
    const fromReplicas = frame.processes.some((p) => p.app?.policy.readFrom === 'replica')
    const columns: ColumnState[] = l.columns.map((c) => {
      const faces = c.members.map((id) => faceIn(frame, id))
      const alive = (i: number) => faces[i]?.status === 'up' || faces[i]?.status === 'paused'
      let serving = faces.findIndex((f, i) => alive(i) && f?.node?.role === 'primary' && (f.node.slots > 0 || faces.length === 1))
      if (serving < 0) serving = faces.findIndex((f) => f?.node?.role === 'primary')
      return {
        rows: faces.map((_, i) => ({ dead: !alive(i), serves: i === serving, reads: fromReplicas && alive(i) })),
      }
    })
    const clustered = frame.processes.some((p) => p.node && !p.node.alone && p.node.address !== '')
    const watched = frame.processes.some((p) => p.kind === 'sentinel')
    const candidates = frame.processes
      .filter((p) => p.sentinel?.phase === 'asking' && p.status === 'up')
      .map((p) => ({ from: p.id, to: p.sentinel?.others ?? [] }))
    const asking = frame.processes
      .filter((p) => p.node?.election?.phase === 'asking' && p.status === 'up')
      .map((p) => ({
        from: p.id,
        to: p.node?.election?.votes.filter((v) => v.state !== 'down').map((v) => v.voter) ?? [],
      }))
    return { columns, asking: [...asking, ...candidates], bus: clustered || watched, watched }
  })
  const lanes = useStage((s) => s.lanes)
  const first = l.bands[0]
  if (!view || !first) return null
  const meshed = first.busY !== first.railY && view.bus
  const sentinels = [...l.places.values()].filter((p) => p.kind === 'sentinel')
  const busX = (x: number, most: 'min' | 'max') => Math[most](x, ...sentinels.map((p) => p.x))
  const lane = BUS_LANE[l.density]
  const origin = l.origin ? l.places.get(l.origin) : undefined
  const apps = [...l.places.values()].filter((p) => p.kind === 'app')
  const many = l.bands.length > 1
  const thin = l.density === 'dense' ? 1 : 1.25
  const drops = apps.map((a) => a.x)
  /** A lane left of the first column needs the rail to come to meet it. */
  const laneX = (band: number) =>
    l.columns.flatMap((c, i) =>
      c.band === band &&
      c.members.some(
        (id, row) => row > 0 && (view.columns[i]?.rows[row]?.serves || view.columns[i]?.rows[row]?.reads || lanes.includes(id)),
      )
        ? [c.x - CLIENT_LANE[l.density]]
        : [],
    )

  return (
    <svg className={styles.tracks} width={1} height={1} aria-hidden="true">
      {l.bands.map((b, i) => {
        const x0 = Math.min(many ? l.feederX : b.x0, ...(i === 0 ? drops : []), ...laneX(i))
        const x1 = Math.max(b.x1, ...(i === 0 ? [...drops, origin?.x ?? 0] : []))
        return (
          <g key={i} fill="none" stroke="var(--edge)">
            <path d={`M${x0} ${b.railY}H${x1}`} strokeWidth={2} />
            {meshed && (
              <path
                d={[-2, 2]
                  .map((off) => `M${many ? l.trunkX : busX(b.x0, 'min') + lane} ${b.busY + off}H${busX(b.x1, 'max') + lane}`)
                  .join('')}
                strokeWidth={thin}
              />
            )}
          </g>
        )
      })}
      {many && (
        <g fill="none" stroke="var(--edge)">
          <path d={`M${l.feederX} ${first.railY}V${(l.bands[l.bands.length - 1] ?? first).railY}`} strokeWidth={2} />
          {meshed && (
            <path
              d={`M${l.trunkX - 2} ${first.busY}V${(l.bands[l.bands.length - 1] ?? first).busY}M${l.trunkX + 2} ${first.busY}V${(l.bands[l.bands.length - 1] ?? first).busY}`}
              strokeWidth={thin}
            />
          )}
        </g>
      )}
      {apps.map((a) => (
        <path key={a.id} d={`M${a.x} ${a.y}V${first.railY}`} stroke="var(--edge)" strokeWidth={2} />
      ))}
      {origin && <path d={`M${origin.x} ${first.railY}V${origin.y}`} stroke="var(--edge)" strokeWidth={2} />}

      {l.columns.map((c, i) => {
        const state = view.columns[i]
        const band = l.bands[c.band]
        if (!state || !band) return null
        return (
          <g key={c.shard} fill="none">
            {c.members.map((id, row) => {
              const place = l.places.get(id)
              const is = state.rows[row]
              if (!place || !is) return null
              const clientX = place.x - CLIENT_LANE[l.density]
              const used = is.serves || is.reads
              return (
                <g key={id}>
                  {meshed && (
                    <path
                      d={path(busStub(l, place))}
                      stroke="var(--edge)"
                      strokeWidth={thin}
                      {...(is.dead ? { strokeDasharray: '2 4' } : {})}
                    />
                  )}
                  {row === 0 &&
                    (is.dead ? (
                      <>
                        <path d={`M${place.x} ${band.railY}V${band.railY + 12}`} stroke={shardColour(c.shard)} strokeWidth={2} />
                        <path d={`M${place.x} ${band.railY + 16}V${place.y}`} stroke="var(--edge)" strokeWidth={2} strokeDasharray="2 4" />
                      </>
                    ) : (
                      <path
                        d={`M${place.x} ${band.railY}V${place.y}`}
                        stroke={used ? shardColour(c.shard) : 'var(--edge)'}
                        strokeWidth={used ? 2 : 1.25}
                        {...(used ? {} : { strokeDasharray: '2 4' })}
                      />
                    ))}
                  {row > 0 && (used || lanes.includes(id)) && !is.dead && (
                    <path
                      d={`M${clientX} ${band.railY}V${place.y - 6}Q${clientX} ${place.y} ${clientX + 6} ${place.y}H${place.x - RADIUS[l.density].replica}`}
                      stroke={used ? shardColour(c.shard) : 'var(--edge)'}
                      strokeWidth={used ? 2 : 1.25}
                    />
                  )}
                </g>
              )
            })}
            {meshed && l.density !== 'dense' && (
              <circle cx={c.x + lane} cy={band.busY} r={4} fill="var(--stage)" stroke="var(--edge)" strokeWidth={1.5} />
            )}
          </g>
        )
      })}

      {meshed &&
        sentinels.map((p) => (
          <g key={p.id} fill="none" stroke="var(--edge)" strokeWidth={thin}>
            <path d={path(busStub(l, p))} />
            {lanes.includes(p.id) && <path d={path(routes.of(p.id, l.order[0] ?? '', 'reply')?.points ?? [])} />}
            {l.density !== 'dense' && <circle cx={p.x + lane} cy={first.busY} r={4} fill="var(--stage)" strokeWidth={1.5} />}
          </g>
        ))}

      {view.asking.map(({ from, to }) => (
        <g key={from} fill="none" stroke="var(--ink)" strokeWidth={2} strokeLinejoin="round">
          {to.map((voter) => {
            const route = routes.of(from, voter, 'voteRequest')
            return route && <path key={voter} d={path(route.points)} />
          })}
          {l.density !== 'dense' &&
            [from, ...to].map((id) => {
              const p = l.places.get(id)
              const band = p && l.bands[p.band]
              return band && <circle key={id} cx={p.x + lane} cy={band.busY} r={4} fill="var(--stage)" strokeWidth={1.75} />
            })}
        </g>
      ))}

      {l.density === 'full' && (
        <g className={styles.trackWords}>
          {apps.length > 0 && (
            <text
              x={apps.length > 1 ? ((apps[0]?.x ?? 0) + (apps[1]?.x ?? 0)) / 2 : (apps[0]?.x ?? 0) + 12}
              y={first.railY - 7}
              textAnchor={apps.length > 1 ? 'middle' : 'start'}
            >
              client traffic
            </text>
          )}
          {meshed && (
            <text x={busX(first.x1, 'max') + lane + 12} y={first.busY + 4}>
              {view.watched ? 'Sentinels watch' : 'cluster bus'}
            </text>
          )}
        </g>
      )}
    </svg>
  )
})
Tracks.displayName = 'Tracks'
