import type { Figure, Lesson, Measure } from './types.ts'

/** Kill to promotion of 15 real failovers: redis-server 7.0.15, six nodes on one machine, kill -9, cluster-node-timeout 5000. Seconds. */
const RECORDED = [6.461, 7.018, 7.168, 7.227, 7.387, 7.499, 7.791, 7.847, 7.964, 8.027, 8.067, 8.407, 8.521, 8.615, 8.646]
const SOURCE = 'redis-server 7.0.15, six nodes on one machine, kill -9'

const TIMEOUT: Measure = { kind: 'setting', name: 'nodeTimeout' }
const LEAST: Measure = { kind: 'law', law: 'failoverLeast', args: [TIMEOUT] }
const MOST: Measure = { kind: 'law', law: 'failoverMost', args: [TIMEOUT] }
const timeout: Figure = { measure: TIMEOUT, unit: 's' }
const least: Figure = { measure: LEAST, unit: 's' }
const most: Figure = { measure: MOST, unit: 's' }

const died: Measure = {
  kind: 'between',
  from: { type: 'process.crashed', process: 'n1' },
  to: { type: 'failover.promoted', where: { from: 'n1' } },
}
const diedAgain: Measure = {
  kind: 'between',
  from: { type: 'process.crashed', process: 'n4' },
  to: { type: 'failover.promoted', where: { from: 'n4' } },
}

export const killAPrimary: Lesson = {
  id: 'kill-a-primary',
  title: 'Kill a primary',
  about: 'How long a shard is without a primary, who decides, and what becomes of the old one.',
  minutes: 9,
  scenario: 'first-minute',
  seed: 13,
  steps: [
    {
      id: 'how-long',
      title: 'Why does it take so long?',
      fresh: [],
      question: 'n1 is about to die. How long until shard A has a primary again?',
      options: [
        {
          text: 'Under 0.1 s: the socket closes',
          range: [0, 0.1],
          at: 0.1,
          belief: {
            name: 'A closed socket is proof',
            text: 'A restart closes it too, and so does a network that drops one connection. The nodes of a cluster wait for silence, not for a reset.',
          },
        },
        {
          text: 'About {timeout}: node-timeout ends',
          range: [4.5, 5.5],
          at: 5,
          belief: {
            name: 'A timeout is a decision',
            text: 'When node-timeout ends, one node holds a private opinion: PFAIL. Nothing moves until most primaries share it, a replica has waited its turn, and most primaries have voted.',
          },
        },
        {
          text: '{least} to about {most}: others must agree',
          range: [5.5, 9.5],
          at: 7,
          belief: {
            name: 'One opinion is not enough',
            text: 'Silence, agreement, a wait, a vote: each comes after the one before it, and each adds its part.',
          },
        },
        {
          text: 'Until somebody logs in',
          belief: {
            name: 'A person must promote',
            text: 'The replicas elect one of themselves. Nobody is needed as long as most primaries live.',
          },
        },
      ],
      measure: died,
      unit: 's',
      task: 'Crash n1. The clock stands until you do. Then watch who says what about it.',
      moves: [{ label: 'Crash n1', action: { type: 'crash', process: 'n1' } }],
      goals: [
        { text: 'most primaries say FAIL', check: { kind: 'happened', fact: { type: 'node.fail', where: { about: 'n1' } } } },
        { text: 'a replica wins the election', check: { kind: 'happened', fact: { type: 'failover.promoted', where: { from: 'n1' } } } },
        {
          text: 'no failed request for 2 s',
          check: {
            kind: 'holds',
            metric: 'errors',
            op: 'below',
            value: 1,
            hold: 2,
            after: { type: 'failover.promoted', where: { from: 'n1' } },
          },
        },
      ],
      hints: [
        'Use the button here, or select n1 on the stage and press K.',
        'Then let time run. It slows by itself where something is decided.',
        'The last goal needs every application to hear of the new primary: wait two seconds more.',
      ],
      solution: [{ after: 0, action: { type: 'crash', process: 'n1' } }],
      wait: 16,
      verdict: 'It took {answer}.',
      verdictNone: 'It has not happened yet.',
      explain: [
        'Most of it is silence. For {silence} no node could say more than “I have not heard from n1”, and a node that is silent may only be slow.',
        'Then one node after another ran out of patience. {needed} of the {primaries} primaries had to say so before n1 was FAIL. Its replica n4 waited at least half a second, so that the news could reach the voters, and then asked for votes. The vote itself took {vote}.',
        'Meanwhile {errors} requests failed, and the database answered what the cache could not.',
      ],
      figures: {
        answer: { measure: died, unit: 's' },
        timeout,
        least,
        most,
        silence: {
          measure: {
            kind: 'between',
            from: { type: 'process.crashed', process: 'n1' },
            to: { type: 'node.pfail', where: { about: 'n1' } },
          },
          unit: 's',
        },
        vote: { measure: { kind: 'between', from: { type: 'election.started' }, to: { type: 'election.won' } }, unit: 's' },
        needed: { measure: { kind: 'field', fact: { type: 'node.fail', where: { about: 'n1' } }, field: 'needed' }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
        errors: {
          measure: { kind: 'sum', metric: 'errors', from: { type: 'process.crashed', process: 'n1' }, to: { type: 'failover.promoted' } },
          unit: 'count',
        },
      },
      theory: { label: 'Theory', least: LEAST, most: MOST },
      recorded: { label: 'Real Redis', source: SOURCE, values: RECORDED },
      parts: true,
    },
    {
      id: 'old-primary',
      title: 'The old primary returns',
      question: 'n1 starts again. On its disk it is still the primary of shard A. What becomes of it?',
      options: [
        {
          text: 'It is primary of shard A again: it was here first',
          fact: { type: 'role.changed', process: 'n4', where: { role: 'replica' } },
          belief: {
            name: 'Seniority counts',
            text: 'Slots belong to the claim with the greater config epoch. n4 got a new epoch with its votes; n1 still holds its old one.',
          },
        },
        {
          text: 'It becomes a replica of n4',
          fact: { type: 'role.changed', process: 'n1', where: { role: 'replica', of: 'n4' } },
          belief: {
            name: 'The greater epoch wins',
            text: 'n1 hears a claim on its slots with a greater epoch, gives them up and copies n4.',
          },
        },
        {
          text: 'Both serve the slots until somebody decides',
          belief: {
            name: 'Split brain for ever',
            text: 'Epochs make any two claims comparable, so nobody has to decide.',
          },
        },
      ],
      measure: {
        kind: 'between',
        from: { type: 'process.restarted', process: 'n1' },
        to: { type: 'role.changed', process: 'n1', where: { role: 'replica' } },
      },
      unit: 's',
      task: 'Start n1 again and watch its ring on the stage.',
      moves: [{ label: 'Restart n1', action: { type: 'restart', process: 'n1' } }],
      goals: [
        {
          text: 'n1 follows n4',
          check: { kind: 'happened', fact: { type: 'role.changed', process: 'n1', where: { role: 'replica', of: 'n4' } } },
        },
        { text: 'its copy is complete', check: { kind: 'happened', fact: { type: 'replication.synced', process: 'n1' } } },
        {
          text: 'no failed request for 2 s',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: { type: 'process.restarted', process: 'n1' } },
        },
      ],
      hints: ['Use the button, or select n1, open Actions and choose Restart.', 'The copy takes a few seconds: let time run.'],
      solution: [{ after: 0, action: { type: 'restart', process: 'n1' } }],
      wait: 14,
      verdict: 'It followed n4 after {answer}.',
      verdictNone: 'n1 has not changed its mind yet.',
      explain: [
        'n1 came back and claimed its slots with the epoch it died with. The first node to hear it answered with n4’s claim, epoch {epoch}, and n1 stepped back.',
        'Then it copied all of n4, which took until {synced} after its start. {dropped} of the keys it had brought back were not as n4 had them. They went.',
      ],
      figures: {
        answer: {
          measure: {
            kind: 'between',
            from: { type: 'process.restarted', process: 'n1' },
            to: { type: 'role.changed', process: 'n1', where: { role: 'replica' } },
          },
          unit: 's',
        },
        epoch: { measure: { kind: 'field', fact: { type: 'slots.rebound', process: 'n1' }, field: 'epoch' }, unit: 'count' },
        synced: {
          measure: {
            kind: 'between',
            from: { type: 'process.restarted', process: 'n1' },
            to: { type: 'replication.synced', process: 'n1' },
          },
          unit: 's',
        },
        dropped: { measure: { kind: 'field', fact: { type: 'replication.synced', process: 'n1' }, field: 'dropped' }, unit: 'count' },
      },
    },
    {
      id: 'second-fault',
      title: 'A second fault',
      question: 'Shard A is whole again. Now n4, its new primary, dies. How long this time?',
      options: [
        {
          text: 'Under {timeout}: everybody is warned now',
          range: [0, 5],
          at: 4,
          belief: { name: 'The cluster learns', text: 'Each failure is judged anew, and node-timeout of silence comes first.' },
        },
        {
          text: '{least} to about {most}: the same again',
          range: [5.5, 9.5],
          at: 7,
          belief: {
            name: 'The same rules',
            text: 'Silence, agreement, a wait, a vote. n1 is a fresh copy, so there is somebody to elect.',
          },
        },
        {
          text: 'It stays down: the shard has used its failover',
          belief: {
            name: 'One life a shard',
            text: 'A shard fails over as often as it has a replica that is fresh enough. You gave it one back.',
          },
        },
      ],
      measure: diedAgain,
      unit: 's',
      task: 'Crash n4. Shard A must serve for five seconds without a failed request.',
      moves: [{ label: 'Crash n4', action: { type: 'crash', process: 'n4' } }],
      goals: [
        { text: 'n1 is promoted', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n1' } } },
        {
          text: 'no failed request for 5 s',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 5, after: { type: 'failover.promoted', process: 'n1' } },
        },
      ],
      hints: ['Use the button, or select n4 and press K.'],
      solution: [{ after: 0, action: { type: 'crash', process: 'n4' } }],
      wait: 20,
      verdict: 'It took {answer}.',
      verdictNone: 'Nobody has taken over.',
      explain: [
        'The rules do not remember. n1 won with epoch {epoch}, one more than n4 had.',
        'What made it possible was the step before: without n1 back in time there would have been no copy of shard A left, and nobody takes over slots whose data is gone.',
      ],
      figures: {
        answer: { measure: diedAgain, unit: 's' },
        timeout,
        least,
        most,
        epoch: { measure: { kind: 'field', fact: { type: 'failover.promoted', process: 'n1' }, field: 'epoch' }, unit: 'count' },
      },
      theory: { label: 'Theory', least: LEAST, most: MOST },
      recorded: { label: 'Real Redis', source: SOURCE, values: RECORDED },
      parts: true,
    },
    {
      id: 'who-votes',
      title: 'Who may vote?',
      scenario: 'four-primaries',
      fresh: [],
      question: 'Now {primaries} primaries with a replica each, {nodes} nodes. n1 dies. How many votes does its replica need?',
      options: [
        {
          text: '2: most of the three primaries left',
          range: [2, 3],
          belief: {
            name: 'The dead do not count',
            text: 'They must. If the living alone were counted, each half of a split network would count itself, and both would elect.',
          },
        },
        {
          text: '3: most of the four primaries',
          range: [3, 4],
          belief: {
            name: 'All primaries count, the dead one too',
            text: 'More than half of all the primaries that own slots. So two elections can never both win.',
          },
        },
        {
          text: '5: most of the eight nodes',
          range: [5, 6],
          belief: { name: 'Replicas vote', text: 'A replica may ask for votes, but only primaries that own slots give them.' },
        },
      ],
      measure: { kind: 'field', fact: { type: 'election.started' }, field: 'needed' },
      unit: 'count',
      task: 'Crash n1. When its replica n5 asks for votes, select it and read its ballot.',
      moves: [{ label: 'Crash n1', action: { type: 'crash', process: 'n1' } }],
      goals: [
        { text: 'n5 asks for votes', check: { kind: 'happened', fact: { type: 'election.started', process: 'n5' } } },
        { text: 'n5 has its majority', check: { kind: 'happened', fact: { type: 'election.won', process: 'n5' } } },
        {
          text: 'no failed request for 2 s',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: { type: 'election.won' } },
        },
      ],
      hints: ['Select n5 on the stage: the inspector shows who has voted.'],
      solution: [{ after: 0, action: { type: 'crash', process: 'n1' } }],
      wait: 15,
      verdict: 'It needed {answer}.',
      verdictNone: 'Nobody has asked for votes yet.',
      explain: [
        'Half of {primaries}, rounded down, plus one: {law}. The dead primary cannot vote, and still it counts.',
        'That is why this lesson changed clusters. With three primaries the wrong rule, most of the two left, gives the same number as the right one. Four tell them apart.',
        'The same count turns PFAIL into FAIL, and tells a primary that has been cut off to stop.',
      ],
      figures: {
        answer: { measure: { kind: 'field', fact: { type: 'election.started' }, field: 'needed' }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
        nodes: { measure: { kind: 'setting', name: 'nodes' }, unit: 'count' },
        law: { measure: { kind: 'law', law: 'quorum', args: [{ kind: 'setting', name: 'primaries' }] }, unit: 'count' },
        reports: { measure: { kind: 'field', fact: { type: 'node.fail', where: { about: 'n1' } }, field: 'needed' }, unit: 'count' },
        votes: { measure: { kind: 'field', fact: { type: 'election.won' }, field: 'votes' }, unit: 'count' },
      },
      table: [
        { what: 'reports that made n1 FAIL', run: 'reports', law: 'law' },
        { what: 'votes that n5 needed', run: 'answer', law: 'law' },
        { what: 'votes that n5 had when it took over', run: 'votes' },
      ],
    },
  ],
}
