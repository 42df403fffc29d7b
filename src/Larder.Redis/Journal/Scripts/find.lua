-- Reads the newest write of a key that waits.
-- KEYS: the stream; what waits, by key. ARGV: the key. Returns the write, or nil.
local known = redis.call('HGET', KEYS[2], ARGV[1])
if not known then return false end
local id = known:match('^%d+') .. '-0'
local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
return entry and entry[2][4] or false
