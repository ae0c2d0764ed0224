import { blocks, compare, outline, ownersOf, paint, SIDE, SLOTS, type Ink } from '../../src/ui/slots/compare.ts'
import type { SlotView } from '../../src/lab/frame.ts'

const OWNERS = 12
const REPEATS = 10

/** Every owner has its run of slots, its neighbour's where the view is out of date. */
const viewOf = (stale: (slot: number) => boolean): SlotView => ({
  owner: Int16Array.from({ length: SLOTS }, (_, slot) => (Math.floor((slot * OWNERS) / SLOTS) + (stale(slot) ? 1 : 0)) % OWNERS),
  owners: Array.from({ length: OWNERS }, (_, i) => `n${i + 1}`),
  filled: Uint8Array.from({ length: SLOTS }, (_, slot) => (slot % 3) & 1),
  open: [],
})
const ink: Ink = {
  stage: [255, 255, 255],
  signal: [200, 0, 0],
  ink: [0, 0, 0],
  nobody: [120, 120, 120],
  tint: 0.22,
  owner: () => [40, 90, 200],
}

/** Both halves of the slot map, all they compute and paint for new views of 16,384 slots: ms a redraw, `times` times. */
const redrawSlots = (times: number): number[] => {
  const truth = viewOf(() => false)
  const belief = viewOf((slot) => slot < SLOTS / 5)
  const canvases = [belief, truth].map((view) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE })
    document.body.append(canvas)
    const context = canvas.getContext('2d')!
    return { view, context, image: context.createImageData(SIDE, SIDE) }
  })
  const redraw = () => {
    const difference = compare(belief, truth)
    ownersOf(belief, difference.differs)
    ownersOf(truth, difference.differs)
    const paths = outline(difference.differs).length + blocks(difference.differs).length
    for (const { view, context, image } of canvases) {
      paint(image.data, view, truth.filled, difference, ink)
      context.putImageData(image, 0, 0)
    }
    return paths
  }
  return Array.from({ length: times }, () => {
    const began = performance.now()
    for (let i = 0; i < REPEATS; i++) redraw()
    return (performance.now() - began) / REPEATS
  })
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

Object.assign(window, {
  sameRun: () =>
    new Promise((done, failed) => {
      worker.onmessage = (event) => done(event.data)
      worker.onerror = (event) => failed(new Error(event.message))
      worker.postMessage('run')
    }),
  redrawSlots,
})
