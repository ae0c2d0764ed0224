import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { SEC } from '../engine/core/time.ts'
import { keySlot } from '../engine/redis/slots.ts'
import { serve, type Served } from './serve.ts'
import { QUIET, isPrimary, isWhole, ownerOf, stateOf } from './testing/worlds.ts'

/**
 * Sharded messages and CLIENT TRACKING while a slot moves and while a replica takes over. What each connection hears, and in which order,
 * was seen on a cluster of redis-server 7.0.15 first.
 */

const HOST = '127.0.0.1'
const TAG = '{x}'
const SLOT = keySlot(TAG)

/** A bare RESP3 connection that keeps all it hears. */
class Ear {
  heard = ''
  private readonly socket: Socket
  constructor(port: number) {
    this.socket = connect({ port, host: HOST })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => (this.heard += text))
    this.socket.on('error', () => undefined)
  }
  /** Says a command; what it heard since the last time, on one line, once something came. */
  async say(...argv: string[]): Promise<string> {
    this.heard = ''
    this.socket.write(`*${argv.length}\r\n${argv.map((a) => `$${a.length}\r\n${a}\r\n`).join('')}`)
    return this.hears()
  }
  async hears(): Promise<string> {
    while (this.heard === '') await once(this.socket, 'data')
    const text = this.heard.replace(/\r\n/g, ' ').trim()
    this.heard = ''
    return text
  }
  end(): void {
    this.socket.destroy()
  }
}

const ear = async (served: Served, node: string): Promise<Ear> => {
  const made = new Ear(served.ports[node])
  await made.say('HELLO', '3')
  return made
}

/** redis-cli on a node, by the lab, in simulated time. */
const tell = async (served: Served, process: string, line: string): Promise<unknown> => {
  let reply: unknown
  const stop = served.lab.observe({
    onFact: (f) => void (f.type === 'console.replied' && f.data.argv.length > 0 && (reply = f.data.reply)),
  })
  await served.dispatch({ type: 'command', process, argv: line.split(' ') })
  await served.runUntil(() => reply !== undefined, 5 * SEC)
  stop()
  return reply
}

interface Moving {
  served: Served
  from: string
  to: string
  replica: string
}

const world = async (): Promise<Moving> => {
  const served = await serve({ scenario: QUIET, speed: 'max' })
  const from = ownerOf(served, TAG)
  const replica = Object.keys(served.ports).find((n) => stateOf(served, n)!.repl.primary === from)!
  return { served, from, to: from === 'n1' ? 'n2' : 'n1', replica }
}

const idOf = (served: Served, node: string): string => stateOf(served, node)!.id

const openSlot = async ({ served, from, to }: Moving): Promise<void> => {
  await tell(served, to, `CLUSTER SETSLOT ${SLOT} IMPORTING ${idOf(served, from)}`)
  await tell(served, from, `CLUSTER SETSLOT ${SLOT} MIGRATING ${idOf(served, to)}`)
}

const subscribed = `>3 $10 ssubscribe $5 ${TAG}ch :1`
const letGo = `>3 $12 sunsubscribe $5 ${TAG}ch :0`
const message = (text: string): string => `>3 $8 smessage $5 ${TAG}ch $${text.length} ${text}`
const invalid = (...keys: string[]): string =>
  `>2 $10 invalidate ${keys.length === 0 ? '_' : `*${keys.length} ${keys.map((k) => `$${k.length} ${k}`).join(' ')}`}`

describe('a slot moves', () => {
  it('sharded channels stay at the source until the slot has left; then primary and replica let their listeners go', async () => {
    const w = await world()
    const { served, from, to, replica } = w
    const [there, copy, next] = await Promise.all([from, replica, to].map((node) => ear(served, node)))
    for (const one of [there, copy]) expect(await one.say('SSUBSCRIBE', `${TAG}ch`)).toBe(subscribed)
    await openSlot(w)
    expect(await tell(served, from, `SPUBLISH ${TAG}ch while`)).toBe(1)
    for (const one of [there, copy]) expect(await one.hears()).toBe(message('while'))
    expect(await next.say('SSUBSCRIBE', `${TAG}ch`)).toMatch(/^-MOVED/)
    await next.say('ASKING')
    expect(await next.say('SSUBSCRIBE', `${TAG}ch`)).toBe(subscribed)
    // the target says that the slot is its own: the source hears of it on the bus, before any operator tells it
    await tell(served, to, `CLUSTER SETSLOT ${SLOT} NODE ${idOf(served, to)}`)
    await served.skip(SEC)
    for (const one of [there, copy]) expect(await one.hears()).toBe(letGo)
    expect(await tell(served, to, `SPUBLISH ${TAG}ch after`)).toBe(1)
    expect(await next.hears()).toBe(message('after'))
    expect(await there.say('SSUBSCRIBE', `${TAG}ch`)).toBe(`-MOVED ${SLOT} ${HOST}:${served.ports[to]}`)
    for (const one of [there, copy, next]) one.end()
    await served.close()
  })

  it('who had read a key is told when it leaves, who listens to a prefix on both sides; MOVED ends it', async () => {
    const w = await world()
    const { served, from, to } = w
    const [reader, prefix, prefixThere] = await Promise.all([from, from, to].map((node) => ear(served, node)))
    await tell(served, from, `SET ${TAG}k 1`)
    await reader.say('CLIENT', 'TRACKING', 'ON')
    await reader.say('GET', `${TAG}k`)
    await reader.say('GET', `${TAG}none`)
    for (const one of [prefix, prefixThere]) expect(await one.say('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', TAG)).toBe('+OK')
    await openSlot(w)
    expect(await tell(served, from, `MIGRATE ${HOST} ${served.ports[to]} ${TAG}k 0 1000`)).toEqual({ simple: 'OK' })
    for (const one of [reader, prefix, prefixThere]) expect(await one.hears()).toBe(invalid(`${TAG}k`))
    await tell(served, to, `CLUSTER SETSLOT ${SLOT} NODE ${idOf(served, to)}`)
    await served.skip(SEC)
    // what it read and found missing is written elsewhere now: nobody tells it
    expect(await tell(served, to, `SET ${TAG}none 2`)).toEqual({ simple: 'OK' })
    expect(await prefixThere.hears()).toBe(invalid(`${TAG}none`))
    expect([reader.heard, prefix.heard]).toEqual(['', ''])
    expect(await reader.say('GET', `${TAG}k`)).toBe(`-MOVED ${SLOT} ${HOST}:${served.ports[to]}`)
    for (const one of [reader, prefix, prefixThere]) one.end()
    await served.close()
  })
})

describe('a replica takes over', () => {
  it('its own listeners stay, those of the old primary are let go; trackers on both hear of writes at the new primary', async () => {
    const { served, from, replica } = await world()
    await tell(served, from, `SET ${TAG}k 1`)
    await served.skip(SEC)
    const nodes = [from, replica]
    const listeners = await Promise.all(nodes.map((node) => ear(served, node)))
    const readers = await Promise.all(nodes.map((node) => ear(served, node)))
    const prefixes = await Promise.all(nodes.map((node) => ear(served, node)))
    for (const one of listeners) expect(await one.say('SSUBSCRIBE', `${TAG}ch`)).toBe(subscribed)
    for (const one of prefixes) await one.say('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', TAG)
    await readers[1].say('READONLY')
    for (const one of readers) {
      await one.say('CLIENT', 'TRACKING', 'ON')
      expect(await one.say('GET', `${TAG}k`)).toBe('$1 1')
    }
    await served.dispatch({ type: 'failover', process: replica })
    expect(await served.runUntil(() => isPrimary(served, replica) && !isPrimary(served, from) && isWhole(served), 20 * SEC)).toBe(true)
    await served.skip(2 * SEC)
    expect(await listeners[0].hears()).toBe(letGo)
    expect(await tell(served, replica, `SPUBLISH ${TAG}ch after`)).toBe(1)
    expect(await listeners[1].hears()).toBe(message('after'))
    expect(await tell(served, replica, `SET ${TAG}k 2`)).toEqual({ simple: 'OK' })
    for (const one of [...readers, ...prefixes]) expect(await one.hears()).toBe(invalid(`${TAG}k`))
    expect(await readers[1].say('GET', `${TAG}k`)).toBe('$1 2')
    expect(await readers[0].say('GET', `${TAG}k`)).toBe(`-MOVED ${SLOT} ${HOST}:${served.ports[replica]}`)
    for (const one of [...listeners, ...readers, ...prefixes]) one.end()
    await served.close()
  })

  it('after a crash a tracker’s connection is gone with its table: what it kept is to be thrown away (node-redis)', async () => {
    const { served, from, replica } = await world()
    const reader = createClient({
      url: `redis://${HOST}:${served.ports[from]}`,
      RESP: 3,
      emitInvalidate: true,
      socket: { reconnectStrategy: false },
    })
    reader.on('error', () => undefined)
    await reader.connect()
    await reader.sendCommand(['CLIENT', 'TRACKING', 'ON'])
    await reader.get(`${TAG}k`)
    const told: unknown[] = []
    ;(reader as unknown as NodeJS.EventEmitter).on('invalidate', (keys) => void told.push(keys))
    const gone = once(reader as unknown as NodeJS.EventEmitter, 'error')
    await served.dispatch({ type: 'crash', process: from })
    await gone
    expect(await served.runUntil(() => isPrimary(served, replica), 30 * SEC)).toBe(true)
    await served.skip(2 * SEC)
    const again = createClient({ url: `redis://${HOST}:${served.ports[replica]}`, RESP: 3, emitInvalidate: true })
    again.on('error', () => undefined)
    await again.connect()
    await again.sendCommand(['CLIENT', 'TRACKING', 'ON'])
    await again.get(`${TAG}k`)
    const heard = once(again as unknown as NodeJS.EventEmitter, 'invalidate')
    expect(await tell(served, replica, `SET ${TAG}k 2`)).toEqual({ simple: 'OK' })
    expect(String((await heard)[0])).toBe(`${TAG}k`)
    expect(told).toEqual([])
    again.destroy()
    await served.close()
  })
})
