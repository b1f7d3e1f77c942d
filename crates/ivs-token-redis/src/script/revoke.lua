-- KEYS: the revocation. ARGV: what it says, its TTL in milliseconds.
-- The longest life stays, and the last reason that was given, whichever revocation they came with: one without TTL, too. `-` is no reason.
local said = ARGV[1]
if said == '-' then
  said = redis.call('GET', KEYS[1]) or said
end
local left = redis.call('PTTL', KEYS[1])
if left == -1 then
  redis.call('SET', KEYS[1], said)
  return 1
end
if left < tonumber(ARGV[2]) then
  left = ARGV[2]
end
redis.call('SET', KEYS[1], said, 'PX', left)
return 1
