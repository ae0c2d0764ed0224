import { addANode } from './add-a-node.ts'
import { killAPrimary } from './kill-a-primary.ts'
import { lostInvalidation } from './lost-invalidation.ts'
import { minority } from './minority.ts'
import { staleMap } from './stale-map.ts'
import { stampede } from './stampede.ts'
import type { Lesson } from './types.ts'

/** In the order they are taught. */
export const LESSONS: readonly Lesson[] = [killAPrimary, staleMap, minority, addANode, stampede, lostInvalidation]

export const lessonById = (id: string): Lesson | undefined => LESSONS.find((l) => l.id === id)
