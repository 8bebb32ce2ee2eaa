-- What became of deliveries. `late` has the places of those that were not the owner's any more.

local late, settled, released = {}, {}, false

-- Of a part, at once: as many words as a call takes. Where a job stands twice, the first counts.
local function ack_some(from, count)
  local names, texts, ends, done, entries = {}, nil, nil, {}, {}
  for i = 0, count - 1 do names[#names + 1] = ARGV[from + 2 * i] end
  texts = redis.call('HMGET', facts, unpack(names))
  ends = redis.call('ZMSCORE', leases, unpack(names))
  for i, job in ipairs(names) do
    if ends[i] and not settled[job] and is_held(texts[i], ARGV[from + 2 * i - 1]) then
      settled[job] = true
      done[#done + 1] = job
      entries[#entries + 1] = entry_of(job)
    else
      late[#late + 1] = (from - 16) / 2 + i - 1
    end
  end
  if #done == 0 then return end
  redis.call('ZREM', leases, unpack(done))
  redis.call('XACK', jobs, group, unpack(entries))
  redis.call('XDEL', jobs, unpack(entries))
  redis.call('HDEL', facts, unpack(done))
  redis.call('HINCRBY', meta, 'done', #done)
end

local function put_back(job, known, fate, reason, delay)
  known.reason = reason
  if fate == 'dead' then
    release(job, dead)
  elseif fate == 'unread' then
    known.unread = with_reader(known.unread, ARGV[14])
    release_unread(job, known.unread)
    released = true
  else
    if delay > 0 then
      release(job, later, now + delay)
    else
      queue_again(job, known)
    end
    released = true
  end
  keep(job, known)
end

local acks = tonumber(ARGV[15])
for from = 16, 15 + 2 * acks, 1000 do
  ack_some(from, math.min(500, acks - (from - 16) / 2))
end
for i = 16 + 2 * acks, #ARGV, 5 do
  local job = ARGV[i]
  local text = redis.call('ZSCORE', leases, job) and redis.call('HGET', facts, job)
  if is_held(text, ARGV[i + 1]) then
    settled[job] = true
    put_back(job, known_of(text), ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4]))
  else
    late[#late + 1] = acks + (i - 16 - 2 * acks) / 5
  end
end
if next(settled) and (released or is_idle()) then tell_others() end
