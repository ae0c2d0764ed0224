import fc from 'fast-check'
import reference from 'cluster-key-slot'
import { describe, expect, it } from 'vitest'
import { crc16, hashedPart, keySlot } from './slots.ts'

describe('the slot of a key (cluster specification, "Key distribution model" and "Hash tags")', () => {
  it('is CRC16/XMODEM modulo 16384: "123456789" gives 0x31C3', () => {
    expect(crc16('123456789')).toBe(0x31c3)
    expect(keySlot('123456789')).toBe(0x31c3)
  })

  it.each([
    ['', 0, ''],
    ['foo', 12182, 'foo'],
    ['{user1000}.following', 3443, 'user1000'],
    ['{user1000}.followers', 3443, 'user1000'],
    ['foo{}{bar}', 8363, 'foo{}{bar}'],
    ['foo{{bar}}zap', 4015, '{bar'],
    ['foo{bar}{zap}', 5061, 'bar'],
    ['{}x', keySlot('{}x'), '{}x'],
    ['a{b', keySlot('a{b'), 'a{b'],
    ['a}b{c}', keySlot('c'), 'c'],
  ])('%s', (key, slot, hashed) => {
    expect(keySlot(key)).toBe(slot)
    expect(hashedPart(key)).toBe(hashed)
  })

  it('counts bytes: each char of a key is one', () => {
    const bytes = [...new TextEncoder().encode('ключ')].map((b) => String.fromCharCode(b)).join('')
    expect(keySlot(bytes)).toBe(reference('ключ'))
  })

  it('agrees with an independent implementation, which looks beyond an empty tag', () => {
    const key = fc.array(fc.constantFrom('{', '}', 'a', 'b', 'user', '1', ':'), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(key, fc.string({ unit: 'grapheme-ascii' })), (k) => k.includes('{}') || keySlot(k) === reference(k)),
      { numRuns: 2000 },
    )
  })

  it('spreads keys over all slots', () => {
    const slots = new Set<number>()
    for (let i = 0; i < 200_000; i++) slots.add(keySlot(`key:${i}`))
    expect(slots.size).toBe(16384)
  })
})
