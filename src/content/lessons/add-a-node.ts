import type { Lesson } from './types.ts'

export const addANode: Lesson = {
  id: 'add-a-node',
  title: 'A node joins under load',
  about: 'Slots move one by one while requests go on: ASK for what has gone ahead, MOVED once it is official.',
  minutes: 6,
  scenario: 'first-minute',
  seed: 7,
  steps: [
    {
      id: 'slots',
      title: 'What has to move?',
      fresh: [],
      question: 'Three primaries become four, evenly. How many of the 16,384 slots move?',
      options: [
        { text: 'Nearly all: the modulus changes', range: [12000, 17000], belief: { name: 'Key modulo nodes', text: 'Slots stand between keys and nodes. A key’s slot never changes; only the slot’s owner does.' } },
        { text: '5,461: one primary’s share', range: [5000, 6000], belief: { name: 'One shard is copied', text: 'The newcomer takes an even share from all three, and that share is a quarter.' } },
        { text: '4,096: a quarter', range: [4000, 4200], belief: { name: 'Only the newcomer’s share', text: 'Nobody else needs to exchange anything.' } },
        { text: 'None, new keys go to it', range: [0, 1], belief: { name: 'Growth by new keys', text: 'Every slot already has an owner, so a new key has one too.' } },
      ],
      measure: { kind: 'field', fact: { type: 'reshard.finished' }, field: 'moved' },
      unit: 'slots',
      task: 'Add a node and let it take its share.',
      moves: [{ label: 'Add a primary', action: { type: 'addNode' } }],
      goals: [
        { text: 'the newcomer has its share', check: { kind: 'happened', fact: { type: 'reshard.finished', where: { kind: 'add', cancelled: false } } } },
        {
          text: 'not one failed request for two seconds after it',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: { type: 'reshard.finished' } },
        },
      ],
      hints: ['Press A, or use the button. It takes about ten simulated seconds.'],
      solution: [{ after: 0.5, action: { type: 'addNode' } }],
      wait: 24,
      verdict: '{answer} slots moved.',
      explain: [
        '16,384 divided by four is {law}. They came from all three primaries in equal parts, in {took}.',
        'While it went on, clients followed {moved} MOVED and {ask} ASK, and {errors} requests failed. ASK means: this key has gone ahead, ask there this once. MOVED means: the slot has a new owner, write it down. That is why ASK must not change the map: the slot is still open.',
      ],
      figures: {
        answer: { measure: { kind: 'field', fact: { type: 'reshard.finished' }, field: 'moved' }, unit: 'slots' },
        law: { measure: { kind: 'law', law: 'reshardSlots', args: [3] }, unit: 'slots' },
        took: { measure: { kind: 'between', from: { type: 'reshard.started' }, to: { type: 'reshard.finished' } }, unit: 's' },
        moved: { measure: { kind: 'sum', metric: 'moved', from: { type: 'reshard.started' }, for: 8 }, unit: 'count' },
        ask: { measure: { kind: 'sum', metric: 'ask', from: { type: 'reshard.started' }, for: 8 }, unit: 'count' },
        errors: { measure: { kind: 'sum', metric: 'errors', from: { type: 'reshard.started' }, for: 8 }, unit: 'count' },
      },
    },
  ],
}
