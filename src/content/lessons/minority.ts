import type { Lesson } from './types.ts'

const INSIDE = ['n1', 'app1', 'origin']

export const minority: Lesson = {
  id: 'minority',
  title: 'The minority’s doomed writes',
  about: 'A primary cut off with one of its clients goes on saying OK for a while. What it says OK to is lost.',
  minutes: 6,
  scenario: 'first-minute',
  seed: 7,
  steps: [
    {
      id: 'how-long-ok',
      title: 'How long does it go on?',
      fresh: [
        { type: 'policy', process: '*', set: { ttl: 500_000, l1Ttl: 0 } },
        { type: 'load', set: { reads: 1, keys: 400 } },
      ],
      question: 'n1 and app1 are cut off from the other nodes, the database with them. node-timeout is 5 s. How long does n1 accept app1’s writes?',
      options: [
        {
          text: 'It stops at once: it has no majority',
          range: [0, 1],
          belief: { name: 'A minority knows it is one', text: 'It only hears nothing. Silence becomes a verdict after node-timeout, on this side as on the other.' },
        },
        {
          text: 'For about node-timeout, 5 to 8 s',
          range: [4.9, 8],
          belief: { name: 'The timeout runs on both sides', text: 'n1 must hold the other primaries to be down before it stops.' },
        },
        {
          text: 'Until the network heals',
          belief: { name: 'It serves what it owns', text: 'It does, until it sees that it is in a minority. Then it answers CLUSTERDOWN.' },
        },
      ],
      measure: { kind: 'between', from: { type: 'network.cut' }, to: { type: 'cluster.state', process: 'n1', where: { state: 'fail' } } },
      unit: 's',
      task: 'Cut off n1, app1 and the database; heal when shard A has a new primary and n1 has stopped.',
      moves: [
        { label: 'Cut off n1, app1, origin', action: { type: 'partition', inside: INSIDE } },
        { label: 'Heal', action: { type: 'heal' } },
      ],
      goals: [
        { text: 'n1 answers CLUSTERDOWN', check: { kind: 'happened', fact: { type: 'cluster.state', process: 'n1', where: { state: 'fail' } } } },
        { text: 'n4 is promoted on the other side', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n4' } } },
        { text: 'after the heal n1 follows n4', check: { kind: 'happened', fact: { type: 'role.changed', process: 'n1', where: { role: 'replica' } } } },
      ],
      hints: ['Wait for the promotion of n4 before you heal.', 'The Heal button stands with the tools as soon as something is cut.'],
      solution: [
        { after: 0.5, action: { type: 'partition', inside: INSIDE } },
        { after: 12, action: { type: 'heal' } },
      ],
      wait: 24,
      verdict: 'n1 accepted writes for {answer}.',
      explain: [
        'On the other side n4 was promoted after {promoted}. What n1 acknowledged in between had no copy there: when the network healed, n1 heard of the greater epoch and replaced its keys by n4’s.',
        '{lost} acknowledged writes are gone. No client was told: each of them had read OK. Asynchronous replication bounds this loss by node-timeout; it does not prevent it.',
      ],
      figures: {
        answer: {
          measure: { kind: 'between', from: { type: 'network.cut' }, to: { type: 'cluster.state', process: 'n1', where: { state: 'fail' } } },
          unit: 's',
        },
        promoted: { measure: { kind: 'between', from: { type: 'network.cut' }, to: { type: 'failover.promoted', process: 'n4' } }, unit: 's' },
        lost: { measure: { kind: 'most', metric: 'lost', from: { type: 'network.cut' }, for: 18 }, unit: 'count' },
      },
    },
    {
      id: 'quorum',
      title: 'How many must agree?',
      fresh: [],
      question: 'Three primaries, one dies. How many votes does its replica need?',
      options: [
        { text: '1: any other primary', range: [1, 2], belief: { name: 'One witness is enough', text: 'Then two halves of a split network could each elect their own.' } },
        { text: '2: a majority of three, the dead one counted', range: [2, 3], belief: { name: 'The majority of all', text: 'The dead primary still counts below the line, so a minority can never reach it.' } },
        { text: '3: everybody', range: [3, 99], belief: { name: 'Unanimity', text: 'The dead one cannot vote: no failover would ever happen.' } },
      ],
      measure: { kind: 'field', fact: { type: 'election.won' }, field: 'needed' },
      unit: 'count',
      task: 'Power off n2: no reset, only silence. Watch the ballot.',
      moves: [{ label: 'Power off n2', action: { type: 'powerOff', process: 'n2' } }],
      goals: [{ text: 'a replica has its majority', check: { kind: 'happened', fact: { type: 'election.won' } } }],
      hints: ['Select n5 while it asks for votes.'],
      solution: [{ after: 0.5, action: { type: 'powerOff', process: 'n2' } }],
      wait: 14,
      verdict: '{answer} votes.',
      explain: [
        'Half of three, rounded down, plus one: {law}. The same count makes FAIL of PFAIL, and decides whether a primary may go on serving.',
        'Only primaries that own slots vote. Replicas do not, and an empty primary does not.',
      ],
      figures: {
        answer: { measure: { kind: 'field', fact: { type: 'election.won' }, field: 'needed' }, unit: 'count' },
        law: { measure: { kind: 'law', law: 'quorum', args: [3] }, unit: 'count' },
      },
    },
  ],
}
