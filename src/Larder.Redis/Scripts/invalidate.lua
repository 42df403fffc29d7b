-- Removes keys, and invalidates tags: gives these another incarnation; or marks them stale, which keeps the incarnation. A record that is not there is not made: without it no
-- entry is valid, and one that is made later counts as invalidated by now.
-- KEYS[1]: the clock of the tags; then the records of the tags; then the keys to remove, which lie on this server too. ARGV: the time to live of the clock in milliseconds;
-- '1' to mark stale; then the new incarnation of each tag, 8 bytes.
-- Returns how many of the keys there were.
local removed = 0
for i = #ARGV, #KEYS do removed = removed + redis.call('UNLINK', KEYS[i]) end
local clock = redis.call('INCRBY', KEYS[1], 1)
local isNew = clock == 1
if isNew then
  local time = redis.call('TIME')
  clock = redis.call('INCRBY', KEYS[1], string.format('%.0f', time[1] * 1000000 + time[2]))
end
-- Now and then, for each command here costs about as much as the work it does. A clock that is lost begins later than all that was stamped by it, so that there is nothing to lose but hits.
if isNew or clock % 64 == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
local now = struct.pack('<I4<I4', clock % 4294967296, math.floor(clock / 4294967296))
for i = 3, #ARGV do
  local key = KEYS[i - 1]
  if ARGV[2] ~= '1' then
    -- What was marked stale before is of another incarnation.
    redis.call('SET', key, ARGV[i] .. now .. '\0\0\0\0\0\0\0\0', 'XX', 'KEEPTTL')
  else
    local record = redis.call('GET', key)
    if record and #record == 24 then redis.call('SETRANGE', key, 16, now) end
  end
end
return removed
