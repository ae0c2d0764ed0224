import type { Action } from '../../engine/action.ts'
import { ipOf, nodeIdOf } from '../../engine/redis/address.ts'
import type { Figure, Lesson } from './types.ts'

const STARTED = { type: 'reshard.started' } as const
const FINISHED = { type: 'reshard.finished' } as const
const during = (metric: 'moved' | 'ask' | 'errors' | 'misses' | 'hits' | 'requests'): Figure => ({
  measure: { kind: 'sum', metric, from: STARTED, to: FINISHED },
  unit: 'count',
})

// ---------------------------------------------------------------- one slot, by hand

/** Five keys of one slot: the tag alone is hashed. */
const SLOT = '5061'
const key = (i: number): string => `{bar}:${i}`
const say = (process: string, ...argv: string[]): Action => ({ type: 'command', process, argv })
const replied = (node: string, command: string, begins: Record<string, string>) => ({
  type: 'console.replied' as const,
  where: { node, 'argv.0': command },
  begins,
})

const WRITE = say('n1', 'MSET', ...[1, 2, 3, 4, 5].flatMap((i) => [key(i), `v${i}`]))
const IMPORT = say('n2', 'CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', nodeIdOf('n1'))
const EXPORT = say('n1', 'CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', nodeIdOf('n2'))
const MOVE = say('n1', 'MIGRATE', ipOf('n2'), '6379', '', '0', '5000', 'KEYS', key(1), key(2))
const GET_GONE = say('n1', 'GET', key(1))
const GET_HERE = say('n1', 'GET', key(3))
const GET_THERE = say('n2', 'GET', key(1))

const MOVED_KEYS = replied('n1', 'MIGRATE', { 'reply.simple': 'OK' })

export const addANode: Lesson = {
  id: 'add-a-node',
  title: 'A node joins under load',
  about: 'A quarter of the slots changes hands while requests go on. ASK for a key that has gone ahead, MOVED when it is official.',
  minutes: 8,
  scenario: 'first-minute',
  seed: 7,
  steps: [
    {
      id: 'slots',
      title: 'What has to move?',
      fresh: [],
      question: '{primaries} primaries become four, with even shares. How many of the 16,384 slots move?',
      options: [
        {
          text: 'Three quarters: the divisor changes',
          range: [12000, 13000],
          belief: {
            name: 'Key modulo nodes',
            text: 'Slots stand between keys and nodes. The slot of a key never changes; only the owner of the slot does.',
          },
        },
        {
          text: 'A third: one primary’s share is copied',
          range: [5400, 5500],
          belief: { name: 'One shard is split', text: 'The newcomer takes from all, until everybody has the same: a quarter.' },
        },
        {
          text: 'A quarter: the newcomer’s share',
          range: [4000, 4200],
          belief: { name: 'Only what the newcomer needs', text: 'The others exchange nothing among themselves.' },
        },
        {
          text: 'None: new keys go to it',
          range: [0, 1],
          belief: {
            name: 'Growth by new keys',
            text: 'Every slot already has an owner, so a new key has one too. Without slots a node stays empty.',
          },
        },
      ],
      measure: { kind: 'field', fact: FINISHED, field: 'moved' },
      unit: 'count',
      task: 'Add a primary and let it take its share. Watch the slot map.',
      moves: [{ label: 'Add a primary', action: { type: 'addNode' } }],
      goals: [
        {
          text: 'the newcomer has its share',
          check: { kind: 'happened', fact: { type: 'reshard.finished', where: { kind: 'add', cancelled: false } } },
        },
        { text: 'no failed request for 2 s', check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: FINISHED } },
      ],
      hints: [
        'Use the button, or press A.',
        'The node first meets the others, then takes its slots one by one: some twelve seconds in all.',
      ],
      solution: [{ after: 0, action: { type: 'addNode' } }],
      wait: 24,
      verdict: '{answer} moved.',
      verdictNone: 'They are still moving.',
      explain: [
        'The newcomer ends with one share in four: {law} slots, taken from all three in equal parts, one slot after another, in {took}.',
        'Nobody waited for it. {errors} of {requests} requests failed. {misses} missed the cache, because keys expire all the time; moving adds no miss, for a key is always on one of the two nodes. {moved} commands met MOVED, and each time the application renewed its map.',
      ],
      figures: {
        answer: { measure: { kind: 'field', fact: FINISHED, field: 'moved' }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
        law: { measure: { kind: 'law', law: 'reshardSlots', args: [{ kind: 'setting', name: 'primaries' }] }, unit: 'count' },
        took: { measure: { kind: 'between', from: STARTED, to: FINISHED }, unit: 's' },
        moved: during('moved'),
        ask: during('ask'),
        errors: during('errors'),
        misses: during('misses'),
        requests: during('requests'),
      },
      table: [
        { what: 'slots moved', run: 'answer', law: 'law' },
        { what: 'requests that failed meanwhile', run: 'errors' },
        { what: 'commands redirected by MOVED', run: 'moved' },
        { what: 'commands redirected by ASK', run: 'ask' },
      ],
    },
    {
      id: 'ask',
      title: 'ASK or MOVED?',
      fresh: [],
      question:
        'You move slot 5061 from n1 to n2 by hand and stop half way: two of its five keys have gone to n2. Somebody asks n1 for one of them. What does n1 say?',
      options: [
        {
          text: 'MOVED: it is on n2 now',
          fact: replied('n1', 'GET', { 'reply.error': 'MOVED' }),
          belief: {
            name: 'MOVED as soon as a key has gone',
            text: 'MOVED speaks of the whole slot, and the slot is still n1’s. A client that wrote it down would ask n2 for the three keys that are here.',
          },
        },
        {
          text: 'ASK: try n2, this once',
          fact: replied('n1', 'GET', { 'reply.error': 'ASK' }),
          belief: {
            name: 'ASK sends one command',
            text: 'The key may have gone ahead, the slot has not. The client asks n2 with ASKING and leaves its map as it is.',
          },
        },
        {
          text: 'Nothing: the key is missed',
          belief: { name: 'Moving keys are away', text: 'MIGRATE hands a key over at once: it is here, and then it is there.' },
        },
      ],
      measure: { kind: 'count', fact: replied('n1', 'GET', { 'reply.error': 'ASK' }) },
      unit: 'count',
      task: 'Five keys {bar}:1 to {bar}:5 are in slot 5061. Press the buttons in order and read the answers.',
      moves: [
        { label: 'Write the five keys', action: WRITE },
        { label: 'n2: IMPORTING', action: IMPORT },
        { label: 'n1: MIGRATING', action: EXPORT },
        { label: 'Move two keys', action: MOVE },
        { label: 'n1: GET {bar}:1 (gone)', action: GET_GONE },
        { label: 'n1: GET {bar}:3 (here)', action: GET_HERE },
        { label: 'n2: GET {bar}:1, without ASKING', action: GET_THERE },
      ],
      goals: [
        { text: 'two keys are on n2', check: { kind: 'happened', fact: replied('n1', 'MIGRATE', { 'reply.simple': 'OK' }) } },
        {
          text: 'n1 answers for a key that has gone',
          check: { kind: 'happened', fact: replied('n1', 'GET', { 'reply.error': '' }), after: MOVED_KEYS },
        },
        {
          text: 'n1 still serves a key that is here',
          check: { kind: 'happened', fact: replied('n1', 'GET', { reply: 'v3' }), after: MOVED_KEYS },
        },
        {
          text: 'n2, asked without ASKING, sends you back',
          check: { kind: 'happened', fact: replied('n2', 'GET', { 'reply.error': 'MOVED' }), after: MOVED_KEYS },
        },
        {
          text: 'no failed request for 2 s',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: MOVED_KEYS },
        },
      ],
      hints: [
        'The order matters: first the target opens the slot (IMPORTING), then the source (MIGRATING), then keys move.',
        'The answers stand under the buttons, and in the event list.',
      ],
      solution: [WRITE, IMPORT, EXPORT, MOVE, GET_GONE, GET_HERE, GET_THERE].map((action, i) => ({ after: i * 0.2, action })),
      wait: 5,
      verdict: 'n1 said ASK.',
      verdictNone: 'n1 has not been asked yet.',
      explain: [
        'ASK means: this key has gone ahead; ask there, once, and keep your map. MOVED means: the slot has a new owner; write it down. Half way through, n1 owns the slot and three of its keys, so MOVED would be a lie.',
        'n2 for its part refused a plain GET with MOVED, back to n1: it does not own the slot yet. A client that has been told ASK says ASKING first, and n2 makes an exception for one command.',
        'With two of five keys gone, two in five of the commands for this slot meet ASK: {share}. None is missed, because MIGRATE hands a key over in one step. In the step before you saw almost no ASK because a slot there held a key or two and was open for a few milliseconds.',
      ],
      figures: { share: { measure: { kind: 'law', law: 'ratio', args: [2, 5] }, unit: 'share' } },
    },
  ],
}
