/**
 * What COMMAND INFO of Redis 7.0.15 says of every command, in columns: its flags; its ACL categories; its key specifications; its tips;
 * where its keys have no fixed places, the first of them all the same. Key specifications stand apart by |, each of them
 * flags@where they begin:how many, = and a note: see key-specs.ts.
 */
export const REDIS_TABLE = `
acl;;slow
acl|cat;noscript loading stale;slow
acl|deluser;admin noscript loading stale;admin slow dangerous
acl|dryrun;admin noscript loading stale;admin slow dangerous
acl|genpass;noscript loading stale;slow
acl|getuser;admin noscript loading stale;admin slow dangerous
acl|help;loading stale;slow
acl|list;admin noscript loading stale;admin slow dangerous
acl|load;admin noscript loading stale;admin slow dangerous
acl|log;admin noscript loading stale;admin slow dangerous
acl|save;admin noscript loading stale;admin slow dangerous
acl|setuser;admin noscript loading stale;admin slow dangerous
acl|users;admin noscript loading stale;admin slow dangerous
acl|whoami;noscript loading stale;slow
append;write denyoom fast;write string fast;RW+insert@1:0/1/0
asking;fast;fast connection
auth;noscript loading stale fast no_auth allow_busy;fast connection
bgrewriteaof;admin noscript no_async_loading;admin slow dangerous
bgsave;admin noscript no_async_loading;admin slow dangerous
bitcount;readonly;read bitmap slow;RO+access@1:0/1/0
bitfield;write denyoom;write bitmap slow;RW+access+update+variable_flags@1:0/1/0=This command allows both access and modification of the key
bitfield_ro;readonly fast;read bitmap fast;RO+access@1:0/1/0
bitop;write denyoom;write bitmap slow;OW+update@2:0/1/0|RO+access@3:-1/1/0
bitpos;readonly;read bitmap slow;RO+access@1:0/1/0
blmove;write denyoom noscript blocking;write list slow blocking;RW+access+delete@1:0/1/0|RW+insert@2:0/1/0
blmpop;write blocking movablekeys;write list slow blocking;RW+access+delete@2:#0/1/1
blpop;write noscript blocking;write list slow blocking;RW+access+delete@1:-2/1/0
brpop;write noscript blocking;write list slow blocking;RW+access+delete@1:-2/1/0
brpoplpush;write denyoom noscript blocking;write list slow blocking;RW+access+delete@1:0/1/0|RW+insert@2:0/1/0
bzmpop;write blocking movablekeys;write sortedset slow blocking;RW+access+delete@2:#0/1/1
bzpopmax;write noscript blocking fast;write sortedset fast blocking;RW+access+delete@1:-2/1/0
bzpopmin;write noscript blocking fast;write sortedset fast blocking;RW+access+delete@1:-2/1/0
client;;slow
client|caching;noscript loading stale;slow connection
client|getname;noscript loading stale;slow connection
client|getredir;noscript loading stale;slow connection
client|help;loading stale;slow connection
client|id;noscript loading stale;slow connection
client|info;noscript loading stale;slow connection;;nondeterministic_output
client|kill;admin noscript loading stale;admin slow dangerous connection
client|list;admin noscript loading stale;admin slow dangerous connection;;nondeterministic_output
client|no-evict;admin noscript loading stale;admin slow dangerous connection
client|pause;admin noscript loading stale;admin slow dangerous connection
client|reply;noscript loading stale;slow connection
client|setname;noscript loading stale;slow connection
client|tracking;noscript loading stale;slow connection
client|trackinginfo;noscript loading stale;slow connection
client|unblock;admin noscript loading stale;admin slow dangerous connection
client|unpause;admin noscript loading stale;admin slow dangerous connection
cluster;;slow
cluster|addslots;admin stale no_async_loading;admin slow dangerous
cluster|addslotsrange;admin stale no_async_loading;admin slow dangerous
cluster|bumpepoch;admin stale no_async_loading;admin slow dangerous;;nondeterministic_output
cluster|count-failure-reports;admin stale;admin slow dangerous;;nondeterministic_output
cluster|countkeysinslot;stale;slow
cluster|delslots;admin stale no_async_loading;admin slow dangerous
cluster|delslotsrange;admin stale no_async_loading;admin slow dangerous
cluster|failover;admin stale no_async_loading;admin slow dangerous
cluster|flushslots;admin stale no_async_loading;admin slow dangerous
cluster|forget;admin stale no_async_loading;admin slow dangerous
cluster|getkeysinslot;stale;slow;;nondeterministic_output
cluster|help;loading stale;slow
cluster|info;stale;slow;;nondeterministic_output
cluster|keyslot;stale;slow
cluster|links;stale;slow;;nondeterministic_output
cluster|meet;admin stale no_async_loading;admin slow dangerous
cluster|myid;stale;slow
cluster|nodes;stale;slow;;nondeterministic_output
cluster|replicas;admin stale;admin slow dangerous;;nondeterministic_output
cluster|replicate;admin stale no_async_loading;admin slow dangerous
cluster|reset;admin noscript stale;admin slow dangerous
cluster|saveconfig;admin stale no_async_loading;admin slow dangerous
cluster|set-config-epoch;admin stale no_async_loading;admin slow dangerous
cluster|setslot;admin stale no_async_loading;admin slow dangerous
cluster|shards;stale;slow;;nondeterministic_output
cluster|slaves;admin stale;admin slow dangerous;;nondeterministic_output
cluster|slots;stale;slow;;nondeterministic_output
command;loading stale;slow connection;;nondeterministic_output_order
command|count;loading stale;slow connection
command|docs;loading stale;slow connection;;nondeterministic_output_order
command|getkeys;loading stale;slow connection
command|getkeysandflags;loading stale;slow connection
command|help;loading stale;slow connection
command|info;loading stale;slow connection;;nondeterministic_output_order
command|list;loading stale;slow connection;;nondeterministic_output_order
config;;slow
config|get;admin noscript loading stale;admin slow dangerous
config|help;loading stale;slow
config|resetstat;admin noscript loading stale;admin slow dangerous
config|rewrite;admin noscript loading stale;admin slow dangerous
config|set;admin noscript loading stale;admin slow dangerous;;request_policy:all_nodes response_policy:all_succeeded
copy;write denyoom;keyspace write slow;RO+access@1:0/1/0|OW+update@2:0/1/0
dbsize;readonly fast;keyspace read fast;;request_policy:all_shards response_policy:agg_sum
debug;admin noscript loading stale;admin slow dangerous
decr;write denyoom fast;write string fast;RW+access+update@1:0/1/0
decrby;write denyoom fast;write string fast;RW+access+update@1:0/1/0
del;write;keyspace write slow;RM+delete@1:-1/1/0;request_policy:multi_shard response_policy:agg_sum
discard;noscript loading stale fast allow_busy;fast transaction
dump;readonly;keyspace read slow;RO+access@1:0/1/0;nondeterministic_output
echo;loading stale fast;fast connection
eval;noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;RW+access+update@2:#0/1/1=We cannot tell how the keys will be used so we assume the worst, RW and UPDATE
eval_ro;readonly noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;RO+access@2:#0/1/1=We cannot tell how the keys will be used so we assume the worst, RO and ACCESS
evalsha;noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;RW+access+update@2:#0/1/1
evalsha_ro;readonly noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;RO+access@2:#0/1/1
exec;noscript loading stale skip_slowlog;slow transaction
exists;readonly fast;keyspace read fast;RO@1:-1/1/0;request_policy:multi_shard response_policy:agg_sum
expire;write fast;keyspace write fast;RW+update@1:0/1/0
expireat;write fast;keyspace write fast;RW+update@1:0/1/0
expiretime;readonly fast;keyspace read fast;RO+access@1:0/1/0
failover;admin noscript stale;admin slow dangerous
fcall;noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;RW+access+update@2:#0/1/1=We cannot tell how the keys will be used so we assume the worst, RW and UPDATE
fcall_ro;readonly noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;RO+access@2:#0/1/1=We cannot tell how the keys will be used so we assume the worst, RO and ACCESS
flushall;write;keyspace write slow dangerous;;request_policy:all_shards response_policy:all_succeeded
flushdb;write;keyspace write slow dangerous;;request_policy:all_shards response_policy:all_succeeded
function;;slow
function|delete;write noscript;write slow scripting;;request_policy:all_shards response_policy:all_succeeded
function|dump;noscript;slow scripting
function|flush;write noscript;write slow scripting;;request_policy:all_shards response_policy:all_succeeded
function|help;loading stale;slow scripting
function|kill;noscript allow_busy;slow scripting;;request_policy:all_shards response_policy:one_succeeded
function|list;noscript;slow scripting;;nondeterministic_output_order
function|load;write denyoom noscript;write slow scripting;;request_policy:all_shards response_policy:all_succeeded
function|restore;write denyoom noscript;write slow scripting;;request_policy:all_shards response_policy:all_succeeded
function|stats;noscript allow_busy;slow scripting;;nondeterministic_output request_policy:all_shards response_policy:special
geoadd;write denyoom;write geo slow;RW+update@1:0/1/0
geodist;readonly;read geo slow;RO+access@1:0/1/0
geohash;readonly;read geo slow;RO+access@1:0/1/0
geopos;readonly;read geo slow;RO+access@1:0/1/0
georadius;write denyoom movablekeys;write geo slow;RO+access@1:0/1/0|OW+update@STORE.6:0/1/0|OW+update@STOREDIST.6:0/1/0;;1 1 1
georadius_ro;readonly;read geo slow;RO+access@1:0/1/0
georadiusbymember;write denyoom movablekeys;write geo slow;RO+access@1:0/1/0|OW+update@STORE.5:0/1/0|OW+update@STOREDIST.5:0/1/0;;1 1 1
georadiusbymember_ro;readonly;read geo slow;RO+access@1:0/1/0
geosearch;readonly;read geo slow;RO+access@1:0/1/0
geosearchstore;write denyoom;write geo slow;OW+update@1:0/1/0|RO+access@2:0/1/0
get;readonly fast;read string fast;RO+access@1:0/1/0
getbit;readonly fast;read bitmap fast;RO+access@1:0/1/0
getdel;write fast;write string fast;RW+access+delete@1:0/1/0
getex;write fast;write string fast;RW+access+update@1:0/1/0=RW and UPDATE because it changes the TTL
getrange;readonly;read string slow;RO+access@1:0/1/0
getset;write denyoom fast;write string fast;RW+access+update@1:0/1/0
hdel;write fast;write hash fast;RW+delete@1:0/1/0
hello;noscript loading stale fast no_auth allow_busy;fast connection
hexists;readonly fast;read hash fast;RO@1:0/1/0
hget;readonly fast;read hash fast;RO+access@1:0/1/0
hgetall;readonly;read hash slow;RO+access@1:0/1/0;nondeterministic_output_order
hincrby;write denyoom fast;write hash fast;RW+access+update@1:0/1/0
hincrbyfloat;write denyoom fast;write hash fast;RW+access+update@1:0/1/0
hkeys;readonly;read hash slow;RO+access@1:0/1/0;nondeterministic_output_order
hlen;readonly fast;read hash fast;RO@1:0/1/0
hmget;readonly fast;read hash fast;RO+access@1:0/1/0
hmset;write denyoom fast;write hash fast;RW+update@1:0/1/0
hrandfield;readonly;read hash slow;RO+access@1:0/1/0;nondeterministic_output
hscan;readonly;read hash slow;RO+access@1:0/1/0;nondeterministic_output
hset;write denyoom fast;write hash fast;RW+update@1:0/1/0
hsetnx;write denyoom fast;write hash fast;RW+insert@1:0/1/0
hstrlen;readonly fast;read hash fast;RO@1:0/1/0
hvals;readonly;read hash slow;RO+access@1:0/1/0;nondeterministic_output_order
incr;write denyoom fast;write string fast;RW+access+update@1:0/1/0
incrby;write denyoom fast;write string fast;RW+access+update@1:0/1/0
incrbyfloat;write denyoom fast;write string fast;RW+access+update@1:0/1/0
info;loading stale;slow dangerous;;nondeterministic_output request_policy:all_shards response_policy:special
keys;readonly;keyspace read slow dangerous;;request_policy:all_shards nondeterministic_output_order
lastsave;loading stale fast;admin fast dangerous;;nondeterministic_output
latency;;slow
latency|doctor;admin noscript loading stale;admin slow dangerous;;nondeterministic_output request_policy:all_nodes response_policy:special
latency|graph;admin noscript loading stale;admin slow dangerous;;nondeterministic_output request_policy:all_nodes response_policy:special
latency|help;loading stale;slow
latency|histogram;admin noscript loading stale;admin slow dangerous;;nondeterministic_output request_policy:all_nodes response_policy:special
latency|history;admin noscript loading stale;admin slow dangerous;;nondeterministic_output request_policy:all_nodes response_policy:special
latency|latest;admin noscript loading stale;admin slow dangerous;;nondeterministic_output request_policy:all_nodes response_policy:special
latency|reset;admin noscript loading stale;admin slow dangerous;;request_policy:all_nodes response_policy:all_succeeded
lcs;readonly;read string slow;RO+access@1:1/1/0
lindex;readonly;read list slow;RO+access@1:0/1/0
linsert;write denyoom;write list slow;RW+insert@1:0/1/0
llen;readonly fast;read list fast;RO@1:0/1/0
lmove;write denyoom;write list slow;RW+access+delete@1:0/1/0|RW+insert@2:0/1/0
lmpop;write movablekeys;write list slow;RW+access+delete@1:#0/1/1
lolwut;readonly fast;read fast
lpop;write fast;write list fast;RW+access+delete@1:0/1/0
lpos;readonly;read list slow;RO+access@1:0/1/0
lpush;write denyoom fast;write list fast;RW+insert@1:0/1/0
lpushx;write denyoom fast;write list fast;RW+insert@1:0/1/0
lrange;readonly;read list slow;RO+access@1:0/1/0
lrem;write;write list slow;RW+delete@1:0/1/0
lset;write denyoom;write list slow;RW+update@1:0/1/0
ltrim;write;write list slow;RW+delete@1:0/1/0
memory;;slow
memory|doctor;;slow;;nondeterministic_output request_policy:all_shards response_policy:special
memory|help;loading stale;slow
memory|malloc-stats;;slow;;nondeterministic_output request_policy:all_shards response_policy:special
memory|purge;;slow;;request_policy:all_shards response_policy:all_succeeded
memory|stats;;slow;;nondeterministic_output request_policy:all_shards response_policy:special
memory|usage;readonly;read slow;RO@2:0/1/0
mget;readonly fast;read string fast;RO+access@1:-1/1/0;request_policy:multi_shard
migrate;write movablekeys;keyspace write slow dangerous;RW+access+delete@3:0/1/0|RW+access+delete+incomplete@KEYS.-2:-1/1/0;nondeterministic_output;3 3 1
module;;slow
module|help;loading stale;slow
module|list;admin noscript;admin slow dangerous;;nondeterministic_output_order
module|load;admin noscript no_async_loading;admin slow dangerous
module|loadex;admin noscript no_async_loading;admin slow dangerous
module|unload;admin noscript no_async_loading;admin slow dangerous
monitor;admin noscript loading stale;admin slow dangerous
move;write fast;keyspace write fast;RW+access+update@1:0/1/0
mset;write denyoom;write string slow;OW+update@1:-1/2/0;request_policy:multi_shard response_policy:all_succeeded
msetnx;write denyoom;write string slow;OW+insert@1:-1/2/0;request_policy:multi_shard response_policy:agg_min
multi;noscript loading stale fast allow_busy;fast transaction
object;;slow
object|encoding;readonly;keyspace read slow;RO@2:0/1/0;nondeterministic_output
object|freq;readonly;keyspace read slow;RO@2:0/1/0;nondeterministic_output
object|help;loading stale;keyspace slow
object|idletime;readonly;keyspace read slow;RO@2:0/1/0;nondeterministic_output
object|refcount;readonly;keyspace read slow;RO@2:0/1/0;nondeterministic_output
persist;write fast;keyspace write fast;RW+update@1:0/1/0
pexpire;write fast;keyspace write fast;RW+update@1:0/1/0
pexpireat;write fast;keyspace write fast;RW+update@1:0/1/0
pexpiretime;readonly fast;keyspace read fast;RO+access@1:0/1/0
pfadd;write denyoom fast;write hyperloglog fast;RW+insert@1:0/1/0
pfcount;readonly;read hyperloglog slow;RW+access@1:-1/1/0=RW because it may change the internal representation of the key, and propagate to replicas
pfdebug;write denyoom admin;write hyperloglog admin slow dangerous;RW+access@2:0/1/0
pfmerge;write denyoom;write hyperloglog slow;RW+access+insert@1:0/1/0|RO+access@2:-1/1/0
pfselftest;admin;hyperloglog admin slow dangerous
ping;fast;fast connection;;request_policy:all_shards response_policy:all_succeeded
psetex;write denyoom;write string slow;OW+update@1:0/1/0
psubscribe;pubsub noscript loading stale;pubsub slow
psync;admin noscript no_async_loading no_multi;admin slow dangerous
pttl;readonly fast;keyspace read fast;RO+access@1:0/1/0;nondeterministic_output
publish;pubsub loading stale fast;pubsub fast
pubsub;;slow
pubsub|channels;pubsub loading stale;pubsub slow
pubsub|help;loading stale;slow
pubsub|numpat;pubsub loading stale;pubsub slow
pubsub|numsub;pubsub loading stale;pubsub slow
pubsub|shardchannels;pubsub loading stale;pubsub slow
pubsub|shardnumsub;pubsub loading stale;pubsub slow
punsubscribe;pubsub noscript loading stale;pubsub slow
quit;noscript loading stale fast no_auth allow_busy;fast connection
randomkey;readonly;keyspace read slow;;request_policy:all_shards nondeterministic_output
readonly;loading stale fast;fast connection
readwrite;loading stale fast;fast connection
rename;write;keyspace write slow;RW+access+delete@1:0/1/0|OW+update@2:0/1/0
renamenx;write fast;keyspace write fast;RW+access+delete@1:0/1/0|OW+insert@2:0/1/0
replconf;admin noscript loading stale allow_busy;admin slow dangerous
replicaof;admin noscript stale no_async_loading;admin slow dangerous
reset;noscript loading stale fast no_auth allow_busy;fast connection
restore;write denyoom;keyspace write slow dangerous;OW+update@1:0/1/0
restore-asking;write denyoom asking;keyspace write slow dangerous;OW+update@1:0/1/0
role;noscript loading stale fast;admin fast dangerous
rpop;write fast;write list fast;RW+access+delete@1:0/1/0
rpoplpush;write denyoom;write list slow;RW+access+delete@1:0/1/0|RW+insert@2:0/1/0
rpush;write denyoom fast;write list fast;RW+insert@1:0/1/0
rpushx;write denyoom fast;write list fast;RW+insert@1:0/1/0
sadd;write denyoom fast;write set fast;RW+insert@1:0/1/0
save;admin noscript no_async_loading no_multi;admin slow dangerous
scan;readonly;keyspace read slow;;nondeterministic_output request_policy:special
scard;readonly fast;read set fast;RO@1:0/1/0
script;;slow
script|debug;noscript;slow scripting
script|exists;noscript;slow scripting;;request_policy:all_shards response_policy:agg_logical_and
script|flush;noscript;slow scripting;;request_policy:all_nodes response_policy:all_succeeded
script|help;loading stale;slow scripting
script|kill;noscript allow_busy;slow scripting;;request_policy:all_shards response_policy:one_succeeded
script|load;noscript stale;slow scripting;;request_policy:all_nodes response_policy:all_succeeded
sdiff;readonly;read set slow;RO+access@1:-1/1/0;nondeterministic_output_order
sdiffstore;write denyoom;write set slow;OW+update@1:0/1/0|RO+access@2:-1/1/0
select;loading stale fast;fast connection
set;write denyoom;write string slow;RW+access+update+variable_flags@1:0/1/0=RW and ACCESS due to the optional \`GET\` argument
setbit;write denyoom;write bitmap slow;RW+access+update@1:0/1/0
setex;write denyoom;write string slow;OW+update@1:0/1/0
setnx;write denyoom fast;write string fast;OW+insert@1:0/1/0
setrange;write denyoom;write string slow;RW+update@1:0/1/0
shutdown;admin noscript loading stale no_multi allow_busy;admin slow dangerous
sinter;readonly;read set slow;RO+access@1:-1/1/0;nondeterministic_output_order
sintercard;readonly movablekeys;read set slow;RO+access@1:#0/1/1
sinterstore;write denyoom;write set slow;RW+update@1:0/1/0|RO+access@2:-1/1/0
sismember;readonly fast;read set fast;RO@1:0/1/0
slaveof;admin noscript stale no_async_loading;admin slow dangerous
slowlog;;slow
slowlog|get;admin loading stale;admin slow dangerous;;request_policy:all_nodes nondeterministic_output
slowlog|help;loading stale;slow
slowlog|len;admin loading stale;admin slow dangerous;;request_policy:all_nodes response_policy:agg_sum nondeterministic_output
slowlog|reset;admin loading stale;admin slow dangerous;;request_policy:all_nodes response_policy:all_succeeded
smembers;readonly;read set slow;RO+access@1:0/1/0;nondeterministic_output_order
smismember;readonly fast;read set fast;RO+access@1:0/1/0
smove;write fast;write set fast;RW+access+delete@1:0/1/0|RW+insert@2:0/1/0
sort;write denyoom movablekeys;write set sortedset list slow dangerous;RO+access@1:0/1/0|RO+access@?:?=For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort|OW+update@?:?=For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array;;1 1 1
sort_ro;readonly movablekeys;read set sortedset list slow dangerous;RO+access@1:0/1/0|RO+access@?:?=For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort
spop;write fast;write set fast;RW+access+delete@1:0/1/0;nondeterministic_output
spublish;pubsub loading stale fast;pubsub fast;not_key@1:0/1/0
srandmember;readonly;read set slow;RO+access@1:0/1/0;nondeterministic_output
srem;write fast;write set fast;RW+delete@1:0/1/0
sscan;readonly;read set slow;RO+access@1:0/1/0;nondeterministic_output
ssubscribe;pubsub noscript loading stale;pubsub slow;not_key@1:-1/1/0
strlen;readonly fast;read string fast;RO@1:0/1/0
subscribe;pubsub noscript loading stale;pubsub slow
substr;readonly;read string slow;RO+access@1:0/1/0
sunion;readonly;read set slow;RO+access@1:-1/1/0;nondeterministic_output_order
sunionstore;write denyoom;write set slow;OW+update@1:0/1/0|RO+access@2:-1/1/0
sunsubscribe;pubsub noscript loading stale;pubsub slow;not_key@1:-1/1/0
swapdb;write fast;keyspace write fast dangerous
sync;admin noscript no_async_loading no_multi;admin slow dangerous
time;loading stale fast;fast;;nondeterministic_output
touch;readonly fast;keyspace read fast;RO@1:-1/1/0;request_policy:multi_shard response_policy:agg_sum
ttl;readonly fast;keyspace read fast;RO+access@1:0/1/0;nondeterministic_output
type;readonly fast;keyspace read fast;RO@1:0/1/0
unlink;write fast;keyspace write fast;RM+delete@1:-1/1/0;request_policy:multi_shard response_policy:agg_sum
unsubscribe;pubsub noscript loading stale;pubsub slow
unwatch;noscript loading stale fast allow_busy;fast transaction
wait;noscript;slow connection;;request_policy:all_shards response_policy:agg_min
watch;noscript loading stale fast allow_busy;fast transaction;RO@1:-1/1/0
xack;write fast;write stream fast;RW+update@1:0/1/0
xadd;write denyoom fast;write stream fast;RW+update@1:0/1/0=UPDATE instead of INSERT because of the optional trimming feature;nondeterministic_output
xautoclaim;write fast;write stream fast;RW+delete@1:0/1/0;nondeterministic_output
xclaim;write fast;write stream fast;RW+update@1:0/1/0;nondeterministic_output
xdel;write fast;write stream fast;RW+delete@1:0/1/0
xgroup;;slow
xgroup|create;write denyoom;write stream slow;RW+insert@2:0/1/0
xgroup|createconsumer;write denyoom;write stream slow;RW+insert@2:0/1/0
xgroup|delconsumer;write;write stream slow;RW+delete@2:0/1/0
xgroup|destroy;write;write stream slow;RW+delete@2:0/1/0
xgroup|help;loading stale;stream slow
xgroup|setid;write;write stream slow;RW+update@2:0/1/0
xinfo;;slow
xinfo|consumers;readonly;read stream slow;RO+access@2:0/1/0;nondeterministic_output
xinfo|groups;readonly;read stream slow;RO+access@2:0/1/0
xinfo|help;loading stale;stream slow
xinfo|stream;readonly;read stream slow;RO+access@2:0/1/0
xlen;readonly fast;read stream fast;RO@1:0/1/0
xpending;readonly;read stream slow;RO+access@1:0/1/0;nondeterministic_output
xrange;readonly;read stream slow;RO+access@1:0/1/0
xread;readonly blocking movablekeys;read stream slow blocking;RO+access@STREAMS.1:-1/1/2
xreadgroup;write blocking movablekeys;write stream slow blocking;RO+access@STREAMS.4:-1/1/2
xrevrange;readonly;read stream slow;RO+access@1:0/1/0
xsetid;write denyoom fast;write stream fast;RW+update@1:0/1/0
xtrim;write;write stream slow;RW+delete@1:0/1/0;nondeterministic_output
zadd;write denyoom fast;write sortedset fast;RW+update@1:0/1/0
zcard;readonly fast;read sortedset fast;RO@1:0/1/0
zcount;readonly fast;read sortedset fast;RO+access@1:0/1/0
zdiff;readonly movablekeys;read sortedset slow;RO+access@1:#0/1/1
zdiffstore;write denyoom movablekeys;write sortedset slow;OW+update@1:0/1/0|RO+access@2:#0/1/1;;1 1 1
zincrby;write denyoom fast;write sortedset fast;RW+access+update@1:0/1/0
zinter;readonly movablekeys;read sortedset slow;RO+access@1:#0/1/1
zintercard;readonly movablekeys;read sortedset slow;RO+access@1:#0/1/1
zinterstore;write denyoom movablekeys;write sortedset slow;OW+update@1:0/1/0|RO+access@2:#0/1/1;;1 1 1
zlexcount;readonly fast;read sortedset fast;RO+access@1:0/1/0
zmpop;write movablekeys;write sortedset slow;RW+access+delete@1:#0/1/1
zmscore;readonly fast;read sortedset fast;RO+access@1:0/1/0
zpopmax;write fast;write sortedset fast;RW+access+delete@1:0/1/0
zpopmin;write fast;write sortedset fast;RW+access+delete@1:0/1/0
zrandmember;readonly;read sortedset slow;RO+access@1:0/1/0;nondeterministic_output
zrange;readonly;read sortedset slow;RO+access@1:0/1/0
zrangebylex;readonly;read sortedset slow;RO+access@1:0/1/0
zrangebyscore;readonly;read sortedset slow;RO+access@1:0/1/0
zrangestore;write denyoom;write sortedset slow;OW+update@1:0/1/0|RO+access@2:0/1/0
zrank;readonly fast;read sortedset fast;RO+access@1:0/1/0
zrem;write fast;write sortedset fast;RW+delete@1:0/1/0
zremrangebylex;write;write sortedset slow;RW+delete@1:0/1/0
zremrangebyrank;write;write sortedset slow;RW+delete@1:0/1/0
zremrangebyscore;write;write sortedset slow;RW+delete@1:0/1/0
zrevrange;readonly;read sortedset slow;RO+access@1:0/1/0
zrevrangebylex;readonly;read sortedset slow;RO+access@1:0/1/0
zrevrangebyscore;readonly;read sortedset slow;RO+access@1:0/1/0
zrevrank;readonly fast;read sortedset fast;RO+access@1:0/1/0
zscan;readonly;read sortedset slow;RO+access@1:0/1/0;nondeterministic_output
zscore;readonly fast;read sortedset fast;RO+access@1:0/1/0
zunion;readonly movablekeys;read sortedset slow;RO+access@1:#0/1/1
zunionstore;write denyoom movablekeys;write sortedset slow;OW+update@1:0/1/0|RO+access@2:#0/1/1;;1 1 1
`
