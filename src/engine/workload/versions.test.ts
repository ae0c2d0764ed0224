import { expect, test } from 'vitest'
import { clone } from '../core/clone.ts'
import { HOT_KEY, keyName, keyRank } from './keys.ts'
import { newVersions, setVersion, versionIn } from './versions.ts'

test('a rank is read from the load’s own names and from no other text', () => {
  for (const rank of [0, 1, 9, 10, 255, 256, 99_999]) expect(keyRank(keyName(rank))).toBe(rank)
  expect(keyRank(`item:${'123'}`)).toBe(123)
  for (const other of ['', 'item', 'item:', HOT_KEY, 'item:01', 'item:-1', 'item:1a', 'itex:7', 'user:7', 'item:9999999999'])
    expect(keyRank(other)).toBe(-1)
})

test('each key has its own version, whatever its name; a copy keeps what it had', () => {
  const versions = newVersions()
  const keys = [keyName(0), keyName(300), keyName(200_000), HOT_KEY, 'item:01', 'itex:0']
  for (const [i, key] of keys.entries()) setVersion(versions, key, i + 1)
  const copy = clone(versions)
  setVersion(versions, keyName(300), 99)
  setVersion(versions, HOT_KEY, 99)
  for (const [i, key] of keys.entries()) expect(versionIn(copy, key)).toBe(i + 1)
  expect([keyName(300), HOT_KEY, keyName(301), keyName(100_000), 'new'].map((key) => versionIn(versions, key))).toEqual([99, 99, 0, 0, 0])
})
