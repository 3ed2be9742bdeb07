-- How many bytes are kept with a session, or 0 where there is none.
-- KEYS: state, log, files
local state = redis.call('HGET', KEYS[1], 'json')
if not state then
  return 0
end
local bytes = #state
for from = 0, redis.call('LLEN', KEYS[2]) - 1, 256 do
  for _, element in ipairs(redis.call('LRANGE', KEYS[2], from, from + 255)) do
    bytes = bytes + #element
  end
end
for _, file in ipairs(redis.call('HVALS', KEYS[3])) do
  bytes = bytes + #file
end
return bytes
