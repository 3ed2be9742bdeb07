-- A session's state and the last elements of its log that are about so many bytes together, one at least.
-- KEYS: state, log
-- ARGV: bytes
-- Returns what redis-read.lua does.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'json', 'updated')
if not state[1] then
  return false
end
local length = redis.call('LLEN', KEYS[2])
local left = tonumber(ARGV[1])
local elements = {}
while #elements < length and (left > 0 or #elements == 0) do
  local element = redis.call('LINDEX', KEYS[2], -1 - #elements)
  elements[#elements + 1] = element
  left = left - #element
end
local after = length - #elements
for i = 1, math.floor(#elements / 2) do
  elements[i], elements[#elements + 1 - i] = elements[#elements + 1 - i], elements[i]
end
return {state[1], length, after, elements, state[2], state[3]}
