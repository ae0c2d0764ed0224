import { A, keepItem, newSchedule, place, popUntil, takeItem, type Schedule } from '../../src/engine/core/schedule.ts'
import { exponential, newStream, type Stream } from '../../src/engine/core/random.ts'
import { goal } from '../lib/goal.ts'
import { compare, human, ratioOf } from '../lib/measure.ts'
import { named, peerEsm } from '../lib/peers.ts'
import { raced, reported, wrong, type Row } from '../lib/row.ts'

/** What the heap needs to keep the order; the wheel keeps time and turn itself, and an entry's words stand in it: here the turn is one. */
interface Item {
  at: number
  seq: number
}
interface TinyQueue {
  push(item: Item): void
  pop(): Item | undefined
}
type TinyQueueClass = new (items: Item[], compare: (x: Item, y: Item) => number) => TinyQueue

const byTimeThenTurn = (x: Item, y: Item): number => x.at - y.at || x.seq - y.seq

/** The hold model: take the next entry, schedule another an exponential time later, with a mean of 1 ms. Both sides get the same times. */
const MEAN = 1000
const GAPS = 1 << 16
const gapsOf = (s: Stream): Int32Array => Int32Array.from({ length: GAPS }, () => Math.round(exponential(s, MEAN)))

const put = (queue: Schedule, at: number, seq: number): void => {
  const p = place(queue, at)
  queue.words[p | A] = seq
}

type Hold = (n: number, see?: (turn: number) => void) => void

const ourHold = (pending: number, gaps: Int32Array): Hold => {
  const queue = newSchedule()
  let seq = 0
  for (; seq < pending; seq++) put(queue, gaps[seq % GAPS], seq)
  return (n, see) => {
    for (let i = 0; i < n; i++) {
      const turn = queue.words[popUntil(queue, Number.MAX_SAFE_INTEGER) + A]
      if (see) see(turn)
      put(queue, queue.hand + gaps[seq % GAPS], seq++)
    }
  }
}

/** The wheel with an object for each entry, as messages have. */
const ourHoldOfObjects = (pending: number, gaps: Int32Array): Hold => {
  const queue = newSchedule()
  let seq = 0
  for (; seq < pending; seq++) keepItem(queue, place(queue, gaps[seq % GAPS]), { at: gaps[seq % GAPS], seq })
  return (n, see) => {
    for (let i = 0; i < n; i++) {
      const item = takeItem(queue, popUntil(queue, Number.MAX_SAFE_INTEGER)) as Item
      if (see) see(item.seq)
      const at = queue.hand + gaps[seq % GAPS]
      keepItem(queue, place(queue, at), { at, seq: seq++ })
    }
  }
}

const tinyHold = (Tiny: TinyQueueClass, pending: number, gaps: Int32Array): Hold => {
  const queue = new Tiny([], byTimeThenTurn)
  let seq = 0
  for (; seq < pending; seq++) queue.push({ at: gaps[seq % GAPS], seq })
  return (n, see) => {
    for (let i = 0; i < n; i++) {
      const item = queue.pop()!
      if (see) see(item.seq)
      queue.push({ at: item.at + gaps[seq % GAPS], seq: seq++ })
    }
  }
}

const TARGETS: [pending: number, words: string, target: number][] = [
  [100, '100', 2.5],
  [10_000, '10k', 5],
  [1_000_000, '1M', 20],
]

await goal(async ({ quick }) => {
  const { default: Tiny } = await peerEsm<{ default: TinyQueueClass }>('tinyqueue')
  const peer = named('tinyqueue')
  const gaps = gapsOf(newStream(1, 'gaps'))
  const rows: Row[] = []
  for (const [pending, words, target] of TARGETS) {
    const name = `G2 queue, hold, ${words} pending`
    const mine = ourHold(pending, gaps)
    const objects = ourHoldOfObjects(pending, gaps)
    const theirs = tinyHold(Tiny, pending, gaps)
    const checked = Math.max(pending / (quick ? 4 : 1) + 1000, 200_000)
    const order = new Int32Array(checked)
    let i = 0
    let same = true
    theirs(checked, (turn) => (order[i++] = turn))
    for (const hold of [mine, objects]) {
      i = 0
      hold(checked, (turn) => (same = order[i++] === turn && same))
    }
    if (!same) {
      rows.push(wrong(name, peer, 'the order of the two differs'))
      continue
    }
    const [ours, ofObjects, other] = compare(
      [
        { name: 'ringside', run: (n) => mine(n) },
        { name: 'ringside', run: (n) => objects(n) },
        { name: peer, run: (n) => theirs(n) },
      ],
      quick ? 7 : 11,
    )
    rows.push(raced(name, ours, other, target, quick, `same order over ${checked} entries`))
    rows.push(
      reported(`${name}, objects`, human(ofObjects.rate), `${peer} ${human(other.rate)}`, ratioOf(ofObjects, other), 'an object an entry'),
    )
  }
  return rows
})
