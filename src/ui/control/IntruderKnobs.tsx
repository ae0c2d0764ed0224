import { useState } from 'react'
import type { IntruderFace } from '../../lab/frame.ts'
import { count } from '../design/format.ts'
import { act } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { directiveOf } from './directive.ts'
import s from './knobs.module.css'
import { Choice, Group } from './parts.tsx'

const set = (directive: string, value: string) => void act({ type: 'config', process: '*', directive, value })

/** What TLS covers; each is a directive of its own. */
const SEALS: readonly [directive: string, on: string, off: string, label: string, hint: string][] = [
  ['tls-port', '6379', '0', 'client port', 'tls-port: applications speak TLS, and who has no certificate is not let in.'],
  ['tls-replication', 'yes', 'no', 'replication', 'tls-replication: the copy of every write that goes to the replicas.'],
  ['tls-cluster', 'yes', 'no', 'cluster bus', 'tls-cluster: gossip, FAIL, votes and claims to slots.'],
]

const QUESTIONS: readonly (readonly string[])[] = [['KEYS', '*'], ['ACL', 'LIST'], ['CONFIG', 'GET', 'requirepass'], ['FLUSHALL']]

/** Somebody on the network: where he listens, what TLS hides from him, what he has learnt, and what he can do with it. */
export const IntruderKnobs = () => {
  const face = useStore((x) => x.frame?.intruder ?? null)
  const isCluster = useStore((x) => x.frame?.processes.some((p) => p.node && !p.node.alone) ?? false)
  const names = useStore((x) =>
    (x.frame?.processes ?? [])
      .filter((p) => p.kind === 'node' || p.kind === 'app')
      .map((p) => p.id)
      .join(' '),
  )
  const places = names === '' ? [] : names.split(' ')
  const nodes = places.filter((id) => !id.startsWith('app'))
  const [chosen, choose] = useState('')
  const target = nodes.includes(chosen) ? chosen : (nodes[0] ?? '')
  const at = face?.at[0] ?? ''
  const listen = (next: string) => {
    for (const old of face?.at ?? []) if (old !== next) void act({ type: 'listen', process: old, on: false })
    if (next !== '' && next !== at) void act({ type: 'listen', process: next, on: true })
  }
  return (
    <Group title="Intruder" open={face !== null}>
      <Choice
        label="listens at"
        value={at}
        options={[['', 'nothing'], ...places.map((id): [string, string] => [id, id])]}
        hint="A copy of every message that comes to this process or leaves it, as a mirror port of a switch gives."
        send={listen}
      />
      <fieldset className={s.seals}>
        <legend>TLS on</legend>
        {SEALS.map((seal) => (
          <Seal key={seal[0]} seal={seal} />
        ))}
      </fieldset>
      <Choice
        label="turns on"
        value={target}
        options={nodes.map((id): [string, string] => [id, id])}
        hint="The node that is asked, or slandered."
        send={choose}
      />
      <div className={s.acts}>
        {QUESTIONS.map((argv) => (
          <button
            key={argv.join(' ')}
            type="button"

            onClick={() => void act({ type: 'knock', process: target, argv: [...argv] })}
          >
            {argv.join(' ')}
          </button>
        ))}
        {isCluster && (
          <>
            <button type="button" onClick={() => void act({ type: 'forge', what: 'fail', process: target })}>
              forge a FAIL
            </button>
            <button type="button" onClick={() => void act({ type: 'forge', what: 'slots', process: target })}>
              forge a claim
            </button>
          </>
        )}
      </div>
      {face && <Learnt face={face} />}
    </Group>
  )
}

const Seal = ({ seal: [directive, on, off, label, hint] }: { seal: (typeof SEALS)[number] }) => {
  const isOn = useStore((x) => directiveOf(x, directive, off)) === on
  return (
    <label className={s.check} title={hint}>
      <input type="checkbox" checked={isOn} onChange={(e) => set(directive, e.target.checked ? on : off)} /> {label}
    </label>
  )
}

const KINDS: readonly [keyof IntruderFace['heard'], string][] = [
  ['client', 'client port'],
  ['replication', 'replication'],
  ['bus', 'cluster bus'],
]

const Learnt = ({ face }: { face: IntruderFace }) => (
  <div className={s.learnt} data-testid="learnt">
    <table>
      <thead>
        <tr>
          <th scope="col">heard</th>
          <th scope="col">read</th>
          <th scope="col">sealed</th>
        </tr>
      </thead>
      <tbody>
        {KINDS.map(([kind, label]) => (
          <tr key={kind}>
            <th scope="row">{label}</th>
            <td>{count(face.heard[kind].read)}</td>
            <td>{count(face.heard[kind].sealed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
    {face.passwords.map(([user, password]) => (
      <p key={user}>
        password{user === '' ? '' : ` of ${user}`}: <code>{password}</code>
      </p>
    ))}
    {face.nodes.length > 0 && <p>can speak on the bus as {face.nodes.join(', ')}</p>}
    {face.knownKeys > 0 && (
      <p>
        {count(face.knownKeys)} keys, last{' '}
        {face.keys.slice(0, 3).map(([key, value]) => (
          <code key={key}>{value === null ? key : `${key} = ${value}`} </code>
        ))}
      </p>
    )}
  </div>
)
