-- A session as of one moment, but for its log, of which the length is enough: it only grows.
-- KEYS: state, log, files
local state = redis.call('HMGET', KEYS[1], 'json', 'updated', 'epoch', 'revision')
if not state[3] then
  return false
end
return {
  state[1], state[2], state[3], state[4],
  redis.call('LLEN', KEYS[2]),
  redis.call('HGETALL', KEYS[3])
}
