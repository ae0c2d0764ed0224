import { SPEEDS, type Speed } from '../../lab/lab.ts'
import { setSpeed } from '../store/session.ts'
import { useStore } from '../store/store.ts'

const currentSpeed = (): Speed => {
  const { frame } = useStore.getState()
  return frame?.pace.mode === 'fixed' ? frame.pace.base : 'auto'
}

/** One notch slower or faster; from auto, next to real time. */
export const changeSpeed = (by: 1 | -1): void => {
  const now = currentSpeed()
  const at = now === 'auto' ? SPEEDS.indexOf(1) : SPEEDS.findIndex((x) => x >= now)
  const next = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]
  if (next !== undefined) setSpeed(next)
}
