import { parseInt64 } from '../numbers.ts'
import { OK, err, type Reply } from '../reply.ts'
import type { Session } from '../state.ts'
import { disableTracking, enableTracking } from '../tracking.ts'
import { NOT_INTEGER, SYNTAX, mapReply, setReply, type Handler } from './spec.ts'

const overlaps = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a)
const NO_OVERLAP = 'Prefixes for a single client must not overlap.'

const collision = (session: Session, prefixes: readonly string[]): string | null => {
  for (const [i, p] of prefixes.entries()) {
    for (const q of session.tracking?.prefixes ?? [])
      if (overlaps(p, q)) return `ERR Prefix '${p}' overlaps with an existing prefix '${q}'. ${NO_OVERLAP}`
    for (const q of prefixes.slice(i + 1))
      if (overlaps(p, q)) return `ERR Prefix '${p}' overlaps with another provided prefix '${q}'. ${NO_OVERLAP}`
  }
  return null
}

/** CLIENT TRACKING ON|OFF [REDIRECT id] [BCAST] [PREFIX p]… [OPTIN] [OPTOUT] [NOLOOP]. */
export const clientTracking: Handler = (state, session, argv) => {
  const set = { bcast: false, optIn: false, optOut: false, noLoop: false }
  const prefixes: string[] = []
  let redirect = 0
  for (let i = 3; i < argv.length; i++) {
    const option = argv[i].toUpperCase()
    if (option === 'REDIRECT' && i + 1 < argv.length) {
      if (redirect !== 0) return err('ERR A client can only redirect to a single other client')
      const id = parseInt64(argv[++i])
      if (id === null) return NOT_INTEGER
      if (![...state.sessions.values()].some((s) => s.clientId === id)) return err('ERR The client ID you want redirect to does not exist')
      redirect = Number(id)
    } else if (option === 'PREFIX' && i + 1 < argv.length) prefixes.push(argv[++i])
    else if (option === 'BCAST') set.bcast = true
    else if (option === 'OPTIN') set.optIn = true
    else if (option === 'OPTOUT') set.optOut = true
    else if (option === 'NOLOOP') set.noLoop = true
    else return SYNTAX
  }
  const how = argv[2].toLowerCase()
  if (how === 'off') {
    disableTracking(state, session)
    return OK
  }
  if (how !== 'on') return SYNTAX
  const before = session.tracking
  if (!set.bcast && prefixes.length > 0) return err('ERR PREFIX option requires BCAST mode to be enabled')
  if (before !== null && before.bcast !== set.bcast)
    return err(
      "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
    )
  if (set.bcast && (set.optIn || set.optOut)) return err('ERR OPTIN and OPTOUT are not compatible with BCAST')
  if (set.optIn && set.optOut) return err("ERR You can't specify both OPTIN mode and OPTOUT mode")
  if (before !== null && ((set.optIn && before.optOut) || (set.optOut && before.optIn)))
    return err(
      "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
    )
  if (set.bcast) {
    const wrong = collision(session, prefixes)
    if (wrong !== null) return err(wrong)
  }
  enableTracking(state, session, { ...set, redirect, prefixes: set.bcast && prefixes.length === 0 ? [''] : prefixes, broken: false })
  return OK
}

/** CLIENT CACHING YES|NO: for the next command, or the next transaction. */
export const clientCaching: Handler = (_state, session, argv) => {
  const t = session.tracking
  const how = argv[2].toLowerCase()
  if (t === null) return err('ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled')
  if (how !== 'yes' && how !== 'no') return SYNTAX
  if (how === 'yes' && !t.optIn) return err('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.')
  if (how === 'no' && !t.optOut) return err('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.')
  t.caching = true
  return OK
}

export const clientGetRedir: Handler = (_state, session) => session.tracking?.redirect ?? -1

export const clientTrackingInfo: Handler = (_state, session) => {
  const t = session.tracking
  const flags: Reply[] = [t === null ? 'off' : 'on']
  if (t !== null) {
    if (t.bcast) flags.push('bcast')
    if (t.optIn) flags.push('optin', ...(t.caching ? ['caching-yes'] : []))
    if (t.optOut) flags.push('optout', ...(t.caching ? ['caching-no'] : []))
    if (t.noLoop) flags.push('noloop')
    if (t.broken) flags.push('broken_redirect')
  }
  return mapReply(session, [
    ['flags', setReply(session, flags)],
    ['redirect', t?.redirect ?? -1],
    ['prefixes', [...(t?.prefixes ?? [])]],
  ])
}
