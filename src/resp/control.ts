import type { Action } from '../engine/action.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import { splitArgs } from '../lab/console.ts'

/** What a control line asks for. */
export type Control = { action: Action } | { skip: Micros } | { show: 'nodes' | 'help' } | { quit: true } | { error: string }

/** A control line, what it does, and how it is read. The first word is the name. */
interface Line {
  usage: string
  does: string
  read(words: string[]): Control | null
}

const onOne =
  (type: 'crash' | 'powerOff' | 'pause' | 'resume' | 'restart' | 'restartEmpty' | 'failover' | 'removeNode') =>
  (words: string[]): Control | null =>
    words.length === 1 ? { action: { type, process: words[0] } } : null

/** `1.5s`, `200ms`, `2m` or a bare number of seconds, in microseconds; null when it is none. */
export const timeOf = (text: string | undefined): Micros | null => {
  const m = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text ?? '')
  return m === null ? null : Math.round(Number(m[1]) * { ms: MS, s: SEC, m: 60 * SEC }[(m[2] ?? 's') as 'ms' | 's' | 'm'])
}

const LINES: Readonly<Record<string, Line>> = {
  crash: { usage: 'crash n1', does: 'ends the process: its port refuses', read: onOne('crash') },
  off: { usage: 'off n1', does: 'takes the power: silence', read: onOne('powerOff') },
  pause: { usage: 'pause n1', does: 'stops the process (SIGSTOP)', read: onOne('pause') },
  resume: { usage: 'resume n1', does: 'lets it go on', read: onOne('resume') },
  restart: { usage: 'restart n1', does: 'starts it with its keys', read: onOne('restart') },
  'restart-empty': { usage: 'restart-empty n1', does: 'starts it without its keys', read: onOne('restartEmpty') },
  failover: { usage: 'failover n4', does: 'CLUSTER FAILOVER on a replica', read: onOne('failover') },
  add: {
    usage: 'add [replica]',
    does: 'adds a primary (with a replica) and moves slots to it',
    read: ([replica, ...rest]) =>
      rest.length === 0 && (replica === undefined || replica === 'replica')
        ? { action: { type: 'addNode', replica: replica === 'replica' } }
        : null,
  },
  remove: { usage: 'remove n3', does: 'moves its slots away and forgets it', read: onOne('removeNode') },
  partition: {
    usage: 'partition n1 outside',
    does: 'cuts these off from all others; your clients are called outside',
    read: (words) => (words.length > 0 ? { action: { type: 'partition', inside: words } } : null),
  },
  heal: { usage: 'heal', does: 'ends all partitions', read: (words) => (words.length === 0 ? { action: { type: 'heal' } } : null) },
  slow: {
    usage: 'slow n1 50',
    does: 'makes a node so many times slower; 1 is full speed',
    read: ([process, factor, ...rest]) =>
      factor !== undefined && rest.length === 0 && Number.isFinite(Number(factor))
        ? { action: { type: 'slow', process, factor: Number(factor) } }
        : null,
  },
  config: {
    usage: 'config n1 maxmemory-policy allkeys-lru',
    does: 'CONFIG SET; * means every node',
    read: ([process, directive, value, ...rest]) =>
      value !== undefined && rest.length === 0 ? { action: { type: 'config', process, directive, value } } : null,
  },
  skip: {
    usage: 'skip 10s',
    does: 'lets simulated time run on by so much at once',
    read(words) {
      const time = words.length === 1 ? timeOf(words[0]) : null
      return time === null ? null : { skip: time }
    },
  },
  nodes: { usage: 'nodes', does: 'who is there, and how', read: () => ({ show: 'nodes' }) },
  help: { usage: 'help', does: 'these lines', read: () => ({ show: 'help' }) },
  quit: { usage: 'quit', does: 'closes everything', read: () => ({ quit: true }) },
}

export const HELP = [
  ...Object.values(LINES).map(({ usage, does }) => `${usage.padEnd(40)}${does}`),
  `${'{"type":"expireHot"}'.padEnd(40)}any action of src/engine/action.ts, as JSON`,
].join('\n')

/** Reads a control line; null when it is empty. */
export const readControl = (text: string): Control | null => {
  const line = text.trim()
  if (line === '') return null
  if (line.startsWith('{')) {
    try {
      const action = JSON.parse(line) as Action
      return typeof action.type === 'string' ? { action } : { error: 'An action has a type.' }
    } catch {
      return { error: 'This is no JSON.' }
    }
  }
  const [name, ...words] = splitArgs(line) ?? ['']
  const known = Object.hasOwn(LINES, name) ? LINES[name] : undefined
  if (known === undefined) return { error: `There is no ${name || 'such'} here; help lists what there is.` }
  return known.read(words) ?? { error: `Write it like this: ${known.usage}` }
}
