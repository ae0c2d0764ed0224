import type { Action } from '../../engine/action.ts'
import type { Figure, Lesson, Measure } from './types.ts'

const INSIDE = ['n1', 'app1', 'origin']
const cut: Action = { type: 'partition', inside: INSIDE }
const heal: Action = { type: 'heal' }
const CUT = { type: 'network.cut' } as const
const HEALED = { type: 'network.healed' } as const
const STOPPED = { type: 'cluster.state', process: 'n1', where: { state: 'fail' } } as const
/** Half of the requests write, so that there is something to lose. */
const WRITES: Action = { type: 'load', set: { reads: 0.5 } }

const accepted: Measure = { kind: 'between', from: CUT, to: STOPPED }
const LOST: Measure = { kind: 'most', metric: 'lost', from: CUT, for: 12 }
const LOST_LONG: Measure = { kind: 'most', metric: 'lost', from: CUT, for: 26 }
const timeout: Figure = { measure: { kind: 'setting', name: 'nodeTimeout' }, unit: 's' }

export const minority: Lesson = {
  id: 'minority',
  title: 'The minority’s doomed writes',
  about: 'A primary cut off with one of its clients goes on saying OK for a while. What it says OK to is lost.',
  minutes: 9,
  scenario: 'four-primaries',
  seed: 7,
  steps: [
    {
      id: 'how-long-ok',
      title: 'How long does it say OK?',
      fresh: [WRITES],
      question:
        'n1, app1 and the database are cut off from all the rest. node-timeout is {timeout}. How long does n1 go on accepting app1’s writes?',
      options: [
        {
          text: 'Not at all: it is in a minority',
          range: [0, 1],
          at: 0,
          belief: {
            name: 'A minority knows it is one',
            text: 'It only hears nothing. Silence becomes an opinion after node-timeout, on this side as on the other.',
          },
        },
        {
          text: '{timeout} to {most}: its own timeout must end',
          range: [4.9, 7.8],
          at: 6,
          belief: {
            name: 'The timeout runs on both sides',
            text: 'n1 must suspect so many of the other primaries that a majority is out of its reach: only then does it stop.',
          },
        },
        {
          text: 'Until the network heals',
          belief: {
            name: 'It serves what it owns',
            text: 'It does, until it cannot reach most of the primaries. Then it answers CLUSTERDOWN.',
          },
        },
      ],
      measure: accepted,
      unit: 's',
      task: 'Cut off n1, app1 and the database. Heal when the other side has elected a new primary.',
      moves: [
        { label: 'Cut off n1, app1, origin', action: cut },
        { label: 'Heal', action: heal },
      ],
      goals: [
        { text: 'n1 answers CLUSTERDOWN', check: { kind: 'happened', fact: STOPPED } },
        { text: 'n5 is promoted on the other side', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n5' } } },
        {
          text: 'after the heal, n1 follows n5',
          check: { kind: 'happened', fact: { type: 'role.changed', process: 'n1', where: { role: 'replica' } }, after: HEALED },
        },
        { text: 'no failed request for 2 s', check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: HEALED } },
      ],
      hints: ['Wait until n5 carries a disc instead of a ring, then heal.', 'The Heal button works at any time: H is its key.'],
      solution: [
        { after: 0, action: cut },
        { after: 12, action: heal },
      ],
      wait: 24,
      verdict: 'It said OK for {answer}.',
      verdictNone: 'It still says OK.',
      explain: [
        'n1 stopped after {answer}. n5 took over {promoted} after the cut, so there was no moment with two primaries that both took writes; but all that n1 had accepted since the cut was on n1 alone.',
        'When the network healed, n1 met a greater epoch, became a replica and took n5’s data for its own. {lost} acknowledged writes are gone. app1 was never told: it had read OK each time.',
      ],
      figures: {
        answer: { measure: accepted, unit: 's' },
        timeout,
        most: { measure: { kind: 'law', law: 'product', args: [1.5, timeout.measure] }, unit: 's' },
        promoted: { measure: { kind: 'between', from: CUT, to: { type: 'failover.promoted', process: 'n5' } }, unit: 's' },
        lost: { measure: LOST, unit: 'count' },
      },
      theory: {
        label: 'Theory',
        least: timeout.measure,
        most: { kind: 'law', law: 'product', args: [1.5, timeout.measure] },
      },
    },
    {
      id: 'twice-as-long',
      title: 'A cut twice as long',
      fresh: [WRITES],
      question: 'The cut you healed after 12 s cost acknowledged writes. The same cut on the same seed, 24 s long: how many now?',
      options: [
        {
          text: 'Twice as many',
          range: [1.5, 2.5],
          belief: {
            name: 'Loss grows with the cut',
            text: 'Only while n1 says OK, and it stops soon after node-timeout. A longer cut has nothing more to lose.',
          },
        },
        {
          text: 'The same number',
          range: [0.99, 1.01],
          belief: {
            name: 'Loss ends with node-timeout',
            text: 'What can be lost is what n1 accepted between the cut and its own verdict.',
          },
        },
        {
          text: 'None: replication catches up after the heal',
          belief: {
            name: 'Acknowledged is safe',
            text: 'n1 does not send its writes to n5 when they meet again. It throws them away and copies n5.',
          },
        },
      ],
      measure: { kind: 'law', law: 'ratio', args: [LOST_LONG, LOST] },
      unit: 'count',
      task: 'Cut again, and heal after 24 s.',
      moves: [
        { label: 'Cut off n1, app1, origin', action: cut },
        { label: 'Heal', action: heal },
      ],
      goals: [
        { text: 'the cut lasts 20 s', check: { kind: 'absent', fact: HEALED, after: CUT, for: 20 } },
        {
          text: 'after the heal, n1 follows n5',
          check: { kind: 'happened', fact: { type: 'role.changed', process: 'n1', where: { role: 'replica' } }, after: HEALED },
        },
        { text: 'no failed request for 2 s', check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: HEALED } },
      ],
      hints: ['Hurry makes the wait short.', 'The clock over the tape counts simulated seconds.'],
      solution: [
        { after: 0, action: cut },
        { after: 24, action: heal },
      ],
      wait: 36,
      verdict: 'It lost {answer}, as it had after 12 s.',
      verdictNone: 'Nothing was lost.',
      explain: [
        'Not one more than before. Writes at a rate w are lost for the shorter of the two: the cut, or the time n1 goes on saying OK. With a cut longer than node-timeout only the second counts.',
        'So node-timeout is also the price of a partition in lost writes: shorten it and you lose less, and fail over for smaller hiccups.',
      ],
      figures: {
        answer: { measure: LOST_LONG, unit: 'count' },
        at12: { measure: LOST, unit: 'count' },
        accepted: { measure: accepted, unit: 's' },
      },
      table: [
        { what: 'lost after 12 s of cut', run: 'at12' },
        { what: 'lost after 24 s of cut', run: 'answer' },
        { what: 'n1 said OK for', run: 'accepted' },
      ],
    },
    {
      id: 'short-cut',
      title: 'A short cut',
      fresh: [WRITES],
      question: 'The same cut, but healed after 3 s, before node-timeout. How many acknowledged writes are lost?',
      options: [
        {
          text: 'As many as n1 took in 3 s',
          range: [3, 100],
          at: 20,
          belief: {
            name: 'A cut loses what was not copied',
            text: 'Only if somebody else took over. Nobody did: n1 was primary all along, and its replica caught up.',
          },
        },
        {
          text: 'None',
          range: [0, 1],
          at: 0,
          belief: { name: 'No failover, no loss', text: 'n1 kept its slots. Its replica asked for what it had missed and got it.' },
        },
      ],
      measure: LOST,
      unit: 'count',
      task: 'Cut, and heal after about 3 s, in any case before {timeout} have passed.',
      moves: [
        { label: 'Cut off n1, app1, origin', action: cut },
        { label: 'Heal', action: heal },
      ],
      goals: [
        { text: 'the network is whole again', check: { kind: 'happened', fact: HEALED, after: CUT } },
        { text: 'nobody is promoted', check: { kind: 'absent', fact: { type: 'failover.promoted' }, after: CUT, for: 12 } },
        { text: 'no failed request for 2 s', check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: HEALED } },
      ],
      hints: ['Too late? “Start again” takes you back to the moment before the cut.'],
      solution: [
        { after: 0, action: cut },
        { after: 3, action: heal },
      ],
      wait: 16,
      verdict: 'It lost {answer}.',
      verdictNone: 'Not known yet.',
      explain: [
        'The connections held their bytes, the network came back, and the replica went on where it had stopped. A cut shorter than node-timeout costs errors and time, and no data.',
      ],
      figures: { answer: { measure: LOST, unit: 'count' }, timeout },
    },
    {
      id: 'two-and-two',
      title: 'Two against two',
      fresh: [],
      question:
        'Now cut {primaries} primaries down the middle: n1 and n2 with their replicas and app1 on one side, n3 and n4 with theirs and the rest on the other. Who goes on serving after 10 s?',
      options: [
        {
          text: 'The side with more of the applications',
          fact: { type: 'failover.promoted', process: 'n7' },
          belief: { name: 'The bigger side wins', text: 'Applications and replicas are not counted. Two primaries face two.' },
        },
        {
          text: 'Both: each has a primary for half of the slots',
          range: [0, 1],
          belief: {
            name: 'Each half serves its slots',
            text: 'A primary that cannot reach most of the primaries stops, also for the slots it owns.',
          },
        },
        {
          text: 'Nobody',
          range: [8, 9],
          belief: { name: 'Neither side has a majority', text: 'Three of four are needed. Each side has two, so no node may serve.' },
        },
      ],
      measure: { kind: 'count', fact: { type: 'cluster.state', where: { state: 'fail' } } },
      unit: 'count',
      task: 'Cut the cluster in two, wait for 10 s, then heal it.',
      moves: [
        { label: 'Cut it down the middle', action: { type: 'partition', inside: ['n1', 'n2', 'n5', 'n6', 'app1'] } },
        { label: 'Heal', action: heal },
      ],
      goals: [
        { text: 'n1 answers CLUSTERDOWN', check: { kind: 'happened', fact: STOPPED } },
        {
          text: 'n3 answers CLUSTERDOWN',
          check: { kind: 'happened', fact: { type: 'cluster.state', process: 'n3', where: { state: 'fail' } } },
        },
        { text: 'nobody is promoted in 10 s', check: { kind: 'absent', fact: { type: 'failover.promoted' }, after: CUT, for: 10 } },
        {
          text: 'after the heal, no failed request for 2 s',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: HEALED },
        },
      ],
      hints: [
        'Heal when ten seconds have passed.',
        'After the heal n1 and n2 wait a moment before they serve: a primary that comes back listens first.',
      ],
      solution: [
        { after: 0, action: { type: 'partition', inside: ['n1', 'n2', 'n5', 'n6', 'app1'] } },
        { after: 12, action: heal },
      ],
      wait: 30,
      verdict: 'All {nodes} nodes stopped.',
      verdictNone: 'Not known yet.',
      explain: [
        'One node after another saw half of the {primaries} primaries and needed {law}. {answer} nodes answered CLUSTERDOWN, and no replica could win.',
        'Nothing was lost either: nobody was replaced, so after the heal everybody went on with what they had. An even number of primaries buys no better majority than one fewer.',
      ],
      figures: {
        answer: { measure: { kind: 'count', fact: { type: 'cluster.state', where: { state: 'fail' } } }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
        nodes: { measure: { kind: 'setting', name: 'nodes' }, unit: 'count' },
        law: { measure: { kind: 'law', law: 'quorum', args: [{ kind: 'setting', name: 'primaries' }] }, unit: 'count' },
      },
    },
  ],
}
