import type { ConnId } from '../core/network.ts'
import type { Context, ProcessId } from '../core/process.ts'
import { refusesOtherHosts } from './acl.ts'
import { fixed } from './reply.ts'
import type { NodeState, ReplyMessage } from './state.ts'

/**
 * Protected mode: a server that asks nobody for a password answers its own host only. redis-cli on a node, and programs outside the
 * lab, speak over its loopback interface; everybody else of the lab is another host.
 */

const DENIED = fixed(
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default ' +
    'user. In this mode connections are only accepted from the loopback interface. If you want to connect from external ' +
    'computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode sending the command ' +
    "'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host the server is " +
    'running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make ' +
    'this change permanent. 2) Alternatively you can just disable the protected mode by editing the Redis configuration ' +
    "file, and setting the protected mode option to 'no', and then restarting the server. 3) If you started the server " +
    "manually just for testing, restart it with the '--protected-mode no' option. 4) Setup a an authentication password for" +
    ' the default user. NOTE: You only need to do one of the above things in order for the server to start accepting ' +
    'connections from the outside.',
)

const isSameHost = (from: ProcessId, ctx: Context): boolean => ctx.peers('console').includes(from) || ctx.peers('outside').includes(from)

/** True, and the connection is closed with a word, when it comes from another host and protected mode is on. */
export const refuseOtherHost = (state: NodeState, conn: ConnId, from: ProcessId, ctx: Context): boolean => {
  if (!refusesOtherHosts(state) || isSameHost(from, ctx)) return false
  ctx.send(conn, { type: 'reply', reply: DENIED, size: 1024 } as ReplyMessage)
  ctx.close(conn)
  const told = state.refusedHosts ?? []
  if (!told.includes(from)) {
    state.refusedHosts = [...told, from]
    ctx.emit('node.hostRefused', { client: from })
  }
  return true
}
