-- Takes or renews the lease of a partition, and reads entries of it: first those that were read before and not settled, by whomever, then new ones.
-- KEYS: the stream; the lease. ARGV: who asks; the lease in milliseconds; the most entries; '1' if a partition that nobody has is to be taken; where to go on with those that
-- were read before, or '' when there are no more.
-- Returns 0 if another has the partition; otherwise 1, '1' if it is newly taken, where to go on, the length of the stream, the time in microseconds, and the entries:
-- version, key, write, and how often it has been read.
local owner = redis.call('GET', KEYS[2])
local at = ARGV[5]
local isNew = '0'
if not owner then
  if ARGV[4] ~= '1' then return { 0 } end
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  isNew, at = '1', '0-0'
elseif owner ~= ARGV[1] then
  return { 0 }
else
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
local entries, reads = {}, {}
local count = tonumber(ARGV[3])
if count > 0 then
  -- Its group is lost with the stream.
  if redis.call('EXISTS', KEYS[1]) == 0 or #redis.call('XINFO', 'GROUPS', KEYS[1]) == 0 then
    redis.call('XGROUP', 'CREATE', KEYS[1], 'larder', '0', 'MKSTREAM')
  end
  if at ~= '' then
    local claimed = redis.call('XAUTOCLAIM', KEYS[1], 'larder', ARGV[1], 0, at, 'COUNT', count)
    at = claimed[1] == '0-0' and '' or claimed[1]
    entries = claimed[2]
    if #entries > 0 then
      for _, pending in ipairs(redis.call('XPENDING', KEYS[1], 'larder', entries[1][1], entries[#entries][1], count)) do reads[pending[1]] = pending[4] end
    end
    if at == '' then
      for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], 'larder')) do
        if consumer[2] ~= ARGV[1] and consumer[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'larder', consumer[2]) end
      end
    end
  else
    local read = redis.call('XREADGROUP', 'GROUP', 'larder', ARGV[1], 'COUNT', count, 'STREAMS', KEYS[1], '>')
    if read then entries = read[1][2] end
  end
end
local time = redis.call('TIME')
local result = { 1, isNew, at, redis.call('XLEN', KEYS[1]), string.format('%.0f', time[1] * 1000000 + time[2]) }
for _, entry in ipairs(entries) do
  result[#result + 1] = entry[1]
  result[#result + 1] = entry[2][2]
  result[#result + 1] = entry[2][4]
  result[#result + 1] = reads[entry[1]] or 1
end
return result
