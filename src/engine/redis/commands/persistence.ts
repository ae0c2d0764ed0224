import { unixMs } from '../clock.ts'
import { beginSave, isAppending, saveNow, watchFiles } from '../persistence.ts'
import { OK, err } from '../reply.ts'
import { SYNTAX, spec, type CommandSpec, type Handler } from './spec.ts'

/** Snapshots and the append-only file by hand. */

const BUSY = err('ERR Background save already in progress')

const bgsave: Handler = (state, _s, argv, ctx) => {
  if (argv.length > 2 || (argv.length === 2 && argv[1].toLowerCase() !== 'schedule')) return SYNTAX
  return beginSave(state, ctx) ? { simple: 'Background saving started' } : BUSY
}

const save: Handler = (state, _s, _argv, ctx) => (saveNow(state, ctx) ? OK : BUSY)

/** The file is as it was, only shorter: what a restart finds does not change. */
const bgrewriteaof: Handler = (state, _s, _argv, ctx) => {
  if (isAppending(state)) watchFiles(state, ctx)
  return { simple: 'Background append only file rewriting started' }
}

const ADMIN = 'admin noscript'

export const PERSISTENCE: readonly CommandSpec[] = [
  spec('bgrewriteaof', 1, ADMIN, null, 'server', '1.0.0', 'Rewrites the append-only file.', bgrewriteaof),
  spec('bgsave', -1, ADMIN, null, 'server', '1.0.0', 'Writes a snapshot beside the work.', bgsave),
  spec('save', 1, `${ADMIN} noMulti`, null, 'server', '1.0.0', 'Writes a snapshot now.', save),
  spec('lastsave', 1, 'loading stale fast', null, 'server', '1.0.0', 'When the last snapshot was written.', (state) =>
    Math.floor(unixMs(state.persistence?.lastSave ?? state.bootedAt) / 1000),
  ),
]
