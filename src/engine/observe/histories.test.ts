import { expect, test } from 'vitest'
import { SEC } from '../core/time.ts'
import type { NodeState } from '../redis/state.ts'
import { Histories } from './histories.ts'

const node = (role: 'primary' | 'replica', replid: string, replid2 = '', secondOffset = -1): NodeState =>
  ({ repl: { role, replid, replid2, secondOffset } }) as NodeState

/** n1 wrote history a to offset 100; its replica n2 had 80 of it when it was promoted, after ten seconds. */
const promotion = (): Histories => {
  const h = new Histories()
  h.see('n1', node('primary', 'a'), 0)
  h.see('n2', node('replica', 'a'), 0)
  h.see('n2', node('primary', 'b', 'a', 81), 10 * SEC)
  return h
}
const write = (replid: string, offset: number, seconds: number) => ({ replid, offset, at: seconds * SEC })

test('asynchronous replication: a promoted replica must have what it had got, and nothing more', () => {
  const h = promotion()
  const at = { replid: 'b', offset: 200 }
  expect(h.has(at, write('a', 80, 5))).toBe(true)
  expect(h.excuse(at, write('a', 80, 5))).toBe(null)
  expect(h.excuse(at, write('b', 200, 12))).toBe(null)
  expect(h.excuse(at, write('a', 81, 9))).toBe('unreplicated')
})

test('what the old primary acknowledges after the promotion is lost, whatever it began meanwhile', () => {
  const h = promotion()
  expect(h.excuse({ replid: 'b', offset: 90 }, write('a', 95, 11))).toBe('superseded')
  h.see('n1', node('primary', 'restarted', 'a', 101), 15 * SEC)
  expect(h.excuse({ replid: 'b', offset: 90 }, write('restarted', 110, 16))).toBe('superseded')
})

test('who comes back without data takes all with it that stood before', () => {
  const h = promotion()
  h.emptied('n2')
  h.see('n2', node('primary', 'c'), 20 * SEC)
  expect(h.excuse({ replid: 'c', offset: 10 }, write('b', 90, 15))).toBe('emptied')
  expect(h.excuse({ replid: 'c', offset: 10 }, write('b', 95, 25))).toBe('superseded')
})

test('a replica with a history of its own is no excuse', () => {
  const h = promotion()
  h.see('n3', node('primary', 'foreign'), 20 * SEC)
  expect(h.excuse({ replid: 'foreign', offset: 500 }, write('b', 90, 15))).toBe(null)
})

test('who never left a history lacks nothing of it, but a promotion nobody saw through may be undone', () => {
  const h = promotion()
  const old = { replid: 'a', offset: 150 }
  expect(h.excuse(old, write('a', 160, 9))).toBe(null)
  expect(h.excuse(old, write('b', 85, 12))).toBe('undone')
  h.promoted(node('primary', 'b'), false, 11 * SEC)
  expect(h.excuse(old, write('b', 85, 12))).toBe(null)
})

test('a deposed primary that Sentinel chooses again parts from nobody, and lacks what its successor wrote', () => {
  const h = promotion()
  h.promoted(node('primary', 'b'), false, 11 * SEC)
  h.promoted(node('primary', 'a'), true, 30 * SEC)
  expect(h.excuse({ replid: 'a', offset: 150 }, write('b', 85, 12))).toBe('unreplicated')
  expect(h.excuse({ replid: 'a', offset: 150 }, write('b', 95, 31))).toBe('superseded')
})
