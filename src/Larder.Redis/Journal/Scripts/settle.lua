-- Takes out entries that the source has. Only the owner of the partition does that, so that nobody takes out what another is about to deliver.
-- KEYS: the stream; what waits, by key; the lease. ARGV: who asks; for each entry its version and its key.
-- Returns 1, or 0 if another has the partition.
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
  redis.call('XACK', KEYS[1], 'larder', ARGV[i] .. '-0')
  redis.call('XDEL', KEYS[1], ARGV[i] .. '-0')
  local known = redis.call('HGET', KEYS[2], ARGV[i + 1])
  if known and known:match('^%d+') == ARGV[i] then redis.call('HDEL', KEYS[2], ARGV[i + 1]) end
end
return 1
