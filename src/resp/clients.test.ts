import { once } from 'node:events'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SEC } from '../engine/core/time.ts'
import { keySlot } from '../engine/redis/slots.ts'
import { serve, type Served } from './serve.ts'
import { QUIET, isPrimary, isWhole, ownerOf, stateOf } from './testing/worlds.ts'

const HOST = '127.0.0.1'

const ioCluster = (served: Served): Cluster =>
  new Cluster([{ host: HOST, port: served.ports['n1'] }], {
    clusterRetryStrategy: () => 10,
    retryDelayOnFailover: 10,
    retryDelayOnClusterDown: 10,
  })
const ioNode = (served: Served, node: string): Redis => new Redis({ host: HOST, port: served.ports[node], lazyConnect: true })
const keys = Array.from({ length: 40 }, (_, i) => `key:${i}`)

/** Moves a key's slot, and what stands in it, as an operator would. */
const moveSlot = async (served: Served, key: string, from: string, to: string): Promise<void> => {
  const slot = keySlot(key)
  const [source, target] = [ioNode(served, from), ioNode(served, to)]
  await target.cluster('SETSLOT', slot, 'IMPORTING', stateOf(served, from)!.id)
  await source.cluster('SETSLOT', slot, 'MIGRATING', stateOf(served, to)!.id)
  const held = (await source.cluster('GETKEYSINSLOT', slot, 100)) as string[]
  if (held.length > 0) await source.migrate(HOST, served.ports[to], '', 0, 5000, 'KEYS', ...held)
  for (const node of [target, source]) {
    await node.cluster('SETSLOT', slot, 'NODE', stateOf(served, to)!.id)
    node.disconnect()
  }
}

describe('a cluster', () => {
  let served: Served
  let cluster: Cluster
  beforeAll(async () => {
    served = await serve({ scenario: QUIET, speed: 'max' })
    cluster = ioCluster(served)
    await once(cluster, 'ready')
  })
  afterAll(async () => {
    cluster.disconnect()
    await served.close()
  })

  it('is discovered by its slots, read and written (ioredis)', async () => {
    expect(
      cluster
        .nodes('master')
        .map((n) => n.options.port)
        .toSorted(),
    ).toEqual([served.ports['n1'], served.ports['n2'], served.ports['n3']].toSorted())
    expect(cluster.nodes('slave').length).toBe(3)
    await Promise.all(keys.map((key) => cluster.set(key, `value of ${key}`)))
    expect(await Promise.all(keys.map((key) => cluster.get(key)))).toEqual(keys.map((key) => `value of ${key}`))
    expect(['n1', 'n2', 'n3'].map((node) => stateOf(served, node)!.keys.size > 0)).toEqual([true, true, true])
  })

  it('keeps bytes as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    await cluster.set('bytes', bytes)
    expect(await cluster.getBuffer('bytes')).toEqual(bytes)
  })

  it('answers pipelines and transactions', async () => {
    const piped = await cluster.pipeline().set('{p}a', '1').incr('{p}a').lpush('{p}l', 'x', 'y').lrange('{p}l', 0, -1).incr('{p}l').exec()
    expect(piped!.slice(0, 4).map(([, reply]) => reply)).toEqual(['OK', 2, 2, ['y', 'x']])
    expect(piped![4][0]!.message).toMatch(/^WRONGTYPE/)
    expect(await cluster.multi().set('{t}a', '1').incr('{t}a').exec()).toEqual([
      [null, 'OK'],
      [null, 2],
    ])
  })

  it('names served addresses in MOVED, and clients follow it (node-redis)', async () => {
    const key = keys.find((k) => ownerOf(served, k) === 'n3')!
    const node = ioNode(served, 'n1')
    await expect(node.get(key)).rejects.toThrow(`MOVED ${keySlot(key)} 127.0.0.1:${served.ports['n3']}`)
    node.disconnect()
    const other = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${served.ports['n1']}` }] })
    other.on('error', () => undefined)
    await other.connect()
    await served.dispatch({ type: 'failover', process: 'n6' })
    await served.runUntil(() => isPrimary(served, 'n6') && !isPrimary(served, 'n3') && isWhole(served), 10 * SEC)
    expect(await other.set(key, 'after')).toBe('OK')
    expect(await other.get(key)).toBe('after')
    expect(stateOf(served, 'n6')!.repl.role).toBe('primary')
    await other.close()
  })

  it('sends on with ASK while a slot moves', async () => {
    const key = 'asked'
    const from = ownerOf(served, key)
    const to = from === 'n1' ? 'n2' : 'n1'
    const [source, target] = [ioNode(served, from), ioNode(served, to)]
    const slot = keySlot(key)
    await target.cluster('SETSLOT', slot, 'IMPORTING', stateOf(served, from)!.id)
    await source.cluster('SETSLOT', slot, 'MIGRATING', stateOf(served, to)!.id)
    await expect(source.get(key)).rejects.toThrow(`ASK ${slot} 127.0.0.1:${served.ports[to]}`)
    expect(await cluster.set(key, 'there')).toBe('OK')
    expect(stateOf(served, to)!.keys.size).toBeGreaterThan(0)
    await expect(target.get(key)).rejects.toThrow('MOVED')
    expect(await cluster.get(key)).toBe('there')
    await target.cluster('SETSLOT', slot, 'NODE', stateOf(served, to)!.id)
    await source.cluster('SETSLOT', slot, 'NODE', stateOf(served, to)!.id)
    expect(await cluster.get(key)).toBe('there')
    source.disconnect()
    target.disconnect()
  })

  it('delivers messages', async () => {
    const listener = ioCluster(served)
    await listener.subscribe('news')
    const heard = once(listener, 'message')
    await cluster.publish('news', 'hello')
    expect(await heard).toEqual(['news', 'hello'])
    listener.disconnect()
  })

  it('sharded messages follow their slot: who listened is told to leave, and listens anew where it went (node-redis)', async () => {
    const listener = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${served.ports['n1']}` }] })
    listener.on('error', () => undefined)
    await listener.connect()
    const heard: string[] = []
    await listener.sSubscribe('shard', (message) => void heard.push(message))
    const from = ownerOf(served, 'shard')
    expect(await cluster.spublish('shard', 'before')).toBe(1)
    await expect.poll(() => heard).toEqual(['before'])
    await moveSlot(served, 'shard', from, from === 'n1' ? 'n2' : 'n1')
    await expect.poll(() => cluster.spublish('shard', 'after')).toBe(1)
    await expect.poll(() => heard.at(-1)).toBe('after')
    await listener.close()
  })

  it('tells RESP3 clients which keys changed', async () => {
    const port = served.ports[ownerOf(served, 'watched')]
    const reader = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 3, emitInvalidate: true })
    reader.on('error', () => undefined)
    await reader.connect()
    await reader.sendCommand(['CLIENT', 'TRACKING', 'ON'])
    await reader.get('watched')
    const told = once(reader as unknown as NodeJS.EventEmitter, 'invalidate')
    await cluster.set('watched', 'anew')
    expect(String((await told)[0])).toBe('watched')
    expect(await reader.hGetAll('{watched}nothing')).toEqual({})
    await reader.close()
  })

  it('wakes a client that waits for an element', async () => {
    const waiter = ioNode(served, ownerOf(served, 'queue'))
    const popped = waiter.blpop('queue', 0)
    await cluster.rpush('queue', 'job')
    expect(await popped).toEqual(['queue', 'job'])
    waiter.disconnect()
  })
})

describe('under faults', () => {
  it('clients survive a crash and the failover after it', async () => {
    const served = await serve({ scenario: QUIET, speed: 'max' })
    const cluster = ioCluster(served)
    await Promise.all(keys.map((key) => cluster.set(key, 'before')))
    await served.skip(SEC)
    await served.dispatch({ type: 'crash', process: 'n1' })
    const refused = new Redis({ host: HOST, port: served.ports['n1'], retryStrategy: null, lazyConnect: true })
    refused.on('error', () => undefined)
    await expect(refused.connect()).rejects.toThrow()
    // commands given now wait inside the client until the replica has taken over
    const written = Promise.all(keys.map((key) => cluster.set(key, 'during')))
    expect(await served.runUntil(() => isPrimary(served, 'n4') && isWhole(served), 60 * SEC)).toBe(true)
    await written
    expect(new Set(await Promise.all(keys.map((key) => cluster.get(key))))).toEqual(new Set(['during']))
    // the port opens again, and the old primary follows its successor
    await served.dispatch({ type: 'restart', process: 'n1' })
    await served.runUntil(() => stateOf(served, 'n1')!.repl.role === 'replica', 30 * SEC)
    const back = ioNode(served, 'n1')
    expect((await back.role())[0]).toBe('slave')
    back.disconnect()
    cluster.disconnect()
    await served.close()
  })

  it('clients read and write while slots move to a new node', async () => {
    const served = await serve({ scenario: QUIET, speed: 'max' })
    const cluster = ioCluster(served)
    let isDone = false
    served.lab.observe({ onFact: (fact) => void (isDone ||= fact.type === 'reshard.finished') })
    expect(await served.dispatch({ type: 'addNode' })).toEqual({ accepted: true, reason: '' })
    let n = 0
    while (!isDone) {
      await Promise.all(keys.map(async (key) => expect(await cluster.set(key, String(n))).toBe('OK')))
      expect(new Set(await Promise.all(keys.map((key) => cluster.get(key))))).toEqual(new Set([String(n)]))
      n++
      await served.skip(3 * SEC)
    }
    expect(n).toBeGreaterThan(1)
    const newcomer = ioNode(served, 'n7')
    const slots = (await newcomer.cluster('SLOTS')) as unknown as [number, number, [string, number]][]
    expect(slots.some(([, , [ip, port]]) => ip === HOST && port === served.ports['n7'])).toBe(true)
    expect(stateOf(served, 'n7')!.keys.size).toBeGreaterThan(0)
    newcomer.disconnect()
    cluster.disconnect()
    await served.close()
  })
})
