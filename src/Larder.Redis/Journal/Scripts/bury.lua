-- Moves an entry to the dead letters.
-- KEYS: the stream; what waits, by key; the lease; the dead letters. ARGV: who asks; the version; the key; the reason.
-- Returns 1, or 0 if another has the partition.
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
local id = ARGV[2] .. '-0'
local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
if entry then redis.call('XADD', KEYS[4], '*', 'k', ARGV[3], 'v', entry[2][4], 'n', ARGV[2], 'r', ARGV[4]) end
redis.call('XACK', KEYS[1], 'larder', id)
redis.call('XDEL', KEYS[1], id)
local known = redis.call('HGET', KEYS[2], ARGV[3])
if known and known:match('^%d+') == ARGV[2] then redis.call('HDEL', KEYS[2], ARGV[3]) end
return 1
