import { useStore } from '../store/store.ts'
import { useAsked } from './use-asked.ts'
import s from './flow.module.css'

/** The applications' own code, with how many requests wait on each line right now. */
export const Flow = () => {
  const flows = useAsked((lab) => lab.waiting(), 'all', 400)
  const fill = useStore((x) => x.frame?.policy.fill)
  if (!flows) return <p className={s.empty}>Asking…</p>
  if (flows.length === 0) return <p className={s.empty}>No request waits.</p>
  return (
    <div className={s.flows} tabIndex={0} role="region" aria-label="Source of the flows">
      {flows.map((flow) => {
        const waiting = new Map(flow.steps.map((step) => [step.line, step]))
        return (
          <figure key={flow.flow}>
            <figcaption>
              <b>{flow.flow}</b> {flow.steps.reduce((sum, x) => sum + x.waiting, 0)} waiting
              {fill && flow.flow === fill ? ', in use' : ''}
            </figcaption>
            <ol className={s.lines}>
              {flow.source.split('\n').map((line, i) => {
                const step = waiting.get(i + 1)
                const busy = step !== undefined && step.waiting > 0
                return (
                  <li key={i} className={busy ? s.busy : undefined}>
                    <span>{busy ? step.waiting : ''}</span>
                    <code>{line || ' '}</code>
                  </li>
                )
              })}
            </ol>
          </figure>
        )
      })}
    </div>
  )
}
