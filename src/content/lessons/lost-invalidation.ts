import type { Lesson } from './types.ts'

export const lostInvalidation: Lesson = {
  id: 'lost-invalidation',
  title: 'The invalidation that got lost',
  about: 'Four applications keep a near cache. One of them is not listening when the row changes.',
  minutes: 5,
  scenario: 'invalidation',
  seed: 7,
  steps: [
    {
      id: 'stale',
      title: 'Who does not hear',
      fresh: [],
      question: 'app2’s subscription is cut. The row behind the hot key changes; the others hear of it. For how long does app2 serve the old row?',
      options: [
        { text: 'Not at all: the cache was deleted', range: [0, 0.5], belief: { name: 'One delete is enough', text: 'It removed the shared copy. app2 has its own and does not ask.' } },
        { text: 'Until its copy’s time to live ends, at most 20 s', range: [0.5, 21], belief: { name: 'The TTL is the last guard', text: 'Nothing else will ever remove it.' } },
        { text: 'Until it subscribes again: the message is delivered then', range: [21, 60], belief: { name: 'Messages wait for you', text: 'Publish and subscribe delivers at most once, to who is connected. Nothing is kept.' } },
        { text: 'For ever', belief: { name: 'Nothing ends it', text: 'A copy without a time to live would stay. These have one.' } },
      ],
      measure: { kind: 'until', metric: 'stale', above: 0, from: { type: 'row.updated' } },
      unit: 's',
      task: 'Cut app2’s subscription, then update the row and watch the messages.',
      moves: [
        { label: 'Cut app2’s subscription', action: { type: 'subscription', process: 'app2', on: false } },
        { label: 'Update the row', action: { type: 'updateRow' } },
      ],
      goals: [
        { text: 'app2 is not listening', check: { kind: 'happened', fact: { type: 'subscription.changed', process: 'app2', where: { on: false } } } },
        { text: 'the others heard', check: { kind: 'happened', fact: { type: 'invalidation.received', process: 'app3' } } },
        {
          text: 'no stale read for three seconds',
          check: { kind: 'holds', metric: 'stale', op: 'below', value: 0.5, hold: 3, after: { type: 'invalidation.published' } },
        },
      ],
      hints: ['First the subscription, then the row.', 'Stale reads are counted among the charts.'],
      solution: [
        { after: 0.5, action: { type: 'subscription', process: 'app2', on: false } },
        { after: 1.5, action: { type: 'updateRow' } },
      ],
      wait: 34,
      verdict: 'app2 served the old row for {answer}.',
      explain: [
        'The row was written first, then the shared copy deleted, then the message published. Three applications dropped their copy; app2 did not hear and answered from its own: {stale} stale reads.',
        'Its L1 keeps an entry for {ttl}, and that bounds the damage. Subscribing again would not have helped by itself: flush the near cache when the connection was lost, because you cannot know what you missed.',
        'The order matters too. Publish before the delete, and a listener may refill its near cache from the copy that is about to go.',
      ],
      figures: {
        answer: { measure: { kind: 'until', metric: 'stale', above: 0, from: { type: 'row.updated' } }, unit: 's' },
        stale: { measure: { kind: 'sum', metric: 'stale', from: { type: 'row.updated' }, for: 24 }, unit: 'count' },
        ttl: { measure: { kind: 'setting', name: 'l1Ttl' }, unit: 's' },
      },
    },
  ],
}
