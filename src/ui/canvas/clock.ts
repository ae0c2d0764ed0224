import type { Frame } from '../../lab/frame.ts'

/** A frame older than this says nothing about now: the picture stands still rather than guess on. */
const HORIZON_MS = 120

/** Simulated time to draw at: runs on from the latest frame while it plays, and never jumps back by less than a frame's worth. */
export class Clock {
  private frame: Frame | null = null
  private received = 0
  private shown = 0

  take(frame: Frame, now: number): void {
    if (frame === this.frame) return
    this.frame = frame
    this.received = now
  }

  at(now: number): number {
    const f = this.frame
    if (!f) return 0
    if (!f.playing) return (this.shown = f.at)
    const perMs = f.speed * 1000
    const ahead = f.at + Math.min(HORIZON_MS, Math.max(0, now - this.received)) * perMs
    const back = this.shown - ahead
    this.shown = back > 0 && back < HORIZON_MS * perMs ? this.shown : ahead
    return this.shown
  }
}
