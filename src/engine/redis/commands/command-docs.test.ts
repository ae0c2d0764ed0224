import { expect, it } from 'vitest'
import { plainNodes } from '../testing/plain-nodes.ts'

/** As a redis-server 7.0.15 tells them; those of all 240 commands were compared with it. */
it('COMMAND DOCS tells a command’s arguments with their types, tokens and parts', () => {
  const n = plainNodes(1)
  const docs = n.call('n1', 'COMMAND', 'DOCS', 'getex', 'migrate') as unknown[][]
  expect(docs[1].slice(-2)).toEqual([
    'arguments',
    [
      ['name', 'key', 'type', 'key', 'key_spec_index', 0],
      [
        ...['name', 'expiration', 'type', 'oneof', 'flags', [{ simple: 'optional' }], 'arguments'],
        [
          ['name', 'seconds', 'type', 'integer', 'token', 'EX'],
          ['name', 'milliseconds', 'type', 'integer', 'token', 'PX'],
          ['name', 'unix-time-seconds', 'type', 'unix-time', 'token', 'EXAT'],
          ['name', 'unix-time-milliseconds', 'type', 'unix-time', 'token', 'PXAT'],
          ['name', 'persist', 'type', 'pure-token', 'token', 'PERSIST'],
        ],
      ],
    ],
  ])
  const [, , key] = docs[3].at(-1) as unknown[][]
  expect(key.at(-1)).toEqual([
    ['name', 'key', 'type', 'key', 'key_spec_index', 0],
    ['name', 'empty_string', 'type', 'pure-token', 'token', ''],
  ])
})
