-- Takes an alias away, if it leads to a session.
-- KEYS: the hash of aliases
-- ARGV: the alias, the session
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
