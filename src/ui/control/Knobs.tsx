import { useState } from 'react'
import type { AppPolicy, Load, OriginSettings } from '../../engine/action.ts'
import { useShallow } from 'zustand/react/shallow'
import { MS, SEC } from '../../engine/core/time.ts'
import { SCENARIOS, SAYINGS } from '../../content/scenarios/index.ts'
import { act, openSeed } from '../store/session.ts'
import { useAlone, useStore } from '../store/store.ts'
import { directiveOf } from './directive.ts'
import s from './knobs.module.css'
import { MemoryKnobs } from './MemoryKnobs.tsx'
import { Choice, Group, Knob } from './parts.tsx'
import { IntruderKnobs } from './IntruderKnobs.tsx'
import { SecurityKnobs } from './SecurityKnobs.tsx'

type Refresh = 'moved' | 'timer60' | 'timer5' | 'timer' | 'ignore'
const refreshOf = (p: AppPolicy): Refresh =>
  p.refresh !== 'timer' ? p.refresh : p.refreshEvery === 60 * SEC ? 'timer60' : p.refreshEvery === 5 * SEC ? 'timer5' : 'timer'
const REFRESHES: readonly [Refresh, string][] = [
  ['moved', 'follow MOVED'],
  ['timer60', 'poll every 60 s'],
  ['timer5', 'poll every 5 s'],
  ['ignore', 'ignore MOVED'],
]
/** Without a cluster: from Sentinels. */
const ALONE_REFRESHES: readonly [Refresh, string][] = [
  ['moved', 'ask and hear Sentinels'],
  ['timer60', 'poll Sentinels every 60 s'],
  ['timer5', 'poll Sentinels every 5 s'],
  ['ignore', 'fixed address'],
]
const setRefresh = (value: Refresh): Partial<AppPolicy> =>
  value === 'timer60'
    ? { refresh: 'timer', refreshEvery: 60 * SEC }
    : value === 'timer5'
      ? { refresh: 'timer', refreshEvery: 5 * SEC }
      : { refresh: value === 'timer' ? 'moved' : value }

const load = (set: Partial<Load>) => void act({ type: 'load', set })
const policy = (set: Partial<AppPolicy>) => void act({ type: 'policy', process: '*', set })
const origin = (set: Partial<OriginSettings>) => void act({ type: 'origin', set })

/** Which scenario runs, and under which seed. */
export const ScenarioHead = () => {
  const id = useStore((x) => x.frame?.scenario ?? '')
  const seed = useStore((x) => x.frame?.seed ?? 0)
  const custom = useStore((x) => x.custom)
  const scenario = custom ?? SCENARIOS.find((x) => x.id === id)
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <header className={s.scenario}>
      <h1>{scenario?.title ?? id}</h1>
      <p className="quiet">{scenario?.about}</p>
      {scenario && scenario.scale > 1 && <p className="quiet small">Scale 1:{scenario.scale}.</p>}
      {scenario?.groups?.map((group) => (
        <p key={group.name} className={s.cut}>
          <button type="button" title={group.members.join(', ')} onClick={() => void act({ type: 'partition', inside: group.members })}>
            Cut off the {group.name}
          </button>
        </p>
      ))}
      {!custom && SAYINGS[id] && (
        <div className={`${s.cut} ${s.sayings}`}>
          {SAYINGS[id].map(({ label, process, argv }) => (
            <button key={label} type="button" title={argv.join(' ')} onClick={() => void act({ type: 'command', process, argv })}>
              {label}
            </button>
          ))}
        </div>
      )}
      <div className={s.seed}>
        <button type="button" className={s.text} onClick={() => useStore.getState().set({ dialog: 'scenario' })}>
          Change
        </button>
        <form
          onSubmit={(e) => {
            e.preventDefault()
            const n = Number(typed ?? seed)
            if (Number.isSafeInteger(n) && n >= 0) void openSeed(n)
            setTyped(null)
          }}
        >
          <label>
            seed{' '}
            <input
              inputMode="numeric"
              pattern="[0-9]{1,15}"
              value={typed ?? String(seed)}
              onChange={(e) => setTyped(e.target.value.replace(/\D/g, '').slice(0, 15))}
              onBlur={() => setTyped(null)}
            />
          </label>
          <button
            type="button"
            className={s.text}
            onClick={() => void openSeed((seed + 1) % 1_000_000)}
            title="The same scenario with the next seed: other draws, same rules"
          >
            roll again
          </button>
        </form>
      </div>
    </header>
  )
}

/** Everything that can be turned while it runs. */
export const Knobs = () => {
  const l = useStore(useShallow((x) => x.frame?.load))
  const p = useStore(useShallow((x) => x.frame?.policy))
  const o = useStore(useShallow((x) => x.frame?.origin))
  const alone = useAlone()
  const watched = useStore((x) => x.frame?.processes.some((q) => q.kind === 'sentinel') ?? false)
  const refreshes = alone ? ALONE_REFRESHES : REFRESHES
  const nodeTimeout = useStore((x) => x.frame?.nodeTimeout ?? 0)
  const coverage = useStore((x) => directiveOf(x, 'cluster-require-full-coverage', 'yes') === 'yes')
  if (!l || !p || !o) return null
  return (
    <div className={s.knobs}>
      <Group title="Load" open>
        <Knob
          knob={{
            label: 'requests',
            unit: '/s',
            hint: 'All applications together, an open loop: they do not wait for each other.',
            min: 0,
            max: 20_000,
            step: 10,
            log: true,
          }}
          value={l.rate}
          send={(rate) => load({ rate })}
        />
        <Knob
          knob={{ label: 'reads', unit: '%', hint: 'The rest are writes.', min: 0, max: 100, step: 1 }}
          value={l.reads * 100}
          send={(v) => load({ reads: v / 100 })}
        />
        <Knob
          knob={{ label: 'keys', unit: '', hint: 'Distinct keys asked for.', min: 1, max: 100_000, step: 1, log: true }}
          value={l.keys}
          send={(v) => load({ keys: Math.round(v) })}
        />
        <Knob
          knob={{ label: 'Zipf', unit: '', hint: 'Exponent of popularity: 0 is uniform.', min: 0, max: 2, step: 0.05 }}
          value={l.zipf}
          send={(zipf) => load({ zipf })}
        />
        <Knob
          knob={{
            label: 'hot share',
            unit: '%',
            hint: 'Requests for the one hot key, item:hot.',
            min: 0,
            max: 100,
            step: 1,
          }}
          value={l.hot * 100}
          send={(v) => load({ hot: v / 100 })}
        />
      </Group>
      <Group title="Applications" open>
        {(!alone || watched) && (
          <Choice
            label={alone ? 'its primary' : 'slot map'}
            value={refreshOf(p)}
            options={refreshOf(p) === 'timer' ? [...refreshes, ['timer', `poll every ${p.refreshEvery / SEC} s`]] : refreshes}
            hint={
              alone
                ? 'How an application learns that Sentinels have replaced the primary.'
                : 'How an application learns that a slot has moved.'
            }
            send={(v) => policy(setRefresh(v))}
          />
        )}
        <Choice
          label="on a miss"
          value={p.fill}
          hint="What keeps many requests from filling the same key."
          options={[
            ['none', 'every miss asks'],
            ['single-flight', 'one an app: single-flight'],
            ['lock', 'one in all: lock'],
            ['xfetch', 'some early: XFetch'],
          ]}
          send={(fill) => policy({ fill })}
        />
        <Choice
          label="reads from"
          value={p.readFrom}
          hint="A replica may answer with an older value."
          options={[
            ['primary', 'the primary'],
            ['replica', 'a replica'],
          ]}
          send={(readFrom) => policy({ readFrom })}
        />
        <Knob
          knob={{ label: 'TTL', unit: 's', hint: 'Life of a cached value.', min: 0.1, max: 3600, step: 0.1, log: true }}
          value={p.ttl / SEC}
          send={(v) => policy({ ttl: Math.round(v * SEC) })}
        />
        <Knob
          knob={{
            label: 'L1 TTL',
            unit: 's',
            hint: 'Life of a copy inside the application; 0 switches L1 off.',
            min: 0,
            max: 120,
            step: 0.5,
          }}
          value={p.l1Ttl / SEC}
          send={(v) => policy({ l1Ttl: Math.round(v * SEC) })}
        />
        <Knob
          knob={{
            label: 'timeout',
            unit: 'ms',
            hint: 'A command without an answer is given up after this.',
            min: 10,
            max: 10_000,
            step: 10,
            log: true,
          }}
          value={p.timeout / MS}
          send={(v) => policy({ timeout: Math.round(v * MS) })}
        />
        <Knob
          knob={{ label: 'retries', unit: '', hint: 'Further attempts after the first.', min: 0, max: 20, step: 1 }}
          value={p.retries}
          send={(v) => policy({ retries: Math.round(v) })}
        />
      </Group>
      {!alone && (
        <Group title="Cluster">
          <Knob
            knob={{
              label: 'node-timeout',
              unit: 'ms',
              hint: 'cluster-node-timeout of every node.',
              min: 100,
              max: 60_000,
              step: 100,
              log: true,
            }}
            value={nodeTimeout / MS}
            send={(v) => void act({ type: 'config', process: '*', directive: 'cluster-node-timeout', value: String(Math.round(v)) })}
          />
          <label className={s.check} title="cluster-require-full-coverage: one slot without an owner stops all.">
            <input
              type="checkbox"
              checked={coverage}
              onChange={(e) =>
                void act({
                  type: 'config',
                  process: '*',
                  directive: 'cluster-require-full-coverage',
                  value: e.target.checked ? 'yes' : 'no',
                })
              }
            />{' '}
            require full coverage
          </label>
        </Group>
      )}
      <MemoryKnobs />
      <SecurityKnobs />
      <IntruderKnobs />
      <Group title="Database">
        <Knob
          knob={{
            label: 'workers',
            unit: '',
            hint: 'Queries served side by side; the rest wait.',
            min: 1,
            max: 200,
            step: 1,
          }}
          value={o.workers}
          send={(v) => origin({ workers: Math.round(v) })}
        />
        <Knob
          knob={{
            label: 'one query',
            unit: 'ms',
            hint: 'Mean service time.',
            min: 0.1,
            max: 5000,
            step: 0.1,
            log: true,
          }}
          value={o.service / MS}
          send={(v) => origin({ service: Math.max(1, Math.round(v * MS)) })}
        />
        <Knob
          knob={{
            label: 'queue',
            unit: '',
            hint: 'Queries that may wait; more are refused.',
            min: 0,
            max: 5000,
            step: 1,
          }}
          value={o.queue}
          send={(v) => origin({ queue: Math.round(v) })}
        />
      </Group>
      <div className={s.acts}>
        <button type="button" onClick={() => void act({ type: 'expireHot' })}>
          Expire hot key <kbd>E</kbd>
        </button>
        <button type="button" onClick={() => void act({ type: 'updateRow' })}>
          Update a row <kbd>R</kbd>
        </button>
        <button type="button" onClick={() => void act({ type: 'heal' })}>
          Heal network <kbd>H</kbd>
        </button>
      </div>
    </div>
  )
}
