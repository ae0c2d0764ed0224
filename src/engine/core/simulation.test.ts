import { expect, test } from 'vitest'
import type { Behaviour, Context, Message } from './process.ts'
import { nextRetransmission } from './network.ts'
import { Simulation, type Behaviours } from './simulation.ts'
import { MS, SEC } from './time.ts'
import type { Settings } from '../settings.ts'

/** A pair: app1 sends numbered messages to n1 on one connection, n1 echoes them; both write down what they hear. */
interface Peer {
  conn: number
  sent: number
  log: string[]
}
type Numbered = Message & { n: number }

const note = (state: Peer, ctx: Context, text: string): void => void state.log.push(`${ctx.now} ${text}`)

const sender: Behaviour<Peer> = {
  boot: (_disk, ctx) => {
    const state = { conn: 0, sent: 0, log: [] }
    state.conn = ctx.connect('n1', 'client')
    return state
  },
  persist: () => null,
  connected: (state, _conn, ctx) => {
    note(state, ctx, 'connected')
    ctx.setTimer('tick', 0)
  },
  closed: (state, _conn, reason, ctx) => note(state, ctx, reason),
  message: { echo: (state, message: Numbered, _conn, ctx) => note(state, ctx, `echo ${message.n}`) },
  timer: {
    tick: (state, ctx) => {
      ctx.send(state.conn, { type: 'hello', n: ++state.sent } as Numbered)
      ctx.setTimer('tick', 100 * MS)
    },
  },
}
const echoer: Behaviour<Peer> = {
  boot: () => ({ conn: 0, sent: 0, log: [] }),
  persist: (state, empty) => (empty ? null : state.log),
  accepted: (state, conn) => void (state.conn = conn),
  closed: (state, _conn, reason, ctx) => note(state, ctx, reason),
  message: {
    hello: (state, message: Numbered, conn, ctx) => {
      note(state, ctx, `hello ${message.n}`)
      ctx.send(conn, { type: 'echo', n: message.n } as Numbered)
    },
  },
  timer: {},
  cost: (_state, type) => (type === 'hello' ? 1000 : 0),
}
const behaviours = { node: echoer, app: sender, origin: echoer, admin: echoer, console: echoer } as unknown as Behaviours
const settings = { latency: { mean: 500, spread: 0 } } as Settings

const world = () => {
  const sim = new Simulation(behaviours, settings, 1)
  const n1 = sim.spawn('n1', 'node')
  const app1 = sim.spawn('app1', 'app')
  const heard = (p: { state: unknown }) => (p.state as Peer).log.map((l) => l.replace(/^\d+ /, ''))
  return { sim, n1, app1, heard }
}

test('a message takes its latency and its service time, a full queue adds waiting', () => {
  const { sim, app1 } = world()
  sim.runUntil(50 * MS)
  // connect 1 ms, hello 0.5 ms, service 1 ms, echo 0.5 ms
  expect((app1.state as Peer).log).toEqual(['1000 connected', '3000 echo 1'])
})

test('a slow node answers later and its queue keeps order', () => {
  const { sim, n1, app1, heard } = world()
  n1.slow = 250
  sim.runUntil(SEC)
  const echoes = heard(app1).filter((l) => l.startsWith('echo'))
  expect(echoes).toEqual(['echo 1', 'echo 2', 'echo 3'])
  expect(n1.inbox.length - n1.head).toBeGreaterThan(4)
})

test('crash: the kernel resets; power off: silence until it is back, then a reset', () => {
  const a = world()
  a.sim.runUntil(SEC)
  a.sim.beginAction()
  a.sim.crash(a.n1)
  a.sim.runUntil(SEC + 600)
  expect(a.heard(a.app1).at(-1)).toBe('reset')

  const b = world()
  b.sim.runUntil(SEC)
  b.sim.beginAction()
  b.sim.powerOff(b.n1)
  const before = b.heard(b.app1).length
  b.sim.runUntil(5 * SEC)
  expect(b.heard(b.app1).length).toBe(before)
  b.sim.beginAction()
  b.sim.start(b.n1, true)
  b.sim.runUntil(20 * SEC)
  expect(b.heard(b.app1).at(-1)).toBe('reset')
})

test('a connection to a dead process is refused, to a host without power it waits for the SYN to be repeated', () => {
  const { sim, n1, app1, heard } = world()
  sim.runUntil(100)
  sim.beginAction()
  sim.crash(n1)
  sim.runUntil(SEC)
  expect(heard(app1)).toEqual(['refused'])

  const off = world()
  off.sim.beginAction()
  off.sim.powerOff(off.n1)
  off.sim.runUntil(1500 * MS)
  off.sim.beginAction()
  off.sim.start(off.n1, true)
  off.sim.runUntil(2 * SEC)
  expect(off.heard(off.app1)).toEqual([])
  off.sim.runUntil(3500 * MS)
  expect((off.app1.state as Peer).log[0]).toBe(`${3 * SEC + 1000} connected`)
})

test('paused: the kernel goes on accepting, everything is handled in order on resume', () => {
  const { sim, n1, app1, heard } = world()
  sim.runUntil(SEC)
  sim.beginAction()
  sim.pause(n1)
  const echoed = heard(app1).length
  sim.runUntil(2 * SEC)
  expect(heard(app1).length).toBe(echoed)
  sim.beginAction()
  sim.resume(n1)
  sim.runUntil(2 * SEC + 50 * MS)
  const echoes = heard(app1).filter((l) => l.startsWith('echo'))
  expect(echoes).toEqual(echoes.map((_, i) => `echo ${i + 1}`))
  // one a tenth of a second, from 1 ms to 2,001 ms
  expect(echoes.length).toBe(21)
})

test('a partition holds bytes until it heals, then the retransmission brings them, in order', () => {
  const { sim, n1, heard } = world()
  sim.runUntil(SEC)
  sim.beginAction()
  sim.cut(['app1'], ['n1'], false)
  const before = heard(n1).length
  sim.runUntil(2 * SEC)
  expect(heard(n1).length).toBe(before)
  sim.beginAction()
  sim.heal()
  sim.runUntil(4 * SEC)
  expect(heard(n1)).toEqual(heard(n1).map((_, i) => `hello ${i + 1}`))
  expect(nextRetransmission(0, 0)).toBe(0)
  expect(nextRetransmission(0, 1)).toBe(200 * MS)
  expect(nextRetransmission(0, 200 * MS + 1)).toBe(600 * MS)
})

test('one way: what n1 answers is lost to app1 while n1 still hears', () => {
  const { sim, n1, app1, heard } = world()
  sim.runUntil(SEC)
  sim.beginAction()
  sim.cut(['n1'], ['app1'], false)
  const before = heard(app1).length
  const heardBefore = heard(n1).length
  sim.runUntil(2 * SEC)
  expect(heard(app1).length).toBe(before)
  expect(heard(n1).length).toBeGreaterThan(heardBefore)
})

test('a snapshot restored goes on exactly as the original, any number of times', () => {
  const { sim, n1 } = world()
  n1.slow = 3
  sim.runUntil(777 * MS)
  const kept = sim.snapshot()
  sim.runUntil(3 * SEC)
  const wanted = sim.digest()
  for (let i = 0; i < 2; i++) {
    sim.restore(kept)
    sim.runUntil(3 * SEC)
    expect(sim.digest()).toBe(wanted)
  }
})

test('observers change nothing', () => {
  const bare = world()
  bare.sim.runUntil(2 * SEC)
  const watched = world()
  let seen = 0
  watched.sim.observe({ onFact: () => seen++, onEvent: () => seen++, onDelivered: () => seen++ })
  watched.sim.runUntil(2 * SEC)
  expect(seen).toBeGreaterThan(0)
  expect(watched.sim.digest()).toBe(bare.sim.digest())
})
