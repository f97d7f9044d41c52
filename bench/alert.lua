-- New alerts for peers: arguments are the peer (alertmanager or alerta) and a run's name.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  peer, run = args[1], args[2]
  path = peer == "alerta" and "/alert" or "/api/v2/alerts"
  count = 0
  wrk.headers["Content-Type"] = "application/json"
end

local function body(host)
  if peer == "alerta" then
    return '{"resource":"' .. host .. '","event":"DiskFull","environment":"Production",'
      .. '"severity":"critical","service":["Checkout"],"text":"Disk /var is full on ' .. host
      .. '","attributes":{"mount":"/var"}}'
  end
  return '[{"labels":{"alertname":"DiskFull","instance":"' .. host .. '","severity":"critical"},'
    .. '"annotations":{"summary":"Disk /var is full on ' .. host .. '"}}]'
end

function request()
  count = count + 1
  return wrk.format("POST", path, nil, body(run .. "-" .. number .. "-" .. count))
end

function done(summary, latency, requests)
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  print(string.format(
    'RESULT {"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.errors.status, broken))
end
