import { below, newStream, type Stream } from '../../engine/core/random.ts'
import { COMMANDS } from '../../engine/redis/commands.ts'
import { CATEGORIES } from '../../engine/redis/commands/redis-table.ts'
import { randomCommand, type ScriptStep } from './script.ts'

/** Scripts about users: rules said one after the other by somebody who may, commands by users whose rights change under them. */

const pick = <T>(s: Stream, from: readonly T[]): T => from[below(s, from.length)]

const USERS = ['u1', 'u2', 'u3']
const CLIENTS = ['a', 'b']
const PATTERNS = ['*', 's*', '[hlt]1', 'z?', 'x', 'n1', '?[12]', 'b*']
const NAMES = COMMANDS.flatMap((c) => [c.name, ...(c.subcommands === null ? [] : [...c.subcommands.values()].map((x) => x.name))])

const commandRule = (s: Stream): string => {
  const sign = pick(s, ['+', '+', '-'])
  switch (below(s, 6)) {
    case 0:
      return `${sign}@${pick(s, ['all', ...CATEGORIES])}`
    case 1:
      return `+${pick(s, ['select', 'get', 'config', 'client'])}|${pick(s, ['0', '1', 'get', 'list', 'nope'])}`
    case 2:
      return '+@all'
    default:
      return sign + pick(s, NAMES)
  }
}

const keyRule = (s: Stream): string => pick(s, ['~', '~', '%R~', '%W~', '%RW~']) + pick(s, PATTERNS)

const rule = (s: Stream): string => {
  switch (below(s, 12)) {
    case 0:
      return pick(s, ['on', 'off', 'on', 'nopass', 'resetpass', '>pw', '<pw', '>other', 'reset', 'sanitize-payload', 'bogus', ''])
    case 1:
      return pick(s, ['resetkeys', 'allkeys', 'resetchannels', 'allchannels', 'allcommands', 'nocommands', 'clearselectors'])
    case 2:
      return `&${pick(s, ['news', 'x', '*', 'n*'])}`
    case 3:
      return `(${[keyRule(s), commandRule(s), keyRule(s), commandRule(s)].slice(0, 1 + below(s, 4)).join(' ')})`
    case 4:
    case 5:
    case 6:
      return keyRule(s)
    default:
      return commandRule(s)
  }
}

const admin = (s: Stream): string[] => {
  const user = pick(s, USERS)
  switch (below(s, 8)) {
    case 0:
      return ['ACL', 'GETUSER', user]
    case 1:
      return ['ACL', 'LIST']
    case 2:
      return ['ACL', 'LOG', String(below(s, 5))]
    case 3:
      return ['ACL', 'DRYRUN', user, ...randomCommand(s).cmd]
    default:
      return ['ACL', 'SETUSER', user, ...Array.from({ length: 1 + below(s, 4) }, () => rule(s))]
  }
}

const asUser = (s: Stream): ScriptStep => {
  const client = pick(s, CLIENTS)
  switch (below(s, 12)) {
    case 0:
      return { node: 0, client, cmd: ['AUTH', pick(s, USERS), pick(s, ['pw', 'pw', 'wrong'])] }
    case 1:
      return { node: 0, client, cmd: [pick(s, ['RESET', 'EXEC', 'MULTI'])], unordered: 'nested' }
    case 2:
      return { node: 0, client, cmd: ['ACL', 'WHOAMI'] }
    default: {
      const { cmd, unordered } = randomCommand(s)
      return { node: 0, client, cmd, ...(unordered || cmd[0].toUpperCase() === 'EXEC' ? { unordered: 'nested' } : {}) }
    }
  }
}

/** A script of its seed for one node outside cluster mode. */
export const randomAclScript = (seed: number, steps: number): ScriptStep[] => {
  const s = newStream(seed, 'acl script')
  const out: ScriptStep[] = [
    { node: 0, cmd: ['FLUSHALL'] },
    { node: 0, cmd: ['ACL', 'DELUSER', ...USERS], volatile: true },
    { node: 0, cmd: ['ACL', 'LOG', 'RESET'] },
    ...USERS.map((user): ScriptStep => ({ node: 0, cmd: ['ACL', 'SETUSER', user, 'on', '>pw', '+@all', '~*'] })),
    ...CLIENTS.map((client, i): ScriptStep => ({ node: 0, client, cmd: ['AUTH', USERS[i], 'pw'] })),
  ]
  while (out.length < steps) out.push(below(s, 4) === 0 ? { node: 0, cmd: admin(s) } : asUser(s))
  return out
}
