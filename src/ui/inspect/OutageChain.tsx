import { useMemo } from 'react'
import { span } from '../design/format.ts'
import { askWhy } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { breakdown, type Outage, type PartKind } from './outage.ts'
import s from './outage.module.css'

/** The outage to speak of, once it has settled. */
export const useOutage = (): Outage | null => {
  const facts = useStore((x) => x.facts)
  const windows = useStore((x) => x.windows)
  const found = useMemo(() => breakdown(facts, windows, Infinity), [facts, windows])
  const settled = useStore((x) => found !== null && (found.parts.at(-1)?.kind === 'news' || (x.frame?.at ?? 0) - found.to > 1_000_000))
  return settled ? found : null
}

const took = (us: number): string => `${(us / 1e6).toFixed(3)} s`
export const about = (us: number): string => `${(us / 1e6).toFixed(1)} s`

const FILL: Record<PartKind, string | undefined> = {
  silence: s.silence,
  agreement: s.agreement,
  turn: s.turn,
  again: s.turn,
  votes: s.votes,
  news: s.news,
}

export const OutagePrompt = ({ outage }: { outage: Outage }) => (
  <button type="button" className={s.prompt} onClick={() => useStore.getState().set({ outageOpen: true })}>
    Why did it take {about(outage.total)}?
  </button>
)

/** The chain of causes of an outage: each stretch, beside what Redis's rules say of it. */
export const OutageChain = ({ outage }: { outage: Outage }) => {
  const timeout = useStore((x) => x.frame?.nodeTimeout ?? 0)
  const { cost } = outage
  return (
    <section className={s.chain} aria-label={`Why it took ${about(outage.total)}`}>
      <header>
        <h2>Why did it take {about(outage.total)}?</h2>
        <button type="button" onClick={() => useStore.getState().set({ outageOpen: false })}>
          Close
        </button>
      </header>
      <div className={s.bar} aria-hidden="true">
        {outage.parts.map((p) => (
          <i key={p.factId} className={FILL[p.kind]} style={{ flexGrow: Math.max(p.took, outage.total * 0.008) }} />
        ))}
      </div>
      <table className={s.table}>
        <caption className="unseen">Parts of the outage of {outage.failed}</caption>
        <thead className="unseen">
          <tr>
            <th scope="col">What happened</th>
            <th scope="col">This run</th>
          </tr>
        </thead>
        <tbody>
          {outage.parts.map((p) => (
            <tr key={p.factId}>
              <td>
                <i className={`${s.key} ${FILL[p.kind]}`} aria-hidden="true" />
              </td>
              <th scope="row">
                {p.text}
                <span>
                  rule: {p.law} ·{' '}
                  <button type="button" onClick={() => void askWhy(p.factId)}>
                    why?
                  </button>
                </span>
              </th>
              <td>{took(p.took)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            <th scope="row">
              {outage.promoted} serves in place of {outage.failed}
            </th>
            <td>{took(outage.total)}</td>
          </tr>
        </tfoot>
      </table>
      <p className={s.note}>
        T is cluster-node-timeout: {span(timeout)} here; Redis's default is 15 s.
        {(cost.errors > 0 || cost.originQueries > 0) && (
          <>
            {' '}
            Meanwhile{' '}
            {cost.errors > 0 && (
              <>
                <b>{cost.errors}</b> requests failed
              </>
            )}
            {cost.errors > 0 && cost.originQueries > 0 && ' and '}
            {cost.originQueries > 0 && (
              <>
                the database answered <b>{cost.originQueries}</b> more queries than usual
              </>
            )}
            .
          </>
        )}
      </p>
    </section>
  )
}
