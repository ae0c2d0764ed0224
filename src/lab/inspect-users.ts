import type { World } from '../engine/core/world.ts'
import { isOpenToAll, usersOf, type AclLogEntry } from '../engine/redis/acl.ts'
import { rulesText } from '../engine/redis/acl-rules.ts'
import type { NodeState } from '../engine/redis/state.ts'
import type { Inspection } from './frame.ts'

/** Refusals that the inspector shows; ACL LOG has the rest. */
const SHOWN = 5

/** Of a password's digest eight digits are enough to tell it from others. */
const short = (rules: string): string => rules.replace(/#([0-9a-f]{8})[0-9a-f]{56}/g, '#$1…')

const sentenceOf = (e: AclLogEntry): string => {
  if (e.reason === 'auth') return `a wrong password, or none such: ${e.username}`
  const what = e.reason === 'command' ? `may not say ${e.object.toUpperCase()}` : `may not touch the ${e.reason} ${e.object}`
  return `${e.username} ${what}${e.context === 'toplevel' ? '' : e.context === 'lua' ? ', in a script' : ', in a transaction'}`
}

/** Who may do what on a node, in the words of redis.conf, and whom it refused lately. */
export const inspectUsers = (w: World, n: NodeState): Pick<Inspection, 'users' | 'refusals'> => {
  const speaking = new Map<string, number>()
  for (const s of n.sessions.values()) if (s.authenticated) speaking.set(s.user, (speaking.get(s.user) ?? 0) + 1)
  for (const link of n.repl.replicas.values()) speaking.set(link.user, (speaking.get(link.user) ?? 0) + 1)
  return {
    users: {
      isOpen: isOpenToAll(n),
      list: usersOf(n).map((u) => ({ name: u.name, rules: short(rulesText(u)), connections: speaking.get(u.name) ?? 0 })),
    },
    refusals: (n.acl?.log ?? []).slice(0, SHOWN).map((e) => ({ text: sentenceOf(e), count: e.count, ago: w.now - e.at })),
  }
}
