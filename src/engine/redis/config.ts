import type { Handler } from './commands.ts'
import { OK, err } from './reply.ts'

/** Directives the simulation reads, with Redis 7.0.15's defaults. */
export const DIRECTIVES: Readonly<Record<string, string>> = {
  'cluster-node-timeout': '15000',
  'cluster-require-full-coverage': 'yes',
  'cluster-allow-reads-when-down': 'no',
  'cluster-replica-validity-factor': '10',
  'cluster-replica-no-failover': 'no',
  'cluster-migration-barrier': '1',
  'cluster-allow-replica-migration': 'yes',
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': '5',
  'repl-ping-replica-period': '10',
  'repl-timeout': '60',
  'repl-backlog-size': '1048576',
  'min-replicas-to-write': '0',
  'min-replicas-max-lag': '10',
}

export const configCommand: Handler = (state, _s, argv) => {
  const sub = argv[1].toUpperCase()
  if (sub === 'GET' && argv.length >= 3) {
    const found: string[] = []
    for (const [name, value] of Object.entries(DIRECTIVES))
      if (argv.slice(2).some((p) => p === '*' || p.toLowerCase() === name)) found.push(name, state.config.get(name) ?? value)
    return found
  }
  if (sub === 'SET' && argv.length >= 4 && argv.length % 2 === 0) {
    for (let i = 2; i < argv.length; i += 2)
      if (!(argv[i].toLowerCase() in DIRECTIVES)) return err(`ERR Unknown option or number of arguments for CONFIG SET - '${argv[i]}'`)
    for (let i = 2; i < argv.length; i += 2) state.config.set(argv[i].toLowerCase(), argv[i + 1])
    return OK
  }
  return err(`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try CONFIG HELP.`)
}
