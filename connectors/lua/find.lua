-- Finds jobs that may be delivered. Entries that are no jobs, or not yet, are put aside, each only once.

local reader = ARGV[14]
local passed_over = 0

local function put_aside_as_malformed(job, known, why)
  known.reason = 'malformed: ' .. why
  keep(job, known)
  release(job, dead)
end

local function is_job(job, known, fields)
  if fields.json or fields.archive then return true end
  put_aside_as_malformed(job, known, 'an entry of the stream needs a field json or archive')
  return false
end

-- When a new entry may be delivered; nothing where its field makes no sense. The clock may have jumped since it was put.
local function due_of(fields)
  local due = tonumber(fields.due)
  if not due then return 0 end
  due = due + shift - (tonumber(fields.shift or 0) or 0)
  if due ~= due or due > largest or due < -largest then return nil end
  return due
end

-- Up to so many new ones, each {job, fields}.
local function read_new(count)
  local read = redis.call('XREADGROUP', 'GROUP', group, owner, 'COUNT', count, 'STREAMS', jobs, '>')
  if not read then return nil end
  local found, giants = {}, false
  for _, entry in ipairs(read[1][2]) do
    local id, list = entry[1], entry[2]
    local job = number_of(id)
    passed_over = passed_over + 1
    if not list then
      redis.call('XACK', jobs, group, id)
    elseif job then
      local fields = fields_of(list)
      local due = due_of(fields)
      if due == nil then
        put_aside_as_malformed(job, known_of(), 'its field due is no time')
      elseif due > now then
        release(job, later, due)
      elseif is_job(job, known_of(), fields) then
        found[#found + 1] = {job, fields}
        passed_over = passed_over - 1
      end
    elseif tonumber(string.match(id, '^%d+')) > largest then
      giants = true
    else
      -- Added by somebody else, twice within a millisecond: as ours have one number, it goes to the end.
      add(list)  -- first: if it fails, the entry is still there
      redis.call('XACK', jobs, group, id)
      redis.call('XDEL', jobs, id)
    end
  end
  if giants then renumber_giants(add) end
  return found
end

-- Sets of jobs that are older than all new ones: those that have been out, or were put aside.
local sources, passed = {ready}, {}
local function look_at_sets()
  for _, readers in ipairs(redis.call('HKEYS', unread)) do
    local key = unread_key(readers)
    if redis.call('EXISTS', key) == 0 then
      redis.call('HDEL', unread, readers)
    elseif is_among(readers, reader) then
      passed[key] = true
    else
      sources[#sources + 1] = key
    end
  end
end

-- The first of them: job, what is known of it, its set.
local function first_waiting()
  while passed_over < 1000 do
    local job, from
    for _, key in ipairs(sources) do
      local first = redis.call('ZRANGE', key, 0, 0)[1]
      if first and (not job or tonumber(first) < tonumber(job)) then job, from = first, key end
    end
    if not job then return nil end
    local known = facts_of(job)
    if from ~= ready or not is_among(known.unread, reader) then return job, known, from end
    redis.call('ZREM', ready, job)  -- a program from before has put it there
    release_unread(job, known.unread)
    passed[unread_key(known.unread)] = true
    passed_over = passed_over + 1
  end
end

-- Takes that one; its fields, or nothing where it is none.
local function take_waiting(job, known, from)
  redis.call('ZREM', from, job)
  redis.call('XCLAIM', jobs, group, owner, 0, entry_of(job), 'JUSTID')
  local entry = redis.call('XRANGE', jobs, entry_of(job), entry_of(job))[1]
  if not entry then
    -- Somebody else has removed it; Redis 6.2 has claimed it all the same.
    redis.call('XACK', jobs, group, entry_of(job))
    redis.call('HDEL', facts, job)
    return nil
  end
  local fields = fields_of(entry[2])
  if is_job(job, known, fields) then return fields end
end
