-- (state, first entry, entries): a page of jobs {number, state, deliveries, deaths, put, owner, reason, type, json,
-- readers that could not read it} before which stands the first entry of the next page, or "".

local wanted, limit = ARGV[8], tonumber(ARGV[10])
local entries = redis.call('XRANGE', jobs, ARGV[9], '+', 'COUNT', limit + 1)
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
                       fields.type or '', fields.json or '', known.unread}
  end
end
return page
