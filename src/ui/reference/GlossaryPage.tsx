import { useId, useMemo, useState } from 'react'
import { GLOSSARY, type Term } from '../../content/glossary.ts'
import { scenarioById } from '../../content/scenarios/index.ts'
import s from './reference.module.css'

const has = (term: Term, sought: string): boolean => `${term.word} ${term.also ?? ''} ${term.means}`.toLowerCase().includes(sought)

const Entry = ({ term }: { term: Term }) => {
  const scenario = term.see === undefined ? undefined : scenarioById(term.see)
  return (
    <div className={s.term}>
      <dt>
        {term.word}
        {term.also && <small>{term.also}</small>}
      </dt>
      <dd>
        <p>{term.means}</p>
        <p className={s.where}>
          {scenario && <a href={`#/?scenario=${scenario.id}`}>See it: {scenario.title}</a>}
          <span>
            computed in <code>engine/{term.room}</code>
          </span>
        </p>
      </dd>
    </div>
  )
}

/** Every word of the lab, what it means, where it is computed and where to see it. */
const GlossaryPage = () => {
  const [sought, seek] = useState('')
  const field = useId()
  const found = useMemo(() => {
    const words = sought.trim().toLowerCase()
    return GLOSSARY.filter((t) => has(t, words)).sort((a, b) => a.word.localeCompare(b.word, 'en', { sensitivity: 'base' }))
  }, [sought])
  return (
    <main className={s.page}>
      <h1>
        <span>The words,</span> <b>and where to see them.</b>
      </h1>
      <p className={s.search}>
        <label htmlFor={field}>Find a word</label>
        <input id={field} type="search" value={sought} autoComplete="off" onChange={(e) => seek(e.target.value)} />
        <span role="status">
          {found.length} of {GLOSSARY.length}
        </span>
      </p>
      {found.length > 0 ? (
        <dl className={s.list}>
          {found.map((term) => (
            <Entry key={term.word} term={term} />
          ))}
        </dl>
      ) : (
        <p>No word here fits “{sought.trim()}”. Try a shorter one.</p>
      )}
    </main>
  )
}

export default GlossaryPage
