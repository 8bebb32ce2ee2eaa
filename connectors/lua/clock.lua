-- The queue's time is the server's without its jumps: `shift` is what those add up to, as all who ask agree. Scores are in
-- the server's own time, which programs from before go by too.

local now = now_us()
local own_id, own_shift, own_jumps = unpack(redis.call('HMGET', meta, 'id', 'shift', 'jumps'))
local shift = tonumber(own_shift or 0)
local watched = tonumber(ARGV[7])
local jumps = tonumber(own_jumps or 0)

local function begin_leases_anew()
  local all = redis.call('ZRANGE', leases, 0, -1)
  for from = 1, #all, 1000 do
    local some = {unpack(all, from, math.min(from + 999, #all))}
    local texts = redis.call('HMGET', facts, unpack(some))
    local scores = {}
    for i, job in ipairs(some) do
      scores[#scores + 1] = exact(now + known_of(texts[i]).lease)
      scores[#scores + 1] = job
    end
    redis.call('ZADD', leases, unpack(scores))
  end
end

local function shift_delays(by)
  local all = redis.call('ZRANGE', later, 0, -1, 'WITHSCORES')
  for from = 1, #all, 2000 do
    local scores = {}
    for i = from, math.min(from + 1999, #all), 2 do
      scores[#scores + 1] = exact(tonumber(all[i + 1]) + by)
      scores[#scores + 1] = all[i]
    end
    redis.call('ZADD', later, unpack(scores))
  end
end

-- Who asks expects a time. Another one means that a clock has jumped, its own or the server's: nobody could extend a
-- lease in time that never was, and nobody has died of it. One judges, and the others take over what came of it: else two
-- that don't agree would undo each other's judgement for ever.
local expected, seen = string.match(own_id == ARGV[3] and ARGV[4] or '', '^(%-?%d+) (%d+)$')
if expected and tonumber(seen) ~= jumps then
  watched = 0
elseif expected then
  local off = now - shift - tonumber(expected)
  if off < -tonumber(ARGV[5]) or off > tonumber(ARGV[6]) then
    redis.call('HDEL', meta, 'shift')  -- first, see release
    shift, jumps = shift + off, jumps + 1
    redis.call('HSET', meta, 'shift', exact(shift), 'jumps', exact(jumps))
    begin_leases_anew()
    shift_delays(off)
    watched = 0
    tell_others()
  end
end
local queue_time = exact(now - shift)
