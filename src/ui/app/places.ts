import { lazy, type ComponentType } from 'react'

export interface Place {
  /** hash path as wouter matches it: '/learn/:lesson'. */
  path: string
  /** its word in the top bar; a place without one is reached from another. */
  label: string | null
  /** the bar shows scenario, seed and Share; keys drive the lab. */
  lab: boolean
  page: ComponentType
}

/** Every place of the site, in the order of the bar. A new place is one row here. */
export const PLACES: readonly Place[] = [
  { path: '/', label: 'Lab', lab: true, page: lazy(() => import('./LabPage.tsx')) },
  { path: '/learn', label: 'Learn', lab: false, page: lazy(() => import('../learn/LearnPage.tsx')) },
  { path: '/learn/:lesson', label: null, lab: true, page: lazy(() => import('../learn/LessonPage.tsx')) },
  { path: '/interview', label: 'Interview', lab: false, page: lazy(() => import('../interview/InterviewPage.tsx')) },
  { path: '/interview/:question', label: null, lab: false, page: lazy(() => import('../interview/QuestionPage.tsx')) },
  { path: '/truth', label: 'How true?', lab: false, page: lazy(() => import('../truth/TruthPage.tsx')) },
  { path: '/words', label: 'Words', lab: false, page: lazy(() => import('../reference/GlossaryPage.tsx')) },
]
