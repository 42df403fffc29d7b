-- Reads an entry in the layout of Microsoft's RedisCache, and prolongs its life if it slides.
-- KEYS[1]: the key, a hash with the fields absexp and sldexp (ticks of .NET, -1 for none) and data. ARGV: the time now in ticks; '1' when the value is wanted.
-- Returns the value, or an empty string in its place; nil when there is no entry.
local entry = redis.call('HMGET', KEYS[1], 'absexp', 'sldexp', 'data')
if not entry[3] then return false end
local sliding = tonumber(entry[2] or '-1') or -1
if sliding ~= -1 then
  local life = sliding
  local absolute = tonumber(entry[1] or '-1') or -1
  if absolute ~= -1 then life = math.min(life, absolute - tonumber(ARGV[1])) end
  if life <= 0 then
    redis.call('DEL', KEYS[1])
    return false
  end
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, math.floor(life / 10000))))
end
if ARGV[2] == '1' then return entry[3] end
return ''
