-- Gives an entry another header of the same length, and another time to live, if it has the expected revision. The value stays where it is.
-- KEYS[1]: the key. ARGV: the revision expected, 8 bytes; the header; the time to live in milliseconds (0 for none).
-- Returns 1, or 0 when the entry had another revision.
local head = redis.call('GETRANGE', KEYS[1], 0, 23)
if head:byte(1) ~= 0xA7 or head:sub(17, 24) ~= ARGV[1] then return 0 end
-- The checksum of the value, bytes 12 to 15, stays too.
redis.call('SETRANGE', KEYS[1], 0, ARGV[2]:sub(1, 12))
redis.call('SETRANGE', KEYS[1], 16, ARGV[2]:sub(17))
if ARGV[3] == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
-- For a load under way, see the renewal of leases.
redis.call('GETRANGE', KEYS[1], 0, 0)
return 1
