import { useEffect } from 'react'
import { Link, useParams } from 'wouter'
import { lessonById } from '../../content/lessons/index.ts'
import { Lab } from '../app/Lab.tsx'
import { useStore } from '../store/store.ts'
import { Column, Rail } from './Column.tsx'
import { Explain } from './Explain.tsx'
import { openLesson, useLesson } from './player.ts'
import s from './learn.module.css'

/** A lesson around the lab; its explanation takes the whole page. */
const LessonPage = () => {
  const { lesson: id } = useParams<{ lesson: string }>()
  const lesson = lessonById(id)
  const current = useLesson((x) => x.lesson)
  const state = useLesson((x) => x.state)
  const ready = useStore((x) => x.lab !== null && x.frame !== null)
  useEffect(() => {
    if (lesson && ready) void openLesson(lesson)
  }, [lesson, ready])
  if (!lesson)
    return (
      <main className={s.page}>
        <h1>There is no lesson called {id}.</h1>
        <p>
          <Link href="/learn">See all lessons</Link>
        </p>
      </main>
    )
  if (current !== lesson || !state) return <Lab lesson={<p className={s.wait}>Preparing the cluster…</p>} />
  if (state.phase === 'explain')
    return (
      <main className={s.reading}>
        <section className={s.rail} aria-label="Lesson">
          <Rail lesson={lesson} state={state} />
        </section>
        <Explain lesson={lesson} state={state} />
      </main>
    )
  return <Lab lesson={<Column lesson={lesson} state={state} />} />
}

export default LessonPage
