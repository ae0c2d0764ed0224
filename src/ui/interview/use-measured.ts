import { useEffect, useState } from 'react'
import type { ComputeName, Params } from '../../content/questions/types.ts'
import { MEASURE } from '../../lab/measure.ts'

const SLICE_MS = 10

/** A computation's measurement, taken in slices so that the page stays at hand; undefined while it runs, null where there is none. */
export const useMeasured = (name: ComputeName, params: Params, seed: number, wanted: boolean): number | null | undefined => {
  const [value, setValue] = useState<number | null | undefined>(undefined)
  const key = `${name} ${seed} ${JSON.stringify(params)}`
  useEffect(() => {
    setValue(undefined)
    const measurement = MEASURE[name]
    if (!measurement) return setValue(null)
    if (!wanted) return
    let timer = 0
    let run: ReturnType<typeof measurement.run> | undefined
    const go = (): void => {
      const until = performance.now() + SLICE_MS
      run ??= measurement.run(params, seed)
      if (typeof run === 'number') return setValue(run)
      do {
        const step = run.next()
        if (step.done) return setValue(Number.isFinite(step.value) ? step.value : null)
      } while (performance.now() < until)
      timer = window.setTimeout(go)
    }
    timer = window.setTimeout(go)
    return () => clearTimeout(timer)
    // the key says all that the measurement depends on
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key, wanted])
  return value
}
