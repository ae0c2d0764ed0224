import { useEffect, useMemo, useRef, useState } from 'react'
import type { Cause } from '../../lab/frame.ts'
import { factSentence } from '../canvas/narrate.ts'
import { seconds } from '../design/format.ts'
import { Glyph } from '../design/Glyph.tsx'
import { askWhy } from '../store/session.ts'
import { startOfRun, useStore } from '../store/store.ts'
import { gather, type Gathered } from './gather.ts'
import s from './events.module.css'

/** Rows kept in the page: older ones are reached by scrubbing back. */
const MOST = 300
/** Facts looked at to make them. */
const LATEST = 10_000

const selects = (who: string): boolean => useStore.getState().frame?.processes.some((p) => p.id === who) ?? false

const Row = ({ fact, more, thread, lit }: Gathered & { thread: string; lit: boolean }) => {
  const { glyph, who, what } = factSentence(fact)
  return (
    <li className={`${s.row} ${thread} ${lit ? s.lit : ''}`} data-fact={fact.id}>
      <Glyph name={glyph} />
      <span className={s.time}>{seconds(fact.at)}</span>
      {selects(who) ? (
        <button type="button" className={s.who} onClick={() => useStore.getState().set({ selected: who })}>
          {who}
        </button>
      ) : (
        <b className={s.who}>{who}</b>
      )}
      <span className={s.what} title={what}>
        {what}
        {more > 0 && <span className="quiet">, and {more} more like it within a second</span>}
      </span>
      <button type="button" className={s.why} aria-pressed={lit} onClick={() => void askWhy(fact.id)}>
        why?<span className="unseen"> {what}</span>
      </button>
    </li>
  )
}

const linkWords = (cause: Cause): string => cause.link || 'because'

/** The chain as prose: newest first, down to the learner's act, an arrival or the run's start. */
const Chain = ({ causes }: { causes: readonly Cause[] }) => {
  const last = causes.at(-1)
  const ends = last?.fact?.type === 'action.applied' ? 'It began with your act.' : ''
  return (
    <div className={s.chain} role="region" aria-label="Chain of causes">
      <header>
        <h3>Why?</h3>
        <button type="button" onClick={() => void askWhy(null)}>
          Close
        </button>
      </header>
      <ol>
        {causes.map((cause, i) => {
          const said = cause.fact ? factSentence(cause.fact) : null
          return (
            <li key={i}>
              <Glyph name={said?.glyph ?? 'gossip'} />
              <span className={s.time}>{seconds(cause.at)}</span>
              <span>
                {i > 0 && <em>{linkWords(causes[i - 1]!)} </em>}
                <b>{said?.who ?? cause.process}</b> {said?.what ?? cause.text}
              </span>
            </li>
          )
        })}
      </ol>
      {ends && <p className="quiet small">{ends}</p>}
    </div>
  )
}

/** What happened, newest at the bottom. */
export const Events = () => {
  const facts = useStore((x) => x.facts)
  const litFact = useStore((x) => x.litFact)
  const causes = useStore((x) => x.causes)
  // how the cluster came up is no news to the learner
  const start = useStore(startOfRun)
  const list = useRef<HTMLOListElement>(null)
  const following = useRef(true)
  const [only, setOnly] = useState('')
  const [behind, setBehind] = useState(false)

  const names = useMemo(
    () => [...new Set(facts.map((f) => f.process))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    [facts],
  )
  const shown = useMemo(() => {
    const own = facts.filter((f) => f.at >= start)
    const some = only === '' ? own : own.filter((f) => f.process === only || factSentence(f).who === only)
    return gather(some.slice(-LATEST)).slice(-MOST)
  }, [facts, only, start])
  const chain = useMemo(() => new Set((causes ?? []).flatMap((c) => (c.factId === null ? [] : [c.factId]))), [causes])
  const lit = shown.map(({ fact }, i) => (chain.has(fact.id) ? i : -1)).filter((i) => i >= 0)
  const [first, last] = [lit[0] ?? -1, lit.at(-1) ?? -1]
  const threadAt = (i: number): string =>
    first === last || i < first || i > last ? '' : `${s.threaded} ${i === first ? s.first : i === last ? s.last : ''}`

  const empty = shown.length === 0

  useEffect(() => {
    const box = list.current
    if (box && following.current) box.scrollTop = box.scrollHeight
  }, [shown])
  useEffect(() => {
    const box = list.current
    if (!box) return
    const sizes = new ResizeObserver(() => {
      if (following.current) box.scrollTop = box.scrollHeight
    })
    sizes.observe(box)
    return () => sizes.disconnect()
  }, [empty])

  return (
    <section className={s.events} aria-label="Events">
      <header className={s.head}>
        <h2>Events</h2>
        {litFact !== null && <span>{causes ? `${chain.size} ${chain.size === 1 ? 'cause' : 'causes'} lit` : 'looking for causes…'}</span>}
        {behind && !empty && (
          <button
            type="button"
            className={s.newest}
            onClick={() => {
              const box = list.current
              if (box) box.scrollTop = box.scrollHeight
            }}
          >
            Newest
          </button>
        )}
        <label>
          <span className="unseen">Show events of </span>
          <select value={only} onChange={(e) => setOnly(e.target.value)}>
            <option value="">all</option>
            {names.map((n) => (
              <option key={n}>{n}</option>
            ))}
          </select>
        </label>
      </header>
      {empty ? (
        <p className={s.empty}>{only === '' ? 'Nothing has happened yet. Pick a process and act on it.' : `Nothing of ${only} yet.`}</p>
      ) : (
        <div className={s.body}>
          <ol
            ref={list}
            className={s.list}
            tabIndex={0}
            aria-label="What happened, oldest first"
            onScroll={(e) => {
              const box = e.currentTarget
              const at = box.scrollHeight - box.scrollTop - box.clientHeight < 30
              following.current = at
              setBehind(!at)
            }}
          >
            {shown.map(({ fact, more }, i) => (
              <Row key={fact.id} fact={fact} more={more} thread={threadAt(i)} lit={fact.id === litFact} />
            ))}
          </ol>
        </div>
      )}
      {litFact !== null && causes && causes.length > 0 && <Chain causes={causes} />}
    </section>
  )
}
