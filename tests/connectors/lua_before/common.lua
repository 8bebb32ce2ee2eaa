local jobs, facts, leases, ready, later, dead, meta, first_take = unpack(KEYS)
local group, nobody = 'penstock', 'nobody'
local owner = ARGV[1]

local function exact(number) return string.format('%.0f', number) end
local function entry_of(job) return exact(job) .. '-0' end

local function now_us()
  if ARGV[2] ~= '' then return tonumber(ARGV[2]) end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function tell_others() redis.call('PUBLISH', jobs, '') end
local function is_empty() return redis.call('XLEN', jobs) == redis.call('ZCARD', dead) end

local function facts_of(job)
  local text = redis.call('HGET', facts, job)
  if text then return cjson.decode(text) end
  return {deliveries = 0, deaths = 0, owner = '', alone = false, take = 0, lease = 0, reason = ''}
end
local function keep(job, known) redis.call('HSET', facts, job, cjson.encode(known)) end

-- What is known of a delivery, where it is the owner's and its lease is out; else nothing. It is named by the
-- owner's own count of takes, which goes on even if the server was emptied or has lost its last writes: job
-- numbers and counts of deliveries come again then.
local function held(job, delivery)
  local known = facts_of(job)
  if known.owner == owner and known.take == tonumber(delivery) and redis.call('ZSCORE', leases, job) then
    return known
  end
end

local function lease_until(job, time) redis.call('ZADD', leases, exact(time), job) end

-- The job is nobody's any more, and goes into that set. Removing comes first: that the server does at its
-- memory limit too, and then all the rest of the script.
local function release(job, into, score)
  redis.call('ZREM', leases, job)
  redis.call('XCLAIM', jobs, group, nobody, 0, entry_of(job), 'JUSTID')
  redis.call('ZADD', into, score and exact(score) or job, job)
end

local function add(fields)
  local number = redis.call('HINCRBY', meta, 'number', 1)
  local added = redis.pcall('XADD', jobs, entry_of(number), unpack(fields))
  if type(added) == 'table' and added.err then
    -- Somebody else has added an entry with a number of its own; ours go on behind it.
    local info = redis.call('XINFO', 'STREAM', jobs)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then number = tonumber(string.match(info[i + 1], '^%d+')) + 1 end
    end
    redis.call('HSET', meta, 'number', exact(number))
    redis.call('XADD', jobs, entry_of(number), unpack(fields))
  end
  return exact(number)
end

local function fields_of(list)
  local fields = {}
  for i = 1, #list, 2 do fields[list[i]] = list[i + 1] end
  return fields
end
