import type { Message, ProcessId } from '../engine/core/process.ts'
import type { Observer } from '../engine/core/simulation.ts'
import type { MessageKind, Traffic as TrafficRow } from './frame.ts'
import { kindOf } from './view.ts'

/** Counts what was delivered since the last frame, by link and kind. */
export class Traffic implements Observer {
  /** messages delivered since this was made. */
  delivered = 0
  private counts = new Map<ProcessId, Map<ProcessId, Map<MessageKind, number>>>()

  onDelivered(from: ProcessId, to: ProcessId, message: Message): void {
    this.delivered++
    let row = this.counts.get(from)
    if (row === undefined) this.counts.set(from, (row = new Map()))
    let cell = row.get(to)
    if (cell === undefined) row.set(to, (cell = new Map()))
    const kind = kindOf(message)
    cell.set(kind, (cell.get(kind) ?? 0) + 1)
  }

  clear(): void {
    this.counts.clear()
  }

  take(): TrafficRow[] {
    const rows: TrafficRow[] = []
    for (const [from, row] of this.counts)
      for (const [to, cell] of row)
        for (const [kind, count] of cell)
          if (count > 0) {
            rows.push({ from, to, kind, count })
            cell.set(kind, 0)
          }
    return rows
  }
}
