import { useEffect, useState } from 'react'
import type { Lesson } from '../../content/lessons/types.ts'
import { measure, placeOf, playedOut } from '../../lab/lesson-player.ts'
import { ENGINE_VERSION } from '../../lab/version.ts'
import { createWorkerLab } from '../../lab/worker-lab.ts'

/** By label: undefined while it runs; null = not over within the time given. */
export type VariantValues = Record<string, number | null>

/** The step's reference acts under other policies, on the same seed, each in a run of its own beside the lab's. */
export const useVariants = (lesson: Lesson, index: number, seed: number): VariantValues => {
  const [values, setValues] = useState<VariantValues>({})
  useEffect(() => {
    const step = lesson.steps[index]
    const list = step?.variants?.list
    if (!step || !list) return
    let stopped = false
    const lab = createWorkerLab()
    const run = async () => {
      const since = placeOf(lesson, index).at
      for (const variant of list) {
        const { scenario, actions, at } = playedOut(lesson, index, variant.before)
        await lab.open(scenario.id, {
          seed,
          run: { format: 1, engine: ENGINE_VERSION, scenario: scenario.id, seed, actions, at, events: Number.MAX_SAFE_INTEGER },
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
  }, [lesson, index, seed])
  return values
}
