/**
 * What COMMAND INFO of Redis 7.0.15 says of every command: its flags, its ACL categories, and what it does with each of its keys
 * (r reads, w writes, b both, - looks at the name alone; the last letter stands for all further keys); where its keys have no fixed
 * places, the first of them all the same.
 */
export const REDIS_TABLE = `
acl;;slow;
acl|cat;noscript loading stale;slow;
acl|deluser;admin noscript loading stale;admin slow dangerous;
acl|dryrun;admin noscript loading stale;admin slow dangerous;
acl|genpass;noscript loading stale;slow;
acl|getuser;admin noscript loading stale;admin slow dangerous;
acl|help;loading stale;slow;
acl|list;admin noscript loading stale;admin slow dangerous;
acl|load;admin noscript loading stale;admin slow dangerous;
acl|log;admin noscript loading stale;admin slow dangerous;
acl|save;admin noscript loading stale;admin slow dangerous;
acl|setuser;admin noscript loading stale;admin slow dangerous;
acl|users;admin noscript loading stale;admin slow dangerous;
acl|whoami;noscript loading stale;slow;
append;write denyoom fast;write string fast;w
asking;fast;fast connection;
auth;noscript loading stale fast no_auth allow_busy;fast connection;
bgrewriteaof;admin noscript no_async_loading;admin slow dangerous;
bgsave;admin noscript no_async_loading;admin slow dangerous;
bitcount;readonly;read bitmap slow;r
bitfield;write denyoom;write bitmap slow;b
bitfield_ro;readonly fast;read bitmap fast;r
bitop;write denyoom;write bitmap slow;wr
bitpos;readonly;read bitmap slow;r
blmove;write denyoom noscript blocking;write list slow blocking;bw
blmpop;write blocking movablekeys;write list slow blocking;b
blpop;write noscript blocking;write list slow blocking;b
brpop;write noscript blocking;write list slow blocking;b
brpoplpush;write denyoom noscript blocking;write list slow blocking;bw
bzmpop;write blocking movablekeys;write sortedset slow blocking;b
bzpopmax;write noscript blocking fast;write sortedset fast blocking;b
bzpopmin;write noscript blocking fast;write sortedset fast blocking;b
client;;slow;
client|caching;noscript loading stale;slow connection;
client|getname;noscript loading stale;slow connection;
client|getredir;noscript loading stale;slow connection;
client|help;loading stale;slow connection;
client|id;noscript loading stale;slow connection;
client|info;noscript loading stale;slow connection;
client|kill;admin noscript loading stale;admin slow dangerous connection;
client|list;admin noscript loading stale;admin slow dangerous connection;
client|no-evict;admin noscript loading stale;admin slow dangerous connection;
client|pause;admin noscript loading stale;admin slow dangerous connection;
client|reply;noscript loading stale;slow connection;
client|setname;noscript loading stale;slow connection;
client|tracking;noscript loading stale;slow connection;
client|trackinginfo;noscript loading stale;slow connection;
client|unblock;admin noscript loading stale;admin slow dangerous connection;
client|unpause;admin noscript loading stale;admin slow dangerous connection;
cluster;;slow;
cluster|addslots;admin stale no_async_loading;admin slow dangerous;
cluster|addslotsrange;admin stale no_async_loading;admin slow dangerous;
cluster|bumpepoch;admin stale no_async_loading;admin slow dangerous;
cluster|count-failure-reports;admin stale;admin slow dangerous;
cluster|countkeysinslot;stale;slow;
cluster|delslots;admin stale no_async_loading;admin slow dangerous;
cluster|delslotsrange;admin stale no_async_loading;admin slow dangerous;
cluster|failover;admin stale no_async_loading;admin slow dangerous;
cluster|flushslots;admin stale no_async_loading;admin slow dangerous;
cluster|forget;admin stale no_async_loading;admin slow dangerous;
cluster|getkeysinslot;stale;slow;
cluster|help;loading stale;slow;
cluster|info;stale;slow;
cluster|keyslot;stale;slow;
cluster|links;stale;slow;
cluster|meet;admin stale no_async_loading;admin slow dangerous;
cluster|myid;stale;slow;
cluster|nodes;stale;slow;
cluster|replicas;admin stale;admin slow dangerous;
cluster|replicate;admin stale no_async_loading;admin slow dangerous;
cluster|reset;admin noscript stale;admin slow dangerous;
cluster|saveconfig;admin stale no_async_loading;admin slow dangerous;
cluster|set-config-epoch;admin stale no_async_loading;admin slow dangerous;
cluster|setslot;admin stale no_async_loading;admin slow dangerous;
cluster|shards;stale;slow;
cluster|slaves;admin stale;admin slow dangerous;
cluster|slots;stale;slow;
command;loading stale;slow connection;
command|count;loading stale;slow connection;
command|docs;loading stale;slow connection;
command|getkeys;loading stale;slow connection;
command|getkeysandflags;loading stale;slow connection;
command|help;loading stale;slow connection;
command|info;loading stale;slow connection;
command|list;loading stale;slow connection;
config;;slow;
config|get;admin noscript loading stale;admin slow dangerous;
config|help;loading stale;slow;
config|resetstat;admin noscript loading stale;admin slow dangerous;
config|rewrite;admin noscript loading stale;admin slow dangerous;
config|set;admin noscript loading stale;admin slow dangerous;
copy;write denyoom;keyspace write slow;rw
dbsize;readonly fast;keyspace read fast;
debug;admin noscript loading stale;admin slow dangerous;
decr;write denyoom fast;write string fast;b
decrby;write denyoom fast;write string fast;b
del;write;keyspace write slow;w
discard;noscript loading stale fast allow_busy;fast transaction;
dump;readonly;keyspace read slow;r
echo;loading stale fast;fast connection;
eval;noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;b
eval_ro;readonly noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;r
evalsha;noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;b
evalsha_ro;readonly noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;r
exec;noscript loading stale skip_slowlog;slow transaction;
exists;readonly fast;keyspace read fast;-
expire;write fast;keyspace write fast;w
expireat;write fast;keyspace write fast;w
expiretime;readonly fast;keyspace read fast;r
failover;admin noscript stale;admin slow dangerous;
fcall;noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;b
fcall_ro;readonly noscript stale skip_monitor no_mandatory_keys movablekeys;slow scripting;r
flushall;write;keyspace write slow dangerous;
flushdb;write;keyspace write slow dangerous;
function;;slow;
function|delete;write noscript;write slow scripting;
function|dump;noscript;slow scripting;
function|flush;write noscript;write slow scripting;
function|help;loading stale;slow scripting;
function|kill;noscript allow_busy;slow scripting;
function|list;noscript;slow scripting;
function|load;write denyoom noscript;write slow scripting;
function|restore;write denyoom noscript;write slow scripting;
function|stats;noscript allow_busy;slow scripting;
geoadd;write denyoom;write geo slow;w
geodist;readonly;read geo slow;r
geohash;readonly;read geo slow;r
geopos;readonly;read geo slow;r
georadius;write denyoom movablekeys;write geo slow;rw;1 1 1
georadius_ro;readonly;read geo slow;r
georadiusbymember;write denyoom movablekeys;write geo slow;rw;1 1 1
georadiusbymember_ro;readonly;read geo slow;r
geosearch;readonly;read geo slow;r
geosearchstore;write denyoom;write geo slow;wr
get;readonly fast;read string fast;r
getbit;readonly fast;read bitmap fast;r
getdel;write fast;write string fast;b
getex;write fast;write string fast;b
getrange;readonly;read string slow;r
getset;write denyoom fast;write string fast;b
hdel;write fast;write hash fast;w
hello;noscript loading stale fast no_auth allow_busy;fast connection;
hexists;readonly fast;read hash fast;-
hget;readonly fast;read hash fast;r
hgetall;readonly;read hash slow;r
hincrby;write denyoom fast;write hash fast;b
hincrbyfloat;write denyoom fast;write hash fast;b
hkeys;readonly;read hash slow;r
hlen;readonly fast;read hash fast;-
hmget;readonly fast;read hash fast;r
hmset;write denyoom fast;write hash fast;w
hrandfield;readonly;read hash slow;r
hscan;readonly;read hash slow;r
hset;write denyoom fast;write hash fast;w
hsetnx;write denyoom fast;write hash fast;w
hstrlen;readonly fast;read hash fast;-
hvals;readonly;read hash slow;r
incr;write denyoom fast;write string fast;b
incrby;write denyoom fast;write string fast;b
incrbyfloat;write denyoom fast;write string fast;b
info;loading stale;slow dangerous;
keys;readonly;keyspace read slow dangerous;
lastsave;loading stale fast;admin fast dangerous;
latency;;slow;
latency|doctor;admin noscript loading stale;admin slow dangerous;
latency|graph;admin noscript loading stale;admin slow dangerous;
latency|help;loading stale;slow;
latency|histogram;admin noscript loading stale;admin slow dangerous;
latency|history;admin noscript loading stale;admin slow dangerous;
latency|latest;admin noscript loading stale;admin slow dangerous;
latency|reset;admin noscript loading stale;admin slow dangerous;
lcs;readonly;read string slow;r
lindex;readonly;read list slow;r
linsert;write denyoom;write list slow;w
llen;readonly fast;read list fast;-
lmove;write denyoom;write list slow;bw
lmpop;write movablekeys;write list slow;b
lolwut;readonly fast;read fast;
lpop;write fast;write list fast;b
lpos;readonly;read list slow;r
lpush;write denyoom fast;write list fast;w
lpushx;write denyoom fast;write list fast;w
lrange;readonly;read list slow;r
lrem;write;write list slow;w
lset;write denyoom;write list slow;w
ltrim;write;write list slow;w
memory;;slow;
memory|doctor;;slow;
memory|help;loading stale;slow;
memory|malloc-stats;;slow;
memory|purge;;slow;
memory|stats;;slow;
memory|usage;readonly;read slow;-
mget;readonly fast;read string fast;r
migrate;write movablekeys;keyspace write slow dangerous;b;3 3 1
module;;slow;
module|help;loading stale;slow;
module|list;admin noscript;admin slow dangerous;
module|load;admin noscript no_async_loading;admin slow dangerous;
module|loadex;admin noscript no_async_loading;admin slow dangerous;
module|unload;admin noscript no_async_loading;admin slow dangerous;
monitor;admin noscript loading stale;admin slow dangerous;
move;write fast;keyspace write fast;b
mset;write denyoom;write string slow;w
msetnx;write denyoom;write string slow;w
multi;noscript loading stale fast allow_busy;fast transaction;
object;;slow;
object|encoding;readonly;keyspace read slow;-
object|freq;readonly;keyspace read slow;-
object|help;loading stale;keyspace slow;
object|idletime;readonly;keyspace read slow;-
object|refcount;readonly;keyspace read slow;-
persist;write fast;keyspace write fast;w
pexpire;write fast;keyspace write fast;w
pexpireat;write fast;keyspace write fast;w
pexpiretime;readonly fast;keyspace read fast;r
pfadd;write denyoom fast;write hyperloglog fast;w
pfcount;readonly;read hyperloglog slow;r
pfdebug;write denyoom admin;write hyperloglog admin slow dangerous;r
pfmerge;write denyoom;write hyperloglog slow;br
pfselftest;admin;hyperloglog admin slow dangerous;
ping;fast;fast connection;
psetex;write denyoom;write string slow;w
psubscribe;pubsub noscript loading stale;pubsub slow;
psync;admin noscript no_async_loading no_multi;admin slow dangerous;
pttl;readonly fast;keyspace read fast;r
publish;pubsub loading stale fast;pubsub fast;
pubsub;;slow;
pubsub|channels;pubsub loading stale;pubsub slow;
pubsub|help;loading stale;slow;
pubsub|numpat;pubsub loading stale;pubsub slow;
pubsub|numsub;pubsub loading stale;pubsub slow;
pubsub|shardchannels;pubsub loading stale;pubsub slow;
pubsub|shardnumsub;pubsub loading stale;pubsub slow;
punsubscribe;pubsub noscript loading stale;pubsub slow;
quit;noscript loading stale fast no_auth allow_busy;fast connection;
randomkey;readonly;keyspace read slow;
readonly;loading stale fast;fast connection;
readwrite;loading stale fast;fast connection;
rename;write;keyspace write slow;bw
renamenx;write fast;keyspace write fast;bw
replconf;admin noscript loading stale allow_busy;admin slow dangerous;
replicaof;admin noscript stale no_async_loading;admin slow dangerous;
reset;noscript loading stale fast no_auth allow_busy;fast connection;
restore;write denyoom;keyspace write slow dangerous;w
restore-asking;write denyoom asking;keyspace write slow dangerous;w
role;noscript loading stale fast;admin fast dangerous;
rpop;write fast;write list fast;b
rpoplpush;write denyoom;write list slow;bw
rpush;write denyoom fast;write list fast;w
rpushx;write denyoom fast;write list fast;w
sadd;write denyoom fast;write set fast;w
save;admin noscript no_async_loading no_multi;admin slow dangerous;
scan;readonly;keyspace read slow;
scard;readonly fast;read set fast;-
script;;slow;
script|debug;noscript;slow scripting;
script|exists;noscript;slow scripting;
script|flush;noscript;slow scripting;
script|help;loading stale;slow scripting;
script|kill;noscript allow_busy;slow scripting;
script|load;noscript stale;slow scripting;
sdiff;readonly;read set slow;r
sdiffstore;write denyoom;write set slow;wr
select;loading stale fast;fast connection;
set;write denyoom;write string slow;b
setbit;write denyoom;write bitmap slow;b
setex;write denyoom;write string slow;w
setnx;write denyoom fast;write string fast;w
setrange;write denyoom;write string slow;w
shutdown;admin noscript loading stale no_multi allow_busy;admin slow dangerous;
sinter;readonly;read set slow;r
sintercard;readonly movablekeys;read set slow;r
sinterstore;write denyoom;write set slow;wr
sismember;readonly fast;read set fast;-
slaveof;admin noscript stale no_async_loading;admin slow dangerous;
slowlog;;slow;
slowlog|get;admin loading stale;admin slow dangerous;
slowlog|help;loading stale;slow;
slowlog|len;admin loading stale;admin slow dangerous;
slowlog|reset;admin loading stale;admin slow dangerous;
smembers;readonly;read set slow;r
smismember;readonly fast;read set fast;r
smove;write fast;write set fast;bw
sort;write denyoom movablekeys;write set sortedset list slow dangerous;rw;1 1 1
sort_ro;readonly movablekeys;read set sortedset list slow dangerous;r
spop;write fast;write set fast;b
spublish;pubsub loading stale fast;pubsub fast;
srandmember;readonly;read set slow;r
srem;write fast;write set fast;w
sscan;readonly;read set slow;r
ssubscribe;pubsub noscript loading stale;pubsub slow;
strlen;readonly fast;read string fast;-
subscribe;pubsub noscript loading stale;pubsub slow;
substr;readonly;read string slow;r
sunion;readonly;read set slow;r
sunionstore;write denyoom;write set slow;wr
sunsubscribe;pubsub noscript loading stale;pubsub slow;
swapdb;write fast;keyspace write fast dangerous;
sync;admin noscript no_async_loading no_multi;admin slow dangerous;
time;loading stale fast;fast;
touch;readonly fast;keyspace read fast;-
ttl;readonly fast;keyspace read fast;r
type;readonly fast;keyspace read fast;-
unlink;write fast;keyspace write fast;w
unsubscribe;pubsub noscript loading stale;pubsub slow;
unwatch;noscript loading stale fast allow_busy;fast transaction;
wait;noscript;slow connection;
watch;noscript loading stale fast allow_busy;fast transaction;-
xack;write fast;write stream fast;w
xadd;write denyoom fast;write stream fast;w
xautoclaim;write fast;write stream fast;w
xclaim;write fast;write stream fast;w
xdel;write fast;write stream fast;w
xgroup;;slow;
xgroup|create;write denyoom;write stream slow;w
xgroup|createconsumer;write denyoom;write stream slow;w
xgroup|delconsumer;write;write stream slow;w
xgroup|destroy;write;write stream slow;w
xgroup|help;loading stale;stream slow;
xgroup|setid;write;write stream slow;w
xinfo;;slow;
xinfo|consumers;readonly;read stream slow;r
xinfo|groups;readonly;read stream slow;r
xinfo|help;loading stale;stream slow;
xinfo|stream;readonly;read stream slow;r
xlen;readonly fast;read stream fast;-
xpending;readonly;read stream slow;r
xrange;readonly;read stream slow;r
xread;readonly blocking movablekeys;read stream slow blocking;r
xreadgroup;write blocking movablekeys;write stream slow blocking;r
xrevrange;readonly;read stream slow;r
xsetid;write denyoom fast;write stream fast;w
xtrim;write;write stream slow;w
zadd;write denyoom fast;write sortedset fast;w
zcard;readonly fast;read sortedset fast;-
zcount;readonly fast;read sortedset fast;r
zdiff;readonly movablekeys;read sortedset slow;r
zdiffstore;write denyoom movablekeys;write sortedset slow;wr;1 1 1
zincrby;write denyoom fast;write sortedset fast;b
zinter;readonly movablekeys;read sortedset slow;r
zintercard;readonly movablekeys;read sortedset slow;r
zinterstore;write denyoom movablekeys;write sortedset slow;wr;1 1 1
zlexcount;readonly fast;read sortedset fast;r
zmpop;write movablekeys;write sortedset slow;b
zmscore;readonly fast;read sortedset fast;r
zpopmax;write fast;write sortedset fast;b
zpopmin;write fast;write sortedset fast;b
zrandmember;readonly;read sortedset slow;r
zrange;readonly;read sortedset slow;r
zrangebylex;readonly;read sortedset slow;r
zrangebyscore;readonly;read sortedset slow;r
zrangestore;write denyoom;write sortedset slow;wr
zrank;readonly fast;read sortedset fast;r
zrem;write fast;write sortedset fast;w
zremrangebylex;write;write sortedset slow;w
zremrangebyrank;write;write sortedset slow;w
zremrangebyscore;write;write sortedset slow;w
zrevrange;readonly;read sortedset slow;r
zrevrangebylex;readonly;read sortedset slow;r
zrevrangebyscore;readonly;read sortedset slow;r
zrevrank;readonly fast;read sortedset fast;r
zscan;readonly;read sortedset slow;r
zscore;readonly fast;read sortedset fast;r
zunion;readonly movablekeys;read sortedset slow;r
zunionstore;write denyoom movablekeys;write sortedset slow;wr;1 1 1
`
