import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react'
import {
  ReactFlow,
  ReactFlowProvider,
  ViewportPortal,
  useReactFlow,
  type Edge,
  type Node,
  type NodeChange,
  type NodeMouseHandler,
} from 'reactflow'
import type { LinkFault } from '../../engine/core/network.ts'
import 'reactflow/dist/style.css'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { count } from '../design/format.ts'
import { AppStation } from './AppStation.tsx'
import { Cuts } from './Cuts.tsx'
import { toggleMark, useStageKeys } from './keys.ts'
import { ConfirmCut, Lasso } from './Lasso.tsx'
import { layout as layOut, neighbour, RADIUS, roomRight, signature, type Box, type Layout, type Member } from './layout.ts'
import { Legend } from './Legend.tsx'
import { FanEdge, ShardEdge, type FanEdgeType, type ShardEdgeType } from './LinkEdges.tsx'
import { LinkPopover } from './LinkPopover.tsx'
import { Messages } from './Messages.tsx'
import { Narrator } from './Narrator.tsx'
import { NodeStation } from './NodeStation.tsx'
import { OriginStation } from './OriginStation.tsx'
import { focusStation, ProcessMenu } from './ProcessMenu.tsx'
import { Routes } from './routes.ts'
import { openActions, useStage, useView } from './stage-state.ts'
import { SentinelStation } from './SentinelStation.tsx'
import { Shown, Tools } from './Tools.tsx'
import { Tracks } from './Tracks.tsx'
import styles from './stage.module.css'

const NODE_TYPES = { station: NodeStation, app: AppStation, origin: OriginStation, sentinel: SentinelStation }
const KINDS: Record<string, Member['kind']> = { n: 'node', a: 'app', s: 'sentinel', o: 'origin' }
const EDGE_TYPES = { shard: ShardEdge, fan: FanEdge }
const HIT = 44
const FAN_MOST = 30
const LONG_PRESS_MS = 500
/** Below this scale one wants to look closer. */
const CROWDED = 0.84

/** The topology: who there is, how they hang together, and what travels between them. */
export const Stage = ({ tools = true }: { tools?: boolean }) => (
  <ReactFlowProvider>
    <Inner tools={tools} />
  </ReactFlowProvider>
)

const useBox = (): [React.RefObject<HTMLDivElement | null>, Box | null] => {
  const ref = useRef<HTMLDivElement>(null)
  const [box, setBox] = useState<Box | null>(null)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const sizes = new ResizeObserver(() => setBox({ width: element.clientWidth, height: element.clientHeight }))
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  return [ref, box]
}

const useMembers = (): Member[] => {
  const text = useStore((s) =>
    signature(
      (s.frame?.processes ?? []).flatMap((p): Member[] =>
        p.kind === 'node' || p.kind === 'app' || p.kind === 'origin' || p.kind === 'sentinel'
          ? [{ id: p.id, kind: p.kind, shard: p.node?.shard ?? 0 }]
          : [],
      ),
    ),
  )
  return useMemo(
    () =>
      text === ''
        ? []
        : text.split(' ').map((part): Member => {
            const [id, rest] = part.split(':') as [string, string]
            return {
              id,
              kind: KINDS[rest[0] ?? ''] ?? 'origin',
              shard: Number(rest.slice(1)),
            }
          }),
    [text],
  )
}

const Inner = ({ tools }: { tools: boolean }) => {
  const [ref, box] = useBox()
  const members = useMembers()
  const cutting = useStore((s) => s.tool === 'cut')
  const laid = useMemo(() => (box && box.width > 60 && box.height > 40 && members.length > 0 ? layOut(members, box) : null), [box, members])
  return (
    <section className={styles.stage} aria-label="Stage">
      <div className={styles.map} ref={ref}>
        {laid && box ? (
          <Plan layout={laid} box={box} />
        ) : (
          <p className={styles.empty}>{members.length === 0 ? 'Starting the cluster…' : ''}</p>
        )}
      </div>
      <Reshard />
      <Legend />
      {cutting && laid ? <ConfirmCut layout={laid} over={!tools} /> : tools ? <Tools /> : <Shown />}
      <Narrator />
      <LinkPopover />
      {laid && <ProcessMenu others={laid.order} />}
    </section>
  )
}

const Plan = ({ layout: l, box }: { layout: Layout; box: Box }) => {
  const flow = useReactFlow()
  const selected = useStore((s) => s.selected)
  const tool = useStore((s) => s.tool)
  const intro = useStore((s) => s.intro)
  const routes = useMemo(() => new Routes(l), [l])
  const pressed = useRef<number>(0)
  const moved = useStage((s) => s.moved)
  const setMoved = (on: boolean) => useStage.getState().set({ moved: on })
  useStageKeys(l)

  const home = useMemo(
    () => ({
      x: Math.max(0, (box.width - l.width * l.zoom) / 2),
      y: Math.max(0, (box.height - l.height * l.zoom) / 2),
      zoom: l.zoom,
    }),
    [l, box],
  )
  useEffect(() => {
    void flow.setViewport(home)
    useStage.getState().set({ moved: false })
    useStage.getState().set({ home: () => void flow.setViewport(home), loose: l.zoom < CROWDED })
  }, [flow, home, l])

  const invited = useView((f) =>
    intro && f.actions.length === 0 ? (f.processes.find((p) => p.node?.role === 'primary' && p.status === 'up')?.id ?? null) : null,
  )

  const nodes = useMemo(
    () =>
      l.order.map((id): Node => {
        const place = l.places.get(id) as NonNullable<ReturnType<Layout['places']['get']>>
        const size = Math.max(l.density === 'dense' ? 34 : HIT, place.kind === 'origin' ? RADIUS[l.density].origin * 2 : 0)
        return {
          id,
          type: place.kind === 'node' ? 'station' : place.kind,
          position: { x: place.x - size / 2, y: place.y - size / 2 },
          // placed by its box: a transform a station costs the compositor a layer decision a frame
          style: { transform: 'none', left: place.x - size / 2, top: place.y - size / 2 },
          width: size,
          height: size,
          data: {
            density: l.density,
            row: place.row,
            room: l.density === 'full' ? roomRight(l, place) : Infinity,
            invited: id === invited,
            roomLeft: place.x * l.zoom + home.x > 116 && l.density === 'full' && place.x > 116,
          },
          selected: id === selected,
          ariaRole: 'button',
          domAttributes: { 'aria-roledescription': undefined, 'aria-pressed': id === selected },
          className: styles.station ?? '',
        }
      }),
    [l, selected, invited, home],
  )

  const relations = useView((f) => ({
    shard: f.processes
      .filter((p) => p.node?.role === 'replica' && p.node.primary !== null)
      .map((p) => [p.id, p.node?.primary ?? ''] as const),
    faults: f.linkFaults,
    busy: f.processes.filter((p) => p.node?.election || p.status !== 'up').map((p) => p.id),
  }))
  const edges = useMemo((): Edge[] => {
    const list: Edge[] = []
    const drawn = new Set<string>()
    for (const [replica, primary] of relations?.shard ?? []) {
      const a = l.places.get(replica)
      const b = l.places.get(primary)
      if (!a || !b || a.x !== b.x || a.band !== b.band) continue
      const [upper, lower] = a.y < b.y ? [a, b] : [b, a]
      const r = (row: number) => (row === 0 ? RADIUS[l.density].primary : RADIUS[l.density].replica)
      drawn.add(`${upper.id} ${lower.id}`)
      list.push({
        id: `shard ${upper.id} ${lower.id}`,
        type: 'shard',
        source: upper.id,
        target: lower.id,
        data: {
          shard: upper.shard,
          x: upper.x,
          fromY: upper.y + r(upper.row) - 2,
          toY: lower.y - r(lower.row) + 2,
          width: l.density === 'dense' ? 3.5 : 5,
        },
      } satisfies ShardEdgeType)
    }
    const faulty = new Set<string>()
    const fan = (a: string, b: string, fault: LinkFault | null) => {
      const from = l.places.get(a)
      const to = l.places.get(b)
      if (!from || !to) return
      const row = from.y === to.y
      const straight = row || from.x === to.x
      // A link along a row arches away from the words beside its stations.
      const arch = (from.x < to.x ? -1 : 1) * (from.row === 0 ? 1 : -1) * 76
      list.push({
        id: `link ${a} ${b}`,
        type: 'fan',
        source: a,
        target: b,
        data: { fault, own: true, bend: row ? arch : straight ? 46 : 0 },
      } satisfies FanEdgeType)
    }
    for (const f of relations?.faults ?? []) {
      faulty.add(`${f.a} ${f.b}`).add(`${f.b} ${f.a}`)
      fan(f.a, f.b, f)
    }
    const place = selected ? l.places.get(selected) : undefined
    // While it elects, the lit way of its votes says more than all its links; the dead have none.
    if (place?.kind === 'node' && !relations?.busy.includes(place.id) && l.density === 'full' && l.order.length <= FAN_MOST)
      for (const other of l.places.values())
        if (
          other.kind === 'node' &&
          other.id !== place.id &&
          !faulty.has(`${place.id} ${other.id}`) &&
          !drawn.has(`${place.id} ${other.id}`) &&
          !drawn.has(`${other.id} ${place.id}`)
        )
          fan(place.id, other.id, null)
    return list
  }, [l, relations, selected])

  const onNodesChange = (changes: NodeChange[]) => {
    const { tool: now, set, selected: was } = useStore.getState()
    if (now === 'cut') return
    const on = changes.find((c) => c.type === 'select' && c.selected)
    if (on && 'id' in on) return set({ selected: on.id, tab: 'process' })
    if (changes.some((c) => c.type === 'select' && !c.selected && c.id === was)) set({ selected: null })
  }

  const onNodeClick: NodeMouseHandler = (_, node) => {
    if (node.id === invited) void act({ type: 'crash', process: node.id })
  }
  const onMenu: NodeMouseHandler = (event, node) => {
    event.preventDefault()
    const at = { x: (event as MouseEvent).clientX, y: (event as MouseEvent).clientY }
    useStore.getState().set({ selected: node.id })
    openActions(node.id, at.x === 0 && at.y === 0 ? undefined : at)
  }

  const stationOf = (target: EventTarget): string | null =>
    (target as Element).closest?.('.react-flow__node')?.getAttribute('data-id') ?? null

  // Touch has no right button: a long press opens the menu.
  const onPress = (event: PointerEvent) => {
    const id = event.pointerType === 'mouse' ? null : stationOf(event.target)
    clearTimeout(pressed.current)
    if (!id) return
    const at = { x: event.clientX, y: event.clientY }
    pressed.current = window.setTimeout(() => openActions(id, at), LONG_PRESS_MS)
  }
  const onRelease = () => clearTimeout(pressed.current)

  const onKey = (event: KeyboardEvent) => {
    const id = stationOf(event.target)
    if (!id || event.ctrlKey || event.metaKey || event.altKey) return
    const { key } = event
    if (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown') {
      const next = neighbour(l, id, key)
      if (next) focusStation(next)
    } else if (tool === 'cut' && (key === ' ' || key === 'Enter')) toggleMark(id)
    else if (key === 'Enter' && id === invited) void act({ type: 'crash', process: id })
    else if (key === ' ') useStore.getState().set({ selected: id, tab: 'process' })
    else if (key === '.' || key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
      useStore.getState().set({ selected: id })
      openActions(id)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  const loose = l.zoom < CROWDED || moved
  return (
    <div
      className={styles.flow}
      onKeyDownCapture={onKey}
      onPointerDownCapture={onPress}
      onPointerUpCapture={onRelease}
      onPointerMoveCapture={(e) => Math.abs(e.movementX) + Math.abs(e.movementY) > 4 && onRelease()}
      data-tool={tool}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        defaultViewport={home}
        onNodesChange={onNodesChange}
        onNodeClick={onNodeClick}
        onNodeContextMenu={onMenu}
        onEdgeClick={(event, edge) =>
          useStage.getState().set({ link: { a: edge.source, b: edge.target, at: { x: event.clientX, y: event.clientY } } })
        }
        onPaneContextMenu={(event) => event.preventDefault()}
        onMoveEnd={(event) => event && setMoved(true)}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        edgesReconnectable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomActivationKeyCode={null}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        panOnDrag={loose}
        minZoom={0.25}
        maxZoom={3}
        nodeOrigin={[0, 0]}
      >
        <ViewportPortal>
          <Tracks layout={l} routes={routes} />
          <Cuts layout={l} />
        </ViewportPortal>
      </ReactFlow>
      <Messages layout={l} routes={routes} />
      {tool === 'cut' && <Lasso layout={l} />}
    </div>
  )
}

const Reshard = () => {
  const view = useView((f) => f.reshard)
  if (!view) return null
  return (
    <div className={styles.reshard} role="group" aria-label="Reshard">
      <span>
        {view.kind === 'remove' ? 'Slots move away from' : 'Slots move to'} <b>{view.node}</b>
        {view.total > 0 && `: ${count(view.done)} of ${count(view.total)}`}
        <span className={styles.step}>
          {view.step}
          {view.slot !== null ? ` ${view.slot}` : ''}
        </span>
      </span>
      <progress max={Math.max(1, view.total)} value={view.done} aria-label="Slots moved" />
      <button
        type="button"
        className={styles.outline}
        onClick={() => void act({ type: view.kind === 'redis-cli' ? 'redisCliStop' : 'cancelReshard' })}
      >
        Cancel
      </button>
    </div>
  )
}
