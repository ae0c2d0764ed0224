import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Job, Options, Section } from './section.ts'

/** Spreads jobs over as many processes as the machine has processors; results come back in the order of the jobs. */

interface Request {
  index: number
  section: string
  job: Job
  options: Options
}

type Answer = { index: number; part: unknown } | { index: number; error: string }

export const runAll = async (
  file: string,
  sections: readonly Section[],
  options: Options,
  onDone: (done: number, all: number) => void,
  processes = availableParallelism(),
): Promise<Map<string, Map<string, unknown[]>>> => {
  const requests: Request[] = []
  for (const section of sections)
    for (const job of section.jobs(options)) requests.push({ index: requests.length, section: section.name, job, options })
  const answers = new Array<unknown>(requests.length)
  let next = 0
  let done = 0
  const children: ChildProcess[] = []
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(file, ['--worker'])
      children.push(child)
      const give = (): void => {
        if (next < requests.length) child.send(requests[next++])
        else child.disconnect()
      }
      child.on('message', (answer: Answer) => {
        if ('error' in answer)
          return reject(new Error(`${requests[answer.index].section} ${requests[answer.index].job.setting}: ${answer.error}`))
        answers[answer.index] = answer.part
        onDone(++done, requests.length)
        give()
      })
      child.on('error', reject)
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with status ${code}`))))
      give()
    })
  try {
    await Promise.all(Array.from({ length: Math.min(processes, requests.length) }, serve))
  } finally {
    for (const child of children) child.kill()
  }
  const out = new Map<string, Map<string, unknown[]>>()
  for (const r of requests) {
    const settings = out.get(r.section) ?? new Map<string, unknown[]>()
    out.set(r.section, settings)
    settings.set(r.job.setting, [...(settings.get(r.job.setting) ?? []), answers[r.index]])
  }
  return out
}

/** The other side: does one job after another until the parent hangs up. */
export const serveJobs = (sections: readonly Section[]): void => {
  process.on('message', (request: Request) => {
    let answer: Answer
    try {
      answer = { index: request.index, part: sections.find((s) => s.name === request.section)!.run(request.job, request.options) }
    } catch (error) {
      answer = { index: request.index, error: (error as Error).message }
    }
    process.send!(answer)
  })
  process.on('disconnect', () => process.exit(0))
}
