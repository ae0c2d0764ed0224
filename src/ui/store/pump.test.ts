import { expect, it } from 'vitest'
import type { Fact, Frame } from '../../lab/frame.ts'
import { mergeTail, Receiver } from './pump.ts'
import { live, useStore } from './store.ts'

const frame = (at: number, over: Partial<Frame> = {}): Frame =>
  ({
    at,
    events: at,
    end: at,
    playing: true,
    speed: 1,
    pace: { mode: 'fixed', base: 1, reason: '' },
    actions: [],
    marks: [],
    scenario: 'six',
    seed: 1,
    notice: null,
    processes: [],
    facts: [],
    factsFrom: 0,
    windows: [],
    windowsFrom: 0,
    eachMessage: false,
    ...over,
  }) as unknown as Frame

it('replaces the tail from its place on', () => {
  expect(mergeTail([1, 2, 3], 3, [4])).toEqual([1, 2, 3, 4])
  expect(mergeTail([1, 2, 3], 1, [9])).toEqual([1, 9])
})

it('forgets what a rewind took back, also without news', () => {
  expect(mergeTail([1, 2, 3], 1, [])).toEqual([1])
})

it('keeps the list itself when nothing changed', () => {
  const list = [1, 2]
  expect(mergeTail(list, 2, [])).toBe(list)
})

it('gives canvases every frame, and words the tenth of a second while only time passes', () => {
  const receiver = new Receiver()
  const said: number[] = []
  const drawn: number[] = []
  const stop = [useStore.subscribe((s) => said.push(s.frame!.at)), live.subscribe((s) => drawn.push(s.frame!.at))]
  for (let now = 0; now < 300; now += 20) receiver.receive(frame(1 + now), now)
  expect(drawn).toHaveLength(15)
  expect(said).toEqual([1, 101, 201])
  stop.forEach((f) => f())
})

it('gives words less often where many stations must be laid out', () => {
  const receiver = new Receiver()
  const processes = new Array(100).fill({}) as Frame['processes']
  const said: number[] = []
  const stop = useStore.subscribe((s) => said.push(s.frame!.at))
  for (let now = 0; now <= 900; now += 20) receiver.receive(frame(1 + now, { processes }), now)
  expect(said).toEqual([1, 401, 801])
  stop()
})

it('says at once what happened, and keeps what came between', () => {
  const receiver = new Receiver()
  const fact = (id: number) => ({ id }) as Fact
  const words = () => useStore.getState()
  receiver.receive(frame(10, { facts: [fact(1)] }), 0)
  receiver.receive(frame(20, { factsFrom: 1, windows: [{}, {}] as Frame['windows'] }), 16)
  expect(words().windows).toHaveLength(0)
  receiver.receive(frame(30, { factsFrom: 1, facts: [fact(2)], windowsFrom: 2 }), 33)
  expect(words().frame?.at).toBe(30)
  expect(words().facts.map((f) => f.id)).toEqual([1, 2])
  expect(words().windows).toHaveLength(2)
  receiver.receive(frame(40, { factsFrom: 2, windowsFrom: 2 }), 50)
  expect(words().frame?.at).toBe(30)
  receiver.receive(frame(40, { factsFrom: 2, windowsFrom: 2, playing: false }), 66)
  expect(words().frame).toMatchObject({ at: 40, playing: false })
  expect(live.getState().frame).toBe(words().frame)
})
