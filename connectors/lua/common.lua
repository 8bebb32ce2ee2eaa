-- What all scripts share; they only say how they go on.

local jobs, facts, leases, ready, later, dead, meta, first_take, schemas, unread = unpack(KEYS)
local group, nobody = 'penstock', 'nobody'
local owner = ARGV[1]
local owner_json = cjson.encode(owner)
local largest = 9007199254740991  -- Lua's numbers are not exact beyond

local function exact(number) return string.format('%.0f', number) end
local function entry_of(job) return exact(job) .. '-0' end

local function now_us()
  if ARGV[2] ~= '' then return tonumber(ARGV[2]) end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function tell_others() redis.call('PUBLISH', jobs, '') end

-- What is known of a job that has been out. A text that nobody can read must stop nobody.
local function known_of(text)
  local nothing = {
    deliveries = 0, deaths = 0, owner = '', alone = false, take = 0, lease = 0, reason = '', unread = ''
  }
  if not text then return nothing end
  local readable, known = pcall(cjson.decode, text)
  if not readable or type(known) ~= 'table' then
    nothing.reason = 'what was known of it could not be read'
    return nothing
  end
  for name, none in pairs(nothing) do
    if type(known[name]) ~= type(none) then known[name] = none end
  end
  return known
end
local function facts_of(job) return known_of(redis.call('HGET', facts, job)) end

-- The owner and its take stand first, so that a verdict is checked without reading the rest.
local function beginning(take) return '{"owner":' .. owner_json .. ',"take":' .. take .. ',' end
local function text_of(known)
  return '{"owner":' .. (known.owner == owner and owner_json or cjson.encode(known.owner)) ..
      ',"take":' .. exact(known.take) .. ',"lease":' .. exact(known.lease) ..
      ',"deliveries":' .. exact(known.deliveries) .. ',"deaths":' .. exact(known.deaths) ..
      ',"alone":' .. tostring(known.alone) ..
      ',"reason":' .. (known.reason == '' and '""' or cjson.encode(known.reason)) ..
      (known.unread == '' and '' or ',"unread":' .. cjson.encode(known.unread)) .. '}'
end
local function keep(job, known) redis.call('HSET', facts, job, text_of(known)) end

-- Whether the text is of a delivery of the owner's: it is named by the owner's own count of takes, which goes on
-- even if the server was emptied or has lost its last writes; job numbers and counts of deliveries come again then.
local function is_held(text, delivery)
  if not text then return false end
  local begins = beginning(delivery)
  if string.sub(text, 1, #begins) == begins then return true end
  local known = known_of(text)  -- as it is written by others
  return known.owner == owner and known.take == tonumber(delivery)
end

local function lease_until(job, time) redis.call('ZADD', leases, exact(time), job) end

-- Jobs that some programs can't read lie in a set for each combination of those, by the hashes of their schemas, in
-- order; the hash `unread` has the names of the combinations.
local function unread_key(readers) return unread .. ':' .. readers end
local function is_among(list, word)
  return word ~= '' and string.find(',' .. list .. ',', ',' .. word .. ',', 1, true) ~= nil
end
local function with_reader(readers, reader)
  if is_among(readers, reader) then return readers end
  local all = {reader}
  for each in string.gmatch(readers, '[^,]+') do all[#all + 1] = each end
  table.sort(all)
  return table.concat(all, ',')
end
local function unread_count()
  local count = 0
  for _, readers in ipairs(redis.call('HKEYS', unread)) do
    count = count + redis.call('ZCARD', unread_key(readers))
  end
  return count
end

-- Nothing is queued and nothing is out but what somebody could not read.
local function is_idle()
  local left = redis.call('XLEN', jobs) - redis.call('ZCARD', dead)
  return left <= 0 or left <= unread_count()
end

-- The job is nobody's any more, and goes into that set. Removing comes first: that the server does at its
-- memory limit too, and then all the rest of the script.
local function release(job, into, score)
  redis.call('ZREM', leases, job)
  redis.call('XCLAIM', jobs, group, nobody, 0, entry_of(job), 'JUSTID')
  redis.call('ZADD', into, score and exact(score) or job, job)
end
local function release_unread(job, readers)
  release(job, unread_key(readers))
  redis.call('HSET', unread, readers, 1)
end
-- The job may be delivered again.
local function queue_again(job, known)
  if known.unread == '' then return release(job, ready) end
  release_unread(job, known.unread)
end

local function fields_of(list)
  local fields = {}
  for i = 1, #list, 2 do fields[list[i]] = list[i + 1] end
  return fields
end

-- The number of an entry N-0 that is exact here; nothing for others.
local function number_of(id)
  local job, second = string.match(id, '^(%d+)-(%d+)$')
  if second == '0' and #job <= 16 and tonumber(job) <= largest then return job end
end

-- Somebody has added entries with numbers that are too large, behind which nothing can be added. They get numbers of
-- ours, and those that come next go on behind the last good one.
local function renumber_giants(add)
  local beyond = exact(largest + 1)
  local giants = {}
  repeat
    local some = redis.call('XRANGE', jobs, beyond, '+', 'COUNT', 1000)
    for _, each in ipairs(some) do
      redis.call('XACK', jobs, group, each[1])
      redis.call('XDEL', jobs, each[1])
      giants[#giants + 1] = each[2]
    end
  until #some == 0  -- all, as nothing can be added behind a single one
  repeat
    local some = redis.call('XPENDING', jobs, group, beyond, '+', 1000)
    for _, each in ipairs(some) do redis.call('XACK', jobs, group, each[1]) end  -- of entries that have gone
  until #some == 0
  local last = tonumber(redis.call('HGET', meta, 'number') or 0)
  if last > largest then last = 0 end
  local top = redis.call('XREVRANGE', jobs, '+', '-', 'COUNT', 1)[1]
  if top then last = math.max(last, tonumber(string.match(top[1], '^%d+'))) end
  redis.call('HSET', meta, 'number', exact(last))
  local at = entry_of(last)
  if top and tonumber(string.match(top[1], '^%d+')) == last then at = top[1] end
  local added = fields_of(redis.call('XINFO', 'STREAM', jobs))['entries-added']
  if added then
    redis.call('XSETID', jobs, at, 'ENTRIESADDED', added, 'MAXDELETEDID', at)
  else
    redis.call('XSETID', jobs, at)  -- Redis 6.2
  end
  for _, each in ipairs(redis.call('XINFO', 'GROUPS', jobs)) do
    local of = fields_of(each)
    if of.name == group and not number_of(string.match(of['last-delivered-id'], '^%d+') .. '-0') then
      redis.call('XGROUP', 'SETID', jobs, group, at)
    end
  end
  for _, fields in ipairs(giants) do add(fields) end
end

-- What a script can give to a command; of an entry with more, the fields that mean something here.
local most_words = 4000
local function words_of(list)
  if #list <= most_words then return list end
  local words, fields = {}, fields_of(list)
  for _, name in ipairs({'archive', 'json', 'type', 'schema', 'put', 'due', 'shift'}) do
    if fields[name] then
      words[#words + 1] = name
      words[#words + 1] = fields[name]
    end
  end
  return #words > 0 and words or {'fields', #list / 2}
end

local function add(list)
  local fields = words_of(list)
  local number = redis.call('HINCRBY', meta, 'number', 1)
  local added = redis.pcall('XADD', jobs, entry_of(number), unpack(fields))
  if type(added) == 'table' and added.err then
    -- Somebody else has added an entry with a number of its own; ours go on behind it.
    local info = fields_of(redis.call('XINFO', 'STREAM', jobs))
    local last = string.match(info['last-generated-id'], '^%d+')
    if not number_of(last .. '-0') then
      renumber_giants(add)
      last = string.match(fields_of(redis.call('XINFO', 'STREAM', jobs))['last-generated-id'], '^%d+')
    end
    number = tonumber(last) + 1
    redis.call('HSET', meta, 'number', exact(number))
    redis.call('XADD', jobs, entry_of(number), unpack(fields))
  end
  return exact(number)
end
