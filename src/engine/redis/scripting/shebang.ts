/** The first line of a script that declares itself: `#!lua flags=no-writes,allow-stale` (evalExtractShebangFlags). */

/** What a script, or a function, says of itself. */
export interface ScriptFlags {
  readonly noWrites: boolean
  readonly allowOom: boolean
  readonly allowStale: boolean
  readonly noCluster: boolean
  /** it may use keys of several slots of its node. */
  readonly allowCrossSlot: boolean
}

export const NO_FLAGS: ScriptFlags = Object.freeze({
  noWrites: false,
  allowOom: false,
  allowStale: false,
  noCluster: false,
  allowCrossSlot: false,
})

/** Flags by their names, in the order in which Redis tells them. */
export const SCRIPT_FLAGS: ReadonlyMap<string, keyof ScriptFlags> = new Map([
  ['no-writes', 'noWrites'],
  ['allow-oom', 'allowOom'],
  ['allow-stale', 'allowStale'],
  ['no-cluster', 'noCluster'],
  ['allow-cross-slot-keys', 'allowCrossSlot'],
])

/** Its flags; null = it declares nothing; a text = what is wrong with the line. */
export const flagsOf = (source: string): ScriptFlags | string | null => {
  if (!source.startsWith('#!')) return null
  const end = source.indexOf('\n')
  if (end < 0) return 'Invalid script shebang'
  const [engine, ...options] = source.slice(2, end).split(' ')
  if (engine !== 'lua') return `Unexpected engine in script shebang: #!${engine}`
  const flags: { -readonly [K in keyof ScriptFlags]: boolean } = { ...NO_FLAGS }
  for (const option of options) {
    if (!option.startsWith('flags=')) return `Unknown lua shebang option: ${option}`
    for (const name of option.slice(6).split(',')) {
      if (name === '') continue
      const flag = SCRIPT_FLAGS.get(name)
      if (flag === undefined) return `Unexpected flag in script shebang: ${name}`
      flags[flag] = true
    }
  }
  return flags
}
