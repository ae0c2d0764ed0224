const HUES = 'ABCDEFGH'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** A..Z, then A2..Z2, A3…: a letter never repeats, whatever the colour does. */
export const shardLetter = (shard: number): string => {
  if (shard < 0) return '?'
  const round = Math.floor(shard / 26)
  return LETTERS[shard % 26] + (round > 0 ? String(round + 1) : '')
}

/** Eight hues, used again in the same order beyond H. */
export const shardColour = (shard: number): string => (shard < 0 ? 'var(--edge)' : `var(--${HUES[shard % 8]})`)

/** Letter colour that stays readable on the shard's own fill. */
export const onShard = (shard: number): string => `var(--on-${HUES[((shard % 8) + 8) % 8]}, var(--on-shard))`

/** The name of the colour's custom property, for a canvas. */
export const shardToken = (shard: number): string => (shard < 0 ? '--edge' : `--${HUES[shard % 8]}`)
