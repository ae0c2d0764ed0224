import { Link } from 'wouter'
import { LESSONS } from '../../content/lessons/index.ts'
import { ProgressFile } from '../progress/ProgressFile.tsx'
import { useFinished } from './progress.ts'
import s from './learn.module.css'

/** All lessons, in order. */
const LearnPage = () => {
  const finished = useFinished()
  return (
    <main className={s.page}>
      <h1>
        <span>Guess first.</span> <b>Then run it.</b>
      </h1>
      <p className={s.lead}>
        Each lesson asks what will happen, lets you do it to a running cluster, and explains what a wrong guess believed. Every number
        comes from the run or from a law.
      </p>
      <ol className={s.list}>
        {LESSONS.map((lesson, i) => {
          const done = finished[lesson.id] ?? 0
          return (
            <li key={lesson.id}>
              <Link href={`/learn/${lesson.id}`}>
                <span className={s.number}>{i + 1}</span>
                <span>
                  <b>{lesson.title}</b>
                  <span>{lesson.about}</span>
                </span>
                <small>
                  {done >= lesson.steps.length ? 'done' : done > 0 ? `${done} of ${lesson.steps.length} steps` : `${lesson.minutes} min`}
                </small>
              </Link>
            </li>
          )
        })}
      </ol>
      <ProgressFile />
    </main>
  )
}

export default LearnPage
