-- Gives the owner a group of jobs.

local first_number, most = tonumber(ARGV[11]), tonumber(ARGV[12])
local given = {}  -- each {job, what is known, fields}
local bytes, enough = 0, 4194304  -- as a group of its owner may have
local held_up = 0  -- 1: no job before those that are out here have their verdicts

local function give(job, known, fields)
  known.deliveries = known.deliveries + 1
  known.owner, known.take, known.lease = owner, first_number + #given, lease
  given[#given + 1] = {job, known, fields}
  bytes = bytes + #(fields.archive or '') + #(fields.json or '')
end

local function give_group()
  -- Two are enough to see whether any, and whether only one, is out here.
  local out = redis.call('XPENDING', jobs, group, '-', '+', 2, owner)
  local only, only_known
  if #out == 1 then
    only = string.match(out[1][1], '^%d+')
    only_known = facts_of(only)
    -- A suspect has no company, and what is behind it waits: else it would wait for ever in a busy queue.
    if only_known.deaths >= suspect_from then
      held_up = 1
      return
    end
  end

  while #given < most and bytes < enough and passed_over < 1000 do
    local job, known, from = first_waiting()
    if job then
      local suspect = known.deaths >= suspect_from
      if suspect and (#out > 0 or #given > 0) then
        held_up = 1
        break
      end
      local fields = take_waiting(job, known, from)
      if fields then give(job, known, fields) end
      if fields and suspect then break end
    else
      -- By the size of those before, as nobody knows how large the next ones are; few at a time, as they may be huge.
      local room = #given == 0 and 1 or math.ceil((enough - bytes) / (bytes / #given + 1))
      local found = read_new(math.max(1, math.min(room, most - #given, 64)))
      if not found then break end
      for _, each in ipairs(found) do
        if bytes < enough then
          give(each[1], known_of(), each[2])
        else
          release(each[1], ready)
        end
      end
    end
  end

  if #given == 0 then return end
  if only and only_known.alone then
    only_known.alone = false
    keep(only, only_known)
  end
  local texts, ends, until_then = {}, {}, exact(now + lease)
  for i, each in ipairs(given) do
    each[2].alone = #out == 0 and #given == 1
    texts[2 * i - 1], texts[2 * i] = each[1], text_of(each[2])
    ends[2 * i - 1], ends[2 * i] = until_then, each[1]
  end
  redis.call('HSET', facts, unpack(texts))
  redis.call('ZADD', leases, unpack(ends))
end

-- When the first lease of another owner ends.
local function look_at_leases()
  local others = redis.call('ZCARD', leases)
  for _, each in ipairs(redis.call('XPENDING', jobs, group)[4] or {}) do
    if each[1] == owner then others = others - tonumber(each[2]) end
  end
  local from, own = 0, '{"owner":' .. owner_json .. ','
  while others > 0 do
    local some = redis.call('ZRANGE', leases, from, from + 63, 'WITHSCORES')
    if not some[1] then return end
    local names = {}
    for i = 1, #some, 2 do names[#names + 1] = some[i] end
    for i, text in ipairs(redis.call('HMGET', facts, unpack(names))) do
      local is_own = text and (string.sub(text, 1, #own) == own or known_of(text).owner == owner)
      local ends = tonumber(some[2 * i])
      -- One that has ended waits for this process to have watched the clock for long enough.
      if not is_own then return sooner(ends > now and ends or now + lease / 3) end
    end
    from = from + 64
  end
end
