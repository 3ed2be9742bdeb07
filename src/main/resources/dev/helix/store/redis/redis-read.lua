-- A session's state and a piece of its log. One script, and so all or TRYAGAIN where the slot is just moving to another node:
-- two commands would find one key there and not the other.
-- KEYS: state, log
-- ARGV: the first and the last element that are wanted, and how many bytes are enough
-- Returns the epoch, the log's length, how many elements come before, the elements, status.json and the time of last use, or nothing where there is no session.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'json', 'updated')
if not state[1] then
  return false
end
local elements = {}
local left = tonumber(ARGV[3])
for _, element in ipairs(redis.call('LRANGE', KEYS[2], ARGV[1], ARGV[2])) do
  if left <= 0 then
    break
  end
  elements[#elements + 1] = element
  left = left - #element
end
return {state[1], redis.call('LLEN', KEYS[2]), tonumber(ARGV[1]), elements, state[2], state[3]}
