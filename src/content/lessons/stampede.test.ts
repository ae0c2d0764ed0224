import { stampede } from './stampede.ts'
import { proveLesson } from './testing/prove.ts'

proveLesson(stampede)
