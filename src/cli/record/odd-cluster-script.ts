import { below, newStream, type Stream } from '../../engine/core/random.ts'
import { keySlot } from '../../engine/redis/slots.ts'
import { PART_OF_SCAN, VOLATILE, inScript, oddForms, spoilt } from './odd-script.ts'
import { CLUSTER_KEYS, clusterKey, formsOf, pick, words, type ScriptStep } from './script.ts'

/**
 * Odd scripts for a cluster: wrong nodes, wrong slots, slots that are open on one side or both, a slot that nobody serves for a while, and
 * CLUSTER subcommands that are refused.
 */

const CLUSTER = `
CLUSTER KEYSLOT [ckey] [ckey]
CLUSTER COUNTKEYSINSLOT (cslot|-1|16384|abc)
CLUSTER GETKEYSINSLOT (16384|-1|abc) (1|0)
CLUSTER GETKEYSINSLOT 0 (abc|-1|10)
CLUSTER SETSLOT (abc|16384|-1) STABLE
CLUSTER SETSLOT cslot (NOPE|MIGRATING|IMPORTING|NODE|STABLE x|MIGRATING nope|IMPORTING nope|NODE nope)
CLUSTER SETSLOT cslot (MIGRATING|IMPORTING) cnode
CLUSTER SETSLOT cslot STABLE
CLUSTER ADDSLOTS (cslot|abc|16384|-1|cslot cslot) [0]
CLUSTER ADDSLOTS
CLUSTER ADDSLOTSRANGE (0 1|0|5 1|abc 2|0 16384|0 1 5)
CLUSTER DELSLOTS (abc|16384|-1)
CLUSTER DELSLOTS
CLUSTER DELSLOTSRANGE (5|5 1|abc 2|0 16384)
CLUSTER FORGET (nope|)
CLUSTER REPLICATE (nope|)
CLUSTER REPLICATE cnode x
CLUSTER (REPLICAS|SLAVES) (nope|cnode|)
CLUSTER COUNT-FAILURE-REPORTS (nope|cnode)
CLUSTER FAILOVER (NOPE|FORCE x)
CLUSTER MEET (host 1|127.0.0.1 abc|127.0.0.1 0|127.0.0.1 99999|127.0.0.1)
CLUSTER SET-CONFIG-EPOCH (1|abc|-1|0)
CLUSTER RESET NOPE
CLUSTER (MYID|SAVECONFIG|HELP|NOPE|FLUSHSLOTS x|BUMPEPOCH x|SHARDS x|SLOTS x|NODES x|INFO x)
READONLY
READWRITE
READONLY x
ASKING
ASKING x
ASKING
SELECT (0|1|16|abc)
SWAPDB 0 1
MOVE k 1
COPY k k [DB (0|1)] [REPLACE]
DBSIZE
~KEYS glob
~SCAN 0 COUNT 1000
PUBLISH chan v
SPUBLISH chan v
PUBSUB (SHARDCHANNELS|CHANNELS)
REPLICAOF (NO ONE|host 1)
FAILOVER
SORT l BY (w_*|nosort) [GET #] [LIMIT i c]
SORT l GET s1
MIGRATE 127.0.0.1 1 k 0 10
EVAL script (1|2) k k v
EVAL_RO script 1 k v
EVAL script 0
WATCH k k
MULTI
EXEC
MGET k k
MSET k v k v
DEL k k
EXISTS k k
SINTERSTORE k t t
RENAME k k
OBJECT ENCODING k
FLUSHALL x
CONFIG GET hz
ROLE x
`
const SLOTS = CLUSTER_KEYS.slice(0, 7).map((key) => String(keySlot(key)))
const FORMS = formsOf(CLUSTER)

/** A word of a form that only a cluster has. */
const concrete = (s: Stream, word: string, nodes: number): string =>
  word === 'cslot' ? pick(s, SLOTS) : word === 'ckey' ? pick(s, CLUSTER_KEYS) : word === 'cnode' ? `<node:${below(s, nodes)}>` : word

/** What would tear the cluster apart for the scripts behind it. */
const HARMFUL =
  /^(CLUSTER (FORGET|FAILOVER( FORCE| TAKEOVER)?|REPLICATE|RESET( SOFT| HARD)?|BUMPEPOCH|FLUSHSLOTS|DELSLOTS \d+|SETSLOT \d+ NODE) ?(<node:\d>)?$|CONFIG|DEBUG|FLUSHALL$|REPLICAOF NO ONE$|SHUTDOWN|CLIENT|HELLO|ACL|AUTH|SCRIPT|QUIT|RESET|MEMORY|LATENCY|FAILOVER|ROLE|WAIT|PEXPIRE|B[LRZ]|MIGRATE \S+ \d)/i

/** What is of the moment, or of this run's sockets. */
const MOMENTARY = /\bCLUSTER (INFO|NODES|SLOTS|SHARDS|LINKS|(REPLICAS|SLAVES) <)/i

export const randomOddClusterScript = (seed: number, steps: number, nodes: number, primaries: number): ScriptStep[] => {
  const s = newStream(seed, 'odd cluster script')
  const out: ScriptStep[] = []
  for (let node = 0; node < primaries; node++) {
    for (const slot of SLOTS) out.push({ node, cmd: ['CLUSTER', 'SETSLOT', slot, 'STABLE'] })
    out.push({ node, cmd: ['FLUSHALL'] })
  }
  for (let node = 0; node < nodes; node++) {
    out.push({ node, client: 'ro', cmd: ['READONLY'] })
    if (seed % 2 === 0) out.push({ node, client: 'ro', cmd: ['HELLO', '3'], volatile: true })
  }
  const ownerOf = (slot: string): number => Math.floor((Number(slot) * primaries + primaries - 1) / 16384)
  const open = new Set<string>()
  let gone: string | null = null
  const say = (node: number, cmd: string[]): void => void out.push({ node, cmd })
  while (out.length < steps) {
    if (gone !== null && below(s, 8) === 0) {
      say(ownerOf(gone), ['CLUSTER', 'ADDSLOTS', gone])
      gone = null
    }
    if (below(s, 12) === 0) {
      // a slot is opened on both sides, or on one
      const slot = pick(s, SLOTS)
      const owner = ownerOf(slot)
      const other = (owner + 1 + below(s, primaries - 1)) % primaries
      if (below(s, 3) > 0) say(owner, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', `<node:${other}>`])
      if (below(s, 3) > 0) say(other, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', `<node:${owner}>`])
      if (below(s, 4) === 0) for (const node of [owner, other]) say(node, ['CLUSTER', 'SETSLOT', slot, 'STABLE'])
    } else if (gone === null && below(s, 60) === 0) {
      gone = pick(s, SLOTS)
      say(ownerOf(gone), ['CLUSTER', 'DELSLOTS', gone])
    }
    const node = below(s, nodes)
    const client = below(s, 3) === 0 ? 'ro' : 'a'
    const place = `${node}/${client}`
    const form = pick(s, below(s, 3) > 0 ? FORMS : below(s, 2) === 0 ? formsOf() : oddForms())
    const tag = pick(s, CLUSTER_KEYS)
    const isOneSlot = below(s, 4) > 0
    const own = new Map<string, string>()
    let cmd = spoilt(s, words(s, form.parts, [])).map((w) => concrete(s, w, nodes))
    cmd = cmd.map((w, i) => (i > 0 && /^[snbhltz][123]$|^[xy]$|^nokey$/.test(w) ? clusterKey(s, w, isOneSlot ? tag : null, own) : w))
    const otherwise = below(s, 10)
    if (otherwise === 0) cmd = inScript(s, cmd)
    else if (otherwise === 1) cmd = ['ASKING']
    if (open.has(place) && below(s, 5) === 0) cmd = [pick(s, ['EXEC', 'EXEC', 'EXEC', 'DISCARD'])]
    const text = cmd.join(' ')
    if (HARMFUL.test(text) || MOMENTARY.test(text) || VOLATILE.test(text) || PART_OF_SCAN.test(text)) continue
    // its answer would be of the moment at which the primary's writes arrive
    if (node >= primaries && /^DBSIZE/i.test(text)) continue
    const said = cmd[0].toUpperCase()
    if (said === 'MULTI' && cmd.length === 1) open.add(place)
    if (said === 'EXEC' || said === 'DISCARD') open.delete(place)
    const step: ScriptStep = { node, client, cmd }
    if (form.unordered || said === 'EXEC') step.unordered = 'nested'
    out.push(step)
  }
  if (gone !== null) say(ownerOf(gone), ['CLUSTER', 'ADDSLOTS', gone])
  return out
}
