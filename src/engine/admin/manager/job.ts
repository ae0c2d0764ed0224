import type { Context } from '../../core/process.ts'
import type { Micros } from '../../core/time.ts'
import { MS, SEC } from '../../core/time.ts'
import type { Outcome, Work } from './commands.ts'
import type { Options } from './options.ts'
import type { Peer } from './view.ts'

/** One run of redis-cli --cluster: what it does, and what stands on its screen. */
export interface ManagerJob {
  /** counts the runs of this operator. */
  run: number
  /** the words after `redis-cli --cluster`. */
  argv: readonly string[]
  begun: Micros
  /** the flow under way; 0 = it has ended. */
  flow: number
  /** frozen once planned. */
  work: readonly Work[]
  others: readonly Peer[]
  done: number
  /** the last lines; the last one is still being written. */
  screen: string[]
  /** lines that have left the screen. */
  scrolled: number
  /** it waits for a line from the keyboard. */
  asking: boolean
  /** null while it runs. */
  exit: number | null
  /** a command without an answer is given up after this. redis-cli itself would wait for the kernel. */
  patience: Micros
}

/** Lines kept on the screen. */
const SCREEN = 300

export const newJob = (run: number, argv: readonly string[], o: Options | string, ctx: Context): ManagerJob => ({
  run,
  argv: Object.freeze(argv.slice()),
  begun: ctx.now,
  flow: 0,
  work: Object.freeze([]),
  others: Object.freeze([]),
  done: 0,
  screen: [''],
  scrolled: 0,
  asking: false,
  exit: null,
  patience: (typeof o === 'string' ? 0 : o.timeout * MS) + 5 * SEC,
})

/** Prints on the job's screen. */
export const printOn = (job: ManagerJob, text: string, ctx: Context): void => {
  if (text === '') return
  const [first, ...rest] = text.split('\n')
  job.screen[job.screen.length - 1] += first
  job.screen.push(...rest)
  const over = job.screen.length - SCREEN
  if (over > 0) {
    job.screen.splice(0, over)
    job.scrolled += over
  }
  ctx.emit('redisCli.printed', { run: job.run, text })
}

export const jobBegan = (job: ManagerJob, ctx: Context): void => {
  ctx.emit('redisCli.started', { run: job.run, argv: [...job.argv] })
}

export const jobEnded = (job: ManagerJob, exit: number, why: 'done' | 'stopped', ctx: Context): void => {
  job.exit = exit
  job.flow = 0
  job.asking = false
  job.work = Object.freeze([])
  job.others = Object.freeze([])
  ctx.emit('redisCli.finished', { run: job.run, argv: [...job.argv], exit, stopped: why === 'stopped', took: ctx.now - job.begun })
}

export const planOf = (job: ManagerJob, outcome: Outcome): void => {
  job.work = outcome.work
  job.others = outcome.others
  job.done = 0
}
