import '../../lab/lua/hand-in.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { MS } from '../core/time.ts'
import { eachSince } from './backlog.ts'
import { EXPIRE_EVERY } from './expiry.ts'
import { getEntry } from './keyspace.ts'
import { startReplicating, stopReplicating } from './replication.ts'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'
import { RECORDED_STREAM } from './testing/recorded-stream.data.ts'

const CONFIG = { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '3600' }

/** A primary n1 and its replica n2. */
const pair = (): Nodes => {
  const n = plainNodes(2, CONFIG)
  n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
  n.run(2500)
  expect(n.node('n2').repl.linkState).toBe('connected')
  return n
}

const streamSince = (n: Nodes, offset: number): string[] => {
  const heard: string[] = []
  eachSince(n.node('n1').repl.backlog!, offset + 1, (item) => heard.push(item.argv.join(' ')))
  return heard
}

/** Every key of every database, with its value. */
const held = (n: Nodes, id: string): string[] => {
  const { keys, parked } = n.node(id)
  const rows: string[] = []
  for (const [db, space] of [[0, keys] as const, ...parked])
    for (const page of space.table.pages)
      for (const [key, { value }] of page) rows.push(`${db} ${key} ${typeof value === 'string' ? value : JSON.stringify([...value])}`)
  return rows.sort((a, b) => (a < b ? -1 : 1))
}

describe('the replication stream is that of a real server, word for word and byte for byte', () => {
  let n: Nodes
  beforeAll(() => {
    n = pair()
  })
  it.each(RECORDED_STREAM.map((c) => [c.name, c] as const))('%s', (name, { steps, stream, bytes }) => {
    // what expires stays there until somebody meets it
    n.sim.runUntil(Math.ceil(n.sim.world.now / EXPIRE_EVERY) * EXPIRE_EVERY + MS)
    const before = n.node('n1').repl.offset
    for (const [how, ...words] of steps)
      if (how === 'say') n.call('n1', ...words)
      else if (how === 'expired') {
        for (const key of words) n.call('n1', 'SET', key, '1', 'PX', '1')
        n.run(2)
      } else {
        n.send(`n1#${words[0]}`, ...words.slice(1))
        n.run(1)
      }
    n.run(1)
    const heard = streamSince(n, before).map((line) => line.replaceAll(/\b1[78]\d{11}\b/g, '<ms>'))
    expect(heard).toEqual(stream)
    expect(n.node('n1').repl.offset - before).toBe(bytes)
    expect(n.node('n2').repl.offset).toBe(n.node('n1').repl.offset)
    // what a script keeps to itself, a replica lacks
    if (!name.startsWith('set_repl')) expect(held(n, 'n2')).toEqual(held(n, 'n1'))
  })
})

describe('a transaction reaches a replica whole or not at all', () => {
  const TWO = "redis.call('set','a','2') redis.call('set','b','2')"
  const values = (n: Nodes, id: string): unknown[] => ['a', 'b'].map((key) => getEntry(n.node(id).keys, key)?.value)

  it('until EXEC has come the replica shows none of it, and its offset does not move', () => {
    const n = pair()
    n.call('n1', 'MSET', 'a', '1', 'b', '1')
    n.run(5)
    const before = n.node('n2').repl.offset
    n.send('n1', 'EVAL', TWO, '0')
    let sawPart = false
    const end = n.sim.world.now + 5 * MS
    let held = 0
    while (n.sim.step(end)) {
      const { transaction, offset } = n.node('n2').repl
      held = Math.max(held, transaction?.length ?? 0)
      if (transaction !== null) expect([offset, values(n, 'n2')]).toEqual([before, ['1', '1']])
      const [a, b] = values(n, 'n2')
      sawPart ||= a !== b
    }
    expect([held, sawPart, values(n, 'n2')]).toEqual([3, false, ['2', '2']])
    expect(n.node('n2').repl.offset).toBe(n.node('n1').repl.offset)
  })

  it('a link that breaks before EXEC leaves nothing of it; the next one begins at its MULTI', () => {
    const n = pair()
    n.call('n1', 'MSET', 'a', '1', 'b', '1')
    n.run(5)
    const { partial } = n.node('n1').repl.syncs
    n.send('n1', 'EVAL', TWO, '0')
    const end = n.sim.world.now + 5 * MS
    while (n.sim.step(end)) if (n.node('n2').repl.transaction?.length === 2) break
    n.inside('n2', (state, ctx) => startReplicating(state, 'n1', ctx))
    expect(values(n, 'n2')).toEqual(['1', '1'])
    expect(n.of('replication.transactionDropped').map((f) => f.data)).toEqual([{ primary: 'n1', commands: 1 }])
    n.run(1500)
    expect(n.node('n1').repl.syncs.partial - partial).toBe(1)
    expect(values(n, 'n2')).toEqual(['2', '2'])
    expect(n.node('n2').repl.offset).toBe(n.node('n1').repl.offset)
  })

  it('a replica promoted before EXEC has none of it', () => {
    const n = pair()
    n.call('n1', 'MSET', 'a', '1', 'b', '1')
    n.run(5)
    n.send('n1', 'EVAL', TWO, '0')
    const end = n.sim.world.now + 5 * MS
    while (n.sim.step(end)) if (n.node('n2').repl.transaction?.length === 2) break
    n.inside('n2', (state, ctx) => stopReplicating(state, ctx))
    n.run(5)
    expect(values(n, 'n2')).toEqual(['1', '1'])
  })
})

it('a replica deletes a key that has expired when its primary says so', () => {
  const n = pair()
  n.call('n1', 'SET', 'k', 'v', 'PX', '20')
  n.run(300)
  expect([n.node('n1').keys.size, n.node('n2').keys.size]).toEqual([0, 0])
})
