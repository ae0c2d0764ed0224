import type { Inspection } from '../../lab/frame.ts'
import { span } from '../design/format.ts'
import s from './users.module.css'

/** A node's users with their rules, and whom it refused lately. */
export const Users = ({ users, refusals }: { users: NonNullable<Inspection['users']>; refusals: NonNullable<Inspection['refusals']> }) => (
  <div className={s.users}>
    {users.isOpen && <p>Nobody is asked for a password: whoever reaches its port speaks as the user default.</p>}
    <dl>
      {users.list.map((u) => (
        <div key={u.name}>
          <dt>
            {u.name} <span className="quiet">{u.connections === 1 ? '1 connection' : `${u.connections} connections`}</span>
          </dt>
          <dd>
            <code>{u.rules}</code>
          </dd>
        </div>
      ))}
    </dl>
    {refusals.length > 0 && (
      <>
        <h4>Refused lately (ACL LOG)</h4>
        <ul>
          {refusals.map((r, i) => (
            <li key={i}>
              <span>{r.text}</span>
              <span className={s.figure}>
                {r.count > 1 ? `${r.count} times, ` : ''}
                {span(r.ago)} ago
              </span>
            </li>
          ))}
        </ul>
      </>
    )}
  </div>
)
