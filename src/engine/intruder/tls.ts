/** The three kinds of connection that Redis encrypts, each by a directive of its own. */
export type Listened = 'client' | 'bus' | 'replication'

/**
 * Whether connections of this kind are encrypted, by the directives that all nodes share (redis.conf, "TLS/SSL"): `tls-port` the client
 * port, `tls-cluster` the bus, `tls-replication` what replicas ask for. Each is off unless said. With tls-auth-clients at its default,
 * yes, who shows no certificate does not get past the handshake either. All who may speak are taken to follow at once.
 */
export const isSealed = (kind: Listened, config: Readonly<Record<string, string>>): boolean =>
  kind === 'client' ? (config['tls-port'] ?? '0') !== '0' : config[kind === 'bus' ? 'tls-cluster' : 'tls-replication'] === 'yes'

/** Whether the client port serves only who shows a certificate: with `tls-auth-clients no` TLS hides what is said, and lets anybody in. */
export const isLocked = (config: Readonly<Record<string, string>>): boolean =>
  isSealed('client', config) && (config['tls-auth-clients'] ?? 'yes') === 'yes'
