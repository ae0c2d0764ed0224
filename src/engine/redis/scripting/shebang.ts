/** The first line of a script that declares itself: `#!lua flags=no-writes,allow-stale` (evalExtractShebangFlags). */

export interface ScriptFlags {
  noWrites: boolean
  allowOom: boolean
  allowStale: boolean
  noCluster: boolean
}

const NAMES: Readonly<Record<string, keyof ScriptFlags | null>> = {
  'no-writes': 'noWrites',
  'allow-oom': 'allowOom',
  'allow-stale': 'allowStale',
  'no-cluster': 'noCluster',
  // keys of other slots of the same node: the lab never forbids them within a script
  'allow-cross-slot-keys': null,
}

/** Its flags; null = it declares nothing; a text = what is wrong with the line. */
export const flagsOf = (source: string): ScriptFlags | string | null => {
  if (!source.startsWith('#!')) return null
  const end = source.indexOf('\n')
  if (end < 0) return 'Invalid script shebang'
  const [engine, ...options] = source.slice(2, end).split(' ')
  if (engine !== 'lua') return `Unexpected engine in script shebang: #!${engine}`
  const flags: ScriptFlags = { noWrites: false, allowOom: false, allowStale: false, noCluster: false }
  for (const option of options) {
    if (!option.startsWith('flags=')) return `Unknown lua shebang option: ${option}`
    for (const name of option.slice(6).split(',')) {
      if (name === '') continue
      const flag = NAMES[name]
      if (flag === undefined) return `Unexpected flag in script shebang: ${name}`
      if (flag !== null) flags[flag] = true
    }
  }
  return flags
}
