-- Events for wrk: arguments are the routing key, the share of duplicates (0 to 1) and a run's name.
-- A duplicate repeats one of a hundred dedup keys; every other event is a new alert.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  key, share, run, path = args[1], tonumber(args[2]), args[3], args[4] or "/v2/enqueue"
  count = 0
  wrk.headers["Content-Type"] = "application/json"
  math.randomseed(number)
end

function request()
  count = count + 1
  local dedup
  if share > 0 and math.random() < share then
    dedup = run .. "-same-" .. (count % 100)
  else
    dedup = run .. "-" .. number .. "-" .. count
  end
  local body = '{"routing_key":"' .. key .. '","event_action":"trigger","dedup_key":"' .. dedup
    .. '","payload":{"summary":"Disk /var is ' .. (count % 100) .. '% full on db-' .. count
    .. '","source":"db-' .. count .. '.example.com","severity":"critical","component":"disk",'
    .. '"custom_details":{"free":"' .. (count % 100) .. ' GiB","mount":"/var","load":[0.4,1.2]}}}'
  return wrk.format("POST", path, nil, body)
end

function done(summary, latency, requests)
  local refused = summary.errors.status
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  print(string.format(
    'RESULT {"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, refused, broken))
end
