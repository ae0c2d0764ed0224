import { minority } from './minority.ts'
import { proveLesson } from './testing/prove.ts'

proveLesson(minority)
