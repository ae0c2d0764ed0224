import { inDatabase } from '../databases.ts'
import { parseInt64 } from '../numbers.ts'
import { openBacklog } from '../psync.ts'
import { rdbFile } from '../rdb-file.ts'
import { beginFeeding } from '../replication.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import { isFed } from '../client-info.ts'
import { splitWords } from '../words.ts'
import { NOT_INTEGER, NO_REPLY, SYNTAX, spec, type CommandSpec, type Handler } from './spec.ts'

/** SYNC and REPLCONF as programs say them that want the data as a file (redis-cli --rdb); the lab's own replicas have messages of their own. */

const NUMBERS = new Set(['listening-port', 'rdb-only'])
const TAKEN = new Set(['capa', 'ip-address', 'version'])

/** REPLCONF name value …: what a replica is, and can. */
const replconf: Handler = (_state, session, argv): Reply => {
  if (argv.length % 2 === 0) return SYNTAX
  for (let i = 1; i < argv.length; i += 2) {
    const name = argv[i].toLowerCase()
    if (name === 'ack' || name === 'getack') return NO_REPLY
    if (NUMBERS.has(name)) {
      const n = parseInt64(argv[i + 1])
      if (n === null) return NOT_INTEGER
      if (name === 'rdb-only') session.fileOnly = Number(n) === 1
    } else if (name === 'rdb-filter-only') {
      const parts = splitWords(argv[i + 1])
      if (parts === null) return err('ERR Missing rdb-filter-only values')
      session.syncs = 'nothing'
      for (const part of parts) {
        if (part.toLowerCase() !== 'functions') return errAbout`ERR Unsupported rdb-filter-only option: ${part}`
        session.syncs = 'functions'
      }
    } else if (!TAKEN.has(name)) return errAbout`ERR Unrecognized REPLCONF option: ${argv[i]}`
  }
  return OK
}

/** SYNC: the whole data as a file; then the stream, to who wants more than the file. */
const sync: Handler = (state, session, _argv, ctx) => {
  if (isFed(state, session)) return NO_REPLY
  if (state.repl.role === 'replica' && state.repl.linkState !== 'connected')
    return err("NOMASTERLINK Can't SYNC while not connected with my master")
  const file = inDatabase(state, 0, () => rdbFile(state, ctx.now, session.syncs))
  if (session.fileOnly) return { file }
  openBacklog(state, ctx)
  beginFeeding(state, session, ctx)
  return { file }
}

export const SYNC: readonly CommandSpec[] = [
  spec('sync', 1, 'admin noscript noMulti', null, 'server', '1.0.0', 'The whole data as a file.', sync),
  spec('replconf', -1, 'admin noscript loading stale', null, 'server', '3.0.0', 'What a replica tells of itself.', replconf),
]
