import { useEffect, useState } from 'react'
import type { Lesson, Step } from '../../content/lessons/types.ts'
import { scenarioById } from '../../content/scenarios/index.ts'
import { SEC } from '../../engine/core/time.ts'
import { measure } from '../../lab/lesson-player.ts'
import { ENGINE_VERSION } from '../../lab/version.ts'
import { createWorkerLab } from '../../lab/worker-lab.ts'

export interface VariantResult {
  label: string
  /** undefined while it runs; null = no value within the time given. */
  value: number | null | undefined
}

/** Places in a run that nobody recorded: after every event that is due before its time. */
const LAST = Number.MAX_SAFE_INTEGER

/** The step's reference acts under other policies, on the same seed, each in a run of its own beside the lab's. */
export const useVariants = (lesson: Lesson, step: Step, seed: number): VariantResult[] => {
  const variants = step.variants
  const [values, setValues] = useState<Record<string, number | null>>({})
  useEffect(() => {
    if (!variants) return
    let stopped = false
    const lab = createWorkerLab()
    const run = async () => {
      const scenario = scenarioById(lesson.scenario)!
      const since = scenario.startAt
      for (const variant of variants) {
        const at = since + step.wait * SEC
        const actions = [
          ...variant.before.map((action) => ({ at: since, events: LAST, action })),
          ...step.solution.map((s) => ({ at: since + s.after * SEC, events: LAST, action: s.action })),
        ]
        await lab.open(scenario.id, {
          seed,
          run: { format: 1, engine: ENGINE_VERSION, scenario: scenario.id, seed, actions, at, events: LAST },
        })
        const { facts, windows } = await lab.frame()
        if (stopped) return
        const value = measure(step.measure, { facts, windows, scenario, since, now: at })
        setValues((before) => ({ ...before, [variant.label]: value }))
      }
    }
    run()
      .catch(() => {})
      .finally(() => lab.close())
    return () => {
      stopped = true
      lab.close()
    }
  }, [lesson.scenario, step, seed, variants])
  return (variants ?? []).map(({ label }) => ({ label, value: values[label] }))
}
