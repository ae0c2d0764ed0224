import { useState } from 'react'
import type { ProcessId } from '../../engine/core/process.ts'
import { span } from '../design/format.ts'
import { useAsked } from './use-asked.ts'
import s from './inspect.module.css'

const MOST = 40

/** Keys a process holds, with what is left of their TTLs; by glob, as KEYS matches. */
export const Keys = ({ process }: { process: ProcessId }) => {
  const [text, setText] = useState('')
  const match = text === '' ? '*' : /[*?[\]]/.test(text) ? text : `*${text}*`
  const keys = useAsked((lab) => lab.keys(process, match, MOST), `${process} ${match}`, 500)
  return (
    <div className={s.keys}>
      <input
        className={s.field}
        type="search"
        placeholder="item:7 or a pattern, item:*"
        aria-label={`Search the keys of ${process}`}
        value={text}
        onChange={(e) => setText(e.target.value)}
        spellCheck={false}
        autoCapitalize="off"
      />
      {keys === null ? (
        <p className="quiet small">Asking…</p>
      ) : keys.length === 0 ? (
        <p className="quiet small">{text ? 'No key matches.' : 'It holds no keys.'}</p>
      ) : (
        <div className={s.wide} role="region" aria-label={`Keys of ${process}`} tabIndex={0}>
          <table className={s.table}>
            <thead>
              <tr>
                <th scope="col">key</th>
                <th scope="col">value</th>
                <th scope="col">slot</th>
                <th scope="col">TTL left</th>
              </tr>
            </thead>
            <tbody>
              {keys.map((k) => (
                <tr key={k.key}>
                  <th scope="row" className="mono">
                    {k.key}
                  </th>
                  <td className="mono">{k.value}</td>
                  <td>{k.slot}</td>
                  <td>{k.ttl === null ? 'none' : span(k.ttl)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {keys.length === MOST && <p className="quiet small">The first {MOST}. Search for others.</p>}
        </div>
      )}
    </div>
  )
}
