-- KEYS: the viewer's revocation. ARGV: the version up to which, its TTL in milliseconds.
-- The highest version and the longest life stay, whichever revocation they came with: one without TTL, too. Versions are 20 digits.
local up_to = redis.call('GET', KEYS[1])
if not up_to or #up_to ~= 20 or up_to < ARGV[1] then
  up_to = ARGV[1]
end
local left = redis.call('PTTL', KEYS[1])
if left == -1 then
  redis.call('SET', KEYS[1], up_to)
  return 1
end
if left < tonumber(ARGV[2]) then
  left = ARGV[2]
end
redis.call('SET', KEYS[1], up_to, 'PX', left)
return 1
