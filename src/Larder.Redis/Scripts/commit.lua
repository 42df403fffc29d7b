-- Changes records if all of them are what they are expected to be.
-- KEYS: the keys. ARGV, four for each key: what is expected, what to do, the new value, its time to live in milliseconds (0 for none).
--   expected: '*' anything | 'a' absent | 'r' and the revision of a frame, 8 bytes | 'v' and the whole value
--   to do:    'k' keep | 's' set | 'd' delete
-- Returns 1, or 0 when something was not as expected and nothing was changed.
for i, key in ipairs(KEYS) do
  local expected = ARGV[4 * i - 3]
  local kind = expected:sub(1, 1)
  if kind == 'a' then
    if redis.call('EXISTS', key) == 1 then return 0 end
  elseif kind == 'r' then
    local head = redis.call('GETRANGE', key, 0, 23)
    if head:byte(1) ~= 0xA7 or head:sub(17, 24) ~= expected:sub(2) then return 0 end
  elseif kind == 'v' then
    if redis.call('GET', key) ~= expected:sub(2) then return 0 end
  end
end
for i, key in ipairs(KEYS) do
  local action = ARGV[4 * i - 2]
  if action == 'd' then
    redis.call('UNLINK', key)
  elseif action == 's' then
    if ARGV[4 * i] == '0' then
      redis.call('SET', key, ARGV[4 * i - 1])
    else
      redis.call('SET', key, ARGV[4 * i - 1], 'PX', ARGV[4 * i])
    end
  end
end
return 1
