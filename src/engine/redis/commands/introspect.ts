import { globMatches } from '../glob.ts'
import { keysOf } from '../redirection.ts'
import { err, type Reply } from '../reply.ts'
import type { Session } from '../state.ts'
import { argumentsOf } from './command-docs.ts'
import { keyFlags, keysBySpecs, type KeySpec, type SaidKey } from './key-specs.ts'
import { rowOf } from './redis-table.ts'
import { SYNTAX, container, helpOf, mapReply, setReply, spec, type CommandSpec, type Handler } from './spec.ts'

/** COMMAND LIST FILTERBY PATTERN pattern | ACLCAT category | MODULE name; null = none of these. */
const filterOf = (argv: readonly string[]): ((c: CommandSpec) => boolean) | null => {
  if (argv.length !== 5 || !/^filterby$/i.test(argv[2])) return null
  const wanted = argv[4]
  switch (argv[3].toLowerCase()) {
    case 'pattern':
      return (c) => globMatches(wanted, c.name)
    case 'aclcat':
      return (c) => c.categories.includes(wanted.toLowerCase())
    case 'module':
      return () => false
    default:
      return null
  }
}

type Part = (type: string, fields: Readonly<Record<string, Reply>>) => Reply

/** A specification as COMMAND INFO tells it. */
const keySpecReply = (session: Session, { flags, begin, find, note }: KeySpec): Reply => {
  const part = (type: string, fields: Readonly<Record<string, Reply>>): Reply =>
    mapReply(session, [
      ['type', type],
      ['spec', mapReply(session, Object.entries(fields))],
    ])
  return mapReply(session, [
    ...(note === null ? [] : [['notes', note] as const]),
    ['flags', flagsReply(session, flags)],
    ['begin_search', beginReply(part, begin)],
    ['find_keys', findReply(part, find)],
  ])
}

const beginReply = (part: Part, begin: KeySpec['begin']): Reply => {
  if (begin === null) return part('unknown', {})
  return 'index' in begin ? part('index', { index: begin.index }) : part('keyword', { keyword: begin.keyword, startfrom: begin.from })
}

const findReply = (part: Part, find: KeySpec['find']): Reply => {
  if (find === null) return part('unknown', {})
  if ('last' in find) return part('range', { lastkey: find.last, keystep: find.step, limit: find.limit })
  return part('keynum', { keynumidx: find.countAt, firstkey: find.first, keystep: find.step })
}

const flagsReply = (session: Session, flags: readonly string[]): Reply =>
  setReply(
    session,
    flags.map((simple) => ({ simple })),
  )

/** Keys that only the command's own reading of its words finds. */
const otherwise = (c: CommandSpec, words: readonly string[]): SaidKey[] =>
  c.movable === null && !c.keySpecs.some((s) => s.begin === null || s.flags.includes('variable_flags'))
    ? []
    : keysOf(c, words).map((key, i) => ({ key, flags: keyFlags(c.keySpecs, words, i) }))

/** COMMAND: the table about itself. `all` and `find` come later, since this is part of the table. */
export const introspection = (
  all: () => readonly CommandSpec[],
  find: (argv: readonly string[]) => CommandSpec | undefined,
): CommandSpec => {
  const shown = (c: CommandSpec, session: Session): Reply => [
    c.name,
    c.arity,
    flagsReply(session, c.shownFlags),
    ...(c.keys ?? rowOf(c.name).places ?? [0, 0, 0]),
    flagsReply(
      session,
      c.categories.map((name) => `@${name}`),
    ),
    setReply(session, [...c.tips]),
    setReply(
      session,
      c.keySpecs.map((s) => keySpecReply(session, s)),
    ),
    c.subcommands === null ? setReply(session, []) : [...c.subcommands.values()].map((s) => shown(s, session)),
  ]
  const docs = (c: CommandSpec, session: Session): [Reply, Reply] => {
    const rows: [Reply, Reply][] = [
      ['summary', c.summary],
      ['since', c.since],
      ['group', c.group],
    ]
    const words = argumentsOf(c.name, session)
    if (words !== null) rows.push(['arguments', words])
    if (c.subcommands !== null)
      rows.push([
        'subcommands',
        mapReply(
          session,
          [...c.subcommands.values()].map((s) => docs(s, session)),
        ),
      ])
    return [c.name, mapReply(session, rows)]
  }
  const chosen = (argv: readonly string[]): readonly CommandSpec[] =>
    argv.length === 2 ? all() : argv.slice(2).flatMap((name) => find(name.split('|')) ?? [])
  const keysSaid =
    (withFlags: boolean): Handler =>
    (_st, session, argv) => {
      const words = argv.slice(2)
      const c = find(words)
      if (c === undefined) return err('ERR Invalid command specified')
      if (c.keySpecs.every((s) => s.flags.includes('not_key'))) return err('ERR The command has no key arguments')
      if (c.arity > 0 ? words.length !== c.arity : words.length < -c.arity)
        return err('ERR Invalid number of arguments specified for command')
      const keys = keysBySpecs(c.keySpecs, words) ?? otherwise(c, words)
      if (keys.length === 0 && !c.shownFlags.includes('no_mandatory_keys')) return err('ERR Invalid arguments specified for command')
      return keys.map(({ key, flags }) => (withFlags ? [key, flagsReply(session, flags)] : key))
    }
  const FREE = 'loading stale'
  return {
    ...container('command', 'server', '2.8.13', 'What commands there are.', [
      spec('command|count', 2, FREE, null, 'server', '2.8.13', 'Number of commands.', () => all().length),
      spec('command|info', -2, FREE, null, 'server', '2.8.13', 'Arity, flags and keys of commands.', (_st, session, argv) =>
        argv.length === 2
          ? all().map((c) => shown(c, session))
          : argv.slice(2).map((name) => {
              const c = find(name.split('|'))
              return c === undefined ? null : shown(c, session)
            }),
      ),
      spec('command|docs', -2, FREE, null, 'server', '7.0.0', 'What commands are for.', (_st, session, argv) =>
        mapReply(
          session,
          chosen(argv).map((c) => docs(c, session)),
        ),
      ),
      spec('command|list', -2, FREE, null, 'server', '7.0.0', 'Names of commands.', (_st, _s, argv) => {
        const fits = argv.length === 2 ? () => true : filterOf(argv)
        if (fits === null) return SYNTAX
        return all()
          .flatMap((c) => [c, ...(c.subcommands?.values() ?? [])])
          .filter(fits)
          .map((c) => c.name)
      }),
      spec(
        'command|getkeysandflags',
        -4,
        FREE,
        null,
        'server',
        '7.0.0',
        'The keys of a command line, and what becomes of each.',
        keysSaid(true),
      ),
      spec('command|getkeys', -4, FREE, null, 'server', '2.8.13', 'The keys of a command line.', keysSaid(false)),
      spec('command|help', 2, FREE, null, 'server', '5.0.0', 'The subcommands of COMMAND.', () =>
        helpOf('COMMAND', [
          '(no subcommand)',
          '    Return details about all Redis commands.',
          'COUNT',
          '    Return the total number of commands in this Redis server.',
          'LIST',
          '    Return a list of all commands in this Redis server.',
          'INFO [<command-name> ...]',
          '    Return details about multiple Redis commands.',
          '    If no command names are given, documentation details for all',
          '    commands are returned.',
          'DOCS [<command-name> ...]',
          '    Return documentation details about multiple Redis commands.',
          '    If no command names are given, documentation details for all',
          '    commands are returned.',
          'GETKEYS <full-command>',
          '    Return the keys from a full Redis command.',
          'GETKEYSANDFLAGS <full-command>',
          '    Return the keys and the access flags from a full Redis command.',
        ]),
      ),
    ]),
    arity: -1,
    handler: (_st, session) => all().map((c) => shown(c, session)),
  }
}
