-- Gives a lease up; its number is remembered for a while.
-- KEYS: lease
-- ARGV: number; for how many milliseconds it is remembered
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'holder', 'until')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
