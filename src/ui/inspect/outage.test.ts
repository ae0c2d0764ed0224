import { describe, expect, it } from 'vitest'
import type { Fact, FactOf, FactType } from '../../engine/core/fact.ts'
import { breakdown } from './outage.ts'

let next = 1
const fact = <T extends FactType>(at: number, process: string, type: T, data: FactOf<T>['data']): Fact =>
  ({ id: next++ * 1024, at: Math.round(at * 1e6), process, type, data, because: [] }) as unknown as Fact

const run = (): Fact[] => {
  next = 1
  return [
    fact(12, 'you', 'action.applied', { action: { type: 'crash', process: 'n1' } }),
    fact(12, 'n1', 'process.crashed', {}),
    fact(17.212, 'n2', 'node.pfail', { about: 'n1', silent: 5_000_000 }),
    fact(17.391, 'n3', 'node.pfail', { about: 'n1', silent: 5_000_000 }),
    fact(17.436, 'n2', 'node.fail', { about: 'n1', reports: 2, needed: 2, by: ['n2', 'n3'] }),
    fact(17.437, 'n4', 'election.scheduled', {
      delay: 686_000,
      fixed: 500_000,
      drawn: 186_000,
      rank: 0,
      offset: 1,
      at: 18_123_000,
    }),
    fact(18.15, 'n4', 'election.started', { epoch: 7, needed: 2 }),
    fact(18.1505, 'n2', 'election.granted', { to: 'n4', epoch: 7 }),
    fact(18.151, 'n3', 'election.granted', { to: 'n4', epoch: 7 }),
    fact(18.152, 'n4', 'failover.promoted', { epoch: 7, slots: 5461, from: 'n1', offset: 1, manual: false }),
  ]
}

describe('why it took so long', () => {
  it('is a chain of parts that sums to the total', () => {
    const facts = [...run(), fact(18.197, 'app1', 'client.refreshed', { from: 'n2', changed: 5461, why: 'MOVED' })]
    const outage = breakdown(facts)!
    expect(outage.parts.map((p) => [p.kind, p.took])).toEqual([
      ['silence', 5_212_000],
      ['agreement', 224_000],
      ['turn', 714_000],
      ['votes', 2_000],
      ['news', 45_000],
    ])
    expect(outage.parts.reduce((sum, p) => sum + p.took, 0)).toBe(outage.total)
    expect(outage.total).toBe(6_197_000)
    expect(outage.parts[3]!.text).toBe('n2 and n3 vote')
    expect(outage.settled).toBe(true)
  })

  it('ends with the promotion when no application has heard yet', () => {
    const outage = breakdown(run(), [], 18_200_000)!
    expect(outage.parts.at(-1)!.kind).toBe('votes')
    expect(outage.settled).toBe(false)
    expect(breakdown(run(), [], 20_000_000)!.settled).toBe(true)
  })

  it('counts a lost election as its own part', () => {
    const facts = run()
    facts.splice(7, 0, fact(28, 'n4', 'election.started', { epoch: 8, needed: 2 }))
    facts.forEach((f, i) => {
      f.id = (i + 1) * 1024
      if (i > 7) f.at = 28_001_000 + i
    })
    const outage = breakdown(facts)!
    expect(outage.parts.map((p) => p.kind)).toEqual(['silence', 'agreement', 'turn', 'again', 'votes'])
    expect(outage.parts.reduce((sum, p) => sum + p.took, 0)).toBe(outage.total)
  })

  it('has nothing to say of a manual failover or of calm', () => {
    const manual = run().map((f) => (f.type === 'failover.promoted' ? { ...f, data: { ...f.data, manual: true } } : f))
    expect(breakdown(manual)).toBeNull()
    expect(breakdown([])).toBeNull()
  })
})
