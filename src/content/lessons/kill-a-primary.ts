import type { Lesson } from './types.ts'

/** Kill to promotion of 15 real failovers: redis-server 7.0.15, six nodes on one machine, kill -9, cluster-node-timeout 5000. Seconds. */
const RECORDED = [7.791, 7.168, 8.407, 8.646, 7.847, 7.387, 7.499, 6.461, 8.521, 7.964, 8.027, 8.615, 7.018, 7.227, 8.067]

export const killAPrimary: Lesson = {
  id: 'kill-a-primary',
  title: 'Kill a primary',
  about: 'How long a shard is without a primary, who decides, and what becomes of the old one.',
  minutes: 8,
  scenario: 'first-minute',
  seed: 7,
  steps: [
    {
      id: 'how-long',
      title: 'Why does it take so long?',
      fresh: [],
      question: 'n1 is about to die. How long until shard A has a primary again?',
      options: [
        {
          text: 'Under 0.1 s, the socket closes',
          range: [0, 0.1],
          belief: {
            name: 'A closed socket is proof',
            text: 'A restart closes it too, and so does a lost packet too many. Redis Cluster waits for silence, not for a reset.',
          },
        },
        {
          text: 'About 5 s, when node-timeout ends',
          range: [4.5, 5.5],
          belief: {
            name: 'A timeout is a decision',
            text: 'When node-timeout ends, one node holds a private opinion: PFAIL. Nothing moves until most primaries share it, a replica has waited its turn, and most primaries have voted.',
          },
        },
        {
          text: '5.5 to 9.5 s, others must agree',
          range: [5.5, 9.5],
          belief: {
            name: 'Several must agree, one after another',
            text: 'Silence, agreement, a random wait, a vote: each adds its part.',
          },
        },
        {
          text: 'Until somebody logs in',
          belief: { name: 'A person must promote', text: 'The replicas elect one of themselves. Nobody is asked as long as most primaries live.' },
        },
      ],
      measure: { kind: 'between', from: { type: 'process.crashed', process: 'n1' }, to: { type: 'failover.promoted' } },
      unit: 's',
      task: 'Crash n1 and watch who says what about it.',
      moves: [{ label: 'Crash n1', action: { type: 'crash', process: 'n1' } }],
      goals: [
        { text: 'most primaries say FAIL', check: { kind: 'happened', fact: { type: 'node.fail', where: { about: 'n1' } } } },
        { text: 'a replica wins the election', check: { kind: 'happened', fact: { type: 'failover.promoted', where: { from: 'n1' } } } },
        {
          text: 'no failed request for two seconds',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 2, after: { type: 'failover.promoted' } },
        },
      ],
      hints: ['Select n1 on the stage and press K, or use the button here.', 'Then wait: time slows by itself where something is decided.'],
      solution: [{ after: 0.5, action: { type: 'crash', process: 'n1' } }],
      wait: 16,
      verdict: 'It took {answer}.',
      explain: [
        'For {silence} nobody could say anything: a node that is silent may only be slow. Then n1 was PFAIL to one, and after {agreed} it was FAIL to all, because {needed} of {primaries} primaries had reported it.',
        'n4 then waited 0.5 s so that the news could spread, and up to 0.5 s more drawn at random so that two replicas would rarely ask at once. The vote itself took {vote}.',
        'Meanwhile {errors} requests failed, and the database answered what the cache could not.',
      ],
      figures: {
        answer: { measure: { kind: 'between', from: { type: 'process.crashed', process: 'n1' }, to: { type: 'failover.promoted' } }, unit: 's' },
        silence: { measure: { kind: 'between', from: { type: 'process.crashed', process: 'n1' }, to: { type: 'node.pfail', where: { about: 'n1' } } }, unit: 's' },
        agreed: { measure: { kind: 'between', from: { type: 'process.crashed', process: 'n1' }, to: { type: 'node.fail', where: { about: 'n1' } } }, unit: 's' },
        vote: { measure: { kind: 'between', from: { type: 'election.started' }, to: { type: 'election.won' } }, unit: 's' },
        needed: { measure: { kind: 'field', fact: { type: 'node.fail' }, field: 'needed' }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
        errors: { measure: { kind: 'sum', metric: 'errors', from: { type: 'process.crashed' }, for: 10 }, unit: 'count' },
      },
      theory: {
        label: 'Theory',
        least: { kind: 'law', law: 'failoverLeast', args: [5] },
        most: { kind: 'law', law: 'failoverMost', args: [5] },
      },
      recorded: { label: 'Real Redis', values: RECORDED },
      parts: true,
    },
    {
      id: 'old-primary',
      title: 'The old primary returns',
      question: 'n1 starts again, with its keys and its memory of being a primary. What becomes of it?',
      options: [
        {
          text: 'It serves shard A again: it was here first',
          range: [2, Infinity],
          belief: { name: 'Seniority counts', text: 'Slots belong to the claim with the greater config epoch. n4 won a new epoch when it was elected; n1 still holds the old one.' },
        },
        {
          text: 'It becomes a replica of n4',
          range: [1, 2],
          belief: { name: 'The greater epoch wins', text: 'n1 hears a claim with a greater epoch for all its slots, gives them up and copies n4.' },
        },
        {
          text: 'Two primaries serve the slots until somebody decides',
          belief: { name: 'Split brain for ever', text: 'It would take two equal claims. Epochs make claims comparable, and a returning primary does not serve at once.' },
        },
      ],
      measure: { kind: 'count', fact: { type: 'role.changed', process: 'n1', where: { role: 'replica' } } },
      unit: 'count',
      task: 'Start n1 again and look at its card.',
      moves: [{ label: 'Restart n1', action: { type: 'restart', process: 'n1' } }],
      goals: [
        { text: 'n1 follows n4', check: { kind: 'happened', fact: { type: 'role.changed', process: 'n1', where: { role: 'replica', of: 'n4' } } } },
        { text: 'its copy is complete', check: { kind: 'happened', fact: { type: 'replication.synced', process: 'n1' } } },
      ],
      hints: ['Select n1, open Actions, choose Restart.'],
      solution: [{ after: 0.5, action: { type: 'restart', process: 'n1' } }],
      wait: 14,
      verdict: 'It became a replica of n4.',
      explain: [
        'n1 came back claiming its slots with the config epoch it died with. The first node to hear it answered with n4’s claim and epoch {epoch}, and n1 stepped back.',
        'It then copied n4. {dropped} of its keys were not what n4 had: they went with its old life.',
      ],
      figures: {
        epoch: { measure: { kind: 'field', fact: { type: 'slots.rebound', process: 'n1' }, field: 'epoch' }, unit: 'count' },
        dropped: { measure: { kind: 'field', fact: { type: 'replication.synced', process: 'n1' }, field: 'dropped' }, unit: 'count' },
      },
    },
    {
      id: 'second-fault',
      title: 'A second fault',
      question: 'Shard A is whole again. Now n4 dies. How long this time?',
      options: [
        {
          text: 'It cannot recover: the shard has failed over once',
          belief: { name: 'One life a shard', text: 'A shard can fail over as often as it has a fresh replica. n1 is one.' },
        },
        {
          text: 'Under 5 s, everybody is warned now',
          range: [0, 5],
          belief: { name: 'The cluster learns', text: 'Each failure is judged anew: node-timeout of silence first.' },
        },
        { text: '5.5 to 9.5 s, the same again', range: [5.5, 9.5], belief: { name: 'The same rules', text: 'Silence, agreement, a wait, a vote.' } },
      ],
      measure: { kind: 'between', from: { type: 'process.crashed', process: 'n4' }, to: { type: 'failover.promoted', process: 'n1' } },
      unit: 's',
      task: 'Crash n4 and see whether n1 takes over.',
      moves: [{ label: 'Crash n4', action: { type: 'crash', process: 'n4' } }],
      goals: [
        { text: 'n1 is promoted', check: { kind: 'happened', fact: { type: 'failover.promoted', process: 'n1' } } },
        {
          text: 'no failed request for five seconds',
          check: { kind: 'holds', metric: 'errors', op: 'below', value: 1, hold: 5, after: { type: 'failover.promoted', process: 'n1' } },
        },
      ],
      hints: ['Select n4 and press K.'],
      solution: [{ after: 0.5, action: { type: 'crash', process: 'n4' } }],
      wait: 20,
      verdict: 'It took {answer} again.',
      explain: [
        'The rules do not remember. What mattered is that n1 was a fresh copy in time: a shard with no replica left has nobody to elect.',
        'The wait of {needed} votes of {primaries} is the same whichever shard asks, because all primaries with slots vote, not the shard’s own nodes.',
      ],
      figures: {
        answer: { measure: { kind: 'between', from: { type: 'process.crashed', process: 'n4' }, to: { type: 'failover.promoted', process: 'n1' } }, unit: 's' },
        needed: { measure: { kind: 'field', fact: { type: 'election.won' }, field: 'needed' }, unit: 'count' },
        primaries: { measure: { kind: 'setting', name: 'primaries' }, unit: 'count' },
      },
      parts: true,
    },
  ],
}
