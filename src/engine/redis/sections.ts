import type { Micros } from '../core/time.ts'
import { SEC } from '../core/time.ts'
import { BUS_OFFSET, PORT, ipOf, nodeIdOf } from './address.ts'
import type { GossipEntry, Peer } from './state.ts'

/**
 * A section of gossip as one number, for nearly all tell the same: a sound node under the id and the address that its name gives it.
 * Its low 15 bits are a code (the process's number, and whether it is a primary), the upper 16 the whole seconds of its last pong, as
 * on the wire but for what lies beyond 18 hours: a sound node's pong is never so old that this could mislead. Code 0 stands for a
 * section of another kind, which the message carries written out. The bit between is a table's own, and not told.
 */
export const OTHER = 0
export const CODE = 0x7fff
/** In a node's table: a ping waits for its pong. */
export const WAITS = 0x8000
export const SECONDS = ~0xffff
const SHIFT = 16

/** The code of what gossip says of a peer; OTHER when it is not sound, or not as its name says. */
export const codeOf = (peer: Peer): number =>
  peer.number > 0 &&
  !peer.gone &&
  !peer.handshake &&
  !peer.fail &&
  !peer.pfail &&
  !peer.noAddr &&
  peer.port === PORT &&
  peer.cport === PORT + BUS_OFFSET &&
  peer.ip === ipOf(peer.process) &&
  peer.id === nodeIdOf(peer.process)
    ? (peer.number << 1) | (peer.primary ? 1 : 0)
    : OTHER

export const codeIn = (word: number): number => word & CODE
/** The word with this pong in the place of its own. */
export const withPong = (word: number, pong: Micros): number => (Math.floor(pong / SEC) << SHIFT) | (word & ~SECONDS)
/** The seconds told, of which the nearest to this one are meant. */
export const secondIn = (word: number, near: number): number => near + ((((word >> SHIFT) - near) << SHIFT) >> SHIFT)
export const pongIn = (word: number, now: Micros): Micros => secondIn(word, Math.floor(now / SEC)) * SEC
/** A pong heard of at this time or, where the word's second is a later one, at that. */
export const latestOf = (pong: Micros, word: number): Micros => {
  // one less for some whole seconds, which comes to the same
  const second = Math.floor(pong * (1 / SEC))
  const ahead = ((word >>> SHIFT) - second) & 0xffff
  return ahead === 0 ? pong : (second + ahead) * SEC
}
/** Whether a word tells of a later pong than another does. */
export const isLater = (word: number, than: number): boolean => (((word & SECONDS) - (than & SECONDS)) | 0) > 0
/** The section with this code, written out. */
export const entryOf = (code: number): GossipEntry => entries[code] ?? (entries[code] = writtenOut(code))

const entries: (GossipEntry | undefined)[] = []

const writtenOut = (code: number): GossipEntry => {
  const process = `n${code >> 1}`
  return Object.freeze({
    id: nodeIdOf(process),
    process,
    ip: ipOf(process),
    port: PORT,
    cport: PORT + BUS_OFFSET,
    primary: (code & 1) === 1,
    pfail: false,
    fail: false,
    noAddr: false,
    fact: 0,
  })
}
