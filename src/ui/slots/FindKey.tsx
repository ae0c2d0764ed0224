import { useId, useState, type FormEvent } from 'react'
import { Search, X } from 'lucide-react'
import type { FoundKey } from '../../lab/frame.ts'
import { useStore } from '../store/store.ts'
import styles from './slots.module.css'

const seconds = (ttl: number | null): string => (ttl === null ? '' : `, ${(ttl / 1e6).toFixed(1)} s left`)

/** A key's slot, what of it was hashed, its owner, its copies and who believes what. */
export const FindKey = () => {
  const [key, setKey] = useState('')
  const [found, setFound] = useState<FoundKey | null>(null)
  const [trouble, setTrouble] = useState('')
  const id = useId()
  const find = async (event: FormEvent) => {
    event.preventDefault()
    const { lab, set } = useStore.getState()
    if (!lab || key === '') return
    try {
      const answer = await lab.find(key)
      setFound(answer)
      setTrouble('')
      set({ pinnedSlot: answer.slot })
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
  }
  const believed = new Map<string | null, string[]>()
  for (const b of found?.beliefs ?? []) believed.set(b.owner, [...(believed.get(b.owner) ?? []), b.process])
  return (
    <div className={styles.find}>
      <form onSubmit={(event) => void find(event)} className={styles.findForm} role="search">
        <label htmlFor={id} className="unseen">
          Find a key
        </label>
        <input
          id={id}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          placeholder="Find a key: item:7"
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="off"
        />
        <button type="submit" aria-label="Find" className={styles.findButton}>
          <Search size={15} aria-hidden="true" />
        </button>
        {found && (
          <button type="button" aria-label="Close what was found" className={styles.findButton} onClick={() => setFound(null)}>
            <X size={15} aria-hidden="true" />
          </button>
        )}
      </form>
      {trouble && <p className="signal">{trouble}</p>}
      {found && (
        <dl className={styles.found} aria-live="polite">
          <dt>slot</dt>
          <dd>
            <b className="mono">{found.slot}</b> of{' '}
            {found.hashed === found.key ? (
              'the whole key'
            ) : (
              <>
                tag <span className="mono">{found.hashed}</span>
              </>
            )}
          </dd>
          <dt>owner</dt>
          <dd>{found.owner ? <b>{found.owner}</b> : <span className="signal">nobody serves it</span>}</dd>
          <dt>copies</dt>
          <dd>
            {found.copies.length === 0
              ? 'none'
              : found.copies.map((c, i) => (
                  <span key={i} className={styles.copy}>
                    <b>{c.process}</b> {c.tier}
                    {c.value ? <span className="mono"> {c.value.slice(0, 18)}</span> : null}
                    {c.stale ? <span className="signal"> stale</span> : null}
                    <span className="faint">{seconds(c.ttl)}</span>
                  </span>
                ))}
          </dd>
          <dt>believed</dt>
          <dd>
            {[...believed].map(([owner, who]) => (
              <span key={owner ?? '-'} className={styles.copy}>
                <b>{owner ?? 'nobody'}</b>
                {owner === found.owner ? '' : <span className="signal"> ≠</span>} <span className="quiet">by {who.join(', ')}</span>
              </span>
            ))}
          </dd>
        </dl>
      )}
    </div>
  )
}
