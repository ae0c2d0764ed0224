import { useLocation } from 'wouter'
import type { See } from '../../content/questions/types.ts'
import { scenarioById } from '../../content/scenarios/index.ts'
import { encodeRun } from '../../lab/recording.ts'
import { ENGINE_VERSION } from '../../lab/version.ts'
import { act, openScenario } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import s from './interview.module.css'

/** The address of the scenario in its first moment: for another tab. A click here also sets what the question needs. */
const addressOf = (id: string): string => {
  const scenario = scenarioById(id)
  const packed =
    scenario &&
    encodeRun({
      run: { format: 1, engine: ENGINE_VERSION, scenario: id, seed: scenario.seed, actions: [], at: scenario.startAt, events: 0 },
      custom: null,
    })
  return packed ? `#/?run=${packed}` : '#/'
}

export const SeeIt = ({ see }: { see: See }) => {
  const [, go] = useLocation()
  const ready = useStore((x) => x.lab !== null)
  const open = async (): Promise<void> => {
    if (!(await openScenario(see.scenario))) return
    for (const action of see.setup) await act(action)
    go('/')
  }
  return (
    <p className={s.see}>
      <a
        href={addressOf(see.scenario)}
        onClick={(e) => {
          if (!ready || e.metaKey || e.ctrlKey || e.shiftKey) return
          e.preventDefault()
          void open()
        }}
      >
        See it run
      </a>{' '}
      {see.hint}
    </p>
  )
}
