/** What CONFIG SET takes, directive by directive, as a redis-server 7.0.15 says it in its refusals. */

const words = (text: string): string[] => text.split(' ')

/** Whole numbers: the directives, the least and the greatest value. */
export const NUMBERS: readonly (readonly [names: string[], least: bigint, most: bigint])[] = [
  [
    words(
      'auto-aof-rewrite-percentage hz list-compress-depth replica-priority min-replicas-max-lag tls-session-cache-timeout shutdown-timeout lfu-log-factor lfu-decay-time timeout cluster-replica-validity-factor tls-session-cache-size min-replicas-to-write repl-diskless-sync-max-replicas cluster-migration-barrier tcp-keepalive repl-diskless-sync-delay',
    ),
    0n,
    2147483647n,
  ],
  [words('maxmemory-samples repl-ping-replica-period repl-timeout'), 1n, 2147483647n],
  [words('list-max-listpack-size'), -2147483648n, 2147483647n],
  [words('port tls-port cluster-announce-tls-port cluster-announce-bus-port cluster-announce-port replica-announce-port'), 0n, 65535n],
  [words('active-expire-effort'), 1n, 10n],
  [words('maxmemory-eviction-tenacity'), 0n, 100n],
  [words('active-defrag-cycle-min active-defrag-cycle-max'), 1n, 99n],
  [words('active-defrag-threshold-lower active-defrag-threshold-upper'), 0n, 1000n],
  [
    words(
      'repl-backlog-ttl zset-max-listpack-entries tracking-table-max-keys busy-reply-threshold stream-node-max-entries hash-max-listpack-entries slowlog-max-len set-max-intset-entries acllog-max-len latency-monitor-threshold cluster-node-timeout',
    ),
    0n,
    9223372036854775807n,
  ],
  [words('active-defrag-max-scan-fields'), 1n, 9223372036854775807n],
  [words('slowlog-log-slower-than'), -1n, 9223372036854775807n],
  [words('maxclients'), 1n, 4294967295n],
]

/** Memory values (1k is 1000, 1kb 1024), likewise. */
export const MEMORY: typeof NUMBERS = [
  [
    words('hll-sparse-max-bytes auto-aof-rewrite-min-size hash-max-listpack-value stream-node-max-bytes zset-max-listpack-value'),
    0n,
    9223372036854775807n,
  ],
  [words('active-defrag-ignore-bytes repl-backlog-size'), 1n, 9223372036854775807n],
  [words('client-query-buffer-limit proto-max-bulk-len'), 1048576n, 9223372036854775807n],
  [words('maxmemory cluster-link-sendbuf-limit'), 0n, 18446744073709551615n],
]

/** Set in the file or not at all. */
export const FIXED = new Set(
  words(
    'rdbchecksum enable-debug-command syslog-enabled aof_rewrite_cpulist cluster-enabled supervised appenddirname socket-mark-id bgsave_cpulist tcp-backlog io-threads-do-reads cluster-port databases pidfile enable-module-command disable-thp unixsocketperm always-show-logo server_cpulist appendfilename io-threads syslog-ident bio_cpulist enable-protected-configs syslog-facility aclfile unixsocket set-proc-title cluster-config-file daemonize logfile',
  ),
)
/** Set only where enable-protected-configs allows it. */
export const PROTECTED = new Set(words('dbfilename dir'))

export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'maxmemory-policy': words('volatile-lru volatile-lfu volatile-random volatile-ttl allkeys-lru allkeys-lfu allkeys-random noeviction'),
  appendfsync: words('everysec always no'),
  'acl-pubsub-default': words('allchannels resetchannels'),
  loglevel: words('debug verbose notice warning'),
  'repl-diskless-load': words('disabled on-empty-db swapdb'),
  'shutdown-on-sigterm': words('default save nosave now force'),
  'shutdown-on-sigint': words('default save nosave now force'),
  'cluster-preferred-endpoint-type': words('ip hostname unknown-endpoint'),
  'oom-score-adj': words('no yes relative absolute'),
  'propagation-error-behavior': words('ignore panic panic-on-replicas'),
  'sanitize-dump-payload': words('no yes clients'),
  'tls-auth-clients': words('no yes optional'),
}
