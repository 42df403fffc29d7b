-- Tells whether the newest write of a key that waits is that of a call whose reply was lost.
-- KEYS: what waits, by key. ARGV: the key; the number of the call. Returns the version, or nil.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then return false end
local version, call = known:match('^(%d+) (.*)$')
return call == ARGV[2] and version or false
