import { newSharing, type Sharing } from './clone.ts'
import type { Context } from './process.ts'
import type { Micros } from './time.ts'

/** One of many wake-ups a process waits for: `what` and `id` are its own words. Never changed once made. */
export interface Alarm {
  readonly at: Micros
  readonly seq: number
  readonly what: string
  readonly id: number
}

/** Many wake-ups behind the one timer `alarm`: a binary heap in order of (at, seq). */
export interface Alarms {
  seq: number
  /** when the timer rings; 0 = it is not set. */
  armed: Micros
  heap: Sharing<Alarm>
}

export const newAlarms = (): Alarms => ({ seq: 1, armed: 0, heap: newSharing() })

const before = (x: Alarm, y: Alarm): boolean => x.at < y.at || (x.at === y.at && x.seq < y.seq)

export const setAlarm = (alarms: Alarms, after: Micros, what: string, id: number, ctx: Context): void => {
  const heap = alarms.heap.list
  const alarm: Alarm = { at: ctx.now + after, seq: alarms.seq++, what, id }
  let i = heap.length
  heap.push(alarm)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!before(alarm, heap[parent])) break
    heap[i] = heap[parent]
    i = parent
  }
  heap[i] = alarm
  arm(alarms, ctx)
}

/** Takes the next alarm that is due, if any; in the timer's handler call it until null, then `rearm`. */
export const takeDue = (alarms: Alarms, now: Micros): Alarm | null => {
  const heap = alarms.heap.list
  if (heap.length === 0 || heap[0].at > now) return null
  const first = heap[0]
  const last = heap.pop()!
  const n = heap.length
  if (n > 0) {
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= n) break
      if (child + 1 < n && before(heap[child + 1], heap[child])) child++
      if (!before(heap[child], last)) break
      heap[i] = heap[child]
      i = child
    }
    heap[i] = last
  }
  return first
}

export const rearm = (alarms: Alarms, ctx: Context): void => {
  alarms.armed = 0
  arm(alarms, ctx)
}

const arm = (alarms: Alarms, ctx: Context): void => {
  const heap = alarms.heap.list
  if (heap.length === 0) return
  const { at } = heap[0]
  if (alarms.armed !== 0 && alarms.armed <= at) return
  alarms.armed = at
  ctx.setTimer('alarm', at > ctx.now ? at - ctx.now : 0)
}
