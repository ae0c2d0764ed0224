import { parseInt64 } from '../numbers.ts'

/** Redis's key specifications: where a command's keys stand among its words, and what becomes of them. */
export interface KeySpec {
  /** RO, RW, OW or RM for the whole value; access, insert, update, delete for what is in it; and what is uncertain about that. */
  readonly flags: readonly string[]
  /** the first key is the word number `index`, or the one after `keyword` (sought from word `from`; negative: from the end). */
  readonly begin: { readonly index: number } | { readonly keyword: string; readonly from: number } | null
  /** keys up to `last` (negative: from the end), or as many as word `countAt` says, both counted from where they begin. */
  readonly find:
    | { readonly last: number; readonly step: number; readonly limit: number }
    | { readonly countAt: number; readonly first: number; readonly step: number }
    | null
  readonly note: string | null
}

/** flags@2:0/1/0 (index; last, step, limit), flags@STREAMS.1:… (keyword, from), …:#0/1/1 (countAt, first, step), ? = not to be told. */
export const parseKeySpec = (text: string): KeySpec => {
  const [, flags, begin, find, note] = /^([^@]*)@([^:]*):([^=]*)(?:=(.*))?$/.exec(text)!
  const [keyword, from] = begin.split('.')
  const [a, b, c] = find.replace('#', '').split('/').map(Number)
  return Object.freeze({
    flags: flags.split('+'),
    begin: begin === '?' ? null : from === undefined ? { index: Number(begin) } : { keyword, from: Number(from) },
    find: find === '?' ? null : find.startsWith('#') ? { countAt: a, first: b, step: c } : { last: a, step: b, limit: c },
    note: note ?? null,
  })
}

const CHANGES = new Set(['insert', 'update', 'delete'])

/** r reads what is in a key, w changes it, b does both, - looks at the name alone. */
export const accessOf = (flags: readonly string[]): string => {
  const reads = flags.includes('access')
  if (flags.some((flag) => CHANGES.has(flag))) return reads ? 'b' : 'w'
  return reads ? 'r' : '-'
}

/** A letter a specification; channels are no keys, and keys that a pattern makes are not known. */
export const accessBy = (specs: readonly KeySpec[]): string =>
  specs
    .filter(({ flags, begin }) => !flags.includes('not_key') && (begin !== null || !flags.includes('RO')))
    .map(({ flags }) => accessOf(flags))
    .join('')

export interface SaidKey {
  readonly key: string
  readonly flags: readonly string[]
}

/** BITFIELD with nothing but GET only reads; what it cannot read counts as writing. */
const changesBits = (argv: readonly string[]): boolean => {
  for (let at = 2; at < argv.length; at++) {
    const left = argv.length - 1 - at
    if (/^get$/i.test(argv[at]) && left >= 2) at += 2
    else if (/^overflow$/i.test(argv[at]) && left >= 1) at++
    else return true
  }
  return false
}

/** What a command line does with its i-th key: some can be told only from its words. */
export const keyFlags = (specs: readonly KeySpec[], argv: readonly string[], i: number): readonly string[] => {
  const known = specs.filter(({ begin, flags }) => begin !== null || !flags.includes('RO'))
  const { flags } = known[Math.min(i, known.length - 1)]
  if (!flags.includes('variable_flags')) return flags.filter((flag) => flag !== 'incomplete')
  const isSet = /^set$/i.test(argv[0])
  if (isSet ? argv.some((word, at) => at > 2 && /^get$/i.test(word)) : changesBits(argv)) return ['RW', 'access', 'update']
  return isSet ? ['OW', 'update'] : ['RO', 'access']
}

/** Where a specification's keys begin in these words; 0 = its keyword is not among them. */
const beginOf = (begin: NonNullable<KeySpec['begin']>, argv: readonly string[]): number => {
  if ('index' in begin) return begin.index
  const step = begin.from > 0 ? 1 : -1
  const end = begin.from > 0 ? argv.length - 1 : 1
  for (let i = begin.from > 0 ? begin.from : argv.length + begin.from; i !== end && i >= 1 && i < argv.length; i += step)
    if (argv[i].toUpperCase() === begin.keyword) return i + 1
  return 0
}

/** The keys these words name by the specifications alone (getKeysUsingKeySpecs, db.c); null = they do not tell, or the words are wrong. */
export const keysBySpecs = (specs: readonly KeySpec[], argv: readonly string[]): SaidKey[] | null => {
  const said: SaidKey[] = []
  for (const { flags, begin, find } of specs) {
    if (flags.includes('not_key')) continue
    if (begin === null || find === null || flags.includes('variable_flags')) return null
    let first = beginOf(begin, argv)
    if (first === 0) continue
    let last: number
    if ('last' in find) {
      if (find.last >= 0) last = first + find.last
      else last = find.limit === 0 ? argv.length + find.last : first + Math.floor((argv.length - first) / find.limit) + find.last
    } else {
      const count = parseInt64(argv[first + find.countAt] ?? '')
      if (count === null) return null
      first += find.first
      last = first + Number(count) - 1
    }
    if (last >= argv.length || last < first) return null
    for (let i = first; i <= last; i += find.step) said.push({ key: argv[i], flags })
    if (flags.includes('incomplete')) return null
  }
  return said
}
