import { expect, test } from 'vitest'
import { clone, newPages, ownPage } from './clone.ts'
import { digestOf } from './digest.ts'
import { exp, log, pow } from './math.ts'
import { below, exponential, newStream, uniform } from './random.ts'

test('portable log, exp and pow agree with the platform to 3 units in the last place', () => {
  const close = (got: number, want: number) =>
    expect(Math.abs(got - want)).toBeLessThanOrEqual(3 * 2.3e-16 * Math.max(Math.abs(want), 1e-300))
  const s = newStream(1, 'math')
  for (let i = 0; i < 20_000; i++) {
    const x = Math.exp(uniform(s) * 100 - 50)
    if (Math.abs(Math.log(x)) > 0.01) close(log(x), Math.log(x))
    const y = uniform(s) * 80 - 40
    close(exp(y), Math.exp(y))
  }
  expect(log(0)).toBe(-Infinity)
  expect(log(-1)).toBeNaN()
  expect(log(1)).toBe(0)
  expect(exp(0)).toBe(1)
  expect(exp(1000)).toBe(Infinity)
  expect(exp(-1000)).toBe(0)
  expect(pow(2, 10)).toBe(1024)
  expect(pow(2, 0.5)).toBeCloseTo(Math.SQRT2, 14)
})

test('streams of different names do not share their numbers, equal names do', () => {
  const draw = (seed: number, name: string) => {
    const s = newStream(seed, name)
    return Array.from({ length: 5 }, () => below(s, 1e9))
  }
  expect(draw(7, 'app1.keys')).toEqual(draw(7, 'app1.keys'))
  expect(draw(7, 'app1.keys')).not.toEqual(draw(7, 'app2.keys'))
  expect(draw(7, 'app1.keys')).not.toEqual(draw(8, 'app1.keys'))
})

test('uniform and exponential draws have the right mean', () => {
  const s = newStream(3, 'mean')
  let u = 0
  let e = 0
  for (let i = 0; i < 100_000; i++) {
    u += uniform(s)
    e += exponential(s, 5)
  }
  expect(u / 100_000).toBeCloseTo(0.5, 2)
  expect(e / 100_000).toBeGreaterThan(4.95)
  expect(e / 100_000).toBeLessThan(5.05)
})

test('a clone is independent; pages are shared until one side writes', () => {
  const table = newPages(2, () => new Map<string, number>())
  ownPage(table, 0).set('a', 1)
  const original = { table, list: [{ n: 1 }], set: new Set([1]), frozen: Object.freeze({ n: 1 }) }
  const copy = clone(original)
  expect(copy.table.pages[0]).toBe(table.pages[0])
  expect(copy.frozen).toBe(original.frozen)
  ownPage(copy.table, 0).set('a', 2)
  ownPage(table, 1).set('b', 3)
  copy.list[0].n = 9
  expect(table.pages[0].get('a')).toBe(1)
  expect(copy.table.pages[1].size).toBe(0)
  expect(original.list[0].n).toBe(1)
})

test('the digest sees every value and no ownership', () => {
  const table = newPages(2, () => new Map<string, number>())
  const before = digestOf({ table, x: [1, 'a', null, 1.5] })
  const copy = clone({ table, x: [1, 'a', null, 1.5] })
  expect(digestOf(copy)).toBe(before)
  ownPage(copy.table, 1).set('k', 1)
  expect(digestOf(copy)).not.toBe(before)
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]))
  expect(digestOf('1')).not.toBe(digestOf(1))
  expect(digestOf({ a: 1 })).not.toBe(digestOf({ b: 1 }))
})
