import { expect, it } from 'vitest'
import type { Fact, FactType } from '../../engine/core/fact.ts'
import type { Facts } from '../../engine/facts.ts'
import { gather } from './gather.ts'

let id = 0
const fact = <T extends FactType>(at: number, type: T, process: string, data: Facts[T]): Fact =>
  ({ id: id++, at, process, type, data, because: [] }) as unknown as Fact

it('slots that a resharding moves one by one are one row a second; a failover that moves all is news', () => {
  const moved = (at: number, count: number) => fact(at, 'slots.rebound', 'n4', { count, from: 'n1', to: 'n7', epoch: 7 })
  expect(gather([moved(0, 1), moved(10, 1), moved(20, 1), moved(30, 5461)]).map((r) => r.more)).toEqual([2, 0])
})

it('requests that fail alike within a second are one row; what is decided between them keeps its own', () => {
  const fails = (from: number) =>
    Array.from({ length: 40 }, (_, i) => fact(from + i * 20_000, 'origin.refused', 'app1', { key: `item:${i}`, why: 'timeout' }))
  const rows = gather([
    ...fails(0),
    fact(900_000, 'election.started', 'n5', { epoch: 9, needed: 3 }),
    fact(950_000, 'origin.refused', 'app1', { key: 'item:1', why: 'timeout' }),
    fact(960_000, 'origin.refused', 'origin', { key: 'item:2', why: 'queue full' }),
    ...fails(1_000_000),
  ])
  expect(rows.map((r) => [r.fact.type, r.fact.process, r.more])).toEqual([
    ['origin.refused', 'app1', 40],
    ['election.started', 'n5', 0],
    ['origin.refused', 'origin', 0],
    ['origin.refused', 'app1', 39],
  ])
})
