import { ChevronRight } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Inspection, ProcessFace, WhyNot } from '../../lab/frame.ts'
import { actionsFor, faceOf } from '../control/faces.ts'
import { count, percent, seconds, span } from '../design/format.ts'
import { SentinelMark } from '../canvas/SentinelStation.tsx'
import { Glyph, type GlyphName } from '../design/Glyph.tsx'
import menu from '../design/menu.module.css'
import { onShard, shardColour, shardLetter } from '../design/shard.ts'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { useCalm } from '../store/use-calm.ts'
import { Keys } from './Keys.tsx'
import { Users } from './Users.tsx'
import { useAsked } from './use-asked.ts'
import s from './inspect.module.css'

/** The process's own mark, as on the stage. */
export const Station = ({ face, size = 34 }: { face: ProcessFace; size?: number }) => {
  const down = face.status === 'crashed' || face.status === 'off'
  if (face.kind === 'node' && face.node) {
    const { role, shard } = face.node
    const letter = shardLetter(shard)
    return (
      <svg width={size} height={size} viewBox="-17 -17 34 34" aria-hidden="true" className={s.station}>
        {down ? (
          <>
            <circle r={13} fill="none" stroke="var(--signal)" strokeWidth={2} strokeDasharray="4 3" />
            <path d="M-5-5 5 5M5-5-5 5" stroke="var(--signal)" strokeWidth={2.5} />
          </>
        ) : role === 'primary' ? (
          <>
            <circle r={15} fill={shardColour(shard)} />
            <text y={5} textAnchor="middle" fontSize={letter.length > 1 ? 11 : 14} fontWeight={700} fill={onShard(shard)}>
              {letter}
            </text>
          </>
        ) : (
          <>
            <circle r={13} fill="var(--stage)" stroke={shardColour(shard)} strokeWidth={4.5} />
            <text y={5} textAnchor="middle" fontSize={letter.length > 1 ? 11 : 14} fontWeight={700} fill="var(--ink)">
              {letter}
            </text>
          </>
        )}
      </svg>
    )
  }
  if (face.kind === 'sentinel')
    return (
      <svg width={size} height={size} viewBox="-17 -17 34 34" aria-hidden="true" className={s.station}>
        <SentinelMark R={14} status={face.status} alert={(face.sentinel?.agree ?? 0) > 0} />
      </svg>
    )
  return (
    <svg width={size} height={size} viewBox="-17 -17 34 34" aria-hidden="true" className={s.station}>
      <rect
        x={-13}
        y={-13}
        width={26}
        height={26}
        rx={face.kind === 'app' ? 3 : 0}
        fill="var(--stage)"
        stroke={down ? 'var(--signal)' : 'var(--ink)'}
        strokeWidth={2}
      />
      {face.kind === 'app' ? (
        <path d="M-9-7H9M-9 0H9M-9 7H9" stroke="var(--ink2)" strokeWidth={3.5} />
      ) : (
        <path d="M-8-8h5v5h-5zM3-8h5v5H3zM-8 3h5v5h-5zM3 3h5v5H3z" fill="var(--ink)" />
      )}
    </svg>
  )
}

const STATUS_WORDS: Record<ProcessFace['status'], string> = {
  up: '',
  crashed: 'crashed',
  off: 'powered off',
  paused: 'paused',
}

const whoIs = (face: ProcessFace): string => {
  if (face.kind === 'app') return 'application'
  if (face.kind === 'origin') return 'the database'
  if (face.kind === 'sentinel') return 'Sentinel'
  const { node } = face
  if (!node) return face.kind
  const shard = node.shard >= 0 && !node.alone ? `, shard ${shardLetter(node.shard)}` : ''
  return node.role === 'primary' ? `primary${shard}` : `replica of ${node.primary ?? 'nobody'}${shard}`
}

/** What can be done to the selected process; the same list as its menu on the stage. */
export const ActionsMenu = ({ face }: { face: ProcessFace }) => {
  const actions = actionsFor(face)
  if (actions.length === 0) return null
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={s.actions}>
        Actions <kbd>.</kbd>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.content} align="end" sideOffset={6} collisionPadding={8}>
          {actions.map((action, i) => {
            const { label, icon: Icon, hint, shortcut } = faceOf(action)
            return (
              <DropdownMenu.Item key={i} className={menu.item} title={hint} onSelect={() => void act(action)}>
                <Icon size={15} aria-hidden="true" /> {label}
                {shortcut && <kbd>{shortcut}</kbd>}
              </DropdownMenu.Item>
            )
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const MARKS: Record<WhyNot['evidence'][number]['mark'], GlyphName> = { yes: 'vote', wait: 'expected', no: 'crash' }
const MARK_WORDS: Record<WhyNot['evidence'][number]['mark'], string> = { yes: 'yes', wait: 'awaited', no: 'no' }

const Why = ({ why }: { why: WhyNot }) => (
  <div className={s.why}>
    <h3>What it is doing, and why</h3>
    <p>{why.headline}</p>
    <ul>
      {why.evidence.map((e, i) => (
        <li key={i} data-nameless={e.who === '' || undefined}>
          <Glyph name={MARKS[e.mark]} />
          <b>
            <span className="unseen">{MARK_WORDS[e.mark]}: </span>
            {e.who}
          </b>
          <span>{e.text}</span>
          <span className={s.figure}>{e.figure}</span>
        </li>
      ))}
    </ul>
  </div>
)

const Fold = ({ title, note, children, start = false }: { title: string; note: string; children: React.ReactNode; start?: boolean }) => {
  const [open, setOpen] = useState(start)
  return (
    <div className={s.fold}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden="true" className={s.chevron} /> {title} <span>{note}</span>
      </button>
      {open && children}
    </div>
  )
}

const Peers = ({ peers, at }: { peers: Inspection['peers']; at: number }) => (
  <div className={s.wide} role="region" aria-label="Its table of peers" tabIndex={0}>
    <table className={s.table}>
      <thead>
        <tr>
          <th scope="col">peer</th>
          <th scope="col">says</th>
          <th scope="col">last pong</th>
          <th scope="col">epoch</th>
          <th scope="col">reports</th>
        </tr>
      </thead>
      <tbody>
        {peers.map((p) => (
          <tr key={p.id}>
            <th scope="row">
              {p.id} <span className="quiet">{p.role[0]}</span>
            </th>
            <td className={/^(PFAIL|FAIL|SDOWN|ODOWN)$/.test(p.flag) ? 'signal' : undefined}>{p.flag || 'fine'}</td>
            <td>{p.lastPong > 0 ? `${span(Math.max(0, at - p.lastPong))} ago` : 'never'}</td>
            <td>{p.epoch}</td>
            <td>{p.reports.join(' ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const liveRows = (face: ProcessFace): { label: string; value: string }[] => {
  if (face.node) {
    const n = face.node
    return [
      ...(n.alone ? [] : [{ label: 'serves', value: n.slots > 0 ? `${count(n.slots)} slots` : 'no slots' }]),
      { label: 'operations', value: `${count(n.ops)}/s` },
    ]
  }
  if (face.app) {
    const a = face.app
    return [
      { label: 'cache hits', value: percent(a.hitRatio) },
      ...(a.policy.l1Ttl > 0 ? [{ label: 'answered by its L1', value: percent(a.l1Ratio) }] : []),
      ...(a.belief.length === 1 ? [] : [{ label: 'wrong about', value: `${count(a.wrongSlots)} slots` }]),
      { label: 'errors', value: `${count(a.errors)}/s` },
    ]
  }
  if (face.database) return [{ label: 'load', value: `${count(face.database.load)}/s` }]
  return []
}

const usersNote = ({ users, refusals }: Inspection): string => {
  const n = users!.list.length
  return `${n === 1 ? '1 user' : `${n} users`}${users!.isOpen ? ', open to all' : ''}${refusals!.length > 0 ? ', some refused' : ''}`
}

const Body = ({ id, phone }: { id: ProcessId; phone: boolean }) => {
  const face = useCalm((x) => x.frame?.processes.find((p) => p.id === id), id)
  const at = useCalm((x) => x.frame?.at ?? 0)
  const inspection = useAsked((lab) => lab.inspect(id), id)
  if (!face) return <p className={s.empty}>{id} is not part of this run any more.</p>
  const status = STATUS_WORDS[face.status]
  const waiting = inspection?.waiting ?? []
  const rows = [...liveRows(face), ...(inspection?.rows ?? [])]
  return (
    <>
      <header className={s.head}>
        <Station face={face} />
        <div className={s.name}>
          <h2>{id}</h2> <span className="quiet">{whoIs(face)}</span>
          {status && <span className="signal"> {status}</span>}
          {face.slow > 1 && <span className="signal"> slow ×{face.slow}</span>}
        </div>
        {!phone && <ActionsMenu face={face} />}
      </header>
      {inspection?.why && <Why why={inspection.why} />}
      {phone && <PhoneActions face={face} />}
      <dl className={s.rows}>
        {rows.map((r) => (
          <div key={r.label}>
            <dt>{r.label}</dt>
            <dd>{r.value}</dd>
          </div>
        ))}
      </dl>
      {waiting.length > 0 && (
        <Fold title="Waiting" note={`${waiting.reduce((sum, w) => sum + w.count, 0)} requests`} start>
          <ul className={s.waiting}>
            {waiting.map((w) => (
              <li key={`${w.flow} ${w.step}`}>
                <b>{w.count}</b>
                <span>
                  on <code>{w.step}</code> <span className="quiet">{w.flow}</span>
                </span>
                <span className={s.figure}>{span(w.oldest)}</span>
              </li>
            ))}
          </ul>
        </Fold>
      )}
      {inspection && inspection.peers.length > 0 && (
        <Fold title="What it believes of others" note={`${inspection.peers.length} peers`}>
          <Peers peers={inspection.peers} at={at} />
        </Fold>
      )}
      {inspection?.users && (
        <Fold title="Users" note={usersNote(inspection)} start={(inspection.refusals?.length ?? 0) > 0}>
          <Users users={inspection.users} refusals={inspection.refusals ?? []} />
        </Fold>
      )}
      {face.kind !== 'origin' && face.kind !== 'sentinel' && (
        <Fold title={face.kind === 'app' ? 'Keys in its L1' : 'Keys'} note={count(inspection?.keys ?? 0)}>
          <Keys process={id} />
        </Fold>
      )}
      <p className="unseen">As of {seconds(at)} seconds.</p>
    </>
  )
}

/** On a phone the likeliest acts are buttons under the thumb, the rest behind More. */
const PhoneActions = ({ face }: { face: ProcessFace }) => {
  const actions = actionsFor(face)
  return (
    <div className={s.phoneActions}>
      {actions.slice(0, 3).map((action, i) => (
        <button key={i} type="button" onClick={() => void act(action)}>
          {faceOf(action).label}
        </button>
      ))}
      {actions.length > 3 && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger>More</DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className={menu.content} align="end" sideOffset={6} collisionPadding={8}>
              {actions.slice(3).map((action, i) => (
                <DropdownMenu.Item key={i} className={menu.item} onSelect={() => void act(action)}>
                  {faceOf(action).label}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </div>
  )
}

/** A process's own view: who it is, why it is not acting, what it knows. */
export const Inspector = ({ phone = false }: { phone?: boolean }) => {
  const selected = useStore((x) => x.selected)
  return (
    <section className={s.inspector} aria-label="Inspector">
      {selected === null ? (
        <p className={s.empty}>Select a node to see what it believes.</p>
      ) : (
        <Body key={selected} id={selected} phone={phone} />
      )}
    </section>
  )
}
