import type { ProcessId } from '../../engine/core/process.ts'

/** What the layout needs to know of a process: nothing that changes while it merely works. */
export interface Member {
  id: ProcessId
  kind: 'node' | 'app' | 'origin' | 'sentinel'
  /** shard of a node, 0 for others. */
  shard: number
}

export type Density = 'full' | 'compact' | 'dense'

export interface Place extends Member {
  x: number
  y: number
  /** 0 = the primaries' row as the cluster began. */
  row: number
  band: number
}

export interface Column {
  shard: number
  x: number
  band: number
  members: ProcessId[]
}

export interface Band {
  railY: number
  busY: number
  x0: number
  x1: number
}

export interface Layout {
  density: Density
  width: number
  height: number
  /** the scale at which it fills the box. */
  zoom: number
  places: ReadonlyMap<ProcessId, Place>
  /** reading order: apps, then shard rows of each band, then the origin. */
  order: readonly ProcessId[]
  columns: readonly Column[]
  bands: readonly Band[]
  appY: number
  /** where lines that serve more than one band run down. */
  feederX: number
  trunkX: number
  origin: ProcessId | null
}

export interface Box {
  width: number
  height: number
}

interface Measures {
  /** least and greatest distance of columns. */
  pitch: number
  maxPitch: number
  left: number
  originGap: number
  right: number
  app: number
  rail: number
  primary: number
  bus: number
  replica: number
  more: number
  bottom: number
  /** the feeder's and the trunk's way left of the first column. */
  lanes: number
}

const MEASURES: Record<Density, Measures> = {
  full: {
    pitch: 176,
    maxPitch: 264,
    left: 52,
    originGap: -8,
    right: 72,
    app: 36,
    rail: 50,
    primary: 54,
    bus: 72,
    replica: 56,
    more: 68,
    bottom: 44,
    lanes: 34,
  },
  compact: {
    pitch: 102,
    maxPitch: 150,
    left: 30,
    originGap: -8,
    right: 34,
    app: 24,
    rail: 42,
    primary: 44,
    bus: 62,
    replica: 46,
    more: 60,
    bottom: 34,
    lanes: 26,
  },
  dense: {
    pitch: 62,
    maxPitch: 84,
    left: 40,
    originGap: 12,
    right: 50,
    app: 24,
    rail: 34,
    primary: 26,
    bus: 25,
    replica: 24,
    more: 34,
    bottom: 20,
    lanes: 26,
  },
}

/** How far beside a node's centre its bus lane runs. */
export const BUS_LANE: Record<Density, number> = { full: 14, compact: 12, dense: 8 }
/** How far beside a column the client lane to a lower row runs. */
export const CLIENT_LANE: Record<Density, number> = { full: 24, compact: 19, dense: 14 }
/** Between a disc and its words, and between the words and the next disc, together. */
const LABEL_GAP = 22
/** The radius of a primary's disc and of a replica's ring. */
export const RADIUS: Record<Density, { primary: number; replica: number; app: number; origin: number }> = {
  full: { primary: 18, replica: 14, app: 17, origin: 26 },
  compact: { primary: 15, replica: 12, app: 13, origin: 17 },
  dense: { primary: 11, replica: 9, app: 13, origin: 17 },
}

const byNumber = (a: ProcessId, b: ProcessId): number => {
  const difference = Number(a.replace(/\D+/g, '')) - Number(b.replace(/\D+/g, ''))
  return difference !== 0 ? difference : a < b ? -1 : a > b ? 1 : 0
}

/** Same members, same shards, same layout. */
export const signature = (members: readonly Member[]): string => members.map((m) => `${m.id}:${m.kind[0]}${m.shard}`).join(' ')

interface Plan {
  density: Density
  perBand: number
  /** columns and applications share the width. */
  across: number
  bands: number
  width: number
  height: number
  zoom: number
}

/** Gaps shrink this far before words do. */
const TIGHT = 0.84

const plan = (
  density: Density,
  shards: number,
  rows: number,
  perBand: number,
  apps: number,
  sentinels: number,
  box: Box,
  hasOrigin: boolean,
): Plan => {
  const m = MEASURES[density]
  const across = Math.max(perBand, apps, sentinels)
  const bands = Math.max(1, Math.ceil(shards / perBand))
  const lanes = bands > 1 ? m.lanes : 0
  const width = m.left + lanes + across * m.pitch + (hasOrigin ? m.originGap + m.right : 0)
  const band = m.primary + m.bus + m.replica + Math.max(0, rows - 2) * m.more + m.bottom
  const single = m.primary + m.bottom + 44
  const height = m.app + m.rail + (rows > 1 || shards > 1 ? band : single) * bands + (bands - 1) * 14 + (sentinels > 0 ? m.more : 0)
  return {
    density,
    perBand,
    across,
    bands,
    width,
    height,
    zoom: Math.min(box.width / width, Math.max(box.height / height, Math.min(1, box.height / (height * TIGHT)))),
  }
}

/** Below this scale a density's words are no longer read. */
const READABLE: Record<Density, number> = { full: 0.86, compact: 0.9, dense: 0.3 }
const MAX_ZOOM = 1.6

const choose = (shards: number, rows: number, apps: number, sentinels: number, box: Box, hasOrigin: boolean): Plan => {
  let best: Plan | null = null
  for (const density of ['full', 'compact', 'dense'] as const) {
    best = null
    for (let perBand = 1; perBand <= Math.max(1, shards); perBand++) {
      // Equal bands only: a last band with one column reads as an afterthought.
      const bands = Math.ceil(shards / perBand)
      if (shards > 0 && Math.ceil(shards / bands) !== perBand) continue
      const p = plan(density, shards, rows, perBand, apps, sentinels, box, hasOrigin)
      if (best === null || p.zoom >= best.zoom) best = p
    }
    if (best && best.zoom >= READABLE[density]) return best
  }
  return best ?? plan('dense', shards, rows, Math.max(1, shards), apps, sentinels, box, hasOrigin)
}

/** Positions of every process for a box of this size. Depends on who there is, never on roles or states: nothing jumps in a failover. */
export const layout = (members: readonly Member[], box: Box): Layout => {
  const nodes = members.filter((m) => m.kind === 'node').sort((a, b) => byNumber(a.id, b.id))
  const apps = members.filter((m) => m.kind === 'app').sort((a, b) => byNumber(a.id, b.id))
  const sentinels = members.filter((m) => m.kind === 'sentinel').sort((a, b) => byNumber(a.id, b.id))
  const origin = members.find((m) => m.kind === 'origin') ?? null

  // A node that belongs to no shard yet stands last.
  const shards = [...new Set(nodes.map((n) => n.shard))].sort((a, b) => (a < 0 ? 1e6 : a) - (b < 0 ? 1e6 : b))
  const membersOf = new Map<number, Member[]>(shards.map((s) => [s, []]))
  for (const node of nodes) membersOf.get(node.shard)?.push(node)
  const rows = Math.max(1, ...[...membersOf.values()].map((list) => list.length))

  const p = choose(shards.length, rows, apps.length, sentinels.length, box, origin !== null)
  const m = MEASURES[p.density]
  const zoom = Math.min(p.zoom, MAX_ZOOM)
  const room = { width: box.width / zoom, height: box.height / zoom }

  const lanes = p.bands > 1 ? m.lanes : 0
  const spare = Math.max(0, room.width - p.width)
  const margin = p.density === 'full' ? Math.min(84, spare * 0.3) : 0
  const pitch = Math.min(m.maxPitch, m.pitch + (spare - margin) / p.across)
  const tall = Math.min(1.45, Math.max(TIGHT, room.height / p.height))
  const width = p.width + margin + (pitch - m.pitch) * p.across
  const height = p.height * tall
  const left = Math.max(0, (room.width - width) / 2) + margin + m.left + lanes
  const top = Math.max(0, (room.height - height) / 2)

  const places = new Map<ProcessId, Place>()
  const columns: Column[] = []
  const bands: Band[] = []
  const appY = top + m.app * tall
  const firstRail = appY + m.rail * tall
  const meshed = nodes.length > 1
  const bandHeight = (m.primary + m.bus + m.replica + Math.max(0, rows - 2) * m.more + m.bottom) * tall + 14

  // Fewer columns than applications stand under the middle of them.
  const columnX = (i: number) =>
    p.across === p.perBand
      ? left + i * pitch
      : p.perBand === 1
        ? left + Math.floor((p.across - 1) / 2) * pitch
        : left + (i * (p.across - 1) * pitch) / (p.perBand - 1)
  for (let b = 0; b < p.bands; b++) {
    const railY = firstRail + b * bandHeight
    const busY = railY + (m.primary + m.bus) * tall
    const here = shards.slice(b * p.perBand, (b + 1) * p.perBand)
    here.forEach((shard, i) => {
      const x = columnX(i)
      const list = membersOf.get(shard) ?? []
      columns.push({ shard, x, band: b, members: list.map((n) => n.id) })
      list.forEach((node, row) => {
        const y = railY + m.primary * tall + (row === 0 ? 0 : (m.bus + m.replica + (row - 1) * m.more) * tall)
        places.set(node.id, { ...node, x, y, row, band: b })
      })
    })
    if (meshed) bands.push({ railY, busY, x0: columnX(0), x1: columnX(Math.max(0, here.length - 1)) })
    else bands.push({ railY, busY: railY, x0: columnX(0), x1: columnX(0) })
  }

  apps.forEach((app, i) => {
    const x = left + Math.round((i * (p.across - 1)) / Math.max(1, apps.length - 1)) * pitch
    places.set(app.id, { ...app, x, y: appY, row: -1, band: 0 })
  })

  // Those who watch stand below, in a row of their own.
  sentinels.forEach((s, i) => {
    const at = sentinels.length === 1 ? (p.across - 1) >> 1 : (i * (p.across - 1)) / (sentinels.length - 1)
    const y = firstRail + (m.primary + m.bus + m.replica + Math.max(0, rows - 1) * m.more) * tall
    places.set(s.id, { ...s, x: left + at * pitch, y, row: rows, band: 0 })
  })

  const firstRow = firstRail + m.primary * tall
  if (origin) {
    places.set(origin.id, { ...origin, x: left + p.across * pitch + m.originGap, y: firstRow, row: 0, band: 0 })
  }

  const inRows = [...places.values()]
    .filter((q) => q.kind === 'node')
    .sort((a, b) => a.band - b.band || a.row - b.row || a.x - b.x)
    .map((q) => q.id)

  return {
    density: p.density,
    width: Math.max(room.width, width),
    height: Math.max(room.height, height),
    zoom,
    places,
    order: [...apps.map((a) => a.id), ...inRows, ...sentinels.map((s) => s.id), ...(origin ? [origin.id] : [])],
    columns,
    bands,
    appY,
    feederX: left - lanes,
    trunkX: left - lanes + 12,
    origin: origin?.id ?? null,
  }
}

/** How far a station's words may reach, from its middle, before they meet the next station in its row; px of the map. */
export const roomRight = (l: Layout, at: Place): number => {
  let room = Infinity
  for (const q of l.places.values()) {
    if (q.x <= at.x || Math.abs(q.y - at.y) > 40) continue
    const radius = q.kind === 'node' ? RADIUS[l.density].primary : RADIUS[l.density][q.kind === 'sentinel' ? 'app' : q.kind]
    room = Math.min(room, q.x - at.x - radius - LABEL_GAP)
  }
  return room
}

/** The next station in a direction: near along it, not far across it. */
export const neighbour = (l: Layout, from: ProcessId, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'): ProcessId | null => {
  const at = l.places.get(from)
  if (!at) return null
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] as [number, number]
  let best: ProcessId | null = null
  let least = Infinity
  for (const q of l.places.values()) {
    if (q.id === from) continue
    const along = (q.x - at.x) * dx + (q.y - at.y) * dy
    const across = Math.abs((q.x - at.x) * dy) + Math.abs((q.y - at.y) * dx)
    if (along < 4) continue
    const cost = along + across * 2.5
    if (cost < least) {
      least = cost
      best = q.id
    }
  }
  return best
}
