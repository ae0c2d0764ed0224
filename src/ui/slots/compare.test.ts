import { describe, expect, it } from 'vitest'
import type { SlotView } from '../../lab/frame.ts'
import { compare, outline, ownersOf, paint, SLOTS, type Ink } from './compare.ts'

const view = (owners: string[], of: (slot: number) => number): SlotView => ({
  owner: Int16Array.from({ length: SLOTS }, (_, slot) => of(slot)),
  owners,
  filled: new Uint8Array(SLOTS),
  open: [],
})
const third = (slot: number) => Math.min(2, Math.floor(slot / 5461))

describe('slot maps', () => {
  it('agree whatever the order of the owners', () => {
    const a = view(['n1', 'n2', 'n3'], third)
    const b = view(['n3', 'n2', 'n1'], (s) => 2 - third(s))
    expect(compare(a, b).count).toBe(0)
  })

  it('count who is asked and who serves', () => {
    const difference = compare(view(['n1', 'n2', 'n3'], third), view(['n4', 'n2', 'n3'], third))
    expect(difference.count).toBe(5461)
    expect(difference.pairs).toEqual([{ believed: 'n1', serves: 'n4', count: 5461 }])
    const dead = compare(
      view(['n1', 'n2', 'n3'], third),
      view(['n2', 'n3'], (s) => third(s) - 1),
    )
    expect(dead.pairs[0]).toEqual({ believed: 'n1', serves: null, count: 5461 })
  })

  it('name each owner beside its slots', () => {
    const truth = view(['n1', 'n2', 'n3'], third)
    expect(ownersOf(truth, new Uint8Array(SLOTS)).map((r) => [r.owner, r.slots])).toEqual([
      ['n1', 5461],
      ['n2', 5461],
      ['n3', 5462],
    ])
  })

  it('outline the difference once', () => {
    const differs = new Uint8Array(SLOTS)
    differs[129] = 1
    expect(outline(differs)).toBe('M1 1H2M1 2H2M1 1V2M2 1V2')
  })

  it('are painted, every cell opaque and in the tint of its owner', () => {
    const ink: Ink = {
      stage: [255, 255, 255],
      signal: [200, 0, 0],
      ink: [0, 0, 0],
      nobody: [90, 90, 90],
      tint: 0.2,
      owner: () => [0, 0, 200],
    }
    const a = view(['n1', 'n2', 'n3'], third)
    const pixels = new Uint8ClampedArray(SLOTS * 4)
    paint(pixels, a, a.filled, null, ink)
    const alphas = new Set(pixels.filter((_, i) => i % 4 === 3))
    expect([...alphas]).toEqual([255])
    // blue on white keeps its blue whole, and loses as much red as green
    expect(pixels[0]).toBe(pixels[1])
    expect(pixels[0]).toBeLessThan(255)
  })
})
