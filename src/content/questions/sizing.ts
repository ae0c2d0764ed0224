import type { Question } from './types.ts'

/** How much memory, how many machines. */

const SIX_MACHINES = { primaries: 3, memory: 16, replicas: 1, fragmentation: 1.2, free: 30 }
const TEN_GB = { data: 10, replicas: 1, fragmentation: 1.2, free: 30 }

export const capacity: Question = {
  id: 'q07-capacity',
  title: 'Usable capacity',
  prompt: 'You are given a number of machines for a cache cluster. How much data can it hold?',
  figures: {
    usable: { compute: 'usableMemory', params: SIX_MACHINES },
    third: { compute: 'usableMemory', params: SIX_MACHINES, value: 'thirdOff' },
    raw: { compute: 'usableMemory', params: SIX_MACHINES, value: 'raw' },
  },
  points: [
    {
      id: 'machines',
      text: 'Start from all machines: with r replicas each value is stored 1 + r times, so divide by that.',
      why: 'With one replica half of the memory holds copies. That is 50 %, not 33 %.',
      source: 'Counting',
    },
    {
      id: 'fragmentation',
      text: 'Divide by the fragmentation ratio: resident memory over what is stored.',
      why: 'A ratio of 1.2 means 1.2 bytes taken for each byte kept. It is a divisor; 1 − 1.2 would be less than nothing.',
      source: 'INFO memory: mem_fragmentation_ratio',
    },
    {
      id: 'headroom',
      text: 'Leave headroom for fork, buffers and growth, and say what it is for.',
      why: 'During a save or a full resynchronisation, changed pages exist twice; client buffers count as well.',
      source: 'Redis documentation: memory optimisation; ElastiCache: reserved memory',
    },
    {
      id: 'policy',
      text: 'Choose maxmemory and a policy. The default, noeviction, answers writes with an error.',
      why: 'A cache usually wants allkeys-lru or -lfu. Eviction begins at maxmemory, whatever headroom was planned.',
      source: 'Redis documentation: key eviction',
    },
    {
      id: 'overhead',
      text: 'Count what a key costs besides its value: tens of bytes for name, object, expiry and table.',
      why: 'With small values that can exceed the data. Measure with a sample and MEMORY USAGE.',
      source: 'Redis documentation: MEMORY USAGE',
    },
    {
      id: 'skew',
      text: 'Look at the fullest node, not at the mean.',
      why: 'Slots are even, keys are not: one big key, or one hash tag for everything, fills one node.',
      source: 'Incidents with one key for everything',
    },
  ],
  corrections: [
    {
      says: 'Three primaries of 16 GB with one replica each are 48 GB raw, minus a third for replication.',
      truth:
        'The replicas stand on three more machines: {raw:0} GB in all, half of it copies. Subtracting a third from the primaries counts them twice: {third:1} GB instead of {usable:1}.',
      source: 'Arithmetic',
      erratum: 'E01',
    },
    {
      says: 'Multiply by (1 − fragmentation).',
      truth: 'With the usual ratio of 1.2 the result is negative. Divide by the ratio.',
      source: 'Definition of mem_fragmentation_ratio',
      erratum: 'E02',
    },
    {
      says: 'Headroom of 30 % keeps the cache from evicting.',
      truth: 'Redis does not know of the plan. It evicts, or refuses, at maxmemory.',
      source: 'Redis documentation: key eviction',
      erratum: 'E49',
    },
  ],
  choice: {
    ask: 'Three primaries and three replicas, 16 GB each, fragmentation 1.2, 30 % kept free. How much data fits?',
    options: [
      {
        text: '{third:1} GB',
        right: false,
        why: 'It takes the three primaries as all there is and takes a third off for replicas. They have machines of their own.',
      },
      { text: '{usable:1} GB', right: true, why: 'Half of {raw:0} GB, divided by 1.2, and 70 % of that.' },
      {
        text: 'Twice {usable:1} GB',
        right: false,
        why: 'It counts replicas as room. They hold what their primary holds.',
      },
      {
        text: '{raw:0} GB',
        right: false,
        why: 'It adds up the machines. Copies, fragmentation and headroom come off.',
      },
    ],
  },
  numbers: [
    {
      id: 'usable',
      compute: 'usableMemory',
      unit: 'GB',
      tolerance: 0.01,
      digits: 1,
      plausible: [5, 1000],
      ask: '{primaries} primaries, replicas of each: {replicas}, every node on a machine with {memory} GB. Fragmentation ratio {fragmentation}, {free} % of memory kept free. How much data fits?',
      params: {
        primaries: { from: 3, to: 12, step: 1 },
        memory: { of: [8, 16, 32, 64] },
        replicas: { of: [1, 2] },
        fragmentation: { of: [1.1, 1.2, 1.3, 1.4, 1.5] },
        free: { of: [20, 25, 30, 40] },
      },
      steps: [
        '{machines} machines of {memory} GB are {raw} GB. What is not a copy is on the primaries: {own} GB.',
        'Each stored byte takes {fragmentation}: {own} ÷ {fragmentation} = {stored:1} GB.',
        'Of that {used} % may be used: {answer:1} GB.',
      ],
      mistakes: [
        { value: 'copiesAsRoom', says: 'That counts replicas as room. They hold the same data again.' },
        { value: 'thirdOff', says: 'That takes a third off the primaries’ memory for replicas. They have machines of their own.' },
        { value: 'replicasTwice', says: 'That takes the replicas off the primaries’ memory. They have machines of their own.' },
        { value: 'noFragmentation', says: 'That leaves out fragmentation: each byte kept takes more than one.' },
        { value: 'allUsed', says: 'That uses every last byte. The part kept free comes off.' },
      ],
      source: 'raw ÷ (1 + r) ÷ fragmentation × share used',
      see: {
        scenario: 'first-minute',
        hint: 'Select n1, then its replica n4: the same number of keys. A replica adds no room.',
        setup: [],
      },
    },
  ],
}

export const sizing: Question = {
  id: 'q20-sizing',
  title: 'Sizing a cluster',
  prompt: 'Size a Redis Cluster for 10 GB of data and 100 000 reads a second. What do you ask, and what do you buy?',
  figures: {
    total: { compute: 'rawMemory', params: TEN_GB },
    primaries: { compute: 'rawMemory', params: TEN_GB, value: 'one' },
  },
  points: [
    {
      id: 'ask',
      text: 'Ask first: value sizes, write share, growth, what a miss costs, how much loss is allowed.',
      why: 'Ten gigabytes of 100-byte values and of 1 MB values are different systems.',
      source: 'Interview practice',
    },
    {
      id: 'memory',
      text: 'Memory: data × copies × fragmentation ÷ share used.',
      why: 'For 10 GB, one replica, 1.2 and 30 % free: {primaries:1} GB on primaries, {total:1} GB in all.',
      source: 'The inverse of the capacity formula',
    },
    {
      id: 'reads',
      text: 'Reads: measure what one node does with your commands and sizes. Published figures are for small GETs.',
      why: 'Around 100 000 simple operations a second is a common order of magnitude for one thread, and pipelining, TLS or large values change it several times over.',
      source: 'Redis documentation: benchmarks',
    },
    {
      id: 'three',
      text: 'At least three primaries, so that the other two can outvote a dead one; replicas on other machines.',
      why: 'With two, the survivor is no majority and nobody is promoted.',
      source: 'Redis cluster specification',
    },
    {
      id: 'down',
      text: 'Size for one machine down: the rest must carry the load, and the database the misses.',
      why: 'Until the failover, a shard is unreachable. After it, that shard has one machine for writes and reads.',
      source: 'Failure drill in the lab',
    },
    {
      id: 'skew',
      text: 'Check the busiest shard against the limit, not the mean.',
      why: 'A single hot key cannot be spread by adding shards.',
      source: 'Np + 1 − p',
    },
  ],
  corrections: [
    {
      says: '10 GB + 30 % = 13 GB, 20 GB with a replica.',
      truth: 'Keeping 30 % free means dividing by 0.7, and fragmentation is missing: {primaries:1} GB, {total:1} GB with the replica.',
      source: 'Arithmetic',
      erratum: 'E03',
    },
    {
      says: 'In a cluster a single primary takes all writes.',
      truth: 'Each primary takes the writes of its slots. That is what sharding is for.',
      source: 'Redis cluster specification',
      erratum: 'E03',
    },
    {
      says: 'Use Cluster from 10 GB, or from 50 GB, or from ten nodes.',
      truth:
        'Such thresholds are opinions and contradict each other. Decide by memory, writes, commands on several keys, and what may fail together.',
      source: 'Two rules from one text',
      erratum: 'E47',
    },
  ],
  choice: {
    ask: '10 GB of data, one replica, fragmentation 1.2, 30 % kept free. How much memory do all machines need together?',
    options: [
      {
        text: '20 GB',
        right: false,
        why: 'It doubles the data and stops. Fragmentation and headroom are still missing; the machines would be full before the data is in.',
      },
      {
        text: '26 GB',
        right: false,
        why: 'It adds 30 % and doubles. Thirty per cent kept free is a division by 0.7, and fragmentation is missing.',
      },
      { text: '{total:1} GB', right: true, why: '10 × 2 copies × 1.2 ÷ 0.7.' },
      {
        text: '{primaries:1} GB',
        right: false,
        why: 'That is the primaries’ part. Each replica needs the same again.',
      },
    ],
  },
  numbers: [
    {
      id: 'raw',
      compute: 'rawMemory',
      unit: 'GB',
      tolerance: 0.01,
      digits: 1,
      plausible: [10, 1500],
      ask: '{data} GB of data, replicas of each primary: {replicas}, fragmentation ratio {fragmentation}, {free} % of memory kept free. How much memory do all machines need together?',
      params: {
        data: { from: 5, to: 150, step: 5 },
        replicas: { of: [1, 2] },
        fragmentation: { of: [1.1, 1.2, 1.3, 1.4, 1.5] },
        free: { of: [20, 25, 30, 40] },
      },
      steps: [
        'Fragmentation makes {data} GB into {resident:1} GB.',
        'That may fill {used} % of a machine: {resident:1} ÷ {used} % = {one:1} GB for one copy.',
        '{copies} copies: {answer:1} GB.',
      ],
      mistakes: [
        { value: 'one', says: 'That is one copy. The replicas need the same each.' },
        { value: 'percentAdded', says: 'That adds the free part as a percentage. To keep a part free, divide by the part that is used.' },
        { value: 'noFragmentation', says: 'That leaves out fragmentation.' },
      ],
      source: 'D(1 + r) × fragmentation ÷ share used',
      see: {
        scenario: 'first-minute',
        hint: 'Select n1 and its replica n4: the same keys on both. Every copy needs its own memory.',
        setup: [],
      },
    },
    {
      id: 'shards',
      compute: 'leastShards',
      unit: 'shards',
      tolerance: 0,
      digits: 0,
      plausible: [3, 40],
      ask: '{data} GB of data, fragmentation {fragmentation}, {free} % kept free; {reads} 000 reads a second, spread evenly. Machines have {memory} GB and serve {each} 000 reads a second. Each shard has a primary and a replica, and both may serve reads. How many shards, at least, so that any one machine may fail?',
      params: {
        data: { from: 20, to: 150, step: 10 },
        memory: { of: [16, 32] },
        fragmentation: { of: [1.2, 1.4] },
        free: { of: [25, 30] },
        reads: { from: 150, to: 900, step: 50 },
        each: { of: [80, 100, 120] },
      },
      steps: [
        'Memory: a machine holds {usable:1} GB of data, so {data} GB need {forMemory} shards.',
        'Reads: when one machine fails, its shard has one left. So one machine a shard must be enough: {reads} ÷ {each}, rounded up: {forReads}.',
        'The larger counts, and a cluster wants three at least: {answer} shards, {machines} machines.',
      ],
      mistakes: [
        { value: 'bothCopies', says: 'That lets both machines of a shard share the reads, and has nothing left when one fails.' },
        { value: 'machinesForShards', says: 'That is the number of machines; asked for are shards.' },
      ],
      source: 'max(memory, reads with one machine down, 3)',
      see: {
        scenario: 'first-minute',
        hint: 'Let readers use replicas in the knobs, then crash one: its partner carries the shard.',
        setup: [{ type: 'policy', process: '*', set: { readFrom: 'replica' } }],
      },
    },
  ],
}
