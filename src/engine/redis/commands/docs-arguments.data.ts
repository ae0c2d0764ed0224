/**
 * The arguments of every command as COMMAND DOCS of Redis 7.0.15 tells them: a letter for the type (command-docs.ts), ? optional,
 * * several, + each with its token; the name; = its token, where that is not the name in capitals; # its key specification; @ since; ! deprecated since;
 * in brackets what it is made of.
 */
export const DOCS_ARGUMENTS = `
acl|cat s?categoryname
acl|deluser s*username
acl|dryrun susername scommand s?*arg
acl|genpass i?bits
acl|getuser susername
acl|log o?operation(icount treset=)
acl|setuser susername s?*rule
append kkey#0 svalue
auth s?username@6.0.0 spassword
bgsave t?schedule=@3.2.2
bitcount kkey#0 b?index(istart iend o?index_unit@7.0.0(tbyte= tbit=))
bitfield kkey#0 o?*operation(bencoding_offset=GET(sencoding ioffset) bwrite(o?wrap_sat_fail=OVERFLOW(twrap= tsat= tfail=) owrite_operation(bencoding_offset_value=SET(sencoding ioffset ivalue) bencoding_offset_increment=INCRBY(sencoding ioffset iincrement))))
bitfield_ro kkey#0 b?*+encoding_offset=GET(sencoding ioffset)
bitop soperation kdestkey#0 k*key#1
bitpos kkey#0 ibit b?index(istart b?end_index(iend o?index_unit@7.0.0(tbyte= tbit=)))
blmove ksource#0 kdestination#1 owherefrom(tleft= tright=) owhereto(tleft= tright=) dtimeout
blmpop dtimeout inumkeys k*key#0 owhere(tleft= tright=) i?count=
blpop k*key#0 dtimeout
brpop k*key#0 dtimeout
brpoplpush ksource#0 kdestination#1 dtimeout
bzmpop dtimeout inumkeys k*key#0 owhere(tmin= tmax=) i?count=
bzpopmax k*key#0 dtimeout
bzpopmin k*key#0 dtimeout
client|caching omode(tyes= tno=)
client|kill ofilter(sip:port!2.8.12 o*new-format(i?client-id=ID@2.8.12 o?normal_master_slave_pubsub=TYPE@2.8.12(tnormal= tmaster=@3.2.0 tslave= treplica=@5.0.0 tpubsub=) s?username=USER s?ip:port=ADDR s?ip:port=LADDR@6.2.0 s?yes/no=SKIPME))
client|list o?normal_master_replica_pubsub=TYPE@5.0.0(tnormal= tmaster= treplica= tpubsub=) b?id=@6.2.0(i*client-id)
client|no-evict oenabled(ton= toff=)
client|pause itimeout o?mode@6.2.0(twrite= tall=)
client|reply oon_off_skip(ton= toff= tskip=)
client|setname sconnection-name
client|tracking ostatus(ton= toff=) i?client-id=REDIRECT s?*+prefix= t?bcast= t?optin= t?optout= t?noloop=
client|unblock iclient-id o?timeout_error(ttimeout= terror=)
cluster|addslots i*slot
cluster|addslotsrange b*start-slot_end-slot(istart-slot iend-slot)
cluster|count-failure-reports snode-id
cluster|countkeysinslot islot
cluster|delslots i*slot
cluster|delslotsrange b*start-slot_end-slot(istart-slot iend-slot)
cluster|failover o?options(tforce= ttakeover=)
cluster|forget snode-id
cluster|getkeysinslot islot icount
cluster|keyslot skey
cluster|meet sip iport i?cluster_bus_port@4.0.0
cluster|replicas snode-id
cluster|replicate snode-id
cluster|reset o?hard_soft(thard= tsoft=)
cluster|set-config-epoch iconfig-epoch
cluster|setslot islot osubcommand(snode-id=IMPORTING snode-id=MIGRATING snode-id=NODE tstable=)
cluster|slaves snode-id
command|docs s?*command-name
command|info s?*command-name
command|list o?filterby=(smodule-name=MODULE scategory=ACLCAT ppattern=)
config|get b*parameter(sparameter)
config|set b*parameter_value(sparameter svalue)
copy ksource#0 kdestination#1 i?destination-db=DB t?replace=
decr kkey#0
decrby kkey#0 idecrement
del k*key#0
dump kkey#0
echo smessage
eval sscript inumkeys k?*key#0 s?*arg
eval_ro sscript inumkeys k?*key#0 s?*arg
evalsha ssha1 inumkeys k?*key#0 s?*arg
evalsha_ro ssha1 inumkeys k?*key#0 s?*arg
exists k*key#0
expire kkey#0 iseconds o?condition@7.0.0(tnx= txx= tgt= tlt=)
expireat kkey#0 uunix-time-seconds o?condition@7.0.0(tnx= txx= tgt= tlt=)
expiretime kkey#0
failover b?target=TO(shost iport t?force=) t?abort= i?milliseconds=TIMEOUT
fcall sfunction inumkeys k?*key#0 s?*arg
fcall_ro sfunction inumkeys k?*key#0 s?*arg
flushall o?async(tasync=@4.0.0 tsync=@6.2.0)
flushdb o?async(tasync=@4.0.0 tsync=@6.2.0)
function|delete slibrary-name
function|flush o?async(tasync= tsync=)
function|list s?library-name-pattern=LIBRARYNAME t?withcode=
function|load t?replace= sfunction-code
function|restore sserialized-value o?policy(tflush= tappend= treplace=)
geoadd kkey#0 o?condition@6.2.0(tnx= txx=) t?change=CH@6.2.0 b*longitude_latitude_member(dlongitude dlatitude smember)
geodist kkey#0 smember1 smember2 o?unit(tm= tkm= tft= tmi=)
geohash kkey#0 s*member
geopos kkey#0 s*member
georadius kkey#0 dlongitude dlatitude dradius ounit(tm= tkm= tft= tmi=) t?withcoord= t?withdist= t?withhash= b?count(icount= t?any=@6.2.0) o?order(tasc= tdesc=) k?key=STORE#1 k?key=STOREDIST#2
georadius_ro kkey#0 dlongitude dlatitude dradius ounit(tm= tkm= tft= tmi=) t?withcoord= t?withdist= t?withhash= b?count(icount= t?any=@6.2.0) o?order(tasc= tdesc=)
georadiusbymember kkey#0 smember dradius ounit(tm= tkm= tft= tmi=) t?withcoord= t?withdist= t?withhash= b?count(icount= t?any=) o?order(tasc= tdesc=) k?key=STORE#1 k?key=STOREDIST#2
georadiusbymember_ro kkey#0 smember dradius ounit(tm= tkm= tft= tmi=) t?withcoord= t?withdist= t?withhash= b?count(icount= t?any=) o?order(tasc= tdesc=)
geosearch kkey#0 ofrom(smember=FROMMEMBER blongitude_latitude=FROMLONLAT(dlongitude dlatitude)) oby(bcircle(dradius=BYRADIUS ounit(tm= tkm= tft= tmi=)) bbox(dwidth=BYBOX dheight ounit(tm= tkm= tft= tmi=))) o?order(tasc= tdesc=) b?count(icount= t?any=) t?withcoord= t?withdist= t?withhash=
geosearchstore kdestination#0 ksource#1 ofrom(smember=FROMMEMBER blongitude_latitude=FROMLONLAT(dlongitude dlatitude)) oby(bcircle(dradius=BYRADIUS ounit(tm= tkm= tft= tmi=)) bbox(dwidth=BYBOX dheight ounit(tm= tkm= tft= tmi=))) o?order(tasc= tdesc=) b?count(icount= t?any=) t?storedist=
get kkey#0
getbit kkey#0 ioffset
getdel kkey#0
getex kkey#0 o?expiration(iseconds=EX imilliseconds=PX uunix-time-seconds=EXAT uunix-time-milliseconds=PXAT tpersist=)
getrange kkey#0 istart iend
getset kkey#0 svalue
hdel kkey#0 s*field
hello b?arguments(iprotover b?username_password=AUTH(susername spassword) s?clientname=SETNAME)
hexists kkey#0 sfield
hget kkey#0 sfield
hgetall kkey#0
hincrby kkey#0 sfield iincrement
hincrbyfloat kkey#0 sfield dincrement
hkeys kkey#0
hlen kkey#0
hmget kkey#0 s*field
hmset kkey#0 b*field_value(sfield svalue)
hrandfield kkey#0 b?options(icount t?withvalues=)
hscan kkey#0 icursor p?pattern=MATCH i?count=
hset kkey#0 b*field_value(sfield svalue)
hsetnx kkey#0 sfield svalue
hstrlen kkey#0 sfield
hvals kkey#0
incr kkey#0
incrby kkey#0 iincrement
incrbyfloat kkey#0 dincrement
info s?*section
keys ppattern
latency|graph sevent
latency|histogram s?*command
latency|history sevent
latency|reset s?*event
lcs kkey1#0 kkey2#0 t?len= t?idx= i?len=MINMATCHLEN t?withmatchlen=
lindex kkey#0 iindex
linsert kkey#0 owhere(tbefore= tafter=) spivot selement
llen kkey#0
lmove ksource#0 kdestination#1 owherefrom(tleft= tright=) owhereto(tleft= tright=)
lmpop inumkeys k*key#0 owhere(tleft= tright=) i?count=
lolwut i?version=
lpop kkey#0 i?count@6.2.0
lpos kkey#0 selement i?rank= i?num-matches=COUNT i?len=MAXLEN
lpush kkey#0 s*element
lpushx kkey#0 s*element
lrange kkey#0 istart istop
lrem kkey#0 icount selement
lset kkey#0 iindex selement
ltrim kkey#0 istart istop
memory|usage kkey#0 i?count=SAMPLES
mget k*key#0
migrate shost iport okey_or_empty_string(kkey#0 tempty_string="") idestination-db itimeout t?copy=@3.0.0 t?replace=@3.0.0 o?authentication(s?password=AUTH@4.0.7 b?username_password=AUTH2@6.0.0(susername spassword)) k?*key=KEYS#1@3.0.6
module|load spath s?*arg
module|loadex spath b?*+configs=CONFIG(sname svalue) b?*args=(sarg)
module|unload sname
move kkey#0 idb
mset b*key_value(kkey#0 svalue)
msetnx b*key_value(kkey#0 svalue)
object|encoding kkey#0
object|freq kkey#0
object|idletime kkey#0
object|refcount kkey#0
persist kkey#0
pexpire kkey#0 imilliseconds o?condition@7.0.0(tnx= txx= tgt= tlt=)
pexpireat kkey#0 uunix-time-milliseconds o?condition@7.0.0(tnx= txx= tgt= tlt=)
pexpiretime kkey#0
pfadd kkey#0 s?*element
pfcount k*key#0
pfdebug ssubcommand kkey#0
pfmerge kdestkey#0 k*sourcekey#1
ping s?message
psetex kkey#0 imilliseconds svalue
psubscribe b*pattern(ppattern)
psync sreplicationid ioffset
pttl kkey#0
publish schannel smessage
pubsub|channels p?pattern
pubsub|numsub s?*channel
pubsub|shardchannels p?pattern
pubsub|shardnumsub s?*shardchannel
punsubscribe p?*pattern
rename kkey#0 knewkey#1
renamenx kkey#0 knewkey#1
replicaof oargs(bhost-port(shost iport) bno-one(tno= tone=))
restore kkey#0 ittl sserialized-value t?replace=@3.0.0 t?absttl=@5.0.0 i?seconds=IDLETIME@5.0.0 i?frequency=FREQ@5.0.0
restore-asking kkey#0 ittl sserialized-value t?replace=@3.0.0 t?absttl=@5.0.0 i?seconds=IDLETIME@5.0.0 i?frequency=FREQ@5.0.0
rpop kkey#0 i?count@6.2.0
rpoplpush ksource#0 kdestination#1
rpush kkey#0 s*element
rpushx kkey#0 s*element
sadd kkey#0 s*member
scan icursor p?pattern=MATCH i?count= s?type=@6.0.0
scard kkey#0
script|debug omode(tyes= tsync= tno=)
script|exists s*sha1
script|flush o?async@6.2.0(tasync= tsync=)
script|load sscript
sdiff k*key#0
sdiffstore kdestination#0 k*key#1
select iindex
set kkey#0 svalue o?condition@2.6.12(tnx= txx=) t?get=@6.2.0 o?expiration(iseconds=EX@2.6.12 imilliseconds=PX@2.6.12 uunix-time-seconds=EXAT@6.2.0 uunix-time-milliseconds=PXAT@6.2.0 tkeepttl=@6.0.0)
setbit kkey#0 ioffset ivalue
setex kkey#0 iseconds svalue
setnx kkey#0 svalue
setrange kkey#0 ioffset svalue
shutdown o?nosave_save(tnosave= tsave=) t?now=@7.0.0 t?force=@7.0.0 t?abort=@7.0.0
sinter k*key#0
sintercard inumkeys k*key#0 i?limit=
sinterstore kdestination#0 k*key#1
sismember kkey#0 smember
slaveof oargs(bhost-port(shost iport) bno-one(tno= tone=))
slowlog|get i?count
smembers kkey#0
smismember kkey#0 s*member
smove ksource#0 kdestination#1 smember
sort kkey#0 p?pattern=BY#1 b?offset_count=LIMIT(ioffset icount) p?*+pattern=GET#1 o?order(tasc= tdesc=) t?sorting=ALPHA k?destination=STORE#2
sort_ro kkey#0 p?pattern=BY#1 b?offset_count=LIMIT(ioffset icount) p?*+pattern=GET#1 o?order(tasc= tdesc=) t?sorting=ALPHA
spop kkey#0 i?count@3.2.0
spublish sshardchannel smessage
srandmember kkey#0 i?count@2.6.0
srem kkey#0 s*member
sscan kkey#0 icursor p?pattern=MATCH i?count=
ssubscribe s*shardchannel
strlen kkey#0
subscribe s*channel
substr kkey#0 istart iend
sunion k*key#0
sunionstore kdestination#0 k*key#1
sunsubscribe s?*shardchannel
swapdb iindex1 iindex2
touch k*key#0
ttl kkey#0
type kkey#0
unlink k*key#0
unsubscribe s?*channel
wait inumreplicas itimeout
watch k*key#0
xack kkey#0 sgroup s*id
xadd kkey#0 t?nomkstream=@6.2.0 b?trim(ostrategy(tmaxlen= tminid=@6.2.0) o?operator(tequal== tapproximately=~) sthreshold i?count=LIMIT@6.2.0) oid_or_auto(tauto_id=* sid) b*field_value(sfield svalue)
xautoclaim kkey#0 sgroup sconsumer smin-idle-time sstart i?count= t?justid=
xclaim kkey#0 sgroup sconsumer smin-idle-time s*id i?ms=IDLE u?unix-time-milliseconds=TIME i?count=RETRYCOUNT t?force= t?justid= s?id=LASTID
xdel kkey#0 s*id
xgroup|create kkey#0 sgroupname oid(sid tnew_id=$) t?mkstream= i?entries_read=ENTRIESREAD
xgroup|createconsumer kkey#0 sgroupname sconsumername
xgroup|delconsumer kkey#0 sgroupname sconsumername
xgroup|destroy kkey#0 sgroupname
xgroup|setid kkey#0 sgroupname oid(sid tnew_id=$) i?entries_read=ENTRIESREAD
xinfo|consumers kkey#0 sgroupname
xinfo|groups kkey#0
xinfo|stream kkey#0 b?full=(i?count=)
xlen kkey#0
xpending kkey#0 sgroup b?filters(i?min-idle-time=IDLE@6.2.0 sstart send icount s?consumer)
xrange kkey#0 sstart send i?count=
xread i?count= i?milliseconds=BLOCK bstreams=(k*key#0 s*id)
xreadgroup bgroup_consumer=GROUP(sgroup sconsumer) i?count= i?milliseconds=BLOCK t?noack= bstreams=(k*key#0 s*id)
xrevrange kkey#0 send sstart i?count=
xsetid kkey#0 slast-id i?entries_added=ENTRIESADDED@7.0.0 s?max_deleted_entry_id=MAXDELETEDID@7.0.0
xtrim kkey#0 btrim(ostrategy(tmaxlen= tminid=@6.2.0) o?operator(tequal== tapproximately=~) sthreshold i?count=LIMIT@6.2.0)
zadd kkey#0 o?condition@3.0.2(tnx= txx=) o?comparison@6.2.0(tgt= tlt=) t?change=CH@3.0.2 t?increment=INCR@3.0.2 b*score_member(dscore smember)
zcard kkey#0
zcount kkey#0 dmin dmax
zdiff inumkeys k*key#0 t?withscores=
zdiffstore kdestination#0 inumkeys k*key#1
zincrby kkey#0 iincrement smember
zinter inumkeys k*key#0 i?*weight=WEIGHTS o?aggregate=(tsum= tmin= tmax=) t?withscores=
zintercard inumkeys k*key#0 i?limit=
zinterstore kdestination#0 inumkeys k*key#1 i?*weight=WEIGHTS o?aggregate=(tsum= tmin= tmax=)
zlexcount kkey#0 smin smax
zmpop inumkeys k*key#0 owhere(tmin= tmax=) i?count=
zmscore kkey#0 s*member
zpopmax kkey#0 i?count
zpopmin kkey#0 i?count
zrandmember kkey#0 b?options(icount t?withscores=)
zrange kkey#0 sstart sstop o?sortby@6.2.0(tbyscore= tbylex=) t?rev=@6.2.0 b?offset_count=LIMIT@6.2.0(ioffset icount) t?withscores=
zrangebylex kkey#0 smin smax b?offset_count=LIMIT(ioffset icount)
zrangebyscore kkey#0 dmin dmax t?withscores=@2.0.0 b?offset_count=LIMIT(ioffset icount)
zrangestore kdst#0 ksrc#1 smin smax o?sortby(tbyscore= tbylex=) t?rev= b?offset_count=LIMIT(ioffset icount)
zrank kkey#0 smember
zrem kkey#0 s*member
zremrangebylex kkey#0 smin smax
zremrangebyrank kkey#0 istart istop
zremrangebyscore kkey#0 dmin dmax
zrevrange kkey#0 istart istop t?withscores=
zrevrangebylex kkey#0 smax smin b?offset_count=LIMIT(ioffset icount)
zrevrangebyscore kkey#0 dmax dmin t?withscores= b?offset_count=LIMIT(ioffset icount)
zrevrank kkey#0 smember
zscan kkey#0 icursor p?pattern=MATCH i?count=
zscore kkey#0 smember
zunion inumkeys k*key#0 i?*weight=WEIGHTS o?aggregate=(tsum= tmin= tmax=) t?withscores=
zunionstore kdestination#0 inumkeys k*key#1 i?*weight=WEIGHTS o?aggregate=(tsum= tmin= tmax=)
`
