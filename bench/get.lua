-- One GET, again and again; arguments are the path and the API token.
function init(args)
  path = args[1]
  wrk.headers["Authorization"] = "Token token=" .. args[2]
  wrk.headers["Accept"] = "application/vnd.pagerduty+json;version=2"
end

function request()
  return wrk.format("GET", path)
end

function done(summary, latency, requests)
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  print(string.format(
    'RESULT {"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.errors.status, broken))
end
