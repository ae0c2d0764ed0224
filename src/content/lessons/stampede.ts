import type { FillPolicy } from '../../engine/action.ts'
import type { Figure, Lesson, Option, Step } from './types.ts'

const queries: Figure = { measure: { kind: 'sum', metric: 'originQueries', from: { type: 'hot.expired' }, for: 3 }, unit: 'count' }

const options: Option[] = [
  { text: '1: the first request fills it', range: [0, 3], belief: { name: 'The first one fills it', text: 'The first one asks. Until its answer is there, everybody else misses too.' } },
  { text: '5: one an application', range: [3, 12], belief: { name: 'A process asks once', text: 'Only if its requests share one fetch. Plain cache-aside does not look left or right.' } },
  { text: 'About 50', range: [30, 75], belief: { name: 'All that arrive while the first is away', text: 'Fifty a second for one second, and the one that started it.' } },
]

const step = (id: string, title: string, fill: FillPolicy, question: string, texts: [string, string, string], verdict: string, explain: string[]): Step => ({
  id,
  title,
  fresh: [{ type: 'policy', process: '*', set: { fill } }],
  question,
  options: options.map((o, i) => ({ ...o, belief: { name: o.belief.name, text: texts[i] ?? o.belief.text } })),
  measure: queries.measure,
  unit: 'count',
  task: 'Expire the hot key. The flow’s own source stands in the tools below, with a count on each line.',
  moves: [{ label: 'Expire the hot key', action: { type: 'expireHot' } }],
  goals: [
    { text: 'the hot key is gone', check: { kind: 'happened', fact: { type: 'hot.expired', where: { existed: true } } } },
    {
      text: 'the database is quiet again for two seconds',
      check: { kind: 'holds', metric: 'originQueries', op: 'below', value: 8, hold: 2, after: { type: 'hot.expired' } },
    },
  ],
  hints: ['Press E, or use the button.'],
  solution: [{ after: 0.5, action: { type: 'expireHot' } }],
  wait: 7,
  verdict,
  explain,
  figures: {
    answer: queries,
    law: { measure: { kind: 'law', law: 'stampede', args: [50, 1] }, unit: 'count' },
    apps: { measure: { kind: 'setting', name: 'apps' }, unit: 'count' },
  },
})

export const stampede: Lesson = {
  id: 'stampede',
  title: 'The stampede',
  about: 'One key expires and fifty requests ask the database the same thing. Three ways to make it one.',
  minutes: 7,
  scenario: 'stampede',
  seed: 7,
  steps: [
    step(
      'none', 'Nobody waits', 'none',
      'Fifty reads a second want one key; its query takes one second. The key expires. How many queries reach the database?',
      [options[0]!.belief.text, options[1]!.belief.text, options[2]!.belief.text],
      '{answer} queries for one row.',
      ['Theory says 1 + λΔ: the one that found the key gone, and all that arrive while its query runs. Here that is {law}; this run counted {answer}.', 'A slower query makes it worse twice: more requests pile up, and they all ask the slow database.'],
    ),
    step(
      'single-flight', 'A process asks once', 'single-flight',
      'Now requests inside one application share a fetch: the first asks, the others wait for its answer. How many queries this time?',
      ['That would need the applications to know of each other. They share the cache, not a memory.', 'Each of the five applications has its own first request.', 'That was without sharing: now whoever finds a fetch under way waits for it.'],
      '{answer} queries: one an application.',
      ['There are {apps} applications, and each led one fetch. The number no longer grows with the load: twice the requests, the same queries.', 'It needs no other machine and cannot be left hanging by a crashed one. Often that is enough.'],
    ),
    step(
      'lock', 'One lock for all', 'lock',
      'Now whoever misses must first take a lock in the cache; the others look again until the value is there. How many queries?',
      ['One holds the lock and fills; the rest find the value when they look again.', 'A lock in the cache is shared by all five, unlike a lock in memory.', 'They would, if waiting ended after one short sleep: then all who slept ask at once. Here they look until the value is there.'],
      '{answer} query.',
      ['One request held the lock and asked; the rest waited and read. The lock carries a random token, so that only its owner releases it, and a time to live, so that a crashed owner blocks nobody for long.', 'The price is latency: a waiter sleeps between looks. And the lock must outlive the query, or a second owner starts the same work.'],
    ),
  ],
}
