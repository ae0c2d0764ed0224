import { addingNodes, replication, sentinelOrCluster, slotMigration } from './cluster.ts'
import { cachePatterns, coherence, stampedes, xfetchOrLocks } from './filling.ts'
import { consistentHashing, hotKeys } from './placing.ts'
import { capacity, sizing } from './sizing.ts'
import type { Question } from './types.ts'

/** All questions, in the order of the list. */
export const QUESTIONS: readonly Question[] = [
  consistentHashing,
  cachePatterns,
  stampedes,
  sentinelOrCluster,
  coherence,
  capacity,
  addingNodes,
  slotMigration,
  xfetchOrLocks,
  hotKeys,
  replication,
  sizing,
]

export const questionById = (id: string | undefined): Question | undefined => QUESTIONS.find((q) => q.id === id)
