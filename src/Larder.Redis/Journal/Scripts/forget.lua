-- Lets readers no longer see a write of a key that waits, because the source has a newer one.
-- KEYS: what waits, by key. ARGV: the key; the version that the source has.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and tonumber(known:match('^%d+')) < tonumber(ARGV[2]) then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
