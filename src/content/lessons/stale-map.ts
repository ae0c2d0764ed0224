import type { Lesson } from './types.ts'

const SWITCH = ['n1', 'n2', 'n15', 'n16']

export const staleMap: Lesson = {
  id: 'stale-map',
  title: 'MOVED and the stale map',
  about: 'A switch fails under four of 24 nodes. The cluster heals itself; whether the applications do depends on how they keep their slot map.',
  minutes: 8,
  scenario: 'article-24',
  seed: 7,
  steps: [
    {
      id: 'ignore',
      title: 'The map that nobody renews',
      fresh: [{ type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 60_000_000 } }],
      question: 'The applications poll their slot map every 60 s and do not learn from MOVED. The switch fails. For how long do requests fail?',
      options: [
        {
          text: 'Only until the replicas are promoted, under 10 s',
          range: [0, 10.5],
          belief: { name: 'Requests survive by detours', text: 'A command follows MOVED for itself, and a read that finds no cache asks the database. The failures end with the promotion; the detours end when the map is right.' },
        },
        {
          text: 'Up to a minute, until the next poll',
          range: [10.5, 70],
          belief: { name: 'The poll decides', text: 'It decides how long the map is wrong, not how long requests fail: each command may follow MOVED for itself.' },
        },
        {
          text: 'For ever',
          belief: { name: 'Clients never learn', text: 'They do with the next poll. Without poll and without MOVED they would not.' },
        },
      ],
      measure: { kind: 'until', metric: 'errors', above: 2, from: { type: 'network.cut' } },
      unit: 's',
      task: 'Cut off the switch: n1, n2 and the replicas n15 and n16. The applications are outside.',
      moves: [{ label: 'Cut off the switch', action: { type: 'partition', inside: SWITCH } }],
      goals: [
        { text: 'n13 is promoted', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n13' } } },
        { text: 'n14 is promoted', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n14' } } },
        {
          text: 'under two failed requests a second, for three seconds',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 2, hold: 3, after: { type: 'failover.promoted', process: 'n14' } },
        },
      ],
      hints: ['Use the button, or press P and draw a line round n1, n2, n15 and n16.', 'Time passes quicker at 5×.'],
      solution: [{ after: 0.5, action: { type: 'partition', inside: SWITCH } }],
      wait: 80,
      verdict: 'Requests failed for {answer}.',
      explain: [
        'n13 was promoted after {first}. From then on every slot had a primary outside the switch. The applications’ maps still named n1 and n2 until the next poll: requests were served, but by detours, one MOVED at a time or from the database.',
        'Below, the same fault on the same seed with other ways to keep the map. Following MOVED costs one extra trip for a slot that moved, and the whole map is renewed once.',
      ],
      figures: {
        answer: { measure: { kind: 'until', metric: 'errors', above: 2, from: { type: 'network.cut' } }, unit: 's' },
        first: { measure: { kind: 'between', from: { type: 'network.cut' }, to: { type: 'failover.promoted' } }, unit: 's' },
      },
      variants: [
        { label: 'follow MOVED', before: [{ type: 'policy', process: '*', set: { refresh: 'moved' } }] },
        { label: 'poll every 5 s', before: [{ type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 5_000_000 } }] },
        { label: 'poll every 60 s', before: [{ type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 60_000_000 } }] },
        { label: 'ignore MOVED', before: [{ type: 'policy', process: '*', set: { refresh: 'ignore' } }] },
      ],
    },
  ],
}
