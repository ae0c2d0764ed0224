import type { Question } from './types.ts'

/** Where keys live: the ring, hot keys. */

export const consistentHashing: Question = {
  id: 'q01-consistent-hashing',
  title: 'Consistent hashing and virtual nodes',
  prompt: 'How does consistent hashing work, and why are there virtual nodes?',
  figures: {
    cv: { compute: 'ringSpread', params: { nodes: 10, virtual: 160 } },
    one: { compute: 'ringSpread', params: { nodes: 10, virtual: 160 }, value: 'one' },
    ring: { compute: 'ringMoved', params: { nodes: 10, keys: 100 }, value: 'share' },
    modulo: { compute: 'moduloMoved', params: { nodes: 10, keys: 100 }, value: 'share' },
  },
  points: [
    {
      id: 'circle',
      text: 'Nodes and keys are hashed onto one circle; a key belongs to the next node along it.',
      why: 'Each node then owns the arc in front of it, and no table of keys is needed: whoever knows the nodes can compute the owner.',
      source: 'Karger et al., STOC 1997',
    },
    {
      id: 'moves',
      text: 'When a node joins N others, about one key in N + 1 moves, and only to the newcomer.',
      why: 'From 10 to 11 nodes that is {ring:1} % of the keys. With key modulo N it is {modulo:1} %: nearly everything misses at once.',
      source: 'Karger et al., STOC 1997; counted here on a real ring',
    },
    {
      id: 'spread',
      text: 'Virtual nodes, many points for each machine, even out the shares.',
      why: 'With one point each, shares of 10 nodes vary by {one:0} %; with 160 points each, as libketama gives, by {cv:1} %. The mean number of keys that move stays the same.',
      source: 'Coefficient of variation √((N−1)/(NV+1)), checked by drawing rings',
    },
    {
      id: 'weights',
      text: 'A larger machine needs more points: that is a weight, chosen by somebody.',
      why: 'The same number of points each means the same share each, whatever the machine can carry.',
      source: 'libketama and its descendants',
    },
    {
      id: 'agree',
      text: 'All clients must share the hash function, the list of nodes and the points.',
      why: 'Two clients with different rings write one key to two places, and each reads its own.',
      source: 'Twemproxy, notes on ejecting hosts',
    },
    {
      id: 'slots',
      text: 'Redis Cluster does not use a ring: it has 16 384 fixed slots, assigned to nodes.',
      why: 'The slot of a key never changes; only the owner of a slot does. So the move is explicit, and can be resumed.',
      source: 'Redis cluster specification, “Key distribution model”',
    },
  ],
  corrections: [
    {
      says: 'Adding a node moves K/N keys, where K is the number of virtual nodes.',
      truth: 'K is the number of keys, and N + 1 nodes share them afterwards: K/(N+1) move.',
      source: 'Karger et al., STOC 1997',
      erratum: 'E04',
    },
    {
      says: 'Virtual nodes minimise the keys that move.',
      truth: 'They leave the mean alone and make it less a matter of luck.',
      source: 'Drawn and counted here',
      erratum: 'E05',
    },
    {
      says: 'Modulo hashing makes hot spots.',
      truth: 'With a good hash it spreads keys more evenly than a ring does. Its fault shows when the number of nodes changes.',
      source: 'Sampling: CV √((N−1)/K) for modulo, more for a ring',
      erratum: 'E06',
    },
  ],
  choice: {
    ask: 'What do virtual nodes change?',
    options: [
      {
        text: 'Fewer keys move when a node joins.',
        right: false,
        why: 'It believes that smaller pieces mean less to move. The pieces the newcomer takes are smaller, but there are more of them: the mean is 1/(N+1) with 1 point or with 1 000.',
      },
      {
        text: 'The nodes’ shares become more equal; the mean number of keys that move stays.',
        right: true,
        why: 'Many small arcs average out. What moves is the newcomer’s share, and its mean does not depend on how finely it is cut.',
      },
      {
        text: 'The ring becomes more even than key modulo N.',
        right: false,
        why: 'It believes the ring was invented for evenness. Modulo with a good hash is already as even as chance allows; the ring adds its own unevenness, and pays with it for cheap resizing.',
      },
      {
        text: 'Larger machines receive more keys by themselves.',
        right: false,
        why: 'It believes the ring knows the machines. It knows names and numbers of points; somebody must give the larger one more.',
      },
    ],
  },
  numbers: [
    {
      id: 'ring',
      compute: 'ringMoved',
      unit: 'keys',
      tolerance: 0.02,
      digits: 0,
      plausible: [1000, 350_000],
      ask: '{keys} keys lie on a consistent-hashing ring of {nodes} nodes. One node joins. How many keys move, on average?',
      params: { nodes: { from: 3, to: 20, step: 1 }, keys: { from: 50_000, to: 1_000_000, step: 50_000 } },
      steps: [
        'After the join {after} nodes share the ring, and chance treats them alike: each holds 1/{after} of the keys.',
        'What the newcomer holds is what moved: {keys} ÷ {after} = {answer:0}.',
        'With 160 points a node, as libketama gives, one ring differs from that by about ± {deviation:0} keys.',
      ],
      mistakes: [
        {
          value: 'modulo',
          says: 'That many move with key modulo N, where nearly every key gets another remainder. On a ring only the newcomer’s arcs change hands.',
        },
      ],
      source: 'Karger et al., STOC 1997',
      see: {
        scenario: 'first-minute',
        hint: 'Press A to add a primary, and watch the slot map: the newcomer takes its share, nothing else moves.',
        setup: [],
      },
    },
    {
      id: 'modulo',
      compute: 'moduloMoved',
      unit: 'keys',
      tolerance: 0.02,
      digits: 0,
      plausible: [30_000, 1_000_000],
      ask: '{keys} keys are placed by hash modulo {nodes}. One node joins, and it becomes hash modulo {after}. How many keys change place?',
      params: { nodes: { from: 3, to: 20, step: 1 }, keys: { from: 50_000, to: 1_000_000, step: 50_000 } },
      steps: [
        'A key stays only if both remainders agree. Of every {nodes} × {after} consecutive hashes that is so for {nodes}: one in {after}.',
        'So {nodes} in {after} move, {share:1} %: {keys} × {nodes} ÷ {after} = {answer:0}.',
        'On a ring it would have been {ring:0}.',
      ],
      mistakes: [{ value: 'ring', says: 'That many move on a ring. With modulo it is the other way round: that many stay.' }],
      source: 'Counting remainders',
      see: { scenario: 'first-minute', hint: 'Press A to add a primary: slots move only to the newcomer, unlike here.', setup: [] },
    },
  ],
}

export const hotKeys: Question = {
  id: 'q17-hot-keys',
  title: 'Hot keys',
  prompt: 'One node of your cluster is far busier than the others. How do you find the hot keys, and what do you do about them?',
  figures: {
    digits: { compute: 'digitSuffixes', params: { nodes: 10, copies: 10 } },
    random: { compute: 'spreadNodes', params: { nodes: 10, copies: 10 } },
    hot: { compute: 'hotNode', params: { nodes: 10, share: 50 } },
  },
  points: [
    {
      id: 'find',
      text: 'Find them by counting requests: sampled in the client, or redis-cli --hotkeys under an LFU policy.',
      why: 'Slow log, --bigkeys and MEMORY USAGE measure duration and size. A small key read a million times is in none of them.',
      source: 'Redis documentation: redis-cli, --hotkeys needs maxmemory-policy *lfu',
    },
    {
      id: 'one',
      text: 'Tell one hot key from many: more shards help the many, not the one.',
      why: 'A key lives in one slot on one node. With half of all requests on one key, its node of ten carries {hot:1} times the mean.',
      source: 'Load of the busiest node: Np + 1 − p',
    },
    {
      id: 'near',
      text: 'First remedy for reads: a small cache in each application, for a second or so.',
      why: 'Each application asks at most once a TTL, so the key’s load depends on the number of applications, no longer on the traffic.',
      source: 'Rate mλ/(1+λt), at most m/t',
    },
    {
      id: 'replicas',
      text: 'Reads may go to replicas, if a little staleness is allowed.',
      why: 'One replica doubles what the slot can serve. It does nothing for writes.',
      source: 'Redis cluster specification, “Scaling reads using replica nodes”',
    },
    {
      id: 'copies',
      text: 'Or keep several copies of the key under different names; then check where they land.',
      why: 'Names hash blindly: ten random names reach {random:1} of ten nodes. Ten names that end in 0 to 9 reach only {digits:1}, because CRC16 of names that differ in one digit falls in few places. A hash tag chosen for each node puts one copy where you want it.',
      source: 'Counted with Redis’s own slot function',
    },
    {
      id: 'writes',
      text: 'Every copy must be written or invalidated: S copies, S writes.',
      why: 'Splitting helps reads and multiplies writes. A hot counter is split differently: add up partial counters when reading.',
      source: 'Direct consequence',
    },
  ],
  corrections: [
    {
      says: 'hot_key_probability = requests of the key ÷ all requests × number of nodes.',
      truth: 'That product is a load factor: with p = 0.5 and 10 nodes it is 5, which no probability can be.',
      source: 'Arithmetic',
      erratum: 'E20',
    },
    {
      says: 'Replicate the hot key to all nodes under its name.',
      truth: 'In Redis Cluster a name has one slot and one owner. Copies need different names, or live in the applications.',
      source: 'Redis cluster specification',
      erratum: 'E21',
    },
    {
      says: 'Run MONITOR to find hot keys.',
      truth: 'MONITOR streams every command and can halve the throughput of the node that is already suffering.',
      source: 'Redis documentation: MONITOR',
      erratum: 'E22',
    },
  ],
  choice: {
    ask: 'One key receives half of all reads, and its node is at its limit. Which step helps?',
    options: [
      {
        text: 'Double the number of shards.',
        right: false,
        why: 'It believes load divides by the number of nodes. The key stays in one slot on one node; only the cold keys spread further.',
      },
      {
        text: 'Ten copies under the suffixes 0 to 9: each of ten nodes gets one.',
        right: false,
        why: 'It believes names are dealt out like cards. They are hashed: some nodes get several, some none, and with single digits it is worse than chance.',
      },
      {
        text: 'Keep it in each application’s memory for one second.',
        right: true,
        why: 'The node then sees at most one read a second from each application, whatever the traffic. The price is a second of staleness.',
      },
      {
        text: 'Give its node a larger maxmemory.',
        right: false,
        why: 'It believes hot means big. The node lacks time on its one thread, not room.',
      },
    ],
  },
  numbers: [
    {
      id: 'spread',
      compute: 'spreadNodes',
      unit: 'nodes',
      tolerance: 0.03,
      digits: 1,
      plausible: [2, 20],
      ask: 'You store {copies} copies of a hot key under random names in a cluster of {nodes} equal primaries. How many different primaries hold a copy, on average?',
      params: { nodes: { from: 4, to: 20, step: 1 }, copies: { from: 5, to: 20, step: 1 } },
      steps: [
        'One copy misses a given node with chance 1 − 1/{nodes}; all {copies} miss it with chance (1 − 1/{nodes}) to the power {copies} = {miss:1} %.',
        'So {empty:2} of the {nodes} nodes are left without, and {nodes} − {empty:2} = {answer:2} hold one or more.',
      ],
      mistakes: [
        { value: 'oneEach', says: 'That would be one copy a node, dealt out in turn. Names are hashed, and some fall on the same node.' },
      ],
      source: 'Occupancy: N(1−(1−1/N)^S)',
      see: {
        scenario: 'stampede',
        hint: 'One key takes five of six reads here. Look at the operations a second beside each node.',
        setup: [],
      },
    },
    {
      id: 'node',
      compute: 'hotNode',
      unit: '× the mean',
      tolerance: 0.03,
      digits: 1,
      plausible: [1, 20],
      ask: 'One key receives {share} % of all requests, the rest spreads evenly over {nodes} primaries. How many times the mean load does the hot key’s primary carry?',
      params: { nodes: { from: 3, to: 24, step: 1 }, share: { from: 10, to: 70, step: 5 } },
      steps: [
        'In units of the mean, all load is {nodes}. The hot key brings {share} % of it: {hot:2}.',
        'Its node also carries its share of the rest, {rest:2}. Together {answer:2}.',
      ],
      mistakes: [{ value: 'factor', says: 'That is the hot key alone. Its node also serves its share of all the other keys.' }],
      source: 'Np + 1 − p',
      see: {
        scenario: 'stampede',
        hint: 'One key takes five of six reads here. Look at the operations a second beside each node.',
        setup: [],
      },
    },
  ],
}
