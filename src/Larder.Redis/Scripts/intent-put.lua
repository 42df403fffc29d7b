-- Announces a writer, or has its announcement last longer.
-- KEYS[1]: the intent, a sorted set. Its members are the writers, scored with the end of their announcements in milliseconds; it lives until the last of them.
-- ARGV: the writer; how long its announcement lasts in milliseconds; the time now in milliseconds, or '' for that of the server. Returns 1.
local key, life, now = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

redis.call('ZREMRANGEBYSCORE', key, 0, now)
redis.call('ZADD', key, now + life, ARGV[1])
if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, life) end
return 1
