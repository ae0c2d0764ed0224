import type { Figure, Lesson, Measure } from './types.ts'

const SWITCH = ['n1', 'n2', 'n15', 'n16']
const CUT = { type: 'network.cut' } as const
/** Requests slower than the applications' usual milliseconds wait for a node that does not answer. */
const SLOW: Measure = { kind: 'until', metric: 'p99', above: 0.1, from: CUT }
const slow: Figure = { measure: SLOW, unit: 's' }
const promoted: Figure = { measure: { kind: 'between', from: CUT, to: { type: 'failover.promoted', process: 'n14' } }, unit: 's' }
const cut = { type: 'partition', inside: SWITCH } as const

export const staleMap: Lesson = {
  id: 'stale-map',
  title: 'MOVED and the stale map',
  about:
    'A switch fails under four of 24 nodes. The cluster heals itself. Whether the applications do depends on how they keep their slot map.',
  minutes: 9,
  scenario: 'article-24',
  seed: 7,
  steps: [
    {
      id: 'majority',
      title: 'Is there a majority?',
      fresh: [],
      question:
        '{primaries} primaries with a replica each. The switch under n1, n2, n15 and n16 fails: two primaries and two replicas are gone. How many votes does n1’s replica need?',
      options: [
        {
          text: '6: most of the ten primaries left',
          range: [6, 7],
          belief: {
            name: 'The dead do not count',
            text: 'They do. Otherwise the side behind the switch could count itself and elect too.',
          },
        },
        {
          text: '7: most of the twelve primaries',
          range: [7, 8],
          belief: { name: 'All primaries count', text: 'More than half of all primaries that own slots, wherever they are now.' },
        },
        {
          text: '13: most of the 24 nodes',
          range: [13, 14],
          belief: {
            name: 'Every node votes',
            text: 'Replicas are not asked. A cluster with many replicas has no more voters than one with few.',
          },
        },
      ],
      measure: { kind: 'field', fact: { type: 'election.started' }, field: 'needed' },
      unit: 'count',
      task: 'Cut off the switch. The applications are on the other side.',
      moves: [{ label: 'Cut off the switch', action: cut }],
      goals: [
        { text: 'n13 takes over from n1', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n13' } } },
        { text: 'n14 takes over from n2', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n14' } } },
        {
          text: 'no failed request for 2 s',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: { type: 'failover.promoted', process: 'n14' } },
        },
      ],
      hints: ['Use the button, or press P and draw a line round n1, n2, n15 and n16.', 'Both replicas need their votes. Let time run.'],
      solution: [{ after: 0, action: cut }],
      wait: 16,
      verdict: 'It needed {answer}.',
      verdictNone: 'Nobody has asked for votes yet.',
      explain: [
        '{law} of {primaries}. There were ten left to give them, so both replicas won, and every slot had a primary again {promoted} after the cut.',
        'Behind the switch there were two voters of twelve. They could not elect anybody, and when node-timeout had passed they stopped taking writes.',
      ],
      figures: {
        answer: { measure: { kind: 'field', fact: { type: 'election.started' }, field: 'needed' }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
        law: { measure: { kind: 'law', law: 'quorum', args: [{ kind: 'setting', name: 'primaries' }] }, unit: 'count' },
        promoted,
      },
    },
    {
      id: 'poll',
      title: 'The map that nobody renews',
      fresh: [{ type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 60_000_000 } }],
      question:
        'Now the applications read the slot map once every {period}. MOVED sends a request on, but the map stays as it was. The same switch fails. For how long are requests slow?',
      options: [
        {
          text: 'Under 15 s: until the replicas are promoted',
          range: [0, 15],
          at: 9,
          belief: {
            name: 'The cluster is the system',
            text: 'The servers were right after a few seconds. The applications still asked the nodes behind the switch first, and waited for an answer.',
          },
        },
        {
          text: 'About a minute: until the next poll',
          range: [50, 68],
          at: 60,
          belief: { name: 'The poll decides', text: 'A map that is read once a period is wrong for up to a period after a change.' },
        },
        {
          text: 'For as long as the switch is broken',
          belief: {
            name: 'Clients never learn',
            text: 'They learn with the next poll. With no poll, and without learning from MOVED, they would not.',
          },
        },
      ],
      measure: SLOW,
      unit: 's',
      task: 'Cut off the switch, then let a minute pass. Watch which applications still believe in n1.',
      moves: [{ label: 'Cut off the switch', action: cut }],
      goals: [
        { text: 'n14 takes over from n2', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n14' } } },
        {
          text: 'an application reads the map',
          check: {
            kind: 'happened',
            fact: { type: 'client.refreshed', where: { why: 'timer' } },
            after: { type: 'failover.promoted', process: 'n14' },
          },
        },
        {
          text: '99 of 100 requests under 0.1 s, for 3 s',
          check: {
            kind: 'holds',
            metric: 'p99',
            op: 'below',
            value: 0.1,
            hold: 3,
            after: { type: 'client.refreshed', where: { why: 'timer' } },
          },
        },
      ],
      hints: [
        'Hurry makes time pass twenty times as fast.',
        'On the stage the hatched part of an application’s square is what its map gets wrong.',
      ],
      solution: [{ after: 0, action: cut }],
      wait: 66,
      verdict: 'It took {answer}.',
      verdictNone: 'It is not over yet.',
      explain: [
        'The cluster was whole {promoted} after the cut. From then on it was the map: each request for a slot of n1 or n2 first waited {timeout} for an answer that could not come, then asked another node, and was sent on by MOVED.',
        'Below is the same cut on the same seed with other ways to keep the map. To learn from MOVED costs one extra trip, once, and then the map is renewed.',
      ],
      figures: {
        answer: slow,
        promoted,
        period: { measure: { kind: 'law', law: 'pollMost', args: [60] }, unit: 's' },
        timeout: { measure: { kind: 'setting', name: 'clientTimeout' }, unit: 's' },
        most60: { measure: { kind: 'law', law: 'sum', args: [promoted.measure, { kind: 'law', law: 'pollMost', args: [60] }] }, unit: 's' },
        most5: { measure: { kind: 'law', law: 'sum', args: [promoted.measure, { kind: 'law', law: 'pollMost', args: [5] }] }, unit: 's' },
      },
      variants: {
        title: 'The same cut, other ways to keep the map: until 99 of 100 requests take under 0.1 s',
        list: [
          { label: 'learn from MOVED', before: [{ type: 'policy', process: '*', set: { refresh: 'moved' } }], law: 'the next command' },
          {
            label: 'poll every 5 s',
            before: [{ type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 5_000_000 } }],
            law: 'at most {most5}',
          },
          {
            label: 'poll every 60 s',
            before: [{ type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 60_000_000 } }],
            law: 'at most {most60}',
          },
          { label: 'ignore MOVED, never poll', before: [{ type: 'policy', process: '*', set: { refresh: 'ignore' } }], law: 'never over' },
        ],
      },
    },
  ],
}
