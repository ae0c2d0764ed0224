import type { Reply } from '../reply.ts'
import type { Session } from '../state.ts'
import { DOCS_ARGUMENTS } from './docs-arguments.data.ts'
import { mapReply, setReply } from './spec.ts'

/** What COMMAND DOCS says of a command's arguments. */

const TYPES: Readonly<Record<string, string>> = {
  k: 'key',
  s: 'string',
  i: 'integer',
  d: 'double',
  t: 'pure-token',
  o: 'oneof',
  b: 'block',
  u: 'unix-time',
  p: 'pattern',
}
const FLAGS: Readonly<Record<string, string>> = { '?': 'optional', '*': 'multiple', '+': 'multiple_token' }

const rows = new Map(
  DOCS_ARGUMENTS.trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
)

/** One argument, and where it ends in the text. */
const ONE = /([a-z])([?*+]*)([^ =#@!()]+)(?:(=)([^ #@!()]*))?(?:#(\d+))?(?:@([\d.]+))?(?:!([\d.]+))?/y

const argumentsFrom = (text: string, at: number, session: Session): { list: Reply[]; end: number } => {
  const list: Reply[] = []
  for (let i = at; ; i++) {
    ONE.lastIndex = i
    const [whole, type, flags, name, hasToken, token, spec, since, deprecated] = ONE.exec(text)!
    i += whole.length
    const fields: [Reply, Reply][] = [
      ['name', name],
      ['type', TYPES[type]],
    ]
    if (spec !== undefined) fields.push(['key_spec_index', Number(spec)])
    if (hasToken !== undefined) fields.push(['token', token === '' ? name.toUpperCase() : token === '""' ? '' : token])
    if (since !== undefined) fields.push(['since', since])
    if (deprecated !== undefined) fields.push(['deprecated_since', deprecated])
    if (flags !== '')
      fields.push([
        'flags',
        setReply(
          session,
          [...flags].map((flag) => ({ simple: FLAGS[flag] })),
        ),
      ])
    if (text[i] === '(') {
      const inner = argumentsFrom(text, i + 1, session)
      fields.push(['arguments', inner.list])
      i = inner.end + 1
    }
    list.push(mapReply(session, fields))
    if (text[i] !== ' ') return { list, end: i }
  }
}

/** A command's arguments, null without. */
export const argumentsOf = (name: string, session: Session): Reply[] | null => {
  const row = rows.get(name)
  return row === undefined ? null : argumentsFrom(row, 0, session).list
}
