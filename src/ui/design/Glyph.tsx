/** One shape a meaning; a word always stands beside it. */
export type GlyphName =
  | 'crash'
  | 'off'
  | 'pause'
  | 'resume'
  | 'slow'
  | 'pfail'
  | 'fail'
  | 'election'
  | 'vote'
  | 'expected'
  | 'promoted'
  | 'role'
  | 'clock'
  | 'state'
  | 'ok'
  | 'cut'
  | 'heal'
  | 'link'
  | 'slot'
  | 'epoch'
  | 'sync'
  | 'redirect'
  | 'request'
  | 'reply'
  | 'error'
  | 'origin'
  | 'gossip'
  | 'invalidate'
  | 'write'
  | 'join'
  | 'no'
  | 'you'

const line = {
  fill: 'none',
  stroke: 'var(--ink)',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const
const sig = { ...line, stroke: 'var(--signal)' } as const

const SHAPES: Record<GlyphName, React.ReactNode> = {
  crash: <path d="M-5-5 5 5M5-5-5 5" {...sig} strokeWidth={2.25} strokeLinecap="butt" />,
  you: <path d="M-5-5 5 5M5-5-5 5" {...sig} strokeWidth={2.25} strokeLinecap="butt" />,
  off: (
    <>
      <path d="M0-6.5V-.5" {...sig} strokeWidth={2} />
      <path d="M-3.6-4.2a5.4 5.4 0 1 0 7.2 0" {...sig} strokeWidth={1.75} />
    </>
  ),
  pause: <path d="M-2.6-4.6v9.2M2.6-4.6v9.2" {...line} strokeWidth={2.6} strokeLinecap="butt" />,
  resume: <path d="M-4-5 5 0-4 5Z" fill="var(--ink)" />,
  slow: (
    <>
      <path d="M-5.6 3.4a5.8 5.8 0 0 1 11.2 0" {...line} />
      <path d="M0 3.4-3.4-.4" {...line} />
    </>
  ),
  pfail: (
    <>
      <path d="M0-5.5 5.5 0 0 5.5-5.5 0Z" fill="var(--stage)" stroke="var(--signal)" strokeWidth={1.5} />
      <path d="M0-5.5V5.5L-5.5 0Z" fill="var(--signal)" />
    </>
  ),
  fail: <path d="M0-5.5 5.5 0 0 5.5-5.5 0Z" fill="var(--signal)" stroke="var(--signal)" strokeWidth={1.5} />,
  election: <path d="M-4.5-5.5 5.5 0-4.5 5.5Z" fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.75} strokeLinejoin="round" />,
  vote: (
    <>
      <rect x={-6} y={-6} width={12} height={12} rx={1.5} fill="var(--ink)" />
      <path d="M-3.2.2-.8 2.8 3.3-2.6" fill="none" stroke="var(--stage)" strokeWidth={1.75} />
    </>
  ),
  expected: (
    <rect x={-5.5} y={-5.5} width={11} height={11} rx={1.5} {...line} strokeWidth={1.5} strokeDasharray="2.2 2" strokeLinecap="butt" />
  ),
  promoted: (
    <path d="M-5.5 4.5v-8l3.2 3L0-5l2.3 4.5 3.2-3v8Z" fill="var(--ink)" stroke="var(--ink)" strokeWidth={1} strokeLinejoin="round" />
  ),
  role: <path d="M-5.5-2.5h9L1-5M5.5 2.5h-9L-1 5" {...line} />,
  clock: (
    <>
      <circle r={5.4} fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.5} />
      <path d="M0-3.2V0h2.6" {...line} strokeWidth={1.5} />
    </>
  ),
  state: (
    <>
      <circle r={5.5} fill="var(--stage)" stroke="var(--signal)" strokeWidth={1.5} />
      <path d="M-3.9 3.9 3.9-3.9" {...sig} strokeWidth={1.5} />
    </>
  ),
  ok: (
    <>
      <circle r={5.5} fill="var(--stage)" stroke="var(--ink)" strokeWidth={1.5} />
      <path d="M-2.6.2-.7 2.2 2.8-2.1" {...line} strokeWidth={1.5} />
    </>
  ),
  cut: <path d="M-6 4.5C-3.5-6.5-.5 5 6-4.5" {...sig} strokeWidth={1.75} strokeDasharray="2.4 2.4" strokeLinecap="butt" />,
  heal: <path d="M-6 4.5C-3.5-6.5-.5 5 6-4.5" {...line} strokeWidth={1.75} />,
  link: <path d="M-6 0H-3m6 0h3M0-2.6V2.6M-3 0a3 3 0 0 1 6 0 3 3 0 0 1-6 0" {...line} strokeWidth={1.5} />,
  slot: <path d="M-5.5-5.5h4.6v4.6h-4.6zM.9-5.5h4.6v4.6H.9zM-5.5.9h4.6v4.6h-4.6zM.9.9h4.6v4.6H.9z" fill="var(--ink2)" />,
  epoch: <path d="M-4 5V-5M0 5V-5M4 5V-5M-6.5 2.6 6.5-2.6" {...line} strokeWidth={1.5} />,
  sync: <path d="M-5 0a5 5 0 0 1 8.6-3.4M5 0a5 5 0 0 1-8.6 3.4M3.8-6v2.8H1M-3.8 6V3.2H-1" {...line} strokeWidth={1.5} />,
  redirect: <path d="M-5.5 3.5V-.5a3 3 0 0 1 3-3h7M1.8-6.2 5-3.5 1.8-.8" {...line} />,
  request: <circle r={4.2} fill="var(--ink2)" />,
  reply: <circle r={3.6} fill="var(--stage)" stroke="var(--ink2)" strokeWidth={2} />,
  error: (
    <>
      <circle r={5.5} fill="var(--stage)" stroke="var(--signal)" strokeWidth={1.5} />
      <path d="M-2.2-2.2 2.2 2.2M2.2-2.2-2.2 2.2" {...sig} strokeWidth={1.5} />
    </>
  ),
  origin: <rect x={-4} y={-4} width={8} height={8} fill="var(--ink2)" />,
  gossip: <circle r={2.5} fill="var(--edge)" />,
  invalidate: <path d="M-5.5 0A5.5 5.5 0 0 1 0-5.5M-2.8 0A2.8 2.8 0 0 1 0-2.8M0 0 5 5M5 0 0 5" {...line} strokeWidth={1.5} />,
  write: <path d="M-5 5l.8-3.2L3-5.4 5.4-3-1.8 4.2Z" {...line} strokeWidth={1.5} />,
  join: <path d="M0-5.5v11M-5.5 0h11" {...line} strokeWidth={1.75} />,
  no: <path d="M-5 0H5" {...line} strokeWidth={2} />,
}

/** Decorative by itself: give it a word beside it. */
export const Glyph = ({ name, size = 16 }: { name: GlyphName; size?: number }) => (
  <svg width={size} height={size} viewBox="-8 -8 16 16" aria-hidden="true" focusable="false" style={{ flex: 'none', display: 'block' }}>
    {SHAPES[name]}
  </svg>
)

/** The same shape inside another drawing, centred on x, y. */
export const GlyphMark = ({ name, x, y, scale = 1 }: { name: GlyphName; x: number; y: number; scale?: number }) => (
  <g transform={`translate(${x} ${y}) scale(${scale})`}>{SHAPES[name]}</g>
)
