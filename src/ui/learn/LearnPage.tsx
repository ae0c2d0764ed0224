import { Link } from 'wouter'
import { LESSONS } from '../../content/lessons/index.ts'
import type { Lesson } from '../../content/lessons/types.ts'
import { ProgressFile } from '../progress/ProgressFile.tsx'
import { useFinished } from './progress.ts'
import s from './learn.module.css'

const Row = ({ lesson, number }: { lesson: Lesson; number: number }) => {
  const finished = useFinished(lesson)
  const done = finished.filter(Boolean).length
  return (
    <li>
      <Link href={`/learn/${lesson.id}`}>
        <span className={s.number}>{number}</span>
        <span>
          <b>{lesson.title}</b>
          <span>{lesson.about}</span>
        </span>
        <small>
          {done === lesson.steps.length ? 'done' : done > 0 ? `${done} of ${lesson.steps.length} steps` : `${lesson.minutes} min`}
          <span className={s.dots} aria-hidden="true">
            {finished.map((f, i) => (
              <i key={lesson.steps[i]!.id} data-done={f || undefined} />
            ))}
          </span>
        </small>
      </Link>
    </li>
  )
}

/** All lessons, in order. */
const LearnPage = () => (
  <main className={s.page}>
    <h1>
      <span>Guess first.</span> <b>Then run it.</b>
    </h1>
    <p className={s.lead}>
      Each lesson asks what will happen, lets you do it to a running cluster, and explains what a wrong guess believed. Every number comes
      from the run or from a law.
    </p>
    <ol className={s.list}>
      {LESSONS.map((lesson, i) => (
        <Row key={lesson.id} lesson={lesson} number={i + 1} />
      ))}
    </ol>
    <ProgressFile />
  </main>
)

export default LearnPage
