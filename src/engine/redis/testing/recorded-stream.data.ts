/** One case: what is said, what the replicas of a real server heard, and by how many bytes its offset grew. */
export interface StreamCase {
  name: string
  /** `say`: a command and its reply; `later N`: another client's, which waits; `expired`: keys that have expired and are still there. */
  steps: readonly (readonly string[])[]
  stream: readonly string[]
  bytes: number
}

/** The replication stream of a redis-server 7.0.15, one case after another on one server; <ms> stands for a Unix time. */
export const RECORDED_STREAM: readonly StreamCase[] = [
  { name: 'one command', steps: [['say', 'SET', 'a', '1']], stream: ['SELECT 0', 'SET a 1'], bytes: 50 },
  {
    name: 'a transaction of one write',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', '2'],
      ['say', 'GET', 'a'],
      ['say', 'EXEC'],
    ],
    stream: ['SET a 2'],
    bytes: 27,
  },
  {
    name: 'a transaction of two writes',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', '2'],
      ['say', 'GET', 'a'],
      ['say', 'SET', 'b', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'SET a 2', 'SET b 1', 'EXEC'],
    bytes: 83,
  },
  {
    name: 'a transaction of reads',
    steps: [
      ['say', 'MULTI'],
      ['say', 'GET', 'a'],
      ['say', 'GET', 'b'],
      ['say', 'EXEC'],
    ],
    stream: [],
    bytes: 0,
  },
  {
    name: 'a transaction that chooses databases',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', '2'],
      ['say', 'SELECT', '1'],
      ['say', 'SET', 'b', '1'],
      ['say', 'SELECT', '2'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'SET a 2', 'SELECT 1', 'SET b 1', 'EXEC'],
    bytes: 106,
  },
  {
    name: 'a transaction in another database than the stream',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', '2'],
      ['say', 'SELECT', '0'],
      ['say', 'SET', 'b', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['SELECT 2', 'MULTI', 'SET a 2', 'SELECT 0', 'SET b 1', 'EXEC'],
    bytes: 129,
  },
  {
    name: 'a discarded transaction',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', '2'],
      ['say', 'SET', 'b', '1'],
      ['say', 'DISCARD'],
    ],
    stream: [],
    bytes: 0,
  },
  {
    name: 'an aborted transaction',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', '2'],
      ['say', 'SET', 'b', '1'],
      ['say', 'NOSUCH'],
      ['say', 'EXEC'],
    ],
    stream: [],
    bytes: 0,
  },
  {
    name: 'a transaction whose command fails',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'a', 'x'],
      ['say', 'INCR', 'a'],
      ['say', 'SET', 'b', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'SET a x', 'SET b 1', 'EXEC'],
    bytes: 83,
  },
  { name: 'a script of one write', steps: [['say', 'EVAL', "redis.call('set','a',1)", '0']], stream: ['set a 1'], bytes: 27 },
  {
    name: 'a script of two writes',
    steps: [['say', 'EVAL', "redis.call('set',KEYS[1],1) redis.call('set',KEYS[2],2)", '2', 'a', 'b']],
    stream: ['MULTI', 'set a 1', 'set b 2', 'EXEC'],
    bytes: 83,
  },
  {
    name: 'a script that fails after two writes',
    steps: [['say', 'EVAL', "redis.call('set',KEYS[1],1) redis.call('set',KEYS[2],2) error('x')", '2', 'a', 'b']],
    stream: ['MULTI', 'set a 1', 'set b 2', 'EXEC'],
    bytes: 83,
  },
  {
    name: 'a script that chooses a database',
    steps: [
      ['say', 'EVAL', "redis.call('set','a',1) redis.call('select',3) redis.call('set','b',1)", '0'],
      ['say', 'SET', 'c', '1'],
    ],
    stream: ['MULTI', 'set a 1', 'SELECT 3', 'set b 1', 'EXEC', 'SELECT 0', 'SET c 1'],
    bytes: 156,
  },
  {
    name: 'a script in a transaction',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SET', 'c', '1'],
      ['say', 'EVAL', "redis.call('set',KEYS[1],1) redis.call('set',KEYS[2],2)", '2', 'a', 'b'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'SET c 1', 'set a 1', 'set b 2', 'EXEC'],
    bytes: 110,
  },
  {
    name: 'a script of one write in a transaction',
    steps: [
      ['say', 'MULTI'],
      ['say', 'EVAL', "redis.call('set','a',1)", '0'],
      ['say', 'EXEC'],
    ],
    stream: ['set a 1'],
    bytes: 27,
  },
  { name: 'a script of no write', steps: [['say', 'EVAL', "return redis.call('get','a')", '0']], stream: [], bytes: 0 },
  {
    name: 'the last of a set, taken at random',
    steps: [
      ['say', 'DEL', 's'],
      ['say', 'SADD', 's', '1'],
      ['say', 'SPOP', 's'],
    ],
    stream: ['SADD s 1', 'SREM s 1'],
    bytes: 56,
  },
  {
    name: 'a whole set, taken at random',
    steps: [
      ['say', 'SADD', 's', '1', '2', '3'],
      ['say', 'SPOP', 's', '3'],
    ],
    stream: ['SADD s 1 2 3', 'DEL s'],
    bytes: 62,
  },
  {
    name: 'a whole set of one, taken at random',
    steps: [
      ['say', 'SADD', 's', '1'],
      ['say', 'SPOP', 's', '1'],
    ],
    stream: ['SADD s 1', 'DEL s'],
    bytes: 48,
  },
  { name: 'publish', steps: [['say', 'PUBLISH', 'ch', 'm']], stream: ['PUBLISH ch m'], bytes: 32 },
  {
    name: 'publish twice',
    steps: [
      ['say', 'MULTI'],
      ['say', 'PUBLISH', 'ch', 'm'],
      ['say', 'PUBLISH', 'ch', 'm2'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'PUBLISH ch m', 'PUBLISH ch m2', 'EXEC'],
    bytes: 94,
  },
  {
    name: 'flush and write',
    steps: [
      ['say', 'MULTI'],
      ['say', 'FLUSHALL'],
      ['say', 'SET', 'a', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'FLUSHALL', 'SET a 1', 'EXEC'],
    bytes: 74,
  },
  {
    name: 'expired: read',
    steps: [
      ['expired', 'e1'],
      ['say', 'GET', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: read in a transaction',
    steps: [
      ['expired', 'e1'],
      ['say', 'MULTI'],
      ['say', 'GET', 'e1'],
      ['say', 'EXEC'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: read in a transaction that writes',
    steps: [
      ['expired', 'e1'],
      ['say', 'MULTI'],
      ['say', 'GET', 'e1'],
      ['say', 'SET', 'q', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'SET q 1', 'EXEC'],
    bytes: 135,
  },
  {
    name: 'expired: read by a script',
    steps: [
      ['expired', 'e1'],
      ['say', 'EVAL', "return redis.call('get','e1')", '0'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: overwritten',
    steps: [
      ['expired', 'e1'],
      ['say', 'SET', 'e1', '5'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'SET e1 5', 'EXEC'],
    bytes: 136,
  },
  {
    name: 'expired: counted up',
    steps: [
      ['expired', 'e1'],
      ['say', 'INCR', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'INCR e1', 'EXEC'],
    bytes: 130,
  },
  {
    name: 'expired: two read',
    steps: [
      ['expired', 'e1', 'e2'],
      ['say', 'EXISTS', 'e1', 'e2'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET e2 1 PXAT <ms>', 'MULTI', 'DEL e1', 'DEL e2', 'EXEC'],
    bytes: 187,
  },
  {
    name: 'expired: three read',
    steps: [
      ['expired', 'e1', 'e2', 'e3'],
      ['say', 'MGET', 'e1', 'e2', 'e3'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET e2 1 PXAT <ms>', 'SET e3 1 PXAT <ms>', 'MULTI', 'DEL e1', 'DEL e2', 'DEL e3', 'EXEC'],
    bytes: 266,
  },
  {
    name: 'expired: two deleted',
    steps: [
      ['expired', 'e1', 'e2'],
      ['say', 'DEL', 'e1', 'e2'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET e2 1 PXAT <ms>', 'MULTI', 'DEL e1', 'DEL e2', 'EXEC'],
    bytes: 187,
  },
  {
    name: 'expired: deleted',
    steps: [
      ['expired', 'e1'],
      ['say', 'DEL', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: unlinked',
    steps: [
      ['expired', 'e1', 'e2'],
      ['say', 'UNLINK', 'e1', 'e2'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET e2 1 PXAT <ms>', 'MULTI', 'DEL e1', 'DEL e2', 'EXEC'],
    bytes: 187,
  },
  {
    name: 'expired: touched',
    steps: [
      ['expired', 'e1', 'e2'],
      ['say', 'TOUCH', 'e1', 'e2'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET e2 1 PXAT <ms>', 'MULTI', 'DEL e1', 'DEL e2', 'EXEC'],
    bytes: 187,
  },
  {
    name: 'expired: several overwritten',
    steps: [
      ['expired', 'e1', 'e2'],
      ['say', 'MSET', 'e1', '1', 'e2', '1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET e2 1 PXAT <ms>', 'MULTI', 'DEL e1', 'DEL e2', 'MSET e1 1 e2 1', 'EXEC'],
    bytes: 231,
  },
  {
    name: 'expired: pushed to',
    steps: [
      ['expired', 'e1'],
      ['say', 'LPUSH', 'e1', 'a'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'LPUSH e1 a', 'EXEC'],
    bytes: 138,
  },
  {
    name: 'expired: renamed onto',
    steps: [
      ['expired', 'e1'],
      ['say', 'SET', 'z', '1'],
      ['say', 'RENAME', 'z', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET z 1', 'MULTI', 'DEL e1', 'RENAME z e1', 'EXEC'],
    bytes: 166,
  },
  {
    name: 'expired: copied onto',
    steps: [
      ['expired', 'e1'],
      ['say', 'SET', 'z', '1'],
      ['say', 'COPY', 'z', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SET z 1', 'MULTI', 'DEL e1', 'COPY z e1', 'EXEC'],
    bytes: 164,
  },
  {
    name: 'expired: set if not there',
    steps: [
      ['expired', 'e1'],
      ['say', 'SETNX', 'e1', '1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'SETNX e1 1', 'EXEC'],
    bytes: 138,
  },
  {
    name: 'expired: old value asked',
    steps: [
      ['expired', 'e1'],
      ['say', 'GETSET', 'e1', '1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'SET e1 1', 'EXEC'],
    bytes: 136,
  },
  {
    name: 'expired: several, if none is there',
    steps: [
      ['expired', 'e1'],
      ['say', 'MSETNX', 'e1', '1', 'e9', '1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'MSETNX e1 1 e9 1', 'EXEC'],
    bytes: 154,
  },
  {
    name: 'expired: a time to live asked',
    steps: [
      ['expired', 'e1'],
      ['say', 'TTL', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: a time to live given',
    steps: [
      ['expired', 'e1'],
      ['say', 'EXPIRE', 'e1', '100'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: persist',
    steps: [
      ['expired', 'e1'],
      ['say', 'PERSIST', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: type',
    steps: [
      ['expired', 'e1'],
      ['say', 'TYPE', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'DEL e1'],
    bytes: 79,
  },
  {
    name: 'expired: set with a time',
    steps: [
      ['expired', 'e1'],
      ['say', 'SETEX', 'e1', '10', 'a'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'MULTI', 'DEL e1', 'SET e1 a PXAT <ms>', 'EXEC'],
    bytes: 166,
  },
  {
    name: 'expired: sort into',
    steps: [
      ['expired', 'e1'],
      ['say', 'DEL', 'l'],
      ['say', 'RPUSH', 'l', '2', '1'],
      ['say', 'SORT', 'l', 'STORE', 'e1'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'RPUSH l 2 1', 'MULTI', 'DEL e1', 'SORT l STORE e1', 'EXEC'],
    bytes: 184,
  },
  {
    name: 'expired: difference into',
    steps: [
      ['expired', 'e1'],
      ['say', 'SADD', 's', '1'],
      ['say', 'SDIFFSTORE', 'e1', 's'],
    ],
    stream: ['SET e1 1 PXAT <ms>', 'SADD s 1', 'MULTI', 'DEL e1', 'SDIFFSTORE e1 s', 'EXEC'],
    bytes: 172,
  },
  {
    name: 'served: a waiting pop',
    steps: [
      ['later', '1', 'BLPOP', 'q1', '0'],
      ['say', 'LPUSH', 'q1', 'a', 'b'],
    ],
    stream: ['LPUSH q1 a b', 'LPOP q1'],
    bytes: 59,
  },
  {
    name: 'served: by a transaction',
    steps: [
      ['later', '1', 'BLPOP', 'q2', '0'],
      ['later', '2', 'BRPOPLPUSH', 'q2', 'd2', '0'],
      ['say', 'MULTI'],
      ['say', 'RPUSH', 'q2', 'a', 'b', 'c'],
      ['say', 'SET', 'y', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'RPUSH q2 a b c', 'SET y 1', 'EXEC', 'LPOP q2', 'RPOPLPUSH q2 d2'],
    bytes: 157,
  },
  {
    name: 'served: by a script',
    steps: [
      ['later', '1', 'BLPOP', 'q4', '0'],
      ['say', 'EVAL', "redis.call('rpush','q4','a') redis.call('set','q5','b')", '0'],
    ],
    stream: ['MULTI', 'rpush q4 a', 'set q5 b', 'EXEC', 'LPOP q4'],
    bytes: 109,
  },
  {
    name: 'served: a chain',
    steps: [
      ['later', '1', 'BLMOVE', 'x1', 'x2', 'LEFT', 'RIGHT', '0'],
      ['later', '2', 'BLPOP', 'x2', '0'],
      ['say', 'RPUSH', 'x1', 'a'],
    ],
    stream: ['RPUSH x1 a', 'LMOVE x1 x2 left right', 'LPOP x2'],
    bytes: 104,
  },
  {
    name: 'served: a sorted set',
    steps: [
      ['later', '1', 'BZPOPMIN', 'z1', '0'],
      ['say', 'ZADD', 'z1', '1', 'a', '2', 'b'],
    ],
    stream: ['ZADD z1 1 a 2 b', 'ZPOPMIN z1'],
    bytes: 75,
  },
  {
    name: 'served: several at once',
    steps: [
      ['later', '1', 'BLMPOP', '0', '1', 'z2', 'LEFT', 'COUNT', '3'],
      ['say', 'RPUSH', 'z2', 'a', 'b', 'c', 'd'],
    ],
    stream: ['RPUSH z2 a b c d', 'LPOP z2 3'],
    bytes: 80,
  },
  {
    name: 'served: two',
    steps: [
      ['later', '1', 'BLPOP', 'r1', '0'],
      ['later', '2', 'BLPOP', 'r1', '0'],
      ['say', 'RPUSH', 'r1', 'a', 'b'],
    ],
    stream: ['RPUSH r1 a b', 'LPOP r1', 'LPOP r1'],
    bytes: 81,
  },
  {
    name: 'plainer words: getex',
    steps: [
      ['say', 'SET', 'g', '1'],
      ['say', 'GETEX', 'g', 'PX', '100000'],
    ],
    stream: ['SET g 1', 'PEXPIREAT g <ms>'],
    bytes: 73,
  },
  {
    name: 'plainer words: getdel',
    steps: [
      ['say', 'SET', 'g', '1'],
      ['say', 'GETDEL', 'g'],
    ],
    stream: ['SET g 1', 'DEL g'],
    bytes: 47,
  },
  {
    name: 'plainer words: a time to live in the past',
    steps: [
      ['say', 'SET', 'g', '1'],
      ['say', 'EXPIRE', 'g', '-1'],
    ],
    stream: ['SET g 1', 'DEL g'],
    bytes: 47,
  },
  { name: 'plainer words: set with a time', steps: [['say', 'SET', 'g', '1', 'EX', '100']], stream: ['SET g 1 PXAT <ms>'], bytes: 57 },
  {
    name: 'plainer words: incrbyfloat',
    steps: [
      ['say', 'DEL', 'f'],
      ['say', 'INCRBYFLOAT', 'f', '1.5'],
    ],
    stream: ['SET f 1.5 KEEPTTL'],
    bytes: 42,
  },
  {
    name: 'plainer words: hincrbyfloat',
    steps: [
      ['say', 'DEL', 'h'],
      ['say', 'HINCRBYFLOAT', 'h', 'f', '1.5'],
    ],
    stream: ['HSET h f 1.5'],
    bytes: 37,
  },
  {
    name: 'plainer words: lmpop',
    steps: [
      ['say', 'DEL', 'l'],
      ['say', 'RPUSH', 'l', 'a', 'b', 'c'],
      ['say', 'LMPOP', '1', 'l', 'LEFT', 'COUNT', '2'],
    ],
    stream: ['DEL l', 'RPUSH l a b c', 'LPOP l 2'],
    bytes: 91,
  },
  {
    name: 'plainer words: zmpop',
    steps: [
      ['say', 'DEL', 'z'],
      ['say', 'ZADD', 'z', '1', 'a', '2', 'b', '3', 'c'],
      ['say', 'ZPOPMIN', 'z', '2'],
      ['say', 'ZMPOP', '1', 'z', 'MIN'],
    ],
    stream: ['DEL z', 'ZADD z 1 a 2 b 3 c', 'ZPOPMIN z 2', 'ZPOPMIN z 1'],
    bytes: 145,
  },
  { name: 'plainer words: getset', steps: [['say', 'GETSET', 'g', '2']], stream: ['SET g 2'], bytes: 27 },
  {
    name: 'swap databases in a transaction',
    steps: [
      ['say', 'MULTI'],
      ['say', 'SWAPDB', '0', '1'],
      ['say', 'SET', 'a', '1'],
      ['say', 'EXEC'],
    ],
    stream: ['MULTI', 'SWAPDB 0 1', 'SET a 1', 'EXEC'],
    bytes: 86,
  },
  {
    name: 'to another database',
    steps: [
      ['say', 'SET', 'mm', '1'],
      ['say', 'MOVE', 'mm', '3'],
      ['say', 'SET', 'mm', '2'],
      ['say', 'COPY', 'mm', 'nn', 'DB', '4'],
    ],
    stream: ['SET mm 1', 'MOVE mm 3', 'SET mm 2', 'COPY mm nn DB 4'],
    bytes: 130,
  },
  {
    name: 'flush another database',
    steps: [
      ['say', 'SELECT', '5'],
      ['say', 'SET', 'k', '1'],
      ['say', 'FLUSHALL'],
      ['say', 'SELECT', '0'],
    ],
    stream: ['SELECT 5', 'SET k 1', 'FLUSHALL'],
    bytes: 68,
  },
  {
    name: 'set_repl',
    steps: [
      [
        'say',
        'EVAL',
        "redis.set_repl(redis.REPL_NONE) redis.call('set','a',1) redis.set_repl(redis.REPL_ALL) redis.call('set','b',1) redis.call('set','c',1)",
        '0',
      ],
    ],
    stream: ['SELECT 0', 'MULTI', 'set b 1', 'set c 1', 'EXEC'],
    bytes: 106,
  },
  {
    name: 'set_repl lasts one script',
    steps: [
      ['say', 'EVAL', "redis.set_repl(redis.REPL_AOF) redis.call('set','a',1)", '0'],
      ['say', 'EVAL', "redis.call('set',KEYS[1],1) redis.call('set',KEYS[2],2)", '2', 'a', 'b'],
    ],
    stream: ['MULTI', 'set a 1', 'set b 2', 'EXEC'],
    bytes: 83,
  },
  {
    name: 'bitfield',
    steps: [['say', 'BITFIELD', 'bf', 'SET', 'u8', '0', '1', 'GET', 'u8', '0']],
    stream: ['BITFIELD bf SET u8 0 1 GET u8 0'],
    bytes: 81,
  },
]
