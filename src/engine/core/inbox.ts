import type { ConnId } from './network.ts'
import type { Hold, InboxItem, Process } from './process.ts'

/** What waits for a process's thread, and in which order it is taken. */

/**
 * What piled up while a process was stopped, in the order its event loop takes it: first what stands in the sockets it had,
 * then new connections and what came on them, timers last.
 */
export const inLoopOrder = (inbox: readonly InboxItem[]): InboxItem[] => {
  const fresh = new Set<ConnId>()
  for (const item of inbox) if (item.message.type === '$accepted') fresh.add(item.conn)
  const rank = (item: InboxItem): number => (item.message.type === '$timer' ? 2 : fresh.has(item.conn) ? 1 : 0)
  return [0, 1, 2].flatMap((r) => inbox.filter((item) => rank(item) === r))
}

/** Stands where an item was, so that nobody keeps its message. */
const TAKEN: InboxItem = Object.freeze({ conn: 0, message: Object.freeze({ type: '$taken' }), cause: 0, read: 0 })

/** Takes what has waited longest; there must be something. */
export const takeFirst = (p: Process): InboxItem => {
  const item = p.inbox[p.head]
  p.inbox[p.head++] = TAKEN
  if (p.head > 64 && p.head * 2 > p.inbox.length) {
    p.inbox = p.inbox.slice(p.head)
    p.head = 0
  }
  return item
}

/** When a thread that waits will be free: not before it is released. */
export const FOREVER = Number.MAX_SAFE_INTEGER

/** Whether a thread that waits is let go on by this. */
export const isAwaited = ({ conn, timer }: Hold, item: InboxItem): boolean =>
  item.message.type === '$timer' ? (item.message as { name?: string }).name === timer : item.conn === conn

/** Takes the first item that the thread waits for out of the inbox; null when there is none. */
export const takeAwaited = (p: Process, hold: Hold): InboxItem | null => {
  for (let i = p.head; i < p.inbox.length; i++) if (isAwaited(hold, p.inbox[i])) return p.inbox.splice(i, 1)[0]
  return null
}
