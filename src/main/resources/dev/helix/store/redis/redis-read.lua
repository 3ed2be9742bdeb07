-- A piece of a session's log. One script, and so all or TRYAGAIN where the slot is just moving to another node:
-- two commands would find one key there and not the other.
-- KEYS: state, log
-- ARGV: the first and the last element that are wanted
-- Returns the epoch, the log's length and the elements, or nothing where there is no session.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  return false
end
return {epoch, redis.call('LLEN', KEYS[2]), redis.call('LRANGE', KEYS[2], ARGV[1], ARGV[2])}
