import { describe, expect, it } from 'vitest'
import { buildSimulation } from '../engine/build.ts'
import { recordedCluster } from './failover-times.ts'
import { measureFailovers, median, type Failover } from './failovers.ts'
import { RECORDED } from './recorded-failovers.data.ts'

/** A short, fixed version of npm run failover-times: wide bounds, since twenty failovers have a wide median. */
describe.each([
  ['kill9', 1000],
  ['sigstop', 1000],
  ['kill9', 5000],
  ['sigstop', 5000],
] as const)('failovers, %s at %i ms', (mode, timeoutMs) => {
  const failovers: Failover[] = []
  const broken: string[] = []
  for (let seed = 1; seed <= 20; seed++) {
    const m = measureFailovers(buildSimulation(recordedCluster(timeoutMs), seed), mode, timeoutMs, 2, seed)
    failovers.push(...m.failovers)
    broken.push(...m.broken)
  }
  const recorded = RECORDED[`${mode} ${timeoutMs}`]

  it('keep every bound', () => expect(broken).toEqual([]))
  it('take as long as recorded, within a fifth', () => {
    expect(median(failovers.map((f) => f.total)) / recorded.total[1]).toBeGreaterThan(0.8)
    expect(median(failovers.map((f) => f.total)) / recorded.total[1]).toBeLessThan(1.2)
  })
  it('are told to the others 40 ms late, as TCP has it', () => {
    expect(median(failovers.map((f) => f.clientAfterWon))).toBeGreaterThan(30)
    expect(median(failovers.map((f) => f.clientAfterWon))).toBeLessThan(60)
  })
})
