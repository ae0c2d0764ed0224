import type { World } from '../engine/core/world.ts'
import type { IntruderState } from '../engine/intruder/intruder.ts'
import type { IntruderFace } from './frame.ts'

/** Keys shown of those he knows. */
const SHOWN = 6
const LONGEST = 24

/** Who listens on the network, as the page shows him; null where nobody ever did. */
export const intruderFace = (w: World): IntruderFace | null => {
  const state = w.processes.get('intruder')?.state as IntruderState | null | undefined
  if (!state) return null
  const keys = [...state.keys].slice(-SHOWN).reverse()
  return {
    at: [...w.network.taps],
    heard: structuredClone(state.heard),
    passwords: [...state.passwords],
    keys: keys.map(([key, value]) => [key, value !== null && value.length > LONGEST ? value.slice(0, LONGEST) + '…' : value]),
    knownKeys: state.keys.size,
    nodes: [...state.headers.values()].map((h) => h.from.process).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
  }
}
