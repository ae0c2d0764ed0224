import { killAPrimary } from './kill-a-primary.ts'
import { proveLesson } from './testing/prove.ts'

proveLesson(killAPrimary)
