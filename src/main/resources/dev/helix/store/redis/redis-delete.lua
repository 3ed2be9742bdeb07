-- Removes a session; its lease stays, so that no later one has a lower number.
-- KEYS: state, log, files; the order of last use, where it is on this server
-- ARGV: id; the epoch and the revision that it must be of, or '' twice
-- Returns the time of last use, or nothing where nothing was removed.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'updated')
if not state[1] or (ARGV[2] ~= '' and (state[1] ~= ARGV[2] or state[2] ~= ARGV[3])) then
  return false
end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
if KEYS[4] then
  redis.call('ZREM', KEYS[4], ARGV[1])
end
return state[3]
