-- Asks all processes that may use copies to say that they have heard of all changes so far.
-- KEYS[1]: the processes, see beat.lua; KEYS[2]: since when the server is the one that it is. ARGV: the channel that the processes listen to; the question; how long
-- a right lasts, in milliseconds.
-- Returns for how long rights may still be in use that an earlier server gave, and then each process and for how long it may use its copies, in milliseconds.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = redis.call('GET', KEYS[2])
if not since then
  since = now
  redis.call('SET', KEYS[2], string.format('%.0f', now), 'PX', 86400000)
elseif redis.call('PTTL', KEYS[2]) < 43200000 then
  redis.call('PEXPIRE', KEYS[2], 86400000)
end
local result = { math.max(0, since + ARGV[3] - now) }
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local processes = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #processes, 2 do
  result[#result + 1] = processes[i]
  result[#result + 1] = processes[i + 1] - now
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return result
