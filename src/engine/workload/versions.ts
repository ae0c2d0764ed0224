import { growPages, newPages, ownPage, type Pages } from '../core/clone.ts'
import { keyRank } from './keys.ts'

/**
 * Versions of rows. The load's own keys stand in pages by rank, so that a look needs no hash and a keyframe copies only what
 * changed; all others by name.
 */
export interface Versions {
  ranked: Pages<Uint32Array>
  named: Map<string, number>
}

const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS
/** Ranks that have a place in pages. */
const RANKS = 1 << 17

export const newVersions = (): Versions => ({ ranked: newPages<Uint32Array>(0, newPage), named: new Map() })

const newPage = (): Uint32Array => new Uint32Array(PAGE)

/** 0 = never set. */
export const versionIn = (versions: Versions, key: string): number => {
  const rank = keyRank(key)
  if (rank < 0 || rank >= RANKS) return versions.named.get(key) ?? 0
  const page = rank >> PAGE_BITS
  const { pages } = versions.ranked
  return page < pages.length ? pages[page][rank & (PAGE - 1)] : 0
}

export const setVersion = (versions: Versions, key: string, version: number): void => {
  const rank = keyRank(key)
  if (rank < 0 || rank >= RANKS) return void versions.named.set(key, version)
  const page = rank >> PAGE_BITS
  const { ranked } = versions
  while (page >= ranked.pages.length) growPages(ranked, newPage)
  ownPage(ranked, page)[rank & (PAGE - 1)] = version
}
