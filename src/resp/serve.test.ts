import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newStream } from '../engine/core/random.ts'
import { SEC } from '../engine/core/time.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import { digestOfAll } from '../engine/redis/digest.ts'
import { readControl } from './control.ts'
import { encodeReply, protocolError } from './replies.ts'
import { RequestReader, type Request } from './requests.ts'
import { serve, type Served } from './serve.ts'
import { isHarmless, randomInput } from './testing/malformed.ts'
import { exchange, isInstalled, startRealServer } from './testing/real-server.ts'
import { QUIET, isPrimary, isWhole, ownerOf, stateOf } from './testing/worlds.ts'

const HOST = '127.0.0.1'
const run = promisify(execFile)
const cli = async (port: number, ...args: string[]): Promise<string> =>
  (await run('redis-cli', ['-p', String(port), ...args], { timeout: 20_000 })).stdout.trim()

describe('a single node', () => {
  let served: Served
  let port: number
  beforeAll(async () => {
    served = await serve({ single: true, speed: 'max' })
    port = served.ports['n1']
  })
  afterAll(() => served.close())

  it('has sixteen databases', async () => {
    const client = new Redis({ host: HOST, port, db: 15 })
    await client.set('a', 'in 15')
    expect(await client.get('a')).toBe('in 15')
    await client.select(0)
    expect(await client.get('a')).toBeNull()
    await expect(client.select(16)).rejects.toThrow('ERR DB index is out of range')
    expect(await client.info('server')).toContain(`tcp_port:${port}`)
    await client.flushall()
    client.disconnect()
  })

  it('answers malformed bytes as Redis does, and goes on', async () => {
    const s = newStream(11, 'fuzz')
    const readAll = (bytes: Buffer): Request[] => {
      const reader = new RequestReader()
      reader.push(bytes)
      const out: Request[] = []
      for (let r = reader.next(); r !== null; r = reader.next()) out.push(r)
      return out
    }
    const answered = (r: Request): string =>
      'error' in r ? protocolError(r.error) : r.argv.length === 1 ? '+PONG\r\n' : encodeReply(r.argv[1], 2)
    const inputs = Array.from({ length: 1200 }, () => randomInput(s)).filter((bytes) => isHarmless(readAll(bytes)))
    for (let i = 0; i < inputs.length; i += 100) {
      const some = inputs.slice(i, i + 100)
      const got = await Promise.all(some.map((bytes) => exchange(port, bytes)))
      expect(got).toEqual(some.map((bytes) => readAll(bytes).map(answered).join('')))
    }
    expect(await exchange(port, Buffer.from('PING\r\n'))).toBe('+PONG\r\n')
  })

  it('runs waiting commands out by the clock, and answers before it hangs up', async () => {
    expect(await exchange(port, Buffer.from('SUBSCRIBE a b\r\nPING\r\nQUIT\r\n'))).toBe(
      '*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n+OK\r\n',
    )
    expect(await exchange(port, Buffer.from('HELLO 3\r\nHGETALL nothing\r\nBLPOP q 0.05\r\nRESET\r\nGET nothing\r\n*x\r\n'))).toMatch(
      /^%7\r\n[^]*%0\r\n_\r\n\+RESET\r\n\$-1\r\n-ERR Protocol error: invalid multibulk length\r\n$/,
    )
    expect(await exchange(port, Buffer.from('POST / HTTP/1.1\r\nHost: here\r\n\r\n'))).toBe('')
  })

  it('gives little room before the password', async () => {
    const guarded = await serve({ single: true, speed: 'max' })
    const open = new Redis({ host: HOST, port: guarded.ports['n1'] })
    await open.config('SET', 'requirepass', 'sesame')
    expect(await exchange(guarded.ports['n1'], Buffer.from('PING\r\n*11\r\n'))).toBe(
      '-NOAUTH Authentication required.\r\n-ERR Protocol error: unauthenticated multibulk length\r\n',
    )
    open.disconnect()
    await guarded.close()
  })

  it.skipIf(!isInstalled('redis-cli'))('serves redis-cli (skipped when it is not on the PATH)', async () => {
    expect(await cli(port, 'set', 'k', 'v')).toBe('OK')
    expect(await cli(port, '-n', '3', 'dbsize')).toBe('0')
    expect(await cli(port, '-3', 'hgetall', 'none')).toBe('')
    expect(await cli(port, 'eval', 'return {1, redis.call("get", KEYS[1])}', '1', 'k')).toBe('1\nv')
  })

  it.skipIf(!isInstalled('redis-cli') || !isInstalled('redis-server'))(
    'gives its data to redis-cli --rdb, and a redis-server starts on the file (skipped without them)',
    async () => {
      const client = new Redis({ host: HOST, port })
      const large = Array.from({ length: 300 }, (_, i) => `member ${i}`)
      for (const words of [
        ['flushall'],
        ['set', 'plain', 'x'.repeat(500)],
        ['set', 'number', '-70000', 'px', '1000000000000'],
        ['rpush', 'list', ...large],
        ['sadd', 'numbers', '1', '70000'],
        ['sadd', 'set', ...large],
        ['hset', 'hash', 'f', '1', 'g', 'two'],
        ['hset', 'large', ...large],
        ['zadd', 'scores', '1.5', 'a', '-inf', 'b'],
        ['zadd', 'ranking', ...large.flatMap((m, i) => [String(i / 3), m])],
        ['function', 'load', "#!lua name=lib\nredis.register_function('f', function() return 7 end)"],
      ])
        await client.call(words[0], ...words.slice(1))
      await client.select(9)
      await client.set('other', 'database')
      const dir = mkdtempSync(join(tmpdir(), 'ringside-rdb-'))
      await cli(port, '--rdb', join(dir, 'dump.rdb'))
      const real = await startRealServer(dir, '--enable-debug-command', 'yes')
      await cli(port, '--functions-rdb', join(dir, 'functions.rdb'))
      expect(readFileSync(join(dir, 'functions.rdb'), 'latin1').includes('plain')).toBe(false)
      expect(readFileSync(join(dir, 'functions.rdb'), 'latin1')).toContain('#!lua name=lib')
      try {
        expect(await cli(real.port, 'debug', 'digest')).toBe(digestOfAll(stateOf(served, 'n1')!))
        expect(await cli(real.port, 'fcall', 'f', '0')).toBe('7')
        expect(Number(await cli(real.port, 'pttl', 'number'))).toBeGreaterThan(0)
      } finally {
        real.stop()
        client.disconnect()
        rmSync(dir, { recursive: true, force: true })
      }
    },
  )

  it.skipIf(!isInstalled('redis-benchmark'))('stands redis-benchmark (skipped when it is not on the PATH)', async () => {
    const { stdout } = await run(
      'redis-benchmark',
      ['-p', String(port), '-q', '--csv', '-t', 'ping,set,get,lpush', '-n', '500', '-c', '10', '-P', '10'],
      { timeout: 60_000 },
    )
    expect(stdout.split('\n').filter((line) => /^"(PING_INLINE|PING_MBULK|SET|GET|LPUSH)/.test(line)).length).toBe(5)
  })
})

describe('a cluster', () => {
  it.skipIf(!isInstalled('redis-cli'))(
    'is walked by redis-cli -c, checked and resharded by redis-cli --cluster (skipped without redis-cli)',
    async () => {
      const served = await serve({ scenario: QUIET, speed: 'max' })
      const port = served.ports['n1']
      for (const key of ['a', 'b', 'c', 'd']) expect(await cli(port, '-c', 'set', key, key)).toBe('OK')
      expect(await cli(port, '-c', 'get', 'a')).toBe('a')
      expect(await cli(port, 'get', 'a')).toContain(`MOVED 15495 127.0.0.1:${served.ports['n3']}`)
      expect(await cli(port, '--cluster', 'check', `${HOST}:${port}`)).toContain('All 16384 slots covered.')
      const [from, to] = [ownerOf(served, 'b'), 'n3'].map((node) => stateOf(served, node)!.id)
      await cli(
        port,
        '--cluster',
        'reshard',
        `${HOST}:${port}`,
        '--cluster-from',
        from,
        '--cluster-to',
        to,
        '--cluster-slots',
        '5',
        '--cluster-yes',
      )
      expect(await cli(port, '--cluster', 'check', `${HOST}:${port}`)).toContain('All nodes agree about slots configuration.')
      expect(stateOf(served, 'n3')!.cluster!.peers[0].numSlots).toBe(5461 + 5)
      await served.close()
    },
  )

  it('refuses at a crashed node, is silent at one without power, and cuts clients off with a partition', async () => {
    const served = await serve({ scenario: QUIET, speed: 'max' })
    await served.dispatch({ type: 'crash', process: 'n1' })
    const refused = connect(served.ports['n1'], HOST)
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')

    await served.dispatch({ type: 'powerOff', process: 'n2' })
    const silent = connect(served.ports['n2'], HOST)
    let heard = ''
    silent.on('data', (bytes) => (heard += String(bytes)))
    silent.write('PING\r\n')
    await once(silent, 'connect')
    await served.skip(SEC)
    expect(await exchange(served.ports['n3'], Buffer.from('PING\r\n'))).toBe('+PONG\r\n')
    expect(heard).toBe('')
    silent.destroy()

    await served.dispatch({ type: 'partition', inside: ['n3'] })
    const cut = connect(served.ports['n3'], HOST)
    cut.on('data', (bytes) => (heard += String(bytes)))
    cut.write('PING\r\n')
    await served.skip(SEC)
    expect(heard).toBe('')
    await served.dispatch({ type: 'heal' })
    await once(cut, 'data')
    expect(heard).toBe('+PONG\r\n')
    cut.destroy()
    await served.close()
  })

  it('a port that is asked to open more than once opens once, and the next one moves too', async () => {
    const served = await serve({ scenario: QUIET, speed: 'max' })
    for (const node of ['n1', 'n2']) await served.dispatch({ type: 'crash', process: node })
    const actions = ['n1', 'n2'].map((process) => served.dispatch({ type: 'restart', process }))
    await Promise.all([...actions, served.skip(SEC), served.skip(SEC)])
    for (const node of ['n1', 'n2']) expect(await exchange(served.ports[node], Buffer.from('PING\r\n'))).toBe('+PONG\r\n')
    await served.close()
  })

  it('follows the wall clock when asked to', async () => {
    const served = await serve({ scenario: QUIET, speed: 50 })
    const client = new Redis({ host: HOST, port: served.ports['n1'], lazyConnect: true })
    const begun = [served.lab.world.now, performance.now()]
    await client.ping()
    while (served.lab.world.now < begun[0] + 2 * SEC) await client.ping()
    const wall = performance.now() - begun[1]
    expect(wall).toBeGreaterThan(30)
    expect(served.lab.world.now - begun[0]).toBeLessThan(wall * 1000 * 51 + SEC)
    client.disconnect()
    await served.close()
  })
})

describe('Sentinels', () => {
  it('lead a client that asks them to the promoted replica', async () => {
    const scenario = scenarioById('sentinel-3')!
    const served = await serve({ scenario, speed: 'max' })
    const client = new Redis({
      sentinels: ['s1', 's2', 's3'].map((s) => ({ host: HOST, port: served.ports[s] })),
      name: 'mymaster',
      sentinelRetryStrategy: () => 10,
      retryStrategy: () => 10,
      maxRetriesPerRequest: null,
    })
    client.on('error', () => undefined)
    expect(await client.set('a', 'before')).toBe('OK')
    expect(stateOf(served, 'n1')!.keys.size).toBeGreaterThan(0)
    let switches = 0
    served.lab.observe({ onFact: (fact) => void (switches += fact.type === 'sentinel.switched' ? 1 : 0) })
    await served.dispatch({ type: 'crash', process: 'n1' })
    expect(await served.runUntil(() => switches >= 3, 60 * SEC)).toBe(true)
    expect(['n2', 'n3'].filter((node) => isPrimary(served, node)).length).toBe(1)
    expect(await client.set('a', 'after')).toBe('OK')
    expect(await client.get('a')).toBe('after')
    client.disconnect()
    await served.close()
  })
})

describe('control lines', () => {
  it.each([
    ['crash n1', { action: { type: 'crash', process: 'n1' } }],
    ['partition n1 outside', { action: { type: 'partition', inside: ['n1', 'outside'] } }],
    ['add replica', { action: { type: 'addNode', replica: true } }],
    ['skip 1.5s', { skip: 1_500_000 }],
    ['{"type":"expireHot"}', { action: { type: 'expireHot' } }],
    ['crash', { error: 'Write it like this: crash n1' }],
    ['boil n1', { error: 'There is no boil here; help lists what there is.' }],
    ['{', { error: 'This is no JSON.' }],
    ['', null],
  ])('%s', (line, control) => expect(readControl(line)).toEqual(control))

  it('leave a cluster whole that was broken by none of them', async () => {
    const served = await serve({ scenario: QUIET, speed: 'max' })
    expect(await served.dispatch({ type: 'crash', process: 'n9' })).toEqual({ accepted: false, reason: 'There is no process n9 here.' })
    expect(isWhole(served)).toBe(true)
    await served.close()
  })
})
