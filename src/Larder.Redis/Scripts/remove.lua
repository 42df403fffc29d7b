-- Removes keys, and tells what was there without sending the values.
-- KEYS: the keys. Returns for each: '' for nothing, the header of a frame, or 'f' for a value that has none.
local heads = {}
for i, key in ipairs(KEYS) do
  local head = redis.pcall('GETRANGE', key, 0, 63)
  if type(head) == 'table' then
    head = 'f'
  elseif #head == 64 and head:byte(1) == 0xA7 then
    local length = struct.unpack('<I4', head, 57)
    if length > 64 then head = head .. redis.call('GETRANGE', key, 64, length - 1) end
  elseif head ~= '' then
    head = 'f'
  end
  if head ~= '' then redis.call('UNLINK', key) end
  heads[i] = head
end
return heads
