import type { Action } from '../../engine/action.ts'
import type { Figure, Lesson, Measure } from './types.ts'

const CHANGED = { type: 'row.updated' } as const
const TOLD = { type: 'invalidation.published' } as const
const DEAF = { type: 'subscription.changed', process: 'app2', where: { on: false } } as const
const BACK = { type: 'subscription.changed', process: 'app2', where: { on: true } } as const

const stale: Measure = { kind: 'until', metric: 'stale', above: 0, from: CHANGED }
const answer: Figure = { measure: stale, unit: 's' }
const reads: Figure = { measure: { kind: 'sum', metric: 'stale', from: CHANGED, for: 22 }, unit: 'count' }
const ttl: Figure = { measure: { kind: 'setting', name: 'l1Ttl' }, unit: 's' }
const apps: Figure = { measure: { kind: 'setting', name: 'apps' }, unit: 'count' }
const hotRate: Figure = { measure: { kind: 'setting', name: 'hotRate' }, unit: 'count' }
const gap: Figure = { measure: { kind: 'between', from: CHANGED, to: TOLD }, unit: 's' }

const off: Action = { type: 'subscription', process: 'app2', on: false }
const on: Action = { type: 'subscription', process: 'app2', on: true }
const update: Action = { type: 'updateRow' }

export const lostInvalidation: Lesson = {
  id: 'lost-invalidation',
  title: 'The invalidation that got lost',
  about: 'Four applications keep a near cache. One of them is not listening when a row changes.',
  minutes: 7,
  scenario: 'invalidation',
  seed: 7,
  steps: [
    {
      id: 'not-listening',
      title: 'Who does not hear',
      fresh: [],
      question:
        '{apps} applications keep copies in their own memory for {ttl}. app2’s subscription is cut; then the hot row changes. For how long is the old row served?',
      options: [
        {
          text: 'Not at all: the cached copy is deleted',
          range: [0, 1],
          at: 0,
          belief: { name: 'One delete is enough', text: 'It removed the shared copy. app2 has its own, and does not ask for what it has.' },
        },
        {
          text: 'Until app2’s copy expires, at most {ttl}',
          range: [1, 20.5],
          at: 12,
          belief: { name: 'The TTL is the last guard', text: 'Nothing else would ever remove that copy.' },
        },
        { text: 'For ever', belief: { name: 'Nothing ends it', text: 'That is true of a copy without a time to live. These have one.' } },
      ],
      measure: stale,
      unit: 's',
      task: 'Cut app2’s subscription, then update the row, and watch who gets the message.',
      moves: [
        { label: 'Cut app2’s subscription', action: off },
        { label: 'Update the row', action: update },
      ],
      goals: [
        { text: 'app2 does not listen when the row changes', check: { kind: 'happened', fact: CHANGED, after: DEAF } },
        { text: 'app3 hears of it', check: { kind: 'happened', fact: { type: 'invalidation.received', process: 'app3' }, after: DEAF } },
        { text: 'no stale read for 3 s', check: { kind: 'holds', metric: 'stale', op: 'below', value: 0.5, hold: 3, after: CHANGED } },
      ],
      hints: ['First the subscription, then the row.', 'Stale reads have a chart of their own. Hurry makes the wait short.'],
      solution: [
        { after: 0, action: off },
        { after: 1, action: update },
      ],
      wait: 28,
      verdict: 'It was served for {answer}.',
      verdictNone: 'It is still being served.',
      explain: [
        'First the row was written, then the shared copy deleted, then the message published. Three applications dropped their copies. app2 did not hear, found the key in its own memory, and served {reads} stale reads.',
        'It ended when that copy’s {ttl} were over; it was some seconds old when the row changed, so not the full time was left. An L1 without a TTL would have kept it for good.',
      ],
      figures: { answer, apps, ttl, reads },
      theory: { label: 'At most the L1’s TTL', least: { kind: 'law', law: 'sum', args: [0] }, most: ttl.measure },
    },
    {
      id: 'back-again',
      title: 'Back, and deaf to the past',
      fresh: [],
      question: 'The same, but app2 subscribes again one second after the change. For how long is the old row served now?',
      options: [
        {
          text: 'About a second: it gets the message when it is back',
          range: [0.3, 3],
          at: 1,
          belief: {
            name: 'Messages wait for you',
            text: 'Publish and subscribe delivers to whoever is connected at that moment. Nothing is kept for the others.',
          },
        },
        {
          text: 'As long as before',
          range: [3, 20.5],
          at: 12,
          belief: { name: 'What was missed stays missed', text: 'app2 hears of later changes. About this one nobody will tell it.' },
        },
        {
          text: 'Not at all: an application flushes its L1 when it reconnects',
          range: [0, 0.3],
          at: 0,
          belief: {
            name: 'Reconnecting cleans up',
            text: 'It should, and these applications do not. Redis’s own client tracking does: it tells clients to drop all when the connection is lost.',
          },
        },
      ],
      measure: stale,
      unit: 's',
      task: 'Cut the subscription, update the row, and restore the subscription a second later.',
      moves: [
        { label: 'Cut app2’s subscription', action: off },
        { label: 'Update the row', action: update },
        { label: 'Restore it', action: on },
      ],
      goals: [
        { text: 'app2 does not listen when the row changes', check: { kind: 'happened', fact: CHANGED, after: DEAF } },
        { text: 'app2 listens again', check: { kind: 'happened', fact: BACK, after: CHANGED } },
        { text: 'no stale read for 3 s', check: { kind: 'holds', metric: 'stale', op: 'below', value: 0.5, hold: 3, after: BACK } },
      ],
      hints: ['Three buttons, in that order.', 'Then wait for the copy to expire. Hurry makes it short.'],
      solution: [
        { after: 0, action: off },
        { after: 1, action: update },
        { after: 2, action: on },
      ],
      wait: 28,
      verdict: 'It was served for {answer}.',
      verdictNone: 'It is still being served.',
      explain: [
        'Back {back} after the change, and deaf to it: {reads} stale reads all the same. When a subscription has been down you cannot know what you missed, so forget everything you hold, or compare versions with the database now and then.',
        'The order of the writer matters too. Had it published before it deleted, an application could drop its copy, read the shared one that was about to go, and keep that. The delete and the message took {gap} here; with {rate} reads a second, one falls into a gap like that with a chance of {chance}. Delete first, then publish.',
      ],
      figures: {
        answer,
        reads,
        gap,
        rate: hotRate,
        back: { measure: { kind: 'between', from: CHANGED, to: BACK }, unit: 's' },
        chance: { measure: { kind: 'law', law: 'publishFirst', args: [hotRate.measure, gap.measure] }, unit: 'share' },
      },
      theory: { label: 'At most the L1’s TTL', least: { kind: 'law', law: 'sum', args: [0] }, most: ttl.measure },
    },
  ],
}
