-- Takes out of a lock what an owner has, a hold or the announcement of a writer, and tells those who wait over the channel that is named as the key.
-- KEYS[1]: the lock, as in lock-acquire. ARGV: the owner; PUBLISH, or SPUBLISH in a cluster; the time now in milliseconds, or '' for that of the server.
-- Returns 1 if the owner held the lock, otherwise 0. That telling fails changes nothing: who waits looks now and then.
local key, band, now = KEYS[1], 1e13, tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local score = tonumber(redis.call('ZSCORE', key, ARGV[1]) or 0)
if redis.call('ZREM', key, ARGV[1], 'w' .. ARGV[1]) > 0 then redis.pcall(ARGV[2], key, '') end
return score % band > now and 1 or 0
