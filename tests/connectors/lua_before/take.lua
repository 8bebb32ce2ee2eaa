local now = now_us()
local lease, suspect_from, limit = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local take = tonumber(ARGV[6])

local function entry(job)
  local found = redis.call('XRANGE', jobs, entry_of(job), entry_of(job))[1]
  return found and fields_of(found[2])
end

local function delivery(job, known, fields)
  lease_until(job, now + lease)
  return {job, known.take, known.deaths, fields.archive or '', fields.json or '', fields.type or ''}
end

-- It comes late, on a connection that its owner has given up: nobody would hear of the job.
if take < tonumber(redis.call('GET', first_take) or 0) then return {-1, 0} end

local gone = {}
for _, job in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', exact(now), 'LIMIT', 0, 100)) do
  local known = facts_of(job)
  if known.owner == owner then
    lease_until(job, now + lease)  -- who asks is alive, and knows of it: else it had gone back on connecting
  else
    gone[known.owner] = true
    known.deaths = known.deaths + 1
    known.reason = known.owner .. ' died, or was away for longer than its lease'
    if known.alone and known.deaths >= limit then
      known.reason = known.deaths .. ' processes died with this job; the last one: ' .. known.reason
      release(job, dead)
    else
      release(job, ready)
    end
    keep(job, known)
  end
end
for name in pairs(gone) do
  if #redis.call('XPENDING', jobs, group, '-', '+', 1, name) == 0 then
    redis.call('XGROUP', 'DELCONSUMER', jobs, group, name)
  end
end
if next(gone) and is_empty() then tell_others() end

for _, job in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', exact(now), 'LIMIT', 0, 1000)) do
  redis.call('ZREM', later, job)
  redis.call('ZADD', ready, job, job)
end

-- True when the entry is a job that may be delivered.
local function is_job(job, known, fields)
  if fields.json or fields.archive then return true end
  known.reason = 'malformed: an entry of the stream needs a field json or archive'
  keep(job, known)
  release(job, dead)
  return false
end

local passed_over = 0
local function next_new()
  while passed_over < 1000 do
    local read = redis.call('XREADGROUP', 'GROUP', group, owner, 'COUNT', 1, 'STREAMS', jobs, '>')
    if not read then return nil end
    local id, fields = read[1][2][1][1], read[1][2][1][2]
    if fields then
      local job, second = string.match(id, '^(%d+)-(%d+)$')
      local named = fields_of(fields)
      if second ~= '0' then
        -- Added by somebody else, twice within a millisecond: as ours have one number, it goes to the end.
        add(fields)  -- first: if it fails, the entry is still there
        redis.call('XACK', jobs, group, id)
        redis.call('XDEL', jobs, id)
      elseif named.due and (tonumber(named.due) or 0) > now then
        release(job, later, tonumber(named.due))
      elseif is_job(job, facts_of(job), named) then
        return job, named
      end
    end
    passed_over = passed_over + 1
  end
end

-- The first of those that have been out or were put aside; they are older than all new ones.
local function next_ready(job)
  redis.call('ZREM', ready, job)
  redis.call('XCLAIM', jobs, group, owner, 0, entry_of(job), 'JUSTID')
  local fields = entry(job)
  if not fields then
    -- Somebody else has removed it; Redis 6.2 has claimed it all the same.
    redis.call('XACK', jobs, group, entry_of(job))
    redis.call('HDEL', facts, job)
    return nil
  end
  if is_job(job, facts_of(job), fields) then return fields end
end

-- Two are enough to see whether any, and whether only one, is out here.
local out = redis.call('XPENDING', jobs, group, '-', '+', 2, owner)
local only, only_known
if #out == 1 then
  only = string.match(out[1][1], '^%d+')
  only_known = facts_of(only)
end
-- A suspect has no company, and what is behind it waits: else it would wait for ever in a busy queue.
local blocked = only and only_known.deaths >= suspect_from

local job, fields
while not blocked and not job do
  local first = redis.call('ZRANGE', ready, 0, 0)[1]
  if not first then
    job, fields = next_new()
    break
  elseif #out > 0 and facts_of(first).deaths >= suspect_from then
    break
  else
    fields = next_ready(first)
    if fields then job = first end
  end
end

if job then
  if only and only_known.alone then
    only_known.alone = false
    keep(only, only_known)
  end
  local known = facts_of(job)
  known.deliveries = known.deliveries + 1
  known.owner, known.alone, known.take, known.lease = owner, #out == 0, take, lease
  keep(job, known)
  return delivery(job, known, fields)
end

-- When to look again: another's lease ends, or a delay.
local at
local delayed = redis.call('ZRANGE', later, 0, 0, 'WITHSCORES')
if delayed[2] then at = tonumber(delayed[2]) end
local others = redis.call('ZCARD', leases)
for _, each in ipairs(redis.call('XPENDING', jobs, group)[4] or {}) do
  if each[1] == owner then others = others - tonumber(each[2]) end
end
local from = 0
while others > 0 do
  local some = redis.call('ZRANGE', leases, from, from + 63, 'WITHSCORES')
  if not some[1] then break end
  for i = 1, #some, 2 do
    if facts_of(some[i]).owner ~= owner then
      local ends = tonumber(some[i + 1])
      if not at or ends < at then at = ends end
      others = 0
      break
    end
  end
  from = from + 64
end
local again = at and math.max(at - now, 0) or -1
if passed_over >= 1000 then again = 0 end
return {again, is_empty() and 1 or 0}
