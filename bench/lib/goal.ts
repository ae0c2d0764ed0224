import type { Options } from './measure.ts'
import type { Row } from './row.ts'

/** Runs in a process of its own: the goal's rows leave as one line of JSON. */
export const goal = async (rows: (options: Options) => Promise<Row[]> | Row[]): Promise<void> => {
  const made = await rows({ quick: process.argv.includes('--quick') })
  process.stdout.write(`\n@rows ${JSON.stringify(made)}\n`)
}
