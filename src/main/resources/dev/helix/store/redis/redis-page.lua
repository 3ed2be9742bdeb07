-- The sessions last used, those used at the same time by their names, the last first.
-- KEYS: the order of last use
-- ARGV: time and name of the session to go on after, or '' twice; how many
-- Returns names and times in turn.

-- By bytes, as the server orders names; Lua's own comparison goes by the locale.
local function before(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = one:byte(i), other:byte(i)
    if a ~= b then
      return a < b
    end
  end
  return #one < #other
end

local start = 0
if ARGV[1] ~= '' then
  start = redis.call('ZCOUNT', KEYS[1], '(' .. ARGV[1], '+inf')
  local stop = start + redis.call('ZCOUNT', KEYS[1], ARGV[1], ARGV[1])
  while start < stop do
    local middle = math.floor((start + stop) / 2)
    if before(redis.call('ZREVRANGE', KEYS[1], middle, middle)[1], ARGV[2]) then
      stop = middle
    else
      start = middle + 1
    end
  end
end
return redis.call('ZREVRANGE', KEYS[1], start, start + ARGV[3] - 1, 'WITHSCORES')
