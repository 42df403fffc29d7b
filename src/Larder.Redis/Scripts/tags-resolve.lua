-- Reads the records of tags, and makes those that are missing. A record that was lost may have told of an invalidation up to now, so that a new one
-- counts as invalidated now.
-- KEYS[1]: the clock of the tags; KEYS[2...]: their records. ARGV[1]: the time to live of the clock in milliseconds; ARGV[2]: how long entries with these tags will live,
-- which their records outlive; ARGV[3...]: an incarnation for each, 8 bytes.
-- A time to live is given anew only when it is too short, and then twice as long: to those who keep copies of records, that is a change.
-- Returns the clock, then each record: incarnation, invalidated at, marked stale at, 8 bytes each.
local function prolong(key, life)
  if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, 2 * life) end
end
local clock = redis.call('GET', KEYS[1])
if not clock then
  local time = redis.call('TIME')
  clock = string.format('%.0f', time[1] * 1000000 + time[2])
  redis.call('SET', KEYS[1], clock, 'PX', ARGV[1])
else
  prolong(KEYS[1], ARGV[1] / 2)
end
local result = { clock }
for i = 2, #KEYS do
  local record = redis.call('GET', KEYS[i])
  if not record or #record ~= 24 then
    record = ARGV[i + 1] .. struct.pack('<I4<I4', clock % 4294967296, math.floor(clock / 4294967296)) .. string.rep('\0', 8)
    redis.call('SET', KEYS[i], record, 'PX', 2 * ARGV[2])
  else
    prolong(KEYS[i], tonumber(ARGV[2]))
  end
  result[i] = record
end
return result
