import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientLine } from '../engine/redis/client-info.ts'
import { serve, type Served } from './serve.ts'
import { stateOf } from './testing/worlds.ts'

/** What several connections say to one server, and the bytes that each hears of it: as a redis-server 7.0.15 sent them. */

let served: Served
beforeAll(async () => {
  served = await serve({ single: true, speed: 'max' })
})
afterAll(() => served.close())

/** A connection that keeps what it hears. */
const open = async (): Promise<{
  say(text: string): void
  hears(text: string): Promise<void>
  next(): Promise<string>
  stopReading(): void
  hearsAtLast(text: string): Promise<void>
  close(): void
  port: number
  ended: Promise<unknown>
}> => {
  const socket: Socket = connect(served.ports['n1'], '127.0.0.1')
  let got = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => (got += text))
  await once(socket, 'connect')
  return {
    port: socket.localPort!,
    ended: once(socket, 'end'),
    say: (text) => void socket.write(text, 'latin1'),
    async hears(text) {
      await expect.poll(() => got.length >= text.length && got).toBe(text)
      got = ''
    },
    async hearsAtLast(text) {
      await expect.poll(() => got.endsWith(text) || got).toBe(true)
      got = ''
    },
    async next() {
      await expect.poll(() => got).toMatch(/\n$/)
      const heard = got
      got = ''
      return heard
    },
    stopReading: () => void socket.pause(),
    close: () => socket.destroy(),
  }
}
/** So many of the server's clients wait for an element by now. */
const waiting = async (count: number): Promise<void> =>
  expect.poll(() => [...stateOf(served, 'n1')!.sessions.values()].filter((s) => s.blocked !== null).length).toBe(count)
const bulks = (...words: string[]): string => words.map((w) => `$${w.length}\r\n${w}\r\n`).join('')

describe('as a real server answers', () => {
  it('what a client hears while its transaction runs stands within the answer of EXEC', async () => {
    const a = await open()
    a.say('MULTI\r\nSUBSCRIBE x y\r\nGET x\r\nPUBLISH x 1\r\nEXEC\r\nGET x\r\nPING\r\n')
    await a.hears(
      `+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n*3\r\n${bulks('subscribe', 'x')}:1\r\n*3\r\n${bulks('subscribe', 'y')}:2\r\n$-1\r\n` +
        `*3\r\n${bulks('message', 'x', '1')}:1\r\n-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are ` +
        `allowed in this context\r\n*2\r\n${bulks('pong', '')}`,
    )
    a.say('RESET\r\nMULTI\r\nSSUBSCRIBE s\r\nPING\r\nEXEC\r\n')
    await a.hears(`+RESET\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n-ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client\r\n+PONG\r\n`)
    a.close()
  })

  it('who waits for several keys is served from the one that came first', async () => {
    const [a, c, b] = [await open(), await open(), await open()]
    a.say('BLPOP q1 q2 0\r\n')
    await waiting(1)
    c.say('BLPOP q2 0\r\n')
    await waiting(2)
    b.say('MULTI\r\nRPUSH q2 a\r\nRPUSH q1 b\r\nRPUSH q2 c\r\nEXEC\r\n')
    await a.hears(`*2\r\n${bulks('q2', 'a')}`)
    await c.hears(`*2\r\n${bulks('q2', 'c')}`)
    a.say('LPOP q1\r\nBZMPOP 0 2 z1 z2 MAX COUNT 2\r\n')
    await a.hears(bulks('b'))
    await waiting(1)
    b.say('MULTI\r\nZADD z2 1 a 2 b 3 c\r\nZADD z1 1 d\r\nEXEC\r\n')
    await a.hears(`*2\r\n${bulks('z2')}*2\r\n*2\r\n${bulks('c', '3')}*2\r\n${bulks('b', '2')}`)
    for (const connection of [a, b, c]) connection.close()
  })

  it('FLUSHALL tells a RESP2 listener of invalidations nothing as a bulk', async () => {
    const [listener, reader] = [await open(), await open()]
    listener.say('CLIENT ID\r\n')
    let id = 0
    await expect
      .poll(() => (id = [...stateOf(served, 'n1')!.sessions.values()].find((s) => s.cmd === 'client|id')?.clientId ?? 0))
      .not.toBe(0)
    await listener.hears(`:${id}\r\n`)
    listener.say('SUBSCRIBE __redis__:invalidate\r\n')
    await listener.hears(`*3\r\n${bulks('subscribe', '__redis__:invalidate')}:1\r\n`)
    reader.say(`CLIENT TRACKING ON REDIRECT ${id}\r\nGET a\r\nFLUSHALL\r\n`)
    await reader.hears('+OK\r\n$-1\r\n+OK\r\n')
    await listener.hears(`*3\r\n${bulks('message', '__redis__:invalidate')}$-1\r\n`)
    listener.close()
    reader.close()
  })

  it('a client is known by its own address, and killed by it', async () => {
    const [a, b] = [await open(), await open()]
    a.say('SUBSCRIBE here\r\nPSUBSCRIBE h* r*\r\n')
    await a.hears(
      `*3\r\n${bulks('subscribe', 'here')}:1\r\n${['h*', 'r*'].map((p, i) => `*3\r\n${bulks('psubscribe', p)}:${i + 2}\r\n`).join('')}`,
    )
    const list = (): string[] => [...stateOf(served, 'n1')!.sessions.values()].map((s) => clientLine(stateOf(served, 'n1')!, s))
    expect(list().find((line) => line.includes(`addr=127.0.0.1:${a.port} `))).toMatch(/ sub=1 psub=2 ssub=0 /)
    b.say(`CLIENT KILL ADDR 127.0.0.1:${a.port}\r\n`)
    await b.hears(':1\r\n')
    await a.ended
    b.close()
  })

  it('after the file of SYNC comes the stream, until its reader goes', async () => {
    const [a, b] = [await open(), await open()]
    b.say('CONFIG SET repl-ping-replica-period 3600\r\n')
    await b.hears('+OK\r\n')
    a.say('SYNC\r\n')
    await expect.poll(() => stateOf(served, 'n1')!.feeds?.size).toBe(1)
    b.say('SET k v\r\nSELECT 3\r\nINCR n\r\n')
    await b.hears('+OK\r\n+OK\r\n:1\r\n')
    await a.hearsAtLast(
      `*2\r\n${bulks('SELECT', '0')}*3\r\n${bulks('SET', 'k', 'v')}*2\r\n${bulks('SELECT', '3')}*2\r\n${bulks('INCR', 'n')}`,
    )
    a.say('REPLCONF ACK 0\r\nGET k\r\n')
    await a.hears("-ERR Replica can't interact with the keyspace\r\n")
    a.close()
    await expect.poll(() => stateOf(served, 'n1')!.feeds).toBe(null)
    b.close()
  })

  it('a subscriber that reads nothing is let go when too much waits for it', async () => {
    const [slow, b] = [await open(), await open()]
    b.say('CONFIG SET client-output-buffer-limit "pubsub 2mb 0 0"\r\n')
    await b.hears('+OK\r\n')
    slow.say('SUBSCRIBE flood\r\n')
    await slow.hears(`*3\r\n${bulks('subscribe', 'flood')}:1\r\n`)
    slow.stopReading()
    const text = 'x'.repeat(1_000_000)
    let heard = 1
    // the kernels take some of it first
    for (let i = 0; i < 40 && heard > 0; i++) {
      b.say(`*3\r\n${bulks('PUBLISH', 'flood', text)}`)
      heard = Number((await b.next()).slice(1))
    }
    expect(heard).toBe(0)
    b.say('PING\r\n')
    await b.hears('+PONG\r\n')
    slow.close()
    b.close()
  })

  it('CLIENT REPLY SKIP does not end OFF', async () => {
    const a = await open()
    a.say('CLIENT REPLY OFF\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\nCLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nSET a 1\r\nGET a\r\n')
    await a.hears(`+OK\r\n${bulks('1')}`)
    a.close()
  })

  it('who monitors may not touch keys', async () => {
    const a = await open()
    a.say('MONITOR\r\nGET a\r\nRESET\r\nGET nothing\r\n')
    await a.hears("+OK\r\n-ERR Replica can't interact with the keyspace\r\n+RESET\r\n$-1\r\n")
    a.close()
  })

  it('a big number of a script is one in RESP3, and its digits in RESP2', async () => {
    const [two, three] = [await open(), await open()]
    const script = `EVAL "return {big_number='123'}" 0\r\n`
    two.say(script)
    await two.hears(bulks('123'))
    three.say(`CLIENT REPLY SKIP\r\nHELLO 3\r\n${script}`)
    await three.hears('(123\r\n')
    for (const connection of [two, three]) connection.close()
  })
})
