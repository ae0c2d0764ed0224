import { STAGE_KEYS } from '../canvas/keys.ts'

export interface Shortcut {
  keys: string
  what: string
}

/** The sheet behind `?`. */
export const SHORTCUTS: readonly { title: string; rows: readonly Shortcut[] }[] = [
  {
    title: 'Time',
    rows: [
      { keys: 'Space', what: 'Play or pause' },
      { keys: 'S', what: 'Step' },
      { keys: 'Z', what: 'Undo: back to before your last act' },
      { keys: 'Shift Z', what: 'Redo' },
      { keys: '<', what: 'Slower' },
      { keys: '>', what: 'Faster' },
      { keys: '← →', what: 'On the tape: 0.1 s; with Shift 1 ms' },
      { keys: 'PgUp PgDn', what: 'On the tape: one second' },
      { keys: 'Home End', what: 'On the tape: start and end of the run' },
    ],
  },
  {
    title: 'Stage',
    rows: STAGE_KEYS.filter((k) => k.key !== 'Z').map((k) => ({ keys: k.key, what: k.does })),
  },
  {
    title: 'Page',
    rows: [
      { keys: 'Ctrl K', what: 'Find any command' },
      { keys: '?', what: 'This sheet' },
    ],
  },
]
