-- Puts a write into a partition, under a version that is higher than all before: the time in microseconds, or the next number.
-- KEYS: the stream; what waits, by key; the highest version. ARGV: the key; a number of this call, by which it can be confirmed; the write; the most entries of
-- the stream; 'v' when a write beyond them shall get a version all the same.
-- Returns the version, and 1 if the write is in the stream; 0 and 0 if there is no room.
local isFull = redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[4])
if isFull and ARGV[5] ~= 'v' then return { '0', 0 } end
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[3]) or '0')
local version = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[3], version)
if isFull then return { version, 0 } end
redis.call('XADD', KEYS[1], version .. '-0', 'k', ARGV[1], 'v', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], version .. ' ' .. ARGV[2])
return { version, 1 }
