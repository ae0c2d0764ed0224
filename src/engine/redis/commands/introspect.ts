import { globMatches } from '../glob.ts'
import { keysOf } from '../redirection.ts'
import { err, type Reply } from '../reply.ts'
import type { Session } from '../state.ts'
import { rowOf } from './redis-table.ts'
import { SYNTAX, container, helpOf, mapReply, setReply, spec, unsimulated, type CommandSpec } from './spec.ts'

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

/** COMMAND: the table about itself. `all` and `find` come later, since this is part of the table. */
export const introspection = (
  all: () => readonly CommandSpec[],
  find: (argv: readonly string[]) => CommandSpec | undefined,
): CommandSpec => {
  const shown = (c: CommandSpec, session: Session): Reply => [
    c.name,
    c.arity,
    setReply(
      session,
      c.shownFlags.map((simple) => ({ simple })),
    ),
    ...(c.keys ?? rowOf(c.name).places ?? [0, 0, 0]),
    setReply(
      session,
      c.categories.map((name) => ({ simple: `@${name}` })),
    ),
    [],
    [],
    c.subcommands === null ? [] : [...c.subcommands.values()].map((s) => shown(s, session)),
  ]
  const docs = (c: CommandSpec, session: Session): [Reply, Reply] => {
    const rows: [Reply, Reply][] = [
      ['summary', c.summary],
      ['since', c.since],
      ['group', c.group],
    ]
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
      unsimulated('command|getkeysandflags', -4, FREE, null, 'server', '7.0.0', 'The keys of a command line, and what becomes of each.'),
      spec('command|getkeys', -4, FREE, null, 'server', '2.8.13', 'The keys of a command line.', (_st, _s, argv) => {
        const words = argv.slice(2)
        const c = find(words)
        if (c === undefined) return err('ERR Invalid command specified')
        if (c.keys === null && c.movable === null) return err('ERR The command has no key arguments')
        if (c.arity > 0 ? words.length !== c.arity : words.length < -c.arity)
          return err('ERR Invalid number of arguments specified for command')
        const keys = keysOf(c, words)
        return keys.length === 0 ? err('ERR Invalid arguments specified for command') : [...keys]
      }),
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
