import type { Frame, NodeFace, ProcessFace } from '../../lab/frame.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import type { GlyphName } from '../design/Glyph.tsx'
import { shardLetter } from '../design/shard.ts'
import { count, percent } from '../design/format.ts'
import { range } from './regions.ts'

export interface Line {
  glyph?: GlyphName
  text: string
  /** the same where the next station is near. */
  short?: string
  /** where even that is too much. */
  least?: string
  tone: 'plain' | 'strong' | 'signal' | 'mono'
  /** one box a vote: had, on its way, awaited. */
  votes?: ('granted' | 'travelling' | 'waiting')[]
}

export interface NodeWords {
  role: 'primary' | 'replica'
  /** the most pressing first; the map shows two. */
  lines: Line[]
  suspicion: 'pfail' | 'fail' | null
  /** fit for little room: a fault's word or nothing. */
  brief: Line | null
  spoken: string
}

const bytes = (n: number): string =>
  n >= 1e6 ? `${(n / 1e6).toFixed(1)} MB` : n >= 10_000 ? `${Math.round(n / 1000)} kB` : `${count(n)} B`

const suspicionOf = (n: NodeFace): Line | null => {
  const odown = n.suspectedBy.filter((s) => s.flag === 'odown').map((s) => s.by)
  if (odown.length > 0) return { glyph: 'fail', text: `ODOWN to ${range(odown)}`, tone: 'signal' }
  const sdown = n.suspectedBy.filter((s) => s.flag === 'sdown').map((s) => s.by)
  if (sdown.length > 0) return { glyph: 'pfail', text: `SDOWN to ${range(sdown)}`, tone: 'signal' }
  const fail = n.suspectedBy.filter((s) => s.flag === 'fail').map((s) => s.by)
  if (fail.length > 0)
    return {
      glyph: 'fail',
      text: `FAIL seen by ${range(fail)}`,
      short: `FAIL by ${range(fail)}`,
      least: `FAIL by ${fail.length}`,
      tone: 'signal',
    }
  const pfail = n.suspectedBy.filter((s) => s.flag === 'pfail').map((s) => s.by)
  return pfail.length > 0
    ? {
        glyph: 'pfail',
        text: `PFAIL seen by ${range(pfail)}`,
        short: `PFAIL by ${range(pfail)}`,
        least: `PFAIL by ${pfail.length}`,
        tone: 'signal',
      }
    : null
}

const VOTE_ORDER = ['granted', 'travelling', 'waiting'] as const

const electionOf = (n: NodeFace, at: number): Line[] => {
  const e = n.election
  if (!e) return []
  if (e.phase === 'waiting') {
    const left = e.startsAt - at
    const when = left > 0 ? `in ${(left / 1e6).toFixed(2)} s` : 'with its next cron'
    return [{ glyph: 'clock', text: `asks for votes ${when}`, tone: 'strong' }]
  }
  const granted = e.votes.filter((v) => v.state === 'granted').length
  if (e.phase === 'won') return [{ glyph: 'promoted', text: `won epoch ${e.epoch}`, tone: 'strong' }]
  return [
    { text: 'asks for votes', tone: 'strong' },
    {
      text: `${granted} of ${e.needed}`,
      tone: 'plain',
      votes: VOTE_ORDER.flatMap((state) => e.votes.filter((v) => v.state === state).map(() => state)),
    },
  ]
}

const STATUS: Record<ProcessFace['status'], { glyph: GlyphName; word: string } | null> = {
  up: null,
  crashed: { glyph: 'crash', word: 'crashed' },
  off: { glyph: 'off', word: 'powered off' },
  paused: { glyph: 'pause', word: 'paused' },
}

/** Roughly the width of a character of a label, in px; a glyph takes three. */
const CHARACTER = 6.1

/** The line as there is room for it, in px. */
export const fitted = (line: Line, room: number): string => {
  const fits = (text: string) => (text.length + (line.glyph ? 3 : 0)) * CHARACTER <= room
  const sayings = [line.text, line.short, line.least].filter((text) => text !== undefined)
  return sayings.find(fits) ?? sayings.at(-1) ?? line.text
}

/** What stands beside a node, and what is read aloud for it; `brief`: no more than there is room for. */
export const nodeWords = (face: ProcessFace, at: number, brief = false): NodeWords => {
  const n = face.node as NodeFace
  const status = STATUS[face.status]
  const lines: Line[] = []
  const suspicion = suspicionOf(n)
  if (status) {
    lines.push({ text: status.word, tone: 'signal', ...(face.status === 'paused' ? { glyph: 'pause' as const } : {}) })
    if (suspicion) lines.push(suspicion)
  } else {
    lines.push(...electionOf(n, at))
    const down: Line | null = n.state === 'fail' ? { glyph: 'error', text: 'CLUSTERDOWN', tone: 'plain' } : null
    const slow: Line | null = face.slow > 1 ? { glyph: 'slow', text: `slow ×${face.slow}`, tone: 'strong' } : null
    const moving: Line | null =
      n.migrating > 0
        ? { glyph: 'slot', text: `${count(n.migrating)} leaving`, tone: 'plain' }
        : n.importing > 0
          ? { glyph: 'slot', text: `${count(n.importing)} arriving`, tone: 'plain' }
          : null
    if (suspicion) lines.push(suspicion)
    if (n.role === 'primary') {
      if (lines.length === 0)
        lines.push(
          n.alone
            ? { text: 'takes writes', tone: 'plain' }
            : n.slots > 0
              ? { text: n.ranges.replaceAll('-', '–'), short: `${count(n.slots)} slots`, tone: 'mono' }
              : { text: 'no slots', tone: 'plain' },
        )
      const pressing = down ?? slow ?? moving
      lines.push(
        pressing ?? {
          text: `${count(n.ops)} ops/s${n.backlog > 20 ? `, ${count(n.backlog)} wait` : ''}`,
          tone: 'plain',
        },
      )
    } else if (!n.election) {
      if (!n.linkUp) lines.push({ glyph: 'link', text: `no link to ${n.primary ?? 'a primary'}`, tone: 'plain' })
      else lines.push({ text: n.lag === 0 ? 'in step' : `lag ${bytes(n.lag)}`, tone: 'plain' })
      const pressing = down ?? slow
      if (pressing) lines.push(pressing)
    }
  }
  const kind = n.role === 'replica' ? `replica of ${n.primary ?? 'nobody'}` : 'primary'
  const first = lines[0]
  const short: Line | null = status
    ? {
        text: suspicion ? (suspicion.text.split(' ')[0] as string) : status.word,
        tone: 'signal',
        ...(suspicion?.glyph ? { glyph: suspicion.glyph } : {}),
      }
    : n.election && first
      ? n.election.phase === 'asking'
        ? { glyph: 'vote', text: (lines[1] as Line).text, tone: 'strong' }
        : { text: n.election.phase === 'waiting' ? 'waits' : 'won', tone: 'strong' }
      : suspicion
        ? { glyph: suspicion.glyph as GlyphName, text: suspicion.text.split(' ')[0] as string, tone: 'signal' }
        : n.state === 'fail'
          ? { glyph: 'error', text: 'down', tone: 'plain' }
          : face.slow > 1
            ? { text: `×${face.slow}`, tone: 'strong' }
            : n.migrating > 0 || n.importing > 0
              ? { glyph: 'slot', text: n.migrating > 0 ? `${count(n.migrating)} out` : `${count(n.importing)} in`, tone: 'plain' }
              : null
  const telling = brief ? (short ? [short.text] : []) : lines.filter((l) => l.tone !== 'mono').map((l) => l.text)
  return {
    role: n.role,
    lines: brief ? [] : lines.slice(0, 2),
    suspicion: suspicion ? (suspicion.glyph as 'pfail' | 'fail') : null,
    brief: short,
    spoken: [face.id, kind, n.shard >= 0 ? `shard ${shardLetter(n.shard)}` : 'no shard', ...telling].join(', '),
  }
}

export interface SentinelWords {
  lines: Line[]
  brief: Line | null
  spoken: string
}

/** What stands beside a Sentinel: its own state, then what it does, then what it believes. */
export const sentinelWords = (face: ProcessFace): SentinelWords => {
  const s = face.sentinel
  const status = STATUS[face.status]
  const lines: Line[] = []
  if (status) lines.push({ text: status.word, tone: 'signal', ...(face.status === 'paused' ? { glyph: 'pause' as const } : {}) })
  if (s) {
    if (s.tilt) lines.push({ glyph: 'clock', text: 'TILT: looks on', tone: 'strong' })
    if (s.phase === 'asking')
      lines.push({
        text: `${s.votes} of ${s.needed} votes`,
        tone: 'strong',
        votes: Array.from({ length: s.needed }, (_, i) => (i < s.votes ? ('granted' as const) : ('waiting' as const))),
      })
    else if (s.phase === 'promoting')
      lines.push({ glyph: 'promoted', text: s.promoted ? `promotes ${s.promoted}` : 'leads', tone: 'strong' })
    else if (s.phase === 'pointing') lines.push({ glyph: 'promoted', text: `all to ${s.promoted}`, tone: 'strong' })
    else if (s.odown && s.votedFor !== '' && s.votedFor !== face.id)
      lines.push({ glyph: 'vote', text: `voted for ${s.votedFor}`, tone: 'strong' })
    if (s.odown) lines.push({ glyph: 'fail', text: `ODOWN ${s.primary}, quorum ${s.agree}/${s.quorum}`, tone: 'signal' })
    else if (s.agree > 0) lines.push({ glyph: 'pfail', text: `SDOWN ${s.primary}, quorum ${s.agree}/${s.quorum}`, tone: 'signal' })
    else if (s.sdown.length > 0) lines.push({ glyph: 'pfail', text: `SDOWN ${range(s.sdown)}`, tone: 'signal' })
    if (lines.length < 2 && s.primary && !status) lines.push({ text: `primary: ${s.primary}`, tone: 'plain' })
    if (lines.length < 2 && !status) lines.push({ text: `epoch ${s.epoch}`, tone: 'plain' })
  }
  return {
    lines: lines.slice(0, 2),
    brief: lines[0] && lines[0].tone !== 'plain' ? { ...lines[0], text: lines[0].text.split(',')[0] ?? '' } : null,
    spoken: [face.id, 'Sentinel', ...lines.map((l) => l.text)].join(', '),
  }
}

export interface Stripe {
  owner: ProcessId | null
  shard: number
  /** share of all slots. */
  share: number
  /** the application asks a node that does not serve these. */
  wrong: boolean
}

/** An application's slot map as a few stripes: its runs when few, else one a shard. */
export const stripesOf = (face: ProcessFace, frame: Frame): Stripe[] => {
  const belief = face.app?.belief ?? []
  const nodes = new Map(frame.processes.filter((p) => p.node).map((p) => [p.id, p]))
  const stripe = (owner: ProcessId | null, slots: number): Stripe => {
    const node = owner ? nodes.get(owner) : undefined
    const serves = node !== undefined && node.node?.role === 'primary' && (node.status === 'up' || node.status === 'paused')
    return { owner, shard: node?.node?.shard ?? -1, share: slots / 16384, wrong: owner !== null && !serves }
  }
  if (belief.length <= 12) return belief.map((r) => stripe(r.owner, r.to - r.from + 1))
  const sums = new Map<ProcessId | null, number>()
  for (const r of belief) sums.set(r.owner, (sums.get(r.owner) ?? 0) + r.to - r.from + 1)
  return [...sums].map(([owner, slots]) => stripe(owner, slots)).sort((a, b) => a.shard - b.shard)
}

export interface AppWords {
  l1: number | null
  line: Line
  side: Line | null
  spoken: string
}

export const appWords = (face: ProcessFace): AppWords => {
  const a = face.app
  if (!a) return { l1: null, line: { text: '', tone: 'plain' }, side: null, spoken: face.id }
  const l1On = a.policy.l1Ttl > 0
  const status = STATUS[face.status]
  const side: Line | null = status
    ? { glyph: status.glyph, text: status.word, tone: 'signal' }
    : a.errors > 0
      ? { glyph: 'error', text: `${count(a.errors)} error${a.errors === 1 ? '' : 's'}/s`, tone: 'signal' }
      : !a.subscribed
        ? { glyph: 'link', text: 'not subscribed', tone: 'plain' }
        : a.wrongSlots > 0
          ? { text: a.belief.length === 1 ? `asks ${a.belief[0]?.owner ?? 'nobody'}` : `≠ ${count(a.wrongSlots)} slots`, tone: 'signal' }
          : null
  const line: Line = {
    text: l1On ? `${percent(a.l1Ratio)} hits` : `${percent(a.hitRatio)} hits, L1 off`,
    tone: 'plain',
  }
  const spoken = [
    face.id,
    'application',
    l1On ? `L1 answers ${percent(a.l1Ratio)}` : 'L1 off',
    `cache hits ${percent(a.hitRatio)}`,
    a.wrongSlots === 0
      ? a.belief.length === 1
        ? 'asks the primary'
        : 'slot map right'
      : a.belief.length === 1
        ? `asks ${a.belief[0]?.owner ?? 'nobody'}, which is not the primary`
        : `wrong about ${a.wrongSlots} slots`,
    ...(a.errors > 0 ? [`${a.errors} errors a second`] : []),
    ...(a.subscribed ? [] : ['not subscribed']),
  ].join(', ')
  return { l1: l1On ? a.l1Ratio : null, line, side, spoken }
}

export const originSpoken = (face: ProcessFace): string => {
  const d = face.database
  const status = STATUS[face.status]
  if (status) return `${face.id}, ${status.word}`
  return d ? `${face.id}, ${d.busy} of ${d.workers} workers busy, ${d.queue} queued, ${d.load} queries a second` : face.id
}
