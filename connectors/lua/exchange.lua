-- (lease, suspect from, max deliveries, number of the first take, most jobs or 0, hashes of schemas whose descriptions
-- are known, separated by commas, hash of the reader's schema; number of acknowledged deliveries, job and delivery of
-- each, then job, delivery, fate, reason and delay of the others): {time, jumps of clocks, jobs that are left, places of verdicts
-- that came late, jobs {number, delivery, deaths, archive, json, type, hash of the schema}, {hash, description ...},
-- microseconds until another look or -1, jobs that were passed over, 1 if jobs that are out here must be done first}

local function count_all(keys)
  local count = 0
  for key in pairs(keys) do count = count + redis.call('ZCARD', key) end
  return count
end

-- A take that comes late, on a connection that its owner has given up: nobody would hear of the jobs.
local is_late = first_number < tonumber(redis.call('GET', first_take) or 0)
if most > 0 and not is_late then
  bring_back_lost()
  lease_the_unleased()
  end_delays()
  look_at_sets()
  give_group()
end

local found, described = {}, {}
for i, each in ipairs(given) do
  local job, known, fields = each[1], each[2], each[3]
  local hash = fields.schema or ''
  if hash ~= '' and described[hash] == nil and not is_among(ARGV[13], hash) then
    described[hash] = redis.call('HGET', schemas, hash)
  end
  found[i] = {job, known.take, known.deaths, fields.archive or '', fields.json or '', fields.type or '', hash}
end
local descriptions = {}
for hash, description in pairs(described) do
  descriptions[#descriptions + 1] = hash
  descriptions[#descriptions + 1] = description or ''
end

local left = redis.call('XLEN', jobs) - redis.call('ZCARD', dead)
local again, passed_by = -1, 0
if most > 0 and #given == 0 then
  local delayed = redis.call('ZRANGE', later, 0, 0, 'WITHSCORES')
  if delayed[2] then sooner(tonumber(delayed[2])) end
  look_at_leases()
  passed_by = count_all(passed)
  -- What is known to be there is looked at again, so that it is noticed if it vanishes.
  if left > 0 then sooner(now + lease) end
  if again_at then again = math.max(math.ceil(again_at - now), 0) end
  if passed_over >= 1000 then again = 0 end
end
return {queue_time, jumps, left, late, found, descriptions, again, passed_by, held_up}
