import { lostInvalidation } from './lost-invalidation.ts'
import { proveLesson } from './testing/prove.ts'

proveLesson(lostInvalidation)
