-- Notes that an entry was used, and takes the names of those that are too many, least recently used first.
-- KEYS[1]: the index of the namespace. ARGV: the name of the entry; the most entries; the time to live of the index in milliseconds.
-- Returns the names taken.
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000000 + time[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2])
local names = {}
if excess > 0 then
  local popped = redis.call('ZPOPMIN', KEYS[1], excess)
  for i = 1, #popped, 2 do names[#names + 1] = popped[i] end
end
return names
