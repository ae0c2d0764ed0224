import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import { SCENARIO_GROUPS, scenarioById, SCENARIOS } from '../../content/scenarios/index.ts'
import { checkScenario, warnTopology } from '../../engine/scenario-check.ts'
import { SEC } from '../../engine/core/time.ts'
import type { Scenario } from '../../engine/scenario.ts'
import menu from '../design/menu.module.css'
import { openScenario } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import s from './knobs.module.css'

const FIRST = SCENARIOS[0]
const [first, ...others] = SCENARIO_GROUPS
const WATCH = { downAfter: 3 * SEC, failoverTimeout: 20 * SEC, parallelSyncs: 1 }

const ownScenario = (
  primaries: number,
  replicasPerPrimary: number,
  apps: number,
  cluster: boolean,
  sentinels: number,
  quorum: number,
): Scenario | null =>
  FIRST
    ? {
        ...FIRST,
        id: 'own',
        title: cluster
          ? `${primaries} shards, ${primaries * replicasPerPrimary} replicas`
          : replicasPerPrimary > 0
            ? `A primary, ${replicasPerPrimary} replicas, ${sentinels} Sentinels`
            : 'A single node',
        about: 'Your own topology.',
        topology: {
          cluster,
          primaries,
          replicasPerPrimary,
          apps,
          ...(cluster || sentinels === 0 ? {} : { sentinels: { ...WATCH, count: sentinels, quorum } }),
        },
        config: cluster ? FIRST.config : {},
      }
    : null

const Group = ({ title, ids, here, pick }: { title: string; ids: readonly string[]; here: string; pick: (id: string) => void }) => (
  <section className={s.picker}>
    <h3>{title}</h3>
    <ul>
      {ids.map((id) => (
        <li key={id}>
          <button type="button" aria-current={id === here || undefined} onClick={() => pick(id)}>
            <b>{scenarioById(id)?.title}</b>
            {id === here && <em> on stage</em>}
            <span>{scenarioById(id)?.about}</span>
          </button>
        </li>
      ))}
    </ul>
  </section>
)

/** The starting topologies, and one of your own. */
export const ScenarioDialog = () => {
  const open = useStore((x) => x.dialog === 'scenario')
  const here = useStore((x) => x.frame?.scenario ?? '')
  const close = () => useStore.getState().set({ dialog: null })
  const [primaries, setPrimaries] = useState(3)
  const [replicas, setReplicas] = useState(1)
  const [apps, setApps] = useState(3)
  const [cluster, setCluster] = useState(true)
  const [sentinels, setSentinels] = useState(3)
  const [quorum, setQuorum] = useState(2)
  const own = ownScenario(primaries, replicas, apps, cluster, sentinels, quorum)
  const wrong = own ? checkScenario(own) : null
  const warning = own && !wrong ? warnTopology(own.topology) : null
  const pick = (scenario: string | Scenario) => {
    close()
    void openScenario(scenario)
  }
  const number = (label: string, value: number, set: (n: number) => void) => (
    <label>
      {label}{' '}
      <input
        type="number"
        min={0}
        max={1000}
        value={Number.isNaN(value) ? '' : value}
        onChange={(e) => set(e.target.value === '' ? Number.NaN : Number(e.target.value))}
      />
    </label>
  )
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className={menu.veil} />
        <Dialog.Content className={`${menu.dialog} ${s.choose}`} aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>Choose a cluster</h2>
          </Dialog.Title>
          <p className="quiet">Each starts afresh. To keep the run on stage, share or export it first.</p>
          <div className={s.pickers} tabIndex={-1}>
            {first && <Group {...first} here={here} pick={pick} />}
            <form
              className={s.own}
              onSubmit={(e) => {
                e.preventDefault()
                if (own && !wrong) pick(own)
              }}
            >
              <b>Your own</b>
              <div>
                {number('primaries', primaries, setPrimaries)}
                {number('replicas each', replicas, setReplicas)}
                {number('applications', apps, setApps)}
                <label>
                  <input type="checkbox" checked={cluster} onChange={(e) => setCluster(e.target.checked)} /> cluster mode
                </label>
                {!cluster && number('Sentinels', sentinels, setSentinels)}
                {!cluster && number('quorum', quorum, setQuorum)}
              </div>
              <p role="status" className={wrong ? s.wrong : 'quiet'}>
                {wrong ?? warning ?? ''}
              </p>
              <button type="submit" className={s.solid} disabled={wrong !== null}>
                Start
              </button>
            </form>
            {others.map((group) => (
              <Group key={group.title} {...group} here={here} pick={pick} />
            ))}
          </div>
          <Dialog.Close className={menu.close} aria-label="Close">
            <X size={16} aria-hidden="true" />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
