import { expect, it } from 'vitest'
import { mergeTail } from './pump.ts'

it('replaces the tail from its place on', () => {
  expect(mergeTail([1, 2, 3], 3, [4])).toEqual([1, 2, 3, 4])
  expect(mergeTail([1, 2, 3], 1, [9])).toEqual([1, 9])
})

it('forgets what a rewind took back, also without news', () => {
  expect(mergeTail([1, 2, 3], 1, [])).toEqual([1])
})

it('keeps the list itself when nothing changed', () => {
  const list = [1, 2]
  expect(mergeTail(list, 2, [])).toBe(list)
})
