#include <penstock/connectors/redis_scripts.hpp>

namespace penstock::redis_scripts {

namespace {

/// What all scripts share; they only say how they go on.
constexpr auto common = R"lua(
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
)lua";

/// The delivery that a verdict is on; the script ends where it is not the owner's.
constexpr auto judged = R"lua(
local job = ARGV[3]
local known = held(job, ARGV[4])
if not known then return 0 end
)lua";

}  // namespace

script with_common(const char* name, const std::string& text) { return {name, common + text}; }

const script& prepare() {
  static const script one = with_common("prepare", R"lua(
local version = redis.call('HGET', meta, 'version')
if version and version ~= '1' then
  return redis.error_reply('OTHERVERSION its keys have version ' .. version .. ', this program knows 1')
end
if not version then redis.call('HSET', meta, 'version', 1) end
local consumers = redis.pcall('XINFO', 'CONSUMERS', jobs, group)
if consumers.err then
  redis.call('XGROUP', 'CREATE', jobs, group, '0', 'MKSTREAM')
  consumers = {}
end
-- Those that were killed while they had nothing.
for _, each in ipairs(consumers) do
  local of = fields_of(each)
  if of.pending == 0 and of.idle > 86400000 and of.name ~= nobody then
    redis.call('XGROUP', 'DELCONSUMER', jobs, group, of.name)
  end
end
-- Deliveries that their owner knows nothing of: nobody heard the answer, or the server has lost its last writes
-- and the verdict among them. Nobody works on those, and nobody has died. Takes that it does not know yet are
-- left alone, as this may be a call that comes late itself.
local next_take, held, went_back = tonumber(ARGV[5]), {}, false
for i = 6, #ARGV do held[tonumber(ARGV[i])] = true end
if ARGV[4] == '1' then
  redis.call('DEL', first_take)  -- first, see release
  redis.call('SET', first_take, ARGV[5], 'EX', 86400)
end
for _, pending in ipairs(redis.call('XPENDING', jobs, group, '-', '+', 1000000, owner)) do
  local job = string.match(pending[1], '^%d+')
  local readable, known = pcall(facts_of, job)  -- one that is not must not keep its owner from the queue
  if readable and known.take < next_take and not held[known.take] then
    release(job, ready)
    known.reason = owner .. ' has not heard of this delivery, or its verdict was lost with the server'
    keep(job, known)
    went_back = true
  end
end
if went_back then tell_others() end
-- While the server was away nobody could extend a lease, and that is nobody's death.
if redis.call('HGET', meta, 'run') ~= ARGV[3] then
  redis.call('HDEL', meta, 'run')  -- which the server does at its memory limit too, and then all the rest
  redis.call('HSET', meta, 'run', ARGV[3])
  local now = now_us()
  for _, job in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
    local ends = now + facts_of(job).lease
    if ends > tonumber(redis.call('ZSCORE', leases, job)) then lease_until(job, ends) end
  end
  tell_others()
end
return 1
)lua");
  return one;
}

const script& leave() {
  static const script one = with_common("leave", R"lua(
if #redis.call('XPENDING', jobs, group, '-', '+', 1, owner) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', jobs, group, owner)
return 1
)lua");
  return one;
}

const script& put() {
  static const script one = with_common("put", R"lua(
local now = now_us()
local delay = tonumber(ARGV[3])
local numbers = {}
for i = 4, #ARGV, 3 do
  local fields = {'put', exact(now)}
  for at, name in ipairs({'archive', 'json', 'type'}) do
    local value = ARGV[i + at - 1]
    if value ~= '' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  if delay > 0 then
    fields[#fields + 1] = 'due'
    fields[#fields + 1] = exact(now + delay)
  end
  numbers[#numbers + 1] = add(fields)
end
tell_others()
return numbers
)lua");
  return one;
}

const script& ack() {
  static const script one = with_common("ack", std::string{judged} + R"lua(
redis.call('ZREM', leases, job)
redis.call('XACK', jobs, group, entry_of(job))
redis.call('XDEL', jobs, entry_of(job))
redis.call('HDEL', facts, job)
redis.call('HINCRBY', meta, 'done', 1)
if is_empty() then tell_others() end
return 1
)lua");
  return one;
}

const script& nack() {
  static const script one = with_common("nack", std::string{judged} + R"lua(
local delay = tonumber(ARGV[6])
if delay > 0 then
  release(job, later, now_us() + delay)
else
  release(job, ready)
end
known.reason = ARGV[5]
keep(job, known)
tell_others()
return 1
)lua");
  return one;
}

const script& bury() {
  static const script one = with_common("bury", std::string{judged} + R"lua(
release(job, dead)
known.reason = ARGV[5]
keep(job, known)
if is_empty() then tell_others() end
return 1
)lua");
  return one;
}

const script& extend() {
  static const script one = with_common("extend", R"lua(
local lease = tonumber(ARGV[3])
local ends = now_us() + lease
local lost = {}
for i = 4, #ARGV, 2 do
  local job = ARGV[i]
  local known = held(job, ARGV[i + 1])
  if known then
    redis.call('ZREM', leases, job)  -- first, see release
    known.lease = lease
    keep(job, known)
    lease_until(job, ends)
  else
    lost[#lost + 1] = (i - 4) / 2
  end
end
return lost
)lua");
  return one;
}

}  // namespace penstock::redis_scripts
