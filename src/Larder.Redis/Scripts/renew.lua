-- Gives a lease more time, if it is still there.
-- KEYS[1]: the key. ARGV: the revision of the lease, 8 bytes; its time to live in milliseconds.
-- Returns 1, or 0 when something else is there.
local head = redis.call('GETRANGE', KEYS[1], 0, 23)
if head:byte(1) ~= 0xA7 or head:sub(17, 24) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
-- A change is told once, also to who made it, who is not told of his own: only reading the key again has the server tell of the next one.
redis.call('GETRANGE', KEYS[1], 0, 0)
return 1
