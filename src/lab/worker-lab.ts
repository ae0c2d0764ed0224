import type { Lab } from './lab.ts'
import type { HostMethod } from './host.ts'

export interface HostCall {
  id: number
  method: HostMethod
  args: unknown[]
}
export type HostReply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: string }

/** How long a call may take before the worker counts as hung. */
const PATIENCE_MS = 20_000

/**
 * A lab whose session computes in a Web Worker. When the worker dies or hangs, every open call is rejected with one sentence
 * and `onTrouble` is told; the caller may make a new lab and open the run again.
 */
export const createWorkerLab = (onTrouble: (sentence: string) => void = () => {}): Lab => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'ringside' })
  const open = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void; timer: ReturnType<typeof setTimeout> }
  >()
  let nextId = 1
  let dead = false

  const fail = (sentence: string): void => {
    if (dead) return
    dead = true
    worker.terminate()
    for (const call of open.values()) {
      clearTimeout(call.timer)
      call.reject(new Error(sentence))
    }
    open.clear()
    onTrouble(sentence)
  }

  worker.onerror = (event) => fail(`The simulation stopped: ${event.message || 'its worker could not start'}.`)
  worker.onmessageerror = () => fail('The simulation sent something the page could not read.')
  worker.onmessage = (event: MessageEvent<HostReply>) => {
    const reply = event.data
    const call = open.get(reply.id)
    if (!call) return
    open.delete(reply.id)
    clearTimeout(call.timer)
    if (reply.ok) call.resolve(reply.value)
    else call.reject(new Error(reply.error))
  }

  const call = <T>(method: HostMethod, ...args: unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (dead) return reject(new Error('The simulation has stopped. Reload the page; your run is kept.'))
      const id = nextId++
      const timer = setTimeout(() => fail('The simulation does not answer any more.'), PATIENCE_MS)
      open.set(id, { resolve: resolve as (value: unknown) => void, reject, timer })
      worker.postMessage({ id, method, args } satisfies HostCall)
    })

  const tell = (method: HostMethod, ...args: unknown[]): void => void call(method, ...args).catch(() => {})

  return {
    open: (scenario, options) => call('open', scenario, options ?? {}),
    dispatch: (action, by) => call('dispatch', action, by),
    play: (speed) => tell('play', speed),
    pause: () => tell('pause'),
    setSpeed: (speed) => tell('setSpeed', speed),
    step: (kind) => call('step', kind),
    runTo: (at) => call('runTo', at),
    seek: (at) => call('seek', at),
    undo: () => call('undo'),
    redo: () => call('redo'),
    reset: () => call('reset'),
    run: () => call('run'),
    digest: () => call('digest'),
    frame: () => call('frame'),
    command: (process, argv, cluster) => call('command', process, argv, cluster),
    slots: (process) => call('slots', process),
    keys: (process, match, limit) => call('keys', process, match, limit),
    find: (key) => call('find', key),
    inspect: (process) => call('inspect', process),
    why: (factId) => call('why', factId),
    waiting: () => call('waiting'),
    close: () => {
      dead = true
      worker.terminate()
    },
  }
}
