import type { Context } from '../core/process.ts'
import { switchTo } from './failover.ts'
import { publishEvent } from './events.ts'
import { newPeer } from './instances.ts'
import { instanceMet } from './info.ts'
import { closeLink } from './links.ts'
import type { Peer, Primary, SentinelState } from './state.ts'
import { raiseEpoch } from './election.ts'

/** Hellos: how Sentinels find each other, and how the news of a failover spreads: the greatest config epoch wins. */

/** `ip,port,runid,current_epoch,master_name,master_ip,master_port,master_config_epoch` as published by some Sentinel. */
export const helloCame = (state: SentinelState, text: string, ctx: Context): void => {
  const words = text.split(',')
  if (words.length !== 8) return
  const [ip, port, id, epoch, name, primaryIp, primaryPort, configEpoch] = words
  const p = state.primaries.get(name)
  if (p === undefined || id === state.id) return
  const peer = p.sentinels.get(id) ?? meet(state, p, id, ip, Number(port), ctx)
  raiseEpoch(state, Number(epoch), ctx)
  if (p.configEpoch < Number(configEpoch)) {
    p.configEpoch = Number(configEpoch)
    if (primaryIp !== p.ip || Number(primaryPort) !== p.port) {
      publishEvent(state, '+config-update-from', p, peer, ctx)
      switchTo(state, p, primaryIp, Number(primaryPort), peer.process, ctx)
    }
  }
  peer.lastHello = ctx.now
}

/** A Sentinel nobody knew, or one that came back with another id at an address that is known: the old one is forgotten. */
const meet = (state: SentinelState, p: Primary, id: string, ip: string, port: number, ctx: Context): Peer => {
  for (const other of [...p.sentinels.values()])
    if (other.ip === ip && other.port === port) {
      closeLink(state, other, ctx)
      p.sentinels.delete(other.name)
    }
  const peer = newPeer(id, ip, port, ctx)
  p.sentinels.set(id, peer)
  instanceMet(state, p, peer, ctx)
  return peer
}
