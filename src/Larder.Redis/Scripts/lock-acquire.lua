-- Takes a lock for an owner, if others leave room for it. Asked again by the same owner, it is given again.
-- KEYS[1]: the lock, a sorted set. Its members are owners, scored with the end of their leases in milliseconds; to that is added 0 for a shared hold, 1e13 for an
--   exclusive one, 2e13 for a writer that waits ('w' and the owner). The member 'token' is scored with the fencing number given last.
-- ARGV: the owner; how many may share the lock (0 for an exclusive hold); the lease in milliseconds; for how long, if the lock is not to be had, readers leave it to
--   this writer in milliseconds (0 for not at all); the time now in milliseconds, or '' for that of the server.
-- Returns the fencing number: above the last one and not below the server's time in microseconds, so that it does not go back when the server has lost its memory.
--   If the lock is not to be had, minus the milliseconds until the first lease of those who have it ends.
local key, owner, limit, lease, announce = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local band, now, micros = 1e13, tonumber(ARGV[5]), nil
if now then
  micros = now * 1000
else
  local time = redis.call('TIME')
  now, micros = time[1] * 1000 + math.floor(time[2] / 1000), time[1] * 1000000 + time[2]
end

local function keep(milliseconds)
  if redis.call('PTTL', key) < milliseconds * 1000 then redis.call('PEXPIRE', key, milliseconds * 1000) end
end

for kind = 0, 2 do redis.call('ZREMRANGEBYSCORE', key, kind * band, kind * band + now) end
redis.call('ZREM', key, owner, 'w' .. owner)
local others = redis.call('ZCOUNT', key, 0, 3 * band)
local isFree
if limit > 0 then
  isFree = others < limit and others == redis.call('ZCOUNT', key, 0, band)
else
  isFree = others == redis.call('ZCOUNT', key, 2 * band, 3 * band)
end

if isFree then
  local token = math.max(tonumber(redis.call('ZSCORE', key, 'token') or 0) + 1, micros)
  redis.call('ZADD', key, token, 'token', now + lease + (limit > 0 and 0 or band), owner)
  keep(lease)
  return token
end

local first = band
for kind = 0, 2 do
  local found = redis.call('ZRANGEBYSCORE', key, kind * band, (kind + 1) * band, 'WITHSCORES', 'LIMIT', 0, 1)
  if found[2] then first = math.min(first, tonumber(found[2]) - kind * band) end
end

if announce > 0 then
  redis.call('ZADD', key, 2 * band + now + announce, 'w' .. owner)
  keep(announce)
end

return -math.max(1, first - now)
