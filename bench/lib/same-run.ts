import { SEC } from '../../src/engine/core/time.ts'
import { Session } from '../../src/lab/session.ts'
import { sixNodes } from './workload.ts'

/** One run of six nodes, with a primary lost on the way: the same in every host. */
export const sameRun = (): { ms: number; digest: string } => {
  const s = new Session(sixNodes(), 7)
  const began = performance.now()
  s.advance(3 * SEC)
  s.dispatch({ type: 'crash', process: 'n1' })
  s.advance(12 * SEC)
  return { ms: performance.now() - began, digest: s.sim.digest() }
}
