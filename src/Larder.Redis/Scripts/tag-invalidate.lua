-- Invalidates a tag: gives it another incarnation; or marks it stale, which keeps the incarnation. A record that is not there is not made: without it no entry is valid,
-- and one that is made later counts as invalidated by now.
-- KEYS[1]: the clock of the tags; KEYS[2]: the record. ARGV: the time to live of the clock in milliseconds; the new incarnation, 8 bytes; '1' to mark stale.
local clock = redis.call('GET', KEYS[1])
if not clock then
  local time = redis.call('TIME')
  clock = time[1] * 1000000 + time[2]
end
clock = clock + 1
redis.call('SET', KEYS[1], string.format('%.0f', clock), 'PX', ARGV[1])
local record = redis.call('GET', KEYS[2])
if not record or #record ~= 24 then return 0 end
local now = struct.pack('<I4<I4', clock % 4294967296, math.floor(clock / 4294967296))
if ARGV[3] == '1' then
  record = record:sub(1, 16) .. now
else
  record = ARGV[2] .. now .. record:sub(17)
end
redis.call('SET', KEYS[2], record, 'KEEPTTL')
return 1
