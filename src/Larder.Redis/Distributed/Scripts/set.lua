-- Stores an entry in the layout of Microsoft's RedisCache, in the place of whatever was there, with its expiry.
-- KEYS[1]: the key. ARGV: absexp and sldexp (ticks of .NET, -1 for none); the value; the time to live in milliseconds, 0 for none.
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'absexp', ARGV[1], 'sldexp', ARGV[2], 'data', ARGV[3])
if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1
