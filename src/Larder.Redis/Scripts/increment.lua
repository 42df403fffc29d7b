-- Adds to an integer entry without tags, or to an integer of another program; or stores a first value where there is none.
-- KEYS[1]: the key. ARGV: what to add; the time now, in milliseconds; the new revision and write id, 8 bytes; an entry that holds what is added, for the
-- case that there is none; its time to live in milliseconds (0 for none).
-- Returns the sum as text, or nil when the caller must do it in another way: the entry has tags or another type, or the numbers are too large for a script.
local limit = 9007199254740992
local head = redis.call('GETRANGE', KEYS[1], 0, 63)
local isFrame = #head == 64 and head:byte(1) == 0xA7
if head ~= '' and not isFrame then
  if head:match('^%-?%d+$') == nil then return false end
  redis.call('INCRBY', KEYS[1], ARGV[1])
  return redis.call('GET', KEYS[1])
end
if isFrame then
  if head:byte(2) ~= 1 or head:byte(3) > 2 then return false end
  local expires, high = struct.unpack('<I4<I4', head, 33)
  local isDead = head:byte(3) == 2 or high * 4294967296 + expires <= tonumber(ARGV[2])
  if not isDead then
    if head:byte(4) ~= 3 or struct.unpack('<H', head, 5) ~= 0 then return false end
    local length = struct.unpack('<I4', head, 57)
    local whole = redis.call('GET', KEYS[1])
    local digits = whole:sub(length + 1)
    local value, by = tonumber(digits), tonumber(ARGV[1])
    if value == nil or math.abs(value) >= limit or math.abs(by) >= limit or math.abs(value + by) >= limit then return false end
    local a, b = 1, 0
    for i = 1, #digits do
      a = (a + digits:byte(i)) % 65521
      b = (b + a) % 65521
    end
    if struct.unpack('<I4', head, 13) ~= b * 65536 + a then return false end
    local sum = string.format('%.0f', value + by)
    a, b = 1, 0
    for i = 1, #sum do
      a = (a + sum:byte(i)) % 65521
      b = (b + a) % 65521
    end
    redis.call('SET', KEYS[1], whole:sub(1, 12) .. struct.pack('<I4', b * 65536 + a) .. ARGV[3] .. ARGV[3] .. whole:sub(33, length) .. sum, 'KEEPTTL')
    return sum
  end
end
if ARGV[5] == '0' then redis.call('SET', KEYS[1], ARGV[4]) else redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5]) end
return ARGV[1]
