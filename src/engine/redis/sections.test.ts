import { describe, expect, it } from 'vitest'
import { MS, SEC } from '../core/time.ts'
import { isLater, latestOf, pongIn, withPong } from './sections.ts'

const HOUR = 3600 * SEC
const CODE_7 = 15

describe('a word of gossip', () => {
  // before and after its sixteen bits of seconds begin anew
  it.each([0, 1, 9 * HOUR, 18.2 * HOUR, 40 * HOUR])('tells the whole second of a pong, at any time of a run (%d)', (from) => {
    for (let i = 0; i < 2000; i++) {
      const pong = Math.floor(from) + i * 499_999
      const word = withPong(CODE_7, pong)
      expect(pongIn(word, pong + 15 * SEC)).toBe(Math.floor(pong / SEC) * SEC)
      expect(latestOf(pong, word)).toBe(pong)
      expect(latestOf(Math.floor(pong / SEC) * SEC, word)).toBe(Math.floor(pong / SEC) * SEC)
    }
  })

  it.each([5 * SEC, 65_535 * SEC, 65_536 * SEC, 131_072 * SEC])('moves a pong to the second that another heard of (%d)', (pong) => {
    const word = withPong(CODE_7, pong + 300 * MS)
    const later = withPong(CODE_7, pong + 7 * SEC)
    expect([isLater(later, word), isLater(word, later), isLater(word, word)]).toEqual([true, false, false])
    expect(latestOf(pong + 300 * MS, later)).toBe(pong + 7 * SEC)
  })
})
