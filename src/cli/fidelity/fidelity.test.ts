import { describe, expect, it } from 'vitest'
import { failovers } from './failovers.ts'
import { partitions } from './partitions.ts'
import { Bounds, apart, assemble, cutSeeds, decision, failuresOf, rareEvent, timing, type Job, type Section } from './section.ts'
import { messagesASecond } from './traffic.ts'

/** A short, fixed npm run fidelity: every hard bound and every decision; medians with the room that few seeds need. */

const run = <Part>(section: Section<Part>, seeds: number) => {
  const options = { seeds, golden: '' }
  const parts = new Map<string, Part[]>()
  for (const job of section.jobs(options)) parts.set(job.setting, [...(parts.get(job.setting) ?? []), section.run(job, options)])
  return section.report(parts, options)
}

describe.each([
  ['failovers', run(failovers, 3)],
  ['partitions', run(partitions, 5)],
] as const)('%s', (_, found) => {
  it('keep every hard bound', () => expect(found.bounds!.filter((b) => b.broken > 0 || b.checked === 0)).toEqual([]))
  it('decide as recorded', () =>
    expect(found.decisions!.flatMap((d) => d.outcomes).filter((o) => o.simulated > 0 && !o.allowed)).toEqual([]))
  it('take as long as recorded, with room for few seeds', () => {
    for (const t of found.timings!) expect(Math.abs(apart(t)), `${t.setting}, ${t.name}`).toBeLessThanOrEqual(2 * t.bound)
  })
})

it('the bus carries as many messages as recorded, within a fifth', () => {
  expect(Math.abs(messagesASecond(6, 5000, 1) / 20.7 - 1)).toBeLessThan(0.2)
  expect(Math.abs(messagesASecond(6, 1000, 1) / 118.9 - 1)).toBeLessThan(0.2)
})

describe('the report', () => {
  const empty = { engine: '1', redis: '7.0.15', seeds: 1 }
  it('fails for an outcome that was neither recorded nor allowed', () => {
    const d = decision('04', 'a crash', 'who wins', ['n4', 'n4'], ['n4', 'n5', 'n6', 'n6'], ['n5'])
    expect(d.outcomes).toEqual([
      { name: 'n4', recorded: 2, simulated: 1, allowed: true },
      { name: 'n5', recorded: 0, simulated: 1, allowed: true },
      { name: 'n6', recorded: 0, simulated: 2, allowed: false },
    ])
    expect(failuresOf(assemble([{ decisions: [d] }], empty))).toEqual(['04 a crash: n6, 2 times'])
  })
  it('fails for medians too far apart, a broken bound, a rate the recordings exclude; not for a wide interval', () => {
    const near = timing('04', 's', 'near', [100, 200, 300], [110, 190, 310], 100)
    expect(near.verdict).toBe('not shown')
    const far = timing('04', 's', 'far', [100, 101, 102], [300, 301, 302], 100)
    expect(far.verdict).toBe('beyond')
    const bounds = new Bounds()
    bounds.check('b', true, '')
    bounds.check('b', false, 'seed 9')
    const never = rareEvent('e', '15', [5, 5], [0, 2000])
    const f = assemble([{ timings: [near, far], bounds: bounds.list(), rare: [never] }], empty)
    expect(failuresOf(f)).toHaveLength(3)
    expect(f.bounds).toEqual([{ name: 'b', checked: 2, broken: 1, examples: ['seed 9'] }])
  })
  it('corrects p for all rows together', () => {
    const same = [1, 2, 3, 4, 5]
    const f = assemble([{ timings: [timing('04', 's', 'a', same, same, 1), timing('04', 's', 'b', same, [9, 9, 9, 9, 9], 1)] }], empty)
    expect(f.timings[1].pHolm).toBeCloseTo(2 * f.timings[1].p)
    expect(f.timings[0].pHolm).toBe(1)
  })
  it('cuts seeds into pieces that cover each once', () => {
    const jobs: Job[] = cutSeeds(['a', 'b'], 60, 25)
    expect(jobs.filter((j) => j.setting === 'a')).toEqual([
      { setting: 'a', from: 1, count: 25 },
      { setting: 'a', from: 26, count: 25 },
      { setting: 'a', from: 51, count: 10 },
    ])
    expect(jobs).toHaveLength(6)
  })
})
