-- Tells the other processes of a cache of a change. Messages are numbered, so that one that is missing is noticed; where the number was lost it goes on from
-- the clock, which is ahead of it.
-- KEYS[1]: the number of the last message; also the name of the channel. ARGV: its time to live in milliseconds; the message, after its number.
local number = redis.call('GET', KEYS[1])
if not number then
  local time = redis.call('TIME')
  number = time[1] * 1000000 + time[2]
end
number = number + 1
redis.call('SET', KEYS[1], string.format('%.0f', number), 'PX', ARGV[1])
redis.call('PUBLISH', KEYS[1], struct.pack('<I4<I4', number % 4294967296, math.floor(number / 4294967296)) .. ARGV[2])
return 1
