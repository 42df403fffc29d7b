-- Gives the holder of a lock another lease, from now on.
-- KEYS[1]: the lock, as in lock-acquire. ARGV: the owner; the lease in milliseconds; the time now in milliseconds, or '' for that of the server.
-- Returns 1, or 0 when the owner does not hold the lock any more and nothing was changed.
local key, lease, band, now = KEYS[1], tonumber(ARGV[2]), 1e13, tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local score = tonumber(redis.call('ZSCORE', key, ARGV[1]) or 0)
local kind = score > band and band or 0
if score - kind <= now then return 0 end
redis.call('ZADD', key, kind + now + lease, ARGV[1])
if redis.call('PTTL', key) < lease * 1000 then redis.call('PEXPIRE', key, lease * 1000) end
return 1
