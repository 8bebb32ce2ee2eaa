-- (lease, then job and delivery of each): {time, jumps of clocks, places of those that are not the owner's any more}

local lease = tonumber(ARGV[8])
local ends = exact(now + lease)
local lost = {}
for from = 9, #ARGV, 1000 do
  local to = math.min(from + 998, #ARGV - 1)
  local names, texts, scores = {}, {}, {}
  for i = from, to, 2 do names[#names + 1] = ARGV[i] end
  local known = redis.call('HMGET', facts, unpack(names))
  local out = redis.call('ZMSCORE', leases, unpack(names))
  for i, job in ipairs(names) do
    if out[i] and is_held(known[i], ARGV[from + 2 * i - 1]) then
      local of = known_of(known[i])
      if of.lease ~= lease then
        of.lease = lease
        texts[#texts + 1] = job
        texts[#texts + 1] = text_of(of)
      end
      scores[#scores + 1] = ends
      scores[#scores + 1] = job
    else
      lost[#lost + 1] = (from - 9) / 2 + i - 1
    end
  end
  redis.call('ZREM', leases, '')  -- first, see release
  if #texts > 0 then redis.call('HSET', facts, unpack(texts)) end
  if #scores > 0 then redis.call('ZADD', leases, unpack(scores)) end
end
return {queue_time, jumps, lost}
