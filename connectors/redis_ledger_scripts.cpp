// What people ask of a queue, inside the server.

#include <penstock/connectors/redis_scripts.hpp>

namespace penstock::redis_scripts {

script with_common(const char* name, const std::string& text);

const script& list() {
  static const script one = with_common("list", R"lua(
local wanted, limit = ARGV[3], tonumber(ARGV[5])
local entries = redis.call('XRANGE', jobs, ARGV[4], '+', 'COUNT', limit + 1)
local page = {''}
if entries[limit + 1] then page[1] = entries[limit + 1][1] end
for i = 1, math.min(limit, #entries) do
  local job = string.match(entries[i][1], '^%d+')
  local state = 'queued'
  if redis.call('ZSCORE', dead, job) then state = 'dead'
  elseif redis.call('ZSCORE', leases, job) then state = 'leased' end
  if wanted == '' or wanted == state then
    local fields, known = fields_of(entries[i][2]), facts_of(job)
    -- Who adds entries by hand has them numbered by the time in milliseconds.
    local put = fields.put or (job .. '000')
    page[#page + 1] = {job, state, known.deliveries, known.deaths, put, known.owner, known.reason,
                       fields.type or '', fields.json or ''}
  end
end
return page
)lua");
  return one;
}

const script& requeue() {
  static const script one = with_common("requeue", R"lua(
local named = {}
for i = 3, #ARGV do named[#named + 1] = ARGV[i] end
if #named == 0 then named = redis.call('ZRANGE', dead, 0, -1) end
local revived = 0
for _, job in ipairs(named) do
  if redis.call('ZREM', dead, job) == 1 then
    local known = facts_of(job)
    known.deaths = 0
    keep(job, known)
    redis.call('ZADD', ready, job, job)
    revived = revived + 1
  end
end
if revived > 0 then tell_others() end
return revived
)lua");
  return one;
}

const script& count() {
  static const script one = with_common("count", R"lua(
local leased, died = redis.call('ZCARD', leases), redis.call('ZCARD', dead)
return {redis.call('XLEN', jobs) - leased - died, leased, died,
        tonumber(redis.call('HGET', meta, 'done') or 0)}
)lua");
  return one;
}

}  // namespace penstock::redis_scripts
