import type { Action, FillPolicy } from '../../engine/action.ts'
import type { Figure, Goal, Lesson, Measure, Step } from './types.ts'

const GONE = { type: 'hot.expired' } as const
const first: Measure = { kind: 'sum', metric: 'originQueries', from: GONE, for: 3 }
const queries: Figure = { measure: first, unit: 'count' }
const rate: Figure = { measure: { kind: 'setting', name: 'hotRate' }, unit: 'count' }
const took: Figure = { measure: { kind: 'setting', name: 'queryTime' }, unit: 's' }
const apps: Figure = { measure: { kind: 'setting', name: 'apps' }, unit: 'count' }
const law: Figure = { measure: { kind: 'law', law: 'stampede', args: [rate.measure, took.measure] }, unit: 'count' }

const expire: Action = { type: 'expireHot' }
const fill = (policy: FillPolicy): Action => ({ type: 'policy', process: '*', set: { fill: policy } })
const gone: Goal = { text: 'the hot key is gone', check: { kind: 'happened', fact: { type: 'hot.expired', where: { existed: true } } } }
const quiet: Goal = {
  text: 'the database is quiet again for 2 s',
  check: { kind: 'holds', metric: 'originQueries', op: 'below', value: 8, hold: 2, after: GONE },
}

/** What the three ways to fill have in common: the same act, the same count. */
const way = {
  measure: first,
  unit: 'count' as const,
  task: 'Expire the hot key. The tab “Flow source” counts the requests that wait on each line.',
  moves: [{ label: 'Expire the hot key', action: expire }],
  goals: [gone, quiet],
  hints: ['Use the button, or press E.', 'The query takes a second. Let time run.'],
  solution: [{ after: 0, action: expire }],
  wait: 7,
  verdictNone: 'Still counting.',
}

const FEW: [number, number] = [0, 3]
const SOME: [number, number] = [4, 9]
const MANY: [number, number] = [28, 80]

const TTL = 20
/** Only the hot key, at the same rate as before, and a TTL short enough to see it end. */
const SHORT: Action[] = [
  { type: 'policy', process: '*', set: { fill: 'xfetch', ttl: TTL * 1_000_000 } },
  { type: 'load', set: { rate: 50, hot: 1 } },
]
const atExpiry: Measure = { kind: 'sum', metric: 'originQueries', from: GONE, skip: 3, for: 22 }

const xfetchSteps: Step[] = [
  {
    ...way,
    id: 'xfetch-deleted',
    title: 'Refresh early, by chance',
    fresh: SHORT,
    question:
      'XFetch: whoever reads throws a die, and the nearer the end of the TTL, the likelier it renews the value before it expires. You delete the key. How many queries?',
    options: [
      {
        text: 'One or two',
        range: FEW,
        at: 2,
        belief: {
          name: 'XFetch prevents stampedes',
          text: 'It prevents the one at the end of a TTL. After a delete there is no value whose end could be foreseen.',
        },
      },
      {
        text: '{apps}: one an application',
        range: SOME,
        at: 5,
        belief: { name: 'Applications coordinate', text: 'XFetch needs no coordination and has none: each request decides alone.' },
      },
      {
        text: 'About {law}',
        range: MANY,
        at: 51,
        belief: { name: 'A miss is a miss', text: 'XFetch acts on a value that is there. Once it is gone, everybody asks.' },
      },
    ],
    goals: [gone, { ...quiet, check: { kind: 'holds', metric: 'originQueries', op: 'below', value: 4, hold: 1, after: GONE } }],
    verdict: '{answer} queries for one row.',
    explain: [
      'XFetch looks at the time that is left. A delete, an eviction and a cold start leave none, so this run counted {answer} queries, and plain cache-aside would have too: 1 + λΔ = {law}.',
      'Keep single-flight or a lock beside it for those. What it is good at comes next.',
    ],
    figures: { answer: queries, law, apps },
    theory: { label: '1 + λΔ', least: law.measure, most: law.measure },
  },
  {
    ...way,
    id: 'xfetch-expires',
    title: 'The end of a TTL',
    fresh: SHORT,
    question:
      'The same again, but look further: the key is filled and has {ttl} to live. {rate} reads a second go on. How many queries when that time runs out?',
    options: [
      {
        text: 'None: each read renews the TTL',
        range: [0, 0.5],
        at: 0,
        belief: { name: 'Reading keeps a key alive', text: 'GET does not touch the TTL. Only a new SET does.' },
      },
      {
        text: 'A handful, before the end',
        range: [0.5, 12],
        at: 3,
        belief: {
          name: 'A few, early',
          text: 'In the last seconds somebody’s die says renew, and while that query runs one or two more may say it too.',
        },
      },
      {
        text: 'About {law}, at the end',
        range: [28, 80],
        at: 51,
        belief: { name: 'Everybody waits for the end', text: 'With {rate} dice a second, somebody renews it long before.' },
      },
    ],
    measure: atExpiry,
    task: 'Expire the key, let it fill, and let the clock run for 25 s more. Watch the origin load.',
    goals: [
      gone,
      {
        text: 'no stampede for 22 s: under 20 queries a second',
        check: { kind: 'holds', metric: 'originQueries', op: 'below', value: 20, hold: 22, after: GONE },
      },
    ],
    hints: ['Hurry makes the wait short.'],
    wait: 27,
    verdict: '{answer} renewed it.',
    explain: [
      'A reader renews when now − Δ·β·ln(rand) has passed the end, with rand between 0 and 1: nobody decides for the others, and the rarer the readers, the later the first.',
      'Theory says e^(1/β) renewals a cycle on average, which is {mean}; the number varies, and this cycle had {answer}. One query would be enough, and a stampede would be {law}. The price of no coordination is small.',
    ],
    figures: {
      answer: { measure: atExpiry, unit: 'count' },
      ttl: { measure: { kind: 'law', law: 'sum', args: [TTL] }, unit: 's' },
      law,
      rate,
      mean: { measure: { kind: 'law', law: 'xfetchMean', args: [1] }, unit: 'count' },
    },
    theory: { label: 'e^(1/β)', least: { kind: 'law', law: 'xfetchMean', args: [1] }, most: { kind: 'law', law: 'xfetchMean', args: [1] } },
  },
]

export const stampede: Lesson = {
  id: 'stampede',
  title: 'The stampede',
  about: 'One key expires and fifty requests ask the database the same thing. Three ways to make it fewer, and when each of them fails.',
  minutes: 9,
  scenario: 'stampede',
  seed: 7,
  steps: [
    {
      ...way,
      id: 'none',
      title: 'Nobody waits',
      fresh: [fill('none')],
      question: '{rate} reads a second want one key. Its query takes {took}. The key expires. How many queries reach the database?',
      options: [
        {
          text: 'One: the first request fills it',
          range: FEW,
          at: 1,
          belief: { name: 'The first one fills it', text: 'The first one asks. Until its answer is there, everybody else misses too.' },
        },
        {
          text: '{apps}: one an application',
          range: SOME,
          at: 5,
          belief: {
            name: 'A process asks once',
            text: 'Only if its requests share one fetch. Plain cache-aside does not look left or right.',
          },
        },
        {
          text: 'About {law}',
          range: MANY,
          at: 51,
          belief: {
            name: 'All that arrive meanwhile',
            text: 'Those that come in the second the first query takes, and the one that began.',
          },
        },
      ],
      verdict: '{answer} queries for one row.',
      explain: [
        'Theory says 1 + λΔ: the one that found the key gone, and all that arrived while its query ran. That is {law} on average; this run counted {answer}, because arrivals are random.',
        'A slower query makes it worse twice over: more requests pile up behind it, and all of them ask the slow database.',
      ],
      figures: { answer: queries, rate, took, apps, law },
      theory: { label: '1 + λΔ', least: law.measure, most: law.measure },
    },
    {
      ...way,
      id: 'single-flight',
      title: 'A process asks once',
      fresh: [fill('single-flight')],
      question: 'Now the requests inside one application share a fetch: the first asks, the others wait for its answer. How many queries?',
      options: [
        {
          text: 'One',
          range: FEW,
          at: 1,
          belief: {
            name: 'Sharing reaches everywhere',
            text: 'The applications share the cache, not their memory. Each has its own first request.',
          },
        },
        {
          text: '{apps}: one an application',
          range: SOME,
          at: 5,
          belief: { name: 'Sharing ends at the process', text: 'Each application leads one fetch of its own.' },
        },
        {
          text: 'About {law} again',
          range: MANY,
          at: 51,
          belief: { name: 'Nothing has changed', text: 'Whoever finds a fetch under way waits for it now.' },
        },
      ],
      verdict: '{answer} queries.',
      explain: [
        'There are {apps} applications, and each led one fetch. The number no longer grows with the load: twice the requests, the same queries.',
        'It needs no other machine, and a crashed one cannot leave it hanging. Often that is enough.',
      ],
      figures: { answer: queries, apps, law },
      theory: { label: 'One a process', least: apps.measure, most: apps.measure },
    },
    {
      ...way,
      id: 'lock',
      title: 'One lock for all',
      fresh: [fill('lock')],
      question:
        'Whoever misses must first take a lock in the cache. The others look again every 50 ms until the value is there. How many queries?',
      options: [
        {
          text: 'One',
          range: FEW,
          at: 1,
          belief: { name: 'One holds the lock', text: 'It fills, and the rest find the value when they look again.' },
        },
        {
          text: '{apps}: one an application',
          range: SOME,
          at: 5,
          belief: { name: 'Locks are local', text: 'This one is a key in the cache, which all applications share.' },
        },
        {
          text: 'About {law} again',
          range: MANY,
          at: 51,
          belief: {
            name: 'The losers ask too',
            text: 'They do in the lock that sleeps once and then gives up waiting: {sleep} queries. Here they look again until the value is there.',
          },
        },
      ],
      verdict: '{answer} query.',
      verdictNone: 'Still counting.',
      explain: [
        'One request held the lock and asked; the rest waited and read. The lock carries a random token, so that only its owner releases it, and a time to live, so that a crashed owner blocks nobody for long.',
        'The price is latency: a loser sleeps between looks. And the lock must outlive the query, or a second owner begins the same work. Losers who sleep 0.1 s once and then ask for themselves would make {sleep} queries of it.',
      ],
      figures: {
        answer: queries,
        apps,
        law,
        sleep: { measure: { kind: 'law', law: 'sleepOnceLock', args: [rate.measure, took.measure, 0.1] }, unit: 'count' },
      },
      theory: {
        label: 'One in all',
        least: { kind: 'law', law: 'singleFlight', args: [1] },
        most: { kind: 'law', law: 'singleFlight', args: [1] },
      },
    },
    ...xfetchSteps,
  ],
}
