import type { AppPolicy } from '../../engine/action.ts'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { directiveOf } from './directive.ts'
import s from './knobs.module.css'
import { Choice, Group } from './parts.tsx'

/** The password of the lab: long enough to type. */
const PASSWORD = 'sesame'

type Asked = 'none' | 'password' | 'other'
const ASKED: readonly [Asked, string][] = [
  ['none', 'none'],
  ['password', PASSWORD],
]
const askedOf = (value: string | undefined): Asked =>
  value === undefined || value === '' ? 'none' : value === PASSWORD ? 'password' : 'other'
const options = (now: Asked): readonly [Asked, string][] => (now === 'other' ? [...ASKED, ['other', 'another']] : ASKED)
const valueOf = (asked: Asked): string => (asked === 'password' ? PASSWORD : '')

const set = (directive: string, value: string) => void act({ type: 'config', process: '*', directive, value })
const policy = (change: Partial<AppPolicy>) => void act({ type: 'policy', process: '*', set: change })

/** Who is let in: the nodes' password, the one that applications and replicas give, and protected mode. */
export const SecurityKnobs = () => {
  const isProtected = useStore((x) => directiveOf(x, 'protected-mode', 'no')) === 'yes'
  const nodes = askedOf(useStore((x) => directiveOf(x, 'requirepass', '')))
  const replicas = askedOf(useStore((x) => directiveOf(x, 'masterauth', '')))
  const apps = askedOf(useStore((x) => x.frame?.policy.password))
  const isSpokenOf = useStore((x) => ['protected-mode', 'requirepass'].some((d) => directiveOf(x, d, '') !== ''))
  return (
    <Group title="Passwords" open={isSpokenOf}>
      <Choice
        label="nodes ask for"
        value={nodes}
        options={options(nodes)}
        hint="requirepass. Connections that stand already stay as they are."
        send={(v) => v !== 'other' && set('requirepass', valueOf(v))}
      />
      <Choice
        label="applications give"
        value={apps}
        options={options(apps)}
        hint="AUTH, as the first command of every connection."
        send={(v) => v !== 'other' && policy({ user: '', password: valueOf(v) })}
      />
      <Choice
        label="replicas give"
        value={replicas}
        options={options(replicas)}
        hint="masterauth: without it a replica that asks its primary anew gets NOAUTH."
        send={(v) => v !== 'other' && set('masterauth', valueOf(v))}
      />
      <label
        className={s.check}
        title="protected-mode: while the default user has no password, other hosts are answered DENIED. Connections that stand stay."
      >
        <input type="checkbox" checked={isProtected} onChange={(e) => set('protected-mode', e.target.checked ? 'yes' : 'no')} /> protected
        mode
      </label>
    </Group>
  )
}
