import { addANode } from './add-a-node.ts'
import { proveLesson } from './testing/prove.ts'

proveLesson(addANode)
