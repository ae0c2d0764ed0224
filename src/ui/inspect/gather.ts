import type { Fact } from '../../engine/core/fact.ts'

/** One row of the event list: a fact, and how many like it followed within a second. */
export interface Gathered {
  fact: Fact
  more: number
}

const SECOND = 1_000_000

/** What makes a fact the same news as one before it; null: every one is news of its own. */
const sameAs = (fact: Fact): string | null => {
  switch (fact.type) {
    case 'origin.refused':
      return `${fact.process} ${fact.data.why}`
    case 'acl.denied':
      return `${fact.process} ${fact.data.client} ${fact.data.reason}`
    case 'slots.rebound':
      return fact.data.count === 1 ? `${fact.process} ${fact.data.to}` : null
    default:
      return null
  }
}

/** Facts as rows: a hundred requests that fail alike, or slots that move, are one row a second, so that a decision between them is seen. */
export const gather = (facts: readonly Fact[]): Gathered[] => {
  const rows: Gathered[] = []
  const latest = new Map<string, Gathered>()
  for (const fact of facts) {
    const key = sameAs(fact)
    const row = key === null ? undefined : latest.get(key)
    if (row && fact.at - row.fact.at < SECOND) {
      row.more++
      continue
    }
    const next = { fact, more: 0 }
    rows.push(next)
    if (key !== null) latest.set(key, next)
  }
  return rows
}
