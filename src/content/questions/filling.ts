import type { Question } from './types.ts'

/** How values come into the cache and leave it: fills, stampedes, coherence. */

export const cachePatterns: Question = {
  id: 'q02-cache-patterns',
  title: 'Cache-aside, read-through, write-through',
  prompt: 'Compare cache-aside, read-through and write-through. When would you use each?',
  points: [
    {
      id: 'aside',
      text: 'Cache-aside: the application looks in the cache, asks the database on a miss, and fills the cache itself.',
      why: 'The most common pattern. It needs nothing from the cache but GET, SET and DEL, and a dead cache is survivable: the database still answers.',
      source: 'Common usage',
    },
    {
      id: 'through',
      text: 'Read-through: the cache fetches on a miss. The application knows one address.',
      why: 'Simpler callers, and one place that can merge concurrent misses. The loader must know every kind of value.',
      source: 'Common usage',
    },
    {
      id: 'write',
      text: 'Write-through: a write goes to the cache, which writes the database before it answers.',
      why: 'What was written can be read at once. Each write pays both, and values are cached that nobody may read.',
      source: 'Common usage',
    },
    {
      id: 'behind',
      text: 'Write-behind answers first and writes the database later: fast, and a crash loses what waited.',
      why: 'Often forgotten in the list. It turns the cache into the place where the newest truth lives, unprotected.',
      source: 'Common usage',
    },
    {
      id: 'delete',
      text: 'In cache-aside, a write updates the database first and then deletes the cached copy.',
      why: 'Two writers that overwrite the copy may do so in the wrong order. Deletes can come in either order.',
      source: 'Nishtala et al., NSDI 2013',
    },
    {
      id: 'race',
      text: 'Name the stale-set race: a slow filler stores an old value after the delete.',
      why: 'It read the row before the update and its SET arrives after the DEL. The old value then stays for a whole TTL. A token from the miss (a lease), or a version compared on SET, prevents it.',
      source: 'Nishtala et al., NSDI 2013',
    },
  ],
  corrections: [
    {
      says: 'Write-through means writing to all cache nodes.',
      truth: 'That is writing to all replicas. Write-through says how a write travels: through the cache into the database.',
      source: 'Common usage',
      erratum: 'E58',
    },
    {
      says: 'Caches need version vectors.',
      truth:
        'With one database deciding, one growing version number a row is enough. Vectors serve several writers who cannot ask each other.',
      source: 'One writer orders its own updates',
      erratum: 'E15',
    },
  ],
  choice: {
    ask: 'A row is updated in the database and its cached copy is deleted. Can a reader still get the old value for minutes?',
    options: [
      {
        text: 'No: cache-aside deletes after the write, so the next read is fresh.',
        right: false,
        why: 'It believes a fill happens in one moment. A fill that read the row before the update may store it after the delete.',
      },
      {
        text: 'Yes: a fill that began before the update may end after the delete.',
        right: true,
        why: 'The window is short, from reading the row to the SET’s arrival, but what it leaves behind lives for a whole TTL.',
      },
      {
        text: 'Only with write-through; it is the stale one.',
        right: false,
        why: 'It mixes up two things. Write-through keeps the shared copy current, and still says nothing about other copies, such as each application’s own.',
      },
      {
        text: 'No, if the TTL is longer than the window.',
        right: false,
        why: 'It believes a long TTL protects. It is the TTL that keeps the mistake alive: shorter bounds the harm, longer stretches it.',
      },
    ],
  },
  numbers: [
    {
      id: 'stale',
      compute: 'staleFills',
      unit: 'fills an hour',
      tolerance: 0.04,
      digits: 1,
      plausible: [0.5, 1200],
      ask: 'Rows like this one are updated {updates} times a minute each, at random. A fill needs {window} ms from reading the row to storing it. There are {fills} fills an hour. How many store a value that is already old?',
      params: {
        updates: { from: 6, to: 60, step: 3 },
        window: { from: 20, to: 200, step: 10 },
        fills: { from: 1000, to: 6000, step: 500 },
      },
      steps: [
        'Updates come at {updates} ÷ 60 = {rate:2} a second; in {seconds:2} s one expects {expected:4}.',
        'The chance that at least one falls inside is 1 − e^(−{expected:4}) = {share:2} %.',
        'Of {fills} fills: {answer:1} an hour. With a lease or a version check: none.',
      ],
      mistakes: [{ value: 'minute', says: 'That takes updates a minute for updates a second. Divide by 60 first.' }],
      source: '1 − e^(−uw) for updates at random; Nishtala et al. 2013 for the race',
      see: { scenario: 'invalidation', hint: 'Press R to update a row a few times, and look for stale reads on the charts.', setup: [] },
    },
  ],
}

export const stampedes: Question = {
  id: 'q03-stampedes',
  title: 'Stampedes',
  prompt: 'A popular key expires and the database is flooded with the same query. How do you prevent that?',
  figures: {
    all: { compute: 'stampede', params: { rate: 50, took: 1000 } },
    sleepers: { compute: 'sleepOnceLock', params: { rate: 100, took: 1000 } },
    unlocked: { compute: 'sleepOnceLock', params: { rate: 100, took: 1000 }, value: 'unlocked' },
  },
  points: [
    {
      id: 'why',
      text: 'Say what happens: everyone who comes while the first query is away misses too, 1 + λΔ queries.',
      why: 'At 50 reads a second and a query of one second that is {all:0} queries for one row.',
      source: 'Vattani et al., VLDB 2015, §1',
    },
    {
      id: 'flight',
      text: 'Single-flight: inside a process, later misses wait for the first one’s fetch.',
      why: 'No other machine takes part. As many queries as processes, however large the load.',
      source: 'Counted in the lab: five applications, five queries',
    },
    {
      id: 'lock',
      text: 'A lock in the cache: one fills, the others look again until the value is there.',
      why: 'The lock needs a token, so that only its owner releases it, and a life longer than the query. The winner should look once more before it asks.',
      source: 'Redis documentation: distributed locks',
    },
    {
      id: 'early',
      text: 'Refresh early: XFetch, or serve the old value while one refreshes.',
      why: 'Then the key is not gone when the refresh begins. It does not help a key that was deleted or evicted.',
      source: 'Vattani et al. 2015; RFC 5861 for stale-while-revalidate',
    },
    {
      id: 'lease',
      text: 'A lease: the cache gives one reader a token to fill with, and tells the others to wait or take the old value.',
      why: 'The cache itself merges the misses, and the token also stops stale sets.',
      source: 'Nishtala et al., NSDI 2013',
    },
    {
      id: 'jitter',
      text: 'Jitter on TTLs keeps many keys from expiring together. One hot key needs the other remedies.',
      why: 'Two different stampedes: a thousand keys at one moment, or one key with a thousand readers.',
      source: 'Expiry rate K/(2jT)',
    },
  ],
  corrections: [
    {
      says: 'A lock whose losers sleep 100 ms once guarantees one query.',
      truth:
        'Who wakes before the fill is done asks too: at 100 reads a second and one second, {sleepers:0} queries instead of {unlocked:0}.',
      source: '1 + λ(Δ − 0.1)',
      erratum: 'E30',
    },
    {
      says: 'Release the lock with DEL in a finally block.',
      truth: 'When it has expired meanwhile, that deletes another’s lock. Compare the token and delete in one script.',
      source: 'Redis documentation: distributed locks',
      erratum: 'E31',
    },
    {
      says: 'Use Redis’s get_with_lease.',
      truth: 'There is no such command. Leases are memcached’s, as Facebook changed it; on Redis one builds them from SET NX and a script.',
      source: 'Redis command list; Nishtala et al. 2013',
      erratum: 'E32',
    },
  ],
  choice: {
    ask: 'One hot key, fifty readers a second, a query of one second. Which measure alone leaves about fifty queries?',
    options: [
      {
        text: 'Single-flight in each of five applications.',
        right: false,
        why: 'It believes only a shared lock can merge requests. Each application merges its own: five queries.',
      },
      {
        text: 'A lock whose losers look again until the value is there.',
        right: false,
        why: 'It believes that the losers go on to the database. They wait: one query.',
      },
      {
        text: 'Random jitter on the TTL.',
        right: true,
        why: 'Jitter moves the moment when this one key expires. Whenever that is, fifty readers are there. It helps when many keys would expire together.',
      },
      {
        text: 'Serving the old value while one request refreshes.',
        right: false,
        why: 'It believes that readers must wait for a refresh. They are given the old value meanwhile: one query.',
      },
    ],
  },
  numbers: [
    {
      id: 'none',
      compute: 'stampede',
      unit: 'queries',
      tolerance: 0.03,
      digits: 0,
      plausible: [10, 1000],
      ask: '{rate} reads a second want one key. It expires; its query takes {took} ms and nobody waits for anybody. How many queries reach the database, on average?',
      params: { rate: { from: 40, to: 300, step: 10 }, took: { from: 400, to: 2000, step: 100 } },
      steps: [
        'The first reader finds nothing and asks: 1.',
        'Until its answer is stored, {seconds:1} s, all others miss as well: {rate} × {seconds:1} = {meanwhile:0}.',
        'Together {answer:0}.',
      ],
      mistakes: [{ value: 'rateAlone', says: 'That is one second’s worth. What counts is how many come while the query is away.' }],
      source: '1 + λΔ: Vattani et al., VLDB 2015, §1',
      see: { scenario: 'stampede', hint: 'Press E to expire the hot key, and count the queries at the database.', setup: [] },
    },
    {
      id: 'sleep',
      compute: 'sleepOnceLock',
      unit: 'queries',
      tolerance: 0.03,
      digits: 0,
      plausible: [10, 600],
      ask: 'Now there is a lock, but losers sleep 100 ms once and then query the database if the value is not there. {rate} reads a second, a query of {took} ms: how many queries?',
      params: { rate: { from: 40, to: 300, step: 10 }, took: { from: 400, to: 2000, step: 100 } },
      steps: [
        'The lock’s owner asks: 1.',
        'A loser that comes in the first {rest:1} s wakes before the value is there, and asks: {rate} × {rest:1} = {meanwhile:0}.',
        'Together {answer:0}. Losers that look again until the value is there would leave 1.',
      ],
      mistakes: [
        { value: 'one', says: 'One is what a good lock gives. Here the losers give up waiting after 100 ms.' },
        { value: 'unlocked', says: 'That is without a lock. Those who come in the last 100 ms do find the value when they wake.' },
      ],
      source: '1 + λ(Δ − 0.1)',
      see: {
        scenario: 'stampede',
        hint: 'The lab’s lock waits properly. Press E, and compare: one query.',
        setup: [{ type: 'policy', process: '*', set: { fill: 'lock' } }],
      },
    },
  ],
}

export const coherence: Question = {
  id: 'q05-coherence',
  title: 'Keeping copies coherent',
  prompt: 'Your applications keep small caches of their own in front of Redis. How do you keep the copies coherent?',
  points: [
    {
      id: 'who',
      text: 'Say which copies there are: a sharded key has one owner; replicas and each application’s L1 are the copies.',
      why: 'Adding shards creates no second copy. Adding applications with an L1 does.',
      source: 'Redis cluster specification',
    },
    {
      id: 'order',
      text: 'Update the database, delete from Redis, and only then tell the L1s.',
      why: 'Told before the delete, an L1 may refill itself from the old copy that is still in Redis.',
      source: 'Order of deletes; can be replayed in the lab',
    },
    {
      id: 'pubsub',
      text: 'Publish and subscribe is at most once: who is disconnected never hears.',
      why: 'So each L1 entry needs a TTL as well, and an L1 should be emptied when its subscription was lost.',
      source: 'Redis documentation: Pub/Sub, delivery semantics',
    },
    {
      id: 'bound',
      text: 'Bound the harm: a short L1 TTL, or a reconciliation every so often.',
      why: 'With a check every R seconds, no lost message hurts longer than R, and half of that on average.',
      source: 'Uniform waiting time',
    },
    {
      id: 'version',
      text: 'A version with each value stops an older one from overwriting a newer.',
      why: 'One database numbers its updates; compare on SET.',
      source: 'Nishtala et al., NSDI 2013, on leases and versions',
    },
    {
      id: 'better',
      text: 'Know the stronger tools: client tracking in Redis, or invalidations read from the database’s log.',
      why: 'Tracking ties invalidation to what a connection has read, and a lost connection is noticed. The log forgets nothing that was committed.',
      source: 'Redis documentation: client-side caching; Nishtala et al. 2013 on mcsqueal',
    },
  ],
  corrections: [
    {
      says: 'Publish first, then delete the key.',
      truth: 'Between the two, a listener can refill from the copy that is about to go. Delete, then publish.',
      source: 'Can be replayed in the lab',
      erratum: 'E13',
    },
    {
      says: 'Subscribe on every node of the cluster, and delete the key on each.',
      truth:
        'A cluster passes PUBLISH to all its nodes: one subscription hears everything, N of them hear it N times. And a key is on one node.',
      source: 'Redis cluster specification, “Publish/Subscribe”',
      erratum: 'E12',
    },
    {
      says: 'Consistent hashing is a way to keep caches coherent.',
      truth: 'It says where a key lives. Two clients with different views of the ring create two copies.',
      source: 'Twemproxy, notes on ejecting hosts',
      erratum: 'E11',
    },
    {
      says: 'Writing to all nodes gives strong consistency.',
      truth: 'Without an agreed order, two writers at once can leave different values on different nodes.',
      source: 'Two writers, jitter, no commit',
      erratum: 'E17',
    },
  ],
  choice: {
    ask: 'An application was disconnected from Redis for five seconds and is back. What of the invalidations sent meanwhile?',
    options: [
      {
        text: 'Redis delivers them when it reconnects.',
        right: false,
        why: 'It believes a channel is a queue. Redis keeps nothing for subscribers who are away.',
      },
      {
        text: 'They are lost; its L1 must be emptied, or its entries must expire soon.',
        right: true,
        why: 'It cannot know what it missed. Dropping everything is cheap, and right.',
      },
      {
        text: 'The publisher sees that nobody answered, and sends them again.',
        right: false,
        why: 'It believes PUBLISH waits for answers. It returns how many subscribers of that node were handed the message, no more.',
      },
      {
        text: 'They do not matter: the key was deleted in Redis.',
        right: false,
        why: 'It believes there is one copy. The one in its own memory was not touched.',
      },
    ],
  },
  numbers: [
    {
      id: 'missed',
      compute: 'missedInvalidation',
      unit: '%',
      tolerance: 0.03,
      digits: 1,
      plausible: [0.5, 95],
      ask: '{listeners} applications keep a copy. Each misses an invalidation with a chance of {loss} %, independently. How likely is it that at least one copy stays stale after an update?',
      params: { listeners: { from: 4, to: 30, step: 1 }, loss: { of: [0.5, 1, 2, 3, 5, 8] } },
      steps: [
        'One hears it with a chance of {heard} %.',
        'All {listeners} hear it with {heard} % to the power {listeners}: {allHear:1} %.',
        'So at least one does not with 100 − {allHear:1} = {answer:1} %.',
      ],
      mistakes: [
        {
          value: 'sum',
          says: 'Adding up the chances counts an update twice when two copies miss it. Multiply the chances of hearing instead.',
        },
        { value: 'one', says: 'That is the chance for one copy. There are more who may miss it.' },
      ],
      source: '1 − (1 − p)^m',
      see: {
        scenario: 'invalidation',
        hint: 'app2 has lost its subscription. Press R to update a row, and see who still serves the old one.',
        setup: [{ type: 'subscription', process: 'app2', on: false }],
      },
    },
  ],
}

export const xfetchOrLocks: Question = {
  id: 'q14-xfetch-or-locks',
  title: 'XFetch or locks',
  prompt: 'How does probabilistic early expiration (XFetch) work, and when would you rather take a lock?',
  figures: {
    mean: { compute: 'xfetchMean', params: { beta: 1 } },
    one: { compute: 'xfetchOne', params: { beta: 1 } },
  },
  points: [
    {
      id: 'rule',
      text: 'The rule: refresh when now − Δ·β·ln(rand) is past the expiry; Δ is what the last fill took.',
      why: 'ln(rand) is negative, so the reader looks a random while ahead, longer for expensive values. β = 1 is the usual choice.',
      source: 'Vattani, Chierichetti, Lowenstein, VLDB 2015',
    },
    {
      id: 'delta',
      text: 'Δ matters: a value that takes a second to make is refreshed seconds early, a cheap one at the last moment.',
      why: 'A formula with age and TTL alone does not know how long a fill takes. On a hot key it refreshes far too early, on an expensive one too late.',
      source: 'Vattani et al. 2015, compared in the lab’s laws',
    },
    {
      id: 'several',
      text: 'It prevents a crowd, not a second: on average e^(1/β) readers refresh.',
      why: 'With β = 1 that is {mean:2} queries a cycle, and exactly one in {one:0} % of cycles.',
      source: 'Geometric under Poisson arrivals; drawn here with the engine’s rule',
    },
    {
      id: 'free',
      text: 'It needs no coordination: no lock to leak, nobody waits.',
      why: 'Each reader decides alone, with a die and the time stored beside the value.',
      source: 'Vattani et al. 2015',
    },
    {
      id: 'cold',
      text: 'It cannot help a key that was deleted, evicted or never there. A lock can.',
      why: 'There is no old value to serve and no expiry to be early for.',
      source: 'Follows from the rule',
    },
    {
      id: 'both',
      text: 'Together: XFetch while the value lives, single-flight or a lock for a real miss.',
      why: 'They guard different moments.',
      source: 'Common practice',
    },
  ],
  corrections: [
    {
      says: 'XFetch refreshes with probability β·(age/TTL)².',
      truth: 'That is another formula. XFetch compares now − Δβ·ln(rand) with the expiry, and knows how long a fill takes.',
      source: 'Vattani et al. 2015',
      erratum: 'E27',
    },
    {
      says: 'XFetch lets exactly one request refresh.',
      truth: 'Until the first refresh is stored, others may throw low as well: {mean:2} on average with β = 1.',
      source: 'Geometric law e^(1/β)',
      erratum: 'E29',
    },
  ],
  choice: {
    ask: 'A hot key is deleted by an update, at full load. What does XFetch do for it?',
    options: [
      {
        text: 'One reader refreshes it early, the others read on.',
        right: false,
        why: 'It believes XFetch watches over the key. It acts in readers who find a value, and there is none.',
      },
      {
        text: 'Nothing: there is no value and no expiry to be early for. All readers miss.',
        right: true,
        why: 'The die is thrown beside a cached value. A deleted key needs single-flight, a lock or a lease.',
      },
      {
        text: 'It lets about three readers query, as always.',
        right: false,
        why: 'It takes the mean of an expiry for a rule about misses. On a miss everyone asks: 1 + λΔ.',
      },
      {
        text: 'It serves the old value until the refresh is done.',
        right: false,
        why: 'It mixes XFetch with stale-while-revalidate. The delete removed the old value.',
      },
    ],
  },
  numbers: [
    {
      id: 'mean',
      compute: 'xfetchMean',
      unit: 'queries a cycle',
      tolerance: 0.03,
      digits: 2,
      plausible: [1, 8],
      ask: 'XFetch with β = {beta} on a busy key: how many requests recompute the value each time it nears its end, on average?',
      params: { beta: { of: [0.5, 0.6, 0.75, 0.8, 1, 1.25, 1.5, 2, 2.5, 3] } },
      steps: [
        'While the first is recomputing, the rate of others who throw low grows; the count is geometric with chance e^(−1/β) = e^(−{inverse:2}) = {chance:1} % to stop at each.',
        'Its mean is e^(1/β) = e^{inverse:2} = {answer:2}.',
      ],
      mistakes: [
        {
          value: 'one',
          says: 'Exactly one would need coordination. Each reader decides alone, so a second may join before the first is done.',
        },
      ],
      source: 'e^(1/β), for λΔβ·e^(−1/β) ≥ 3',
      see: {
        scenario: 'stampede',
        hint: 'Values live 20 s here and readers throw XFetch’s die. Watch the database: a few queries each cycle, no crowd.',
        setup: [{ type: 'policy', process: '*', set: { fill: 'xfetch', beta: 1, ttl: 20_000_000 } }, { type: 'expireHot' }],
      },
    },
    {
      id: 'one',
      compute: 'xfetchOne',
      unit: '%',
      tolerance: 0.03,
      digits: 1,
      plausible: [10, 75],
      ask: 'XFetch with β = {beta} on a busy key: in how many per cent of cycles does exactly one request recompute?',
      params: { beta: { of: [0.5, 0.6, 0.75, 0.8, 1, 1.25, 1.5, 2, 2.5, 3] } },
      steps: [
        'The count is geometric and stops at one with chance e^(−1/β): e^(−{inverse:2}) = {answer:1} %.',
        'A larger β makes the first one earlier and more often alone; the value is then younger than it had to be.',
      ],
      mistakes: [
        { value: 'certain', says: 'Nothing makes sure of it: the readers do not know of each other.' },
        { value: 'mean', says: 'That is the mean number of queries. Asked for is the chance that there is just one.' },
      ],
      source: 'e^(−1/β)',
      see: {
        scenario: 'stampede',
        hint: 'Values live 20 s here and readers throw XFetch’s die. Watch the database each cycle.',
        setup: [{ type: 'policy', process: '*', set: { fill: 'xfetch', beta: 1, ttl: 20_000_000 } }, { type: 'expireHot' }],
      },
    },
  ],
}
