-- Takes permits of a window that begins with the first one.
-- KEYS[1]: the count: how many were given in the window, and when it began.
-- ARGV: how many permits (0 asks whether there is any); how many there are in a window; the window in milliseconds; unused; how long the count must be kept in milliseconds; the
--   time now in milliseconds, or '' for that of the server.
-- Returns 1 if they are granted, else 0; how many are left; after how many milliseconds so many will be there.
local wanted, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local used, start = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
used, start = tonumber(used or 0), tonumber(start or -window)
if now >= start + window or start > now + window then used, start = 0, now end
local left = math.max(0, limit - used)
if left < math.max(wanted, 1) then return { 0, left, start + window - now } end
if wanted > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', used + wanted, start), 'PX', 2 * ARGV[5] + 60000)
end
return { 1, left - wanted, 0 }
