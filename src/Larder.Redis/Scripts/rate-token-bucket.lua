-- Takes tokens out of a bucket that gets some in each period, as long as there is room.
-- KEYS[1]: the count: how many tokens there were, and when the period began in which that was so.
-- ARGV: how many tokens (0 asks whether there is any); how many the bucket holds; the period in milliseconds; how many it gets in each; how long the count must be kept in
--   milliseconds; the time now in milliseconds, or '' for that of the server.
-- Returns 1 if they are granted, else 0; how many are left; after how many milliseconds so many will be there.
local wanted, capacity, period, refill = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local tokens, start = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
tokens, start = math.min(tonumber(tokens or capacity), capacity), math.min(tonumber(start or now), now)
local periods = math.floor((now - start) / period)
if periods >= math.floor((capacity - tokens + refill - 1) / refill) then
  tokens, start = capacity, now
else
  tokens, start = tokens + periods * refill, start + periods * period
end

local least = math.max(wanted, 1)
if tokens < least then return { 0, tokens, start + math.floor((least - tokens + refill - 1) / refill) * period - now } end
if wanted > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', tokens - wanted, start), 'PX', 2 * ARGV[5] + 60000)
end
return { 1, tokens - wanted, 0 }
