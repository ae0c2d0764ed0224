import { LabHost } from './host.ts'
import type { HostCall, HostReply } from './worker-lab.ts'

/** The worker: a host, a clock, and one message a call. It makes no request and touches no storage. */
const host = new LabHost()
const SLICE_MS = 8

let running = false
const loop = new MessageChannel()
loop.port1.onmessage = () => {
  host.tick(performance.now(), SLICE_MS)
  schedule()
}

// A wait between slices leaves the thread to calls; while behind its pace the host goes on at once.
const schedule = (): void => {
  running = host.playing
  if (!running) return
  if (host.behind) loop.port2.postMessage(0)
  else setTimeout(() => loop.port2.postMessage(0), 4)
}

const reply = (message: HostReply): void => self.postMessage(message)

self.onmessage = (event: MessageEvent<HostCall>) => {
  const { id, method, args } = event.data
  try {
    const value = host.call(method, args)
    reply({ id, ok: true, value })
  } catch (error) {
    reply({ id, ok: false, error: error instanceof Error ? error.message : String(error) })
  }
  if (host.playing && !running) {
    host.startClock(performance.now())
    schedule()
  }
}
