-- Takes permits of a window that slides: at no time more than the limit in a span as long as the window.
-- KEYS[1]: the count: pairs of the number of a segment and how many were given in it, oldest first.
-- ARGV: how many permits (0 asks whether there is any); how many there are in a window; the length of a segment in milliseconds; how many segments the window has; how long the count must be
--   kept in milliseconds; the time now in milliseconds, or '' for that of the server.
-- Returns 1 if they are granted, else 0; how many are left; after how many milliseconds so many will be there.
local wanted, limit, length, segments = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local segment, used, live = math.floor(now / length), 0, {}
for number, given in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%d+) (%d+)') do
  number, given = tonumber(number), tonumber(given)
  if number >= segment - segments and number <= segment + segments then
    live[#live + 1] = { number, given }
    used = used + given
  end
end

local left, least = math.max(0, limit - used), math.max(wanted, 1)
if left < least then
  local missing, after = least - (limit - used), tonumber(ARGV[5])
  for _, pair in ipairs(live) do
    missing = missing - pair[2]
    if missing <= 0 then
      after = (pair[1] + segments + 1) * length - now
      break
    end
  end
  return { 0, left, after }
end

if wanted > 0 then
  local last = live[#live]
  if last and last[1] >= segment then last[2] = last[2] + wanted else live[#live + 1] = { segment, wanted } end
  local text = {}
  for i, pair in ipairs(live) do text[i] = string.format('%.0f %.0f', pair[1], pair[2]) end
  redis.call('SET', KEYS[1], table.concat(text, ' '), 'PX', 2 * ARGV[5] + 60000)
end
return { 1, left - wanted, 0 }
