import { handInLua } from '../../engine/redis/scripting/host.ts'
import { createLua } from './machine.ts'

/** Importing this file gives the engine its Lua machine. */
handInLua(createLua())
